import type { Operation } from "./operation.ts"

/**
 * The sequential specification of an object (Herlihy & Wing 1990): its states, and the
 * effect and output of each operation.
 *
 * A specification is a value. `step`, `key`, `describe` and `describeState` suffice; the
 * optional members make the search faster.
 */
export interface Specification<State, Input, Output> {
  readonly name: string
  readonly initial: State

  /**
   * The state after the operation, or undefined if that output is not possible in that state.
   * An `output` of undefined allows every output. Pure.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined

  /** The identity of a state: equal if and only if the states are indistinguishable. */
  key(state: State): StateKey

  /** One line, such as "write 3" or "read: 3". Operations with equal descriptions are treated as identical. */
  describe(input: Input, output: Output | undefined): string

  /** A state as printed in a report: "3". */
  describeState(state: State): string

  /**
   * The object that an operation accesses, if there are several independent objects, each
   * initially in the initial state. A history is then linearizable if and only if its
   * restriction to each object is (locality).
   */
  partition?(input: Input): string

  /** The possible initial states of an object with these operations, not empty; default: `initial` alone. */
  beginnings?(operations: readonly Operation<Input, Output>[]): readonly State[]

  /** The outline of an operation; default: nothing is known. */
  outline?(input: Input, output: Output | undefined): Outline<State>

  /**
   * Whether one or more operations without `leaves` in their outline may lead from one state
   * to the other. Needed only if there are such operations.
   */
  leads?(from: State, to: State): boolean

  /**
   * For operations with the effect `"updates"`: a function from a state to the updates that
   * produce it, with the states they produce it from. Needed only if there are such operations.
   */
  undoing?(updates: readonly Answered<Input, Output>[]): (to: State) => readonly Origin<State>[]
}

/** An operation without its positions: its input and output. */
export interface Answered<Input, Output> {
  readonly input: Input
  readonly output: Output | undefined
}

/** An update, by its index in a list, and all states from which it produces a given state. */
export interface Origin<State> {
  readonly update: number
  readonly from: readonly State[]
}

/** The identity of a state, compared by value. */
export type StateKey = string | number | boolean | null

/** The properties of an operation with its output that hold in every state. */
export interface Outline<State> {
  readonly effect: Effect
  /** The only state in which it is possible. */
  readonly requires?: State
  /** The state it leaves whenever it changes the state. */
  readonly leaves?: State
  /** It always changes the state. */
  readonly alwaysChanges?: true
  /** The states that it distinguishes; it behaves alike in all others. Default: all states. */
  readonly distinguishes?: readonly State[]
}

/**
 * - `"observes"`: it never changes the state.
 * - `"overwrites"`: it is possible in every state, and leaves the same state from all.
 * - `"updates"`: it is possible in every state.
 * - `"depends"`: anything else; always a sound choice.
 */
export type Effect = "observes" | "overwrites" | "updates" | "depends"

/** The outline of an operation about which nothing is known. */
export const noOutline: Outline<never> = { effect: "depends" }

/**
 * The specification with unknown initial states, for histories that begin in the middle of a
 * run. The candidates are the default initial state, the states distinguished by operations
 * called before the object has certainly changed, and `other`, which represents all others.
 *
 * Exact if outlines give the states that every operation distinguishes and leaves; an object
 * with other operations, such as appends, begins in the default state.
 */
export function withUnknownBeginning<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  other: State,
): Specification<State, Input, Output> {
  return { ...specification, beginnings: (operations) => beginningsOf(operations, specification, other) }
}

function beginningsOf<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  specification: Specification<State, Input, Output>,
  other: State,
): State[] {
  const { initial } = specification
  const states = new Map<StateKey, State>([[specification.key(initial), initial]])
  let changed = Number.POSITIVE_INFINITY
  for (const { input, output, called, returned } of operations) {
    const { effect, leaves, distinguishes } = specification.outline?.(input, output) ?? { effect: "depends" }
    if (distinguishes === undefined || (effect !== "observes" && leaves === undefined)) return [initial]
    if (called > changed) continue
    for (const state of distinguishes) states.set(specification.key(state), state)
    if (effect === "overwrites" || effect === "depends") changed = Math.min(changed, returned)
  }
  const [byDefault, ...distinguished] = states.values()
  return [byDefault!, other, ...distinguished]
}
