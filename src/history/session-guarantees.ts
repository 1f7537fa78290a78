import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { type CellOutput, type Content, cellUndoing } from "./cell.ts"
import { type KeyValueInput, asCell, keyValueStore } from "./key-value.ts"
import { type History, type Operation, grouped, groupedBy, isPending } from "./operation.ts"

type KeyValueOperation = Operation<KeyValueInput, CellOutput>

/** Every guarantee, in the order of the paper. */
export const sessionGuarantees = [
  "read-your-writes",
  "monotonic-reads",
  "monotonic-writes",
  "writes-follow-reads",
] as const
/** One of these. */
export type SessionGuarantee = (typeof sessionGuarantees)[number]

/** Two operations of one client, the first over before the second, that contradict a guarantee. */
export interface SessionWitness {
  readonly earlier: KeyValueOperation
  readonly later: KeyValueOperation
}

/** What a history says of one guarantee. */
export interface SessionVerdict {
  readonly guarantee: SessionGuarantee
  readonly verdict: Verdict<SessionWitness>
}

/**
 * The four session guarantees of Terry et al. (1994) on the keys of a store, a
 * client being a session:
 *
 * - *read your writes*: a read does not see what was there before a write of its client;
 * - *monotonic reads*: nor what was there before something its client has read;
 * - *monotonic writes*: a client's writes take effect in the order in which it made them;
 * - *writes follow reads*: and after whatever it had read.
 *
 * Linearizability implies all four; where it fails they tell who can notice. A
 * violation is one for sure. What cannot be judged, for several writes may have
 * left what was read, makes a guarantee unknown rather than hold. Writes are
 * taken to take effect between call and return: see `Versions`.
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

/** What the operations of one client on one key say, in its order. */
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

/** Counts what was judged, and keeps of every guarantee the violation that ends first. */
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
    if (unclear === 0) return holds(`${judged} operations were judged`)
    return unknown(
      `${unclear} of ${judged + unclear} operations read what several writes, or none, could have left; the others keep it`,
    )
  }
}

const store = keyValueStore()
const show = ({ input, output }: KeyValueOperation): string => store.describe(input, output)

const sentences: Readonly<Record<SessionGuarantee, (witness: SessionWitness) => string>> = {
  "read-your-writes": ({ earlier, later }) =>
    `client ${later.client} had done ${show(earlier)}, and then ${show(later)}, which is older`,
  "monotonic-reads": ({ earlier, later }) =>
    `client ${later.client} had seen ${show(earlier)}, and then ${show(later)}, which is older`,
  "monotonic-writes": ({ earlier, later }) =>
    `client ${later.client} had done ${show(earlier)}, which is built on what it did later, ${show(later)}`,
  "writes-follow-reads": ({ earlier, later }) =>
    `client ${later.client} had seen ${show(earlier)}, which is built on what it did later, ${show(later)}`,
}

type KeyOperation = Operation<KeyValueInput, CellOutput>

/** What one key held from one write to the next. */
export interface Version {
  /** The write that brought it about; undefined for what was there at first. */
  readonly writer: KeyOperation | undefined
  /** The version that write found, where its answer or what it left tells. */
  readonly parent: Version | undefined
  /** How many parents lie before it. */
  readonly depth: number
  /** When the last of the writers up to it was called; −1 for what was there at first. */
  readonly latestCall: number
}

/**
 * The versions of one key, as far as contents tell which write brought each
 * about: those that only one write can have. Values written twice tell nothing.
 *
 * Writes are taken to take effect between their calls and their returns, as they
 * do in a log; what is asked is what reads saw of them.
 */
export class Versions {
  private readonly producers: (content: Content) => readonly Producer[]
  private readonly byContent = new Map<Content, Version | undefined>()
  private readonly byWriter = new Map<KeyOperation, Version>()

  /** From all operations on the key, which holds `initial` at first. */
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

  /** The version with this content; undefined where several writes could have left it, or none. */
  holding(content: Content | undefined): Version | undefined {
    if (content === undefined) return undefined
    if (this.byContent.has(content)) return this.byContent.get(content)
    // A content that leads back to itself is of no version; it is found here while it is being traced.
    this.byContent.set(content, undefined)
    const [only, ...others] = this.producers(content)
    if (only === undefined || others.length > 0) return undefined
    const version = this.versionBy(only)
    this.byContent.set(content, version)
    if (only.writer !== undefined) this.byWriter.set(only.writer, version)
    return version
  }

  /** The version a write brought about; what it found is not known unless its content tells. */
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

/** Appends, and cas of unknown outcome: what they leave depends on what they find. */
const isGrown = ({ type }: KeyValueInput, output: CellOutput | undefined): boolean =>
  type === "append" || (type === "cas" && output === undefined)

const expectedBy = ({ input }: KeyOperation): readonly Content[] =>
  input.type === "cas" ? [input.expected] : []

/** Whether one version was surely gone when the other came about, or before. */
export function isBefore(one: Version, other: Version): boolean {
  if (one === other) return false
  if (one.writer === undefined) return true
  return one.writer.returned < other.latestCall || isAncestor(one, other)
}

/** Whether one version led to the other, write by write. */
export function isAncestor(one: Version, other: Version): boolean {
  let at: Version | undefined = other.parent
  while (at !== undefined && at.depth > one.depth) at = at.parent
  return at === one
}

/** The operations by key. */
export const byKey = (operations: readonly KeyOperation[]): Map<string, KeyOperation[]> =>
  groupedBy(operations, ({ input }) => input.key)
