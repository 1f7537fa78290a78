import { UsageError } from "../base/errors.ts"

/**
 * One operation of a client, from its call to its return.
 *
 * `called` and `returned` are positions in the total order of all calls and returns
 * of the history; no two are equal, and only their order matters. An operation that
 * returned took effect at one moment in between. One of unknown outcome (a time-out, a
 * client crash) has `returned` infinite: it takes effect at any later moment or never.
 * An operation known to have failed without effect is not part of the history.
 */
export interface Operation<Input, Output> {
  /** The client; it has one operation open at a time, apart from those of unknown outcome. */
  readonly client: string
  readonly input: Input
  /** The output; undefined if none was returned, or if the operation has none. */
  readonly output: Output | undefined
  readonly called: number
  readonly returned: number
  /** Times, for reports only, in the unit of the source. */
  readonly times?: { readonly called: number; readonly returned?: number }
}

/** Operations in the order of their calls; created and validated by `historyOf`. */
export type History<Input, Output> = readonly Operation<Input, Output>[]

/** The position of a return that never came. */
export const neverReturned = Number.POSITIVE_INFINITY

/** Whether the operation's outcome is unknown: it may have taken effect, may yet, or may never. */
export function isPending(operation: Operation<unknown, unknown>): boolean {
  return operation.returned === neverReturned
}

/**
 * A history of these operations, in any order. UsageError for an operation that
 * returns before its call, for two events at one position, and for a client
 * that calls again before its last operation returned.
 */
export function historyOf<Input, Output>(
  operations: Iterable<Operation<Input, Output>>,
): History<Input, Output> {
  const history = [...operations].sort((a, b) => a.called - b.called)
  const taken = new Set<number>()
  const busyUntil = new Map<string, number>()
  for (const { client, called, returned } of history) {
    if (!(called < returned) || !Number.isFinite(called)) {
      throw new UsageError(
        `operation of client ${client}: called at ${called}, returned at ${returned}; a call must have a finite position, and a return must follow its call.`,
      )
    }
    for (const position of [called, returned]) {
      if (taken.has(position) && position !== neverReturned) {
        throw new UsageError(
          `two events at position ${position}, one of them of client ${client}; calls and returns are totally ordered: number them 0, 1, 2, ….`,
        )
      }
      taken.add(position)
    }
    const until = busyUntil.get(client) ?? Number.NEGATIVE_INFINITY
    if (called < until) {
      throw new UsageError(
        `client ${client} calls at ${called} while its last operation is open until ${until}; a client has one operation open at a time. Give concurrent threads different names.`,
      )
    }
    if (returned !== neverReturned) busyUntil.set(client, returned)
  }
  return history
}

/** An operation with times instead of positions; `returned` is undefined if the outcome is unknown. */
export interface TimedOperation<Input, Output> {
  readonly client: string
  readonly input: Input
  readonly output: Output | undefined
  readonly called: number
  readonly returned: number | undefined
}

/**
 * A history from times. At equal times calls precede returns, so that touching operations
 * are concurrent, except that a client's return precedes its own next call. Throws UsageError
 * where `historyOf` does, and for times that are not finite.
 */
export function historyFromTimes<Input, Output>(
  operations: Iterable<TimedOperation<Input, Output>>,
): History<Input, Output> {
  const timed = [...operations]
  const events = timed.flatMap((operation, index) => {
    const { called, returned } = operation
    checkTimes(operation)
    const call = { time: called, isReturn: false, index }
    return returned === undefined ? [call] : [call, { time: returned, isReturn: true, index }]
  })
  events.sort((a, b) => a.time - b.time || Number(a.isReturn) - Number(b.isReturn) || a.index - b.index)
  const positions = timed.map(() => ({ called: NaN, returned: neverReturned }))
  ownReturnsFirst(events, timed).forEach(({ isReturn, index }, position) => {
    positions[index]![isReturn ? "returned" : "called"] = position
  })
  return historyOf(
    timed.map(({ client, input, output, called, returned }, i) => ({
      client,
      input,
      output,
      ...positions[i]!,
      times: returned === undefined ? { called } : { called, returned },
    })),
  )
}

function checkTimes({ client, called, returned = called }: TimedOperation<unknown, unknown>): void {
  if (Number.isFinite(called) && Number.isFinite(returned) && called <= returned) return
  throw new UsageError(
    `operation of client ${client}: called at time ${called}, returned at time ${returned}; times must be finite, and a return must not precede its call.`,
  )
}

interface TimedEvent {
  readonly time: number
  readonly isReturn: boolean
  readonly index: number
}

/**
 * Moves a client's return before its own next call at the same time. It applies to
 * returns of operations called earlier only: to any but the client's last call at that time.
 */
function ownReturnsFirst(
  events: readonly TimedEvent[],
  operations: readonly TimedOperation<unknown, unknown>[],
): TimedEvent[] {
  const ordered: TimedEvent[] = []
  const returnedEarly = new Set<number>()
  const open = new Map<string, number>()
  for (const event of events) {
    const { client } = operations[event.index]!
    if (event.isReturn) {
      if (!returnedEarly.has(event.index)) ordered.push(event)
      continue
    }
    const before = open.get(client)
    if (before !== undefined && operations[before]!.returned === event.time) {
      ordered.push({ time: event.time, isReturn: true, index: before })
      returnedEarly.add(before)
    }
    open.set(client, event.index)
    ordered.push(event)
  }
  return ordered
}

/** Items grouped by each of their keys; groups keep the order of the items. */
export function grouped<Item, Key>(
  items: Iterable<Item>,
  keysOf: (item: Item) => readonly Key[],
): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [item])
      else group.push(item)
    }
  }
  return groups
}

/** Items grouped by their key; groups keep the order of the items. */
export function groupedBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  return grouped(items, (item) => [keyOf(item)])
}
