import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { type CellOutput, type Content, cellUndoing } from "./cell.ts"
import { type KeyValueInput, asCell, keyValueStore } from "./key-value.ts"
import { type History, type Operation, grouped, groupedBy, isPending } from "./operation.ts"

/** An operation on a store of keys. */
export type KeyValueOperation = Operation<KeyValueInput, CellOutput>

/** The session guarantees, in the order of Terry et al. (1994). */
export const sessionGuarantees = [
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
] as const
/** A session guarantee. */
export type SessionGuarantee = (typeof sessionGuarantees)[number]

/** Two operations of one client, the first returned before the second was called, that violate a guarantee. */
export interface SessionWitness {
  readonly earlier: KeyValueOperation
  readonly later: KeyValueOperation
}

/** The verdict on one guarantee. */
export interface SessionVerdict {
  readonly guarantee: SessionGuarantee
  readonly verdict: Verdict<SessionWitness>
}

/**
 * Checks the four session guarantees of Terry et al. (1994) per key; each client is a session:
 *
 * - *read your writes*: a read does not return a version older than a write of its client;
 * - *monotonic reads*: nor one older than a version its client has read;
 * - *monotonic writes*: a client's writes take effect in program order;
 * - *writes follow reads*: a client's writes take effect after the versions it has read.
 *
 * Linearizability implies all four; if it is violated, they show which clients can notice.
 * A violation is certain. Reads of values that several writes may have left cannot be checked
 * and make a guarantee unknown. Writes are assumed to take effect between call and return: see
 * `Versions`.
 *
 * Cost: linear in the history, and for long chains of appends in their lengths.
 */
export function checkSessionGuarantees(
  history: History<KeyValueInput, CellOutput>,
  initial: Content = null,
): SessionVerdict[] {
  const findings = new Findings()
  for (const operations of byKey(history).values()) {
    const versions = new Versions(operations, initial)
    const ofClients = groupedBy(
      operations.filter((one) => !isPending(one)),
      ({ client }) => client,
    )
    for (const session of ofClients.values()) judgeSession(session, versions, findings)
  }
  return sessionGuarantees.map((guarantee) => ({ guarantee, verdict: findings.verdict(guarantee) }))
}

/** Checks the operations of one client on one key, in program order. */
function judgeSession(session: readonly KeyValueOperation[], versions: Versions, findings: Findings): void {
  let written: Seen | undefined
  const read: Seen[] = []
  for (const operation of session) {
    const { input, output } = operation
    if (input.type === "get") {
      if (output === undefined) continue
      const version = versions.holding(output as Content)
      if (version === undefined) {
        findings.unclear++
        continue
      }
      findings.judged++
      judgeRead({ operation, version }, written, read, findings)
      judgeOrder({ operation, version }, session, findings)
      remember({ operation, version }, read)
    } else if (output !== false) {
      const version = versions.of(operation)
      findings.judged++
      judgeOrder({ operation, version }, session, findings)
      if (written === undefined || !isBefore(version, written.version)) written = { operation, version }
    }
  }
}

/** An operation and the version it read or wrote. */
interface Seen {
  readonly operation: KeyValueOperation
  readonly version: Version
}

function judgeRead(later: Seen, written: Seen | undefined, read: readonly Seen[], findings: Findings): void {
  if (written !== undefined && isBefore(later.version, written.version)) {
    findings.report("read-your-writes", written.operation, later.operation)
  }
  const before = read.find(({ version }) => isBefore(later.version, version))
  if (before !== undefined) findings.report("monotonic-reads", before.operation, later.operation)
}

/** Keeps the last read, and the one of the latest version so far. */
function remember(seen: Seen, read: Seen[]): void {
  const [latest] = read
  if (latest === undefined || seen.version.latestCall >= latest.version.latestCall) read.splice(0, 2, seen)
  else read.splice(1, 1, seen)
}

/** Whether what was read or written was built on a write that the same client made only afterwards. */
function judgeOrder(
  { operation, version }: Seen,
  session: readonly KeyValueOperation[],
  findings: Findings,
): void {
  const guarantee = operation.input.type === "get" ? "writes-follow-reads" : "monotonic-writes"
  const isOwn = new Set(session)
  for (
    let at = guarantee === "monotonic-writes" ? version.parent : version;
    at !== undefined;
    at = at.parent
  ) {
    const { writer } = at
    if (writer === undefined || !isOwn.has(writer) || writer.called < operation.returned) continue
    return findings.report(guarantee, operation, writer)
  }
}

/** The counts of checked operations, and the first violation of each guarantee. */
class Findings {
  judged = 0
  unclear = 0
  private readonly first = new Map<SessionGuarantee, SessionWitness>()

  report(guarantee: SessionGuarantee, earlier: KeyValueOperation, later: KeyValueOperation): void {
    const known = this.first.get(guarantee)
    if (known === undefined || later.returned < known.later.returned)
      this.first.set(guarantee, { earlier, later })
  }

  verdict(guarantee: SessionGuarantee): Verdict<SessionWitness> {
    const { judged, unclear } = this
    const witness = this.first.get(guarantee)
    if (witness !== undefined) return violated(witness, sentences[guarantee](witness))
    if (unclear === 0) return holds(`${judged} operations checked`)
    return unknown(
      `${unclear} of ${judged + unclear} operations read a value of several writes or of none; no violation among the others`,
    )
  }
}

const store = keyValueStore()
const show = ({ input, output }: KeyValueOperation): string => store.describe(input, output)

const sentences: Readonly<Record<SessionGuarantee, (witness: SessionWitness) => string>> = {
  "read-your-writes": ({ earlier, later }) =>
    `client ${later.client} executed ${show(earlier)}, then ${show(later)}, an older version`,
  "monotonic-reads": ({ earlier, later }) =>
    `client ${later.client} observed ${show(earlier)}, then ${show(later)}, an older version`,
  "monotonic-writes": ({ earlier, later }) =>
    `client ${later.client} executed ${show(earlier)}, which depends on its later ${show(later)}`,
  "writes-follow-reads": ({ earlier, later }) =>
    `client ${later.client} observed ${show(earlier)}, which depends on its later ${show(later)}`,
}

type KeyOperation = Operation<KeyValueInput, CellOutput>

/** A version of one key: its value from one write to the next. */
export interface Version {
  /** The write that produced it; undefined for the initial version. */
  readonly writer: KeyOperation | undefined
  /** The version that the write replaced, if its output or value determines it. */
  readonly parent: Version | undefined
  /** The number of its known ancestors. */
  readonly depth: number
  /** The latest call among the writers of it and its ancestors; −1 for the initial version. */
  readonly latestCall: number
}

/**
 * The versions of one key whose writer is determined by their value: values that only one
 * write can have left. Values written twice are ambiguous.
 *
 * Writes are assumed to take effect between call and return, as they do in a log.
 */
export class Versions {
  private readonly producers: (content: Content) => readonly Producer[]
  private readonly byContent = new Map<Content, Version | undefined>()
  private readonly byWriter = new Map<KeyOperation, Version>()

  /** From all operations on the key and its initial value. */
  constructor(operations: readonly KeyOperation[], initial: Content) {
    const writes = operations.filter(({ input, output }) => input.type !== "get" && output !== false)
    const grown = writes.filter(({ input, output }) => isGrown(input, output))
    const undoing = cellUndoing(grown.map(({ input }) => asCell(input)))
    const plain = grouped(
      writes.filter((one) => !grown.includes(one)),
      ({ input }) => [input.type === "delete" ? null : (input as { value: Content }).value],
    )
    this.producers = (content) => [
      ...(content === initial ? [first] : []),
      ...(plain.get(content) ?? []).map((writer) => ({ writer, from: expectedBy(writer) })),
      ...undoing(content).map(({ update, from }) => ({ writer: grown[update]!, from })),
    ]
    for (const { input, output } of operations) if (input.type === "get") this.holding(output as Content)
    for (const writer of plain.values()) for (const one of writer) this.of(one)
  }

  /** The version with this value; undefined if several writes, or none, could have left it. */
  holding(content: Content | undefined): Version | undefined {
    if (content === undefined) return undefined
    if (this.byContent.has(content)) return this.byContent.get(content)
    // A cyclic derivation has no version; the entry is found here while it is being traced.
    this.byContent.set(content, undefined)
    const [only, ...others] = this.producers(content)
    if (only === undefined || others.length > 0) return undefined
    const version = this.versionBy(only)
    this.byContent.set(content, version)
    if (only.writer !== undefined) this.byWriter.set(only.writer, version)
    return version
  }

  /** The version that a write produced; its parent is unknown unless the value determines it. */
  of(writer: KeyOperation): Version {
    const { input } = writer
    if (input.type === "put" || input.type === "cas") this.holding(input.value)
    const known = this.byWriter.get(writer)
    if (known !== undefined) return known
    const version = { writer, parent: undefined, depth: 0, latestCall: writer.called }
    this.byWriter.set(writer, version)
    return version
  }

  private versionBy({ writer, from }: Producer): Version {
    const parent = from.length === 1 ? this.holding(from[0]) : undefined
    return {
      writer,
      parent,
      depth: parent === undefined ? 0 : parent.depth + 1,
      latestCall: Math.max(writer?.called ?? -1, parent?.latestCall ?? -1),
    }
  }
}

interface Producer {
  readonly writer: KeyOperation | undefined
  readonly from: readonly Content[]
}

const first: Producer = { writer: undefined, from: [] }

/** Appends, and cas of unknown outcome: the value they leave depends on the value they replace. */
const isGrown = ({ type }: KeyValueInput, output: CellOutput | undefined): boolean =>
  type === "append" || (type === "cas" && output === undefined)

const expectedBy = ({ input }: KeyOperation): readonly Content[] =>
  input.type === "cas" ? [input.expected] : []

/** Whether one version precedes the other, in real time or by derivation. */
export function isBefore(one: Version, other: Version): boolean {
  if (one === other) return false
  if (one.writer === undefined) return true
  return one.writer.returned < other.latestCall || isAncestor(one, other)
}

/** Whether one version is an ancestor of the other. */
export function isAncestor(one: Version, other: Version): boolean {
  let at: Version | undefined = other.parent
  while (at !== undefined && at.depth > one.depth) at = at.parent
  return at === one
}

/** The operations by key. */
export const byKey = (operations: readonly KeyOperation[]): Map<string, KeyOperation[]> =>
  groupedBy(operations, ({ input }) => input.key)
