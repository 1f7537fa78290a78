import type { Operation } from "./operation.ts"

/**
 * What an object does when one operation at a time is applied to it: the
 * sequential specification that a history is held against (Herlihy & Wing 1990).
 *
 * A specification is a value. `step`, `key` and the two `describe`s are all
 * that is needed; what else can be said of the object makes the search faster.
 */
export interface Specification<State, Input, Output> {
  readonly name: string
  readonly initial: State

  /**
   * The state after the operation, or undefined where the object cannot give
   * that answer in that state. An `output` of undefined says nothing, so every
   * answer is possible. Pure.
   */
  step(state: State, input: Input, output: Output | undefined): State | undefined

  /** What tells states apart: equal for states that behave alike, and different for all others. */
  key(state: State): StateKey

  /** One line, such as "write 3" or "read: 3". Operations described alike are taken to be alike. */
  describe(input: Input, output: Output | undefined): string

  /** The state in a report: "3". */
  describeState(state: State): string

  /**
   * The object an operation is about, where the whole is made of independent
   * objects, each of which starts in the initial state: a history is then
   * linearizable exactly if its part about every object is (locality).
   */
  partition?(input: Input): string

  /** The states an object with these operations may be in at first, not empty; `initial` alone if not given. */
  beginnings?(operations: readonly Operation<Input, Output>[]): readonly State[]

  /** What is known of an operation in advance; nothing if not given. */
  outline?(input: Input, output: Output | undefined): Outline<State>

  /**
   * Whether operations without a `leaves` in their outline may take the object
   * from one state to the other, alone or several of them. Wanted only where
   * there are such operations.
   */
  leads?(from: State, to: State): boolean

  /**
   * For some operations with the effect `"updates"`: a function that says which
   * of them turn another state into the given one, and which states those are.
   * Wanted only where there are such operations.
   */
  undoing?(updates: readonly Answered<Input, Output>[]): (to: State) => readonly Origin<State>[]
}

/** An operation without its times: what was asked and what was answered. */
export interface Answered<Input, Output> {
  readonly input: Input
  readonly output: Output | undefined
}

/** An update, by its place in a list, and all states from which it leads to a certain one. */
export interface Origin<State> {
  readonly update: number
  readonly from: readonly State[]
}

/** What tells states apart: anything that a map tells apart by value. */
export type StateKey = string | number | boolean | null

/** What can be said of an operation and its answer before the state is known. */
export interface Outline<State> {
  readonly effect: Effect
  /** The only state in which it is possible. */
  readonly requires?: State
  /** The state it leaves, wherever it leaves another than it finds. */
  readonly leaves?: State
  /** It never leaves the state it finds. */
  readonly alwaysChanges?: true
  /** The states in which it may do other than in the rest, all of which it treats alike; all states if not given. */
  readonly distinguishes?: readonly State[]
}

/**
 * - `"observes"`: wherever it is possible, it leaves the state as it was.
 * - `"overwrites"`: it is possible in every state, and what it leaves does not depend on it.
 * - `"updates"`: it is possible in every state.
 * - `"depends"`: anything else, and always a right answer.
 */
export type Effect = "observes" | "overwrites" | "updates" | "depends"

/** The outline of an operation of which nothing is known. */
export const noOutline: Outline<never> = { effect: "depends" }

/**
 * The same objects, of which it is not known what each was at first: foreign
 * histories often begin in the middle, and do not say. Of all states only those
 * are tried that could matter: the usual one, those that some operation can tell
 * apart that was called before the object is sure to have changed, and `other`,
 * which stands for all the rest.
 *
 * Exact where outlines tell what every operation distinguishes and leaves; an
 * object with others, such as appends, begins as usual.
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
  const [usual, ...told] = states.values()
  return [usual!, other, ...told]
}
