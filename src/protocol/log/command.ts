/**
 * What a client asks of the key–value store. A client has one request at a time
 * outstanding, numbered from 1 up; the pair (client, request) is what makes a
 * command executed once, however often it is sent.
 */
export interface Command {
  /** Number of the client, from 0 up, over the whole cluster. */
  readonly client: number
  readonly request: number
  readonly operation: Operation
  /** Number of the key, from 0 up. */
  readonly key: number
  /** What put writes, append adds, and cas would write. */
  readonly value: string
  /** What cas must find; null for an absent key. */
  readonly expected: string | null
  /** The size of its payload. */
  readonly bytes: number
}

/** What a command does to its key: read it, write it, write it if it is as expected, or add to its end. */
export type Operation = "get" | "put" | "cas" | "append"

/** What get finds, or null; "ok" for put and append; "ok" or "no" for cas. */
export type Result = string | null

/** What one slot of the log decides on: commands, in order. An empty batch is a no-op (Howard 2019, §3.12). */
export type Batch = readonly Command[]

/** The batch of no commands, which fills a slot that must have some value. */
export const noOp: Batch = []

/** `put(k1, x)` and the like, with whose request it is: `c3.7: put(k1, x)`. */
export function formatCommand({ client, request, operation, key, value, expected }: Command): string {
  const argument =
    operation === "get" ? "" : operation === "cas" ? `, ${expected ?? "nil"} → ${value}` : `, ${value}`
  return `c${client}.${request}: ${operation}(k${key}${argument})`
}

/** Whether two batches are the same commands; the same object nearly always, and another only after a recovery. */
export function sameBatch(a: Batch, b: Batch): boolean {
  if (a === b) return true
  return (
    a.length === b.length &&
    a.every((command, i) => command.client === b[i]!.client && command.request === b[i]!.request)
  )
}
