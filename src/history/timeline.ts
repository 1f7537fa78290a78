import { type Operation, isPending, neverReturned } from "./operation.ts"
import { refinedOutlines } from "./refine.ts"
import type { Outline, Specification } from "./specification.ts"

/**
 * One object's history as indexed by the search: its calls and returns in order, and
 * a slot for every operation while it is open.
 *
 * Slots keep configurations small: a configuration is a position, a state, and two bits
 * per operation open at that position. A slot is reused after the return; an operation of
 * unknown outcome keeps its slot to the end.
 */
export interface Timeline<State, Input, Output> {
  /** In the order of their calls. */
  readonly operations: readonly Operation<Input, Output>[]
  /** Calls and returns in order: twice the operation's index, plus one for a return. */
  readonly events: Int32Array
  /** By operation: positions in `events`; `events.length` for a return that never comes. */
  readonly callAt: Int32Array
  readonly returnAt: Int32Array
  readonly slotOf: Int32Array
  readonly slots: number
  /** By operation: 1 if it need not take effect, because its outcome is unknown or `isOptional` holds. */
  readonly optional: Uint8Array
  readonly outlines: readonly Outline<State>[]
}

/**
 * The timeline of `operations`, given in the order of their calls. Operations for which
 * `isOptional` holds may take effect between call and return, or not; operations of unknown
 * outcome are always optional. Optional observations constrain nothing and are left out.
 */
export function timelineOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  isOptional: (index: number) => boolean = () => false,
): Timeline<State, Input, Output> {
  const all = operations.map((operation, index) => ({
    operation,
    optional: isPending(operation) || isOptional(index),
  }))
  const kept = all.filter(({ operation: { input, output }, optional }) => {
    return !optional || specification.outline?.(input, output).effect !== "observes"
  })
  const keptOperations = kept.map(({ operation }) => operation)
  const optional = Uint8Array.from(kept, (one) => Number(one.optional))
  const events = eventsOf(keptOperations)
  return {
    operations: keptOperations,
    events,
    ...positionsOf(events, kept.length),
    ...slotsOf(events, kept.length),
    optional,
    outlines: refinedOutlines(keptOperations, optional, specification),
  }
}

function eventsOf(operations: readonly Operation<unknown, unknown>[]): Int32Array {
  const events = operations.flatMap(({ called, returned }, index) => {
    const call = { at: called, code: 2 * index }
    return returned === neverReturned ? [call] : [call, { at: returned, code: 2 * index + 1 }]
  })
  return Int32Array.from(
    events.sort((a, b) => a.at - b.at),
    ({ code }) => code,
  )
}

function positionsOf(
  events: Int32Array,
  operations: number,
): Pick<Timeline<unknown, unknown, unknown>, "callAt" | "returnAt"> {
  const callAt = new Int32Array(operations)
  const returnAt = new Int32Array(operations).fill(events.length)
  events.forEach((code, position) => {
    const at = (code & 1) === 0 ? callAt : returnAt
    at[code >> 1] = position
  })
  return { callAt, returnAt }
}

/** Gives every operation, at its call, the slot that was vacated last, or a new one. */
function slotsOf(
  events: Int32Array,
  operations: number,
): Pick<Timeline<unknown, unknown, unknown>, "slotOf" | "slots"> {
  const slotOf = new Int32Array(operations)
  const vacant: number[] = []
  let slots = 0
  for (const code of events) {
    const operation = code >> 1
    if ((code & 1) === 0) slotOf[operation] = vacant.pop() ?? slots++
    else vacant.push(slotOf[operation]!)
  }
  return { slotOf, slots }
}
