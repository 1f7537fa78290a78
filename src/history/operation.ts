import { UsageError } from "../base/errors.ts"

/**
 * One request of a client, from its call to its return.
 *
 * `called` and `returned` are positions in the order of all calls and returns
 * of the history, so no two of them are equal; what they count does not matter.
 * An operation that returned took effect at one moment in between. One whose
 * outcome is unknown (a time-out, a crash of the client) has `returned`
 * infinite: it takes effect at any later moment or never. An operation known to
 * have failed without effect is no operation of the history.
 */
export interface Operation<Input, Output> {
  /** Who asked; a client has one operation open at a time, but for those whose outcome is unknown. */
  readonly client: string
  readonly input: Input
  /** The answer; undefined where none came, or where it says nothing. */
  readonly output: Output | undefined
  readonly called: number
  readonly returned: number
  /** When, for reports only: in whatever unit the source of the history measures. */
  readonly times?: { readonly called: number; readonly returned?: number }
}

/** Operations in the order of their calls. `historyOf` makes one and checks it. */
export type History<Input, Output> = readonly Operation<Input, Output>[]

/** The position of a return that was not seen. */
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
        `An operation of client ${client} is called at ${called} and returns at ${returned}; a call has a finite position, and a return comes after it.`,
      )
    }
    for (const position of [called, returned]) {
      if (taken.has(position) && position !== neverReturned) {
        throw new UsageError(
          `Two events of the history are at position ${position} (one is of client ${client}); calls and returns are in one order, so number them 0, 1, 2, ….`,
        )
      }
      taken.add(position)
    }
    const until = busyUntil.get(client) ?? Number.NEGATIVE_INFINITY
    if (called < until) {
      throw new UsageError(
        `Client ${client} calls at ${called}, while its last operation is open until ${until}; a client does one thing at a time. Name its threads apart.`,
      )
    }
    if (returned !== neverReturned) busyUntil.set(client, returned)
  }
  return history
}

/** An operation with times instead of positions; `returned` undefined where the outcome is unknown. */
export interface TimedOperation<Input, Output> {
  readonly client: string
  readonly input: Input
  readonly output: Output | undefined
  readonly called: number
  readonly returned: number | undefined
}

/**
 * A history from times. Where times are equal a call counts as earlier than a
 * return, so that operations that touch are concurrent, except that a client's
 * own return comes before its next call. UsageError for what `historyOf`
 * refuses, and for times that are no numbers.
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
    `An operation of client ${client} is called at time ${called} and returns at time ${returned}; times are finite numbers, and a return is not before its call.`,
  )
}

interface TimedEvent {
  readonly time: number
  readonly isReturn: boolean
  readonly index: number
}

/**
 * Moves a client's return before its own next call where both are at one time.
 * Only the return of an operation called earlier can be meant, which is any but
 * the client's last call at that time.
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

/** Items by every key that `keysOf` gives them, each group in the order of the items. */
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

/** The same where every item has one key. */
export function groupedBy<Item, Key>(items: Iterable<Item>, keyOf: (item: Item) => Key): Map<Key, Item[]> {
  return grouped(items, (item) => [keyOf(item)])
}
