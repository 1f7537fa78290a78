import { type CellOutput, type Content, cellUndoing } from "./cell.ts"
import { grouped, groupedBy } from "./grouped.ts"
import { type KeyValueInput, asCell } from "./key-value.ts"
import type { Operation } from "./operation.ts"

type KeyValueOperation = Operation<KeyValueInput, CellOutput>

/** What one key held from one write to the next. */
export interface Version {
  /** The write that brought it about; undefined for what was there at first. */
  readonly writer: KeyValueOperation | undefined
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
  private readonly byWriter = new Map<KeyValueOperation, Version>()

  /** From all operations on the key, which holds `initial` at first. */
  constructor(operations: readonly KeyValueOperation[], initial: Content) {
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
  of(writer: KeyValueOperation): Version {
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
  readonly writer: KeyValueOperation | undefined
  readonly from: readonly Content[]
}

const first: Producer = { writer: undefined, from: [] }

/** Appends, and cas of unknown outcome: what they leave depends on what they find. */
const isGrown = ({ type }: KeyValueInput, output: CellOutput | undefined): boolean =>
  type === "append" || (type === "cas" && output === undefined)

const expectedBy = ({ input }: KeyValueOperation): readonly Content[] =>
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
export const byKey = (operations: readonly KeyValueOperation[]): Map<string, KeyValueOperation[]> =>
  groupedBy(operations, ({ input }) => input.key)
