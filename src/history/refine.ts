import type { Operation } from "./operation.ts"
import { type Origin, type Outline, type Specification, type StateKey, noOutline } from "./specification.ts"

/**
 * The outlines of the operations of one history, refined by each other: the context
 * determines more about updates, such as appends, than each operation alone.
 *
 * - If an output requires a state that only one update can produce, that update
 *   requires the state it produces it from, and so on backwards. Reads of an
 *   append-only list are traced in this way from append to append.
 * - An update that cannot produce any state that any operation distinguishes
 *   is treated as overwriting.
 *
 * Without `Specification.undoing` the outlines are unchanged.
 * Cost: linear in the number of states traced, if `undoing` is constant-time.
 */
export function refinedOutlines<State, Input, Output>(
  operations: readonly Operation<Input, Output>[],
  optional: ArrayLike<number>,
  specification: Specification<State, Input, Output>,
): Outline<State>[] {
  const outlines = operations.map(({ input, output }) => specification.outline?.(input, output) ?? noOutline)
  if (specification.undoing === undefined) return outlines
  const answers = outlines.flatMap(({ requires }, i) =>
    requires === undefined || optional[i] === 1 ? [] : [requires],
  )
  return new Refinement(operations, outlines, specification).refined(answers)
}

class Refinement<State, Input, Output> {
  private readonly operations: readonly Operation<Input, Output>[]
  private readonly outlines: readonly Outline<State>[]
  private readonly specification: Specification<State, Input, Output>
  private readonly updates: readonly number[]
  private readonly undo: (to: State) => readonly Origin<State>[]
  /** By state: the operations that could produce it. */
  private readonly origins = new Map<StateKey, Origins<State>>()
  /** How many operations other than updates leave a state. */
  private readonly left = new Map<StateKey, number>()

  constructor(
    operations: readonly Operation<Input, Output>[],
    outlines: readonly Outline<State>[],
    specification: Specification<State, Input, Output>,
  ) {
    this.operations = operations
    this.outlines = outlines
    this.specification = specification
    this.updates = [...outlines.keys()].filter((i) => outlines[i]!.effect === "updates")
    const origins = specification.undoing!(this.updates.map((update) => operations[update]!))
    this.undo = (to) => origins(to).map(({ update, from }) => ({ update: this.updates[update]!, from }))
    for (const { effect, leaves } of outlines) {
      if (effect === "observes" || effect === "updates" || leaves === undefined) continue
      const key = specification.key(leaves)
      this.left.set(key, (this.left.get(key) ?? 0) + 1)
    }
  }

  /** The refined outlines, given the states that outputs require. */
  refined(answers: readonly State[]): Outline<State>[] {
    const { outlines, updates } = this
    const refined = [...outlines]
    if (updates.length === 0 || outlines.some(isUnforeseeable)) return refined
    const matters = this.relevantStates()
    const required = this.required(answers)
    for (const update of updates) {
      refined[update] = required.get(update) ?? this.asKnown(update, matters.get(update) ?? [])
    }
    return refined
  }

  private asKnown(update: number, distinguishes: readonly State[]): Outline<State> {
    const outline = this.outlines[update]!
    if (outline.distinguishes !== undefined) return outline
    if (distinguishes.length > 0 || outline.alwaysChanges !== true) return { ...outline, distinguishes }
    const { input, output } = this.operations[update]!
    const leaves = this.specification.step(this.specification.initial, input, output)!
    return { effect: "overwrites", leaves, distinguishes }
  }

  /** By update: the states from which it produces a state that some operation distinguishes. */
  private relevantStates(): Map<number, State[]> {
    const found = new Map<number, State[]>()
    const distinguished = this.outlines.flatMap(({ distinguishes = [] }) => distinguishes)
    this.followBack(distinguished, ({ updates }) => {
      for (const { update, from } of updates) found.set(update, [...(found.get(update) ?? []), ...from])
      return updates.flatMap(({ from }) => from)
    })
    return found
  }

  /** By update: its outline, if it alone can produce a state that some output requires. */
  private required(answers: readonly State[]): Map<number, Outline<State>> {
    const found = new Map<number, Outline<State>>()
    this.followBack(answers, ({ updates, others }, state) => {
      const [only, ...more] = updates
      if (only === undefined || more.length > 0 || others || only.from.length !== 1) return []
      const requires = only.from[0]!
      found.set(only.update, { effect: "depends", requires, leaves: state, distinguishes: [requires] })
      return [requires]
    })
    return found
  }

  /** Traverses states backwards: `next` returns the predecessors of a state; each is visited once. */
  private followBack(
    states: readonly State[],
    next: (origins: Origins<State>, state: State) => readonly State[],
  ): void {
    const waiting = [...states]
    const seen = new Set<StateKey>()
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop()) {
      const key = this.specification.key(state)
      if (seen.has(key)) continue
      seen.add(key)
      waiting.push(...next(this.originsOf(state), state))
    }
  }

  private originsOf(state: State): Origins<State> {
    const key = this.specification.key(state)
    const known = this.origins.get(key)
    if (known !== undefined) return known
    // Appending to nil and to the empty text give the same state; rarely are both reachable.
    const updates = this.undo(state).map(({ update, from }) => ({
      update,
      from: from.length < 2 ? from : from.filter((one) => this.canBe(one)),
    }))
    const others = this.left.has(key) || key === this.specification.key(this.specification.initial)
    const origins = { updates: updates.filter(({ from }) => from.length > 0), others }
    this.origins.set(key, origins)
    return origins
  }

  /** Whether some operation could produce the state; looks back one step only. */
  private canBe(state: State): boolean {
    const key = this.specification.key(state)
    if (this.left.has(key) || key === this.specification.key(this.specification.initial)) return true
    return this.undo(state).length > 0
  }
}

interface Origins<State> {
  /** The updates that could produce the state, with the states they produce it from. */
  readonly updates: readonly Origin<State>[]
  /** Whether it is the initial state, or left by an operation other than an update. */
  readonly others: boolean
}

/** Whether the states that an operation leaves or distinguishes are unknown. */
function isUnforeseeable({ effect, leaves, distinguishes }: Outline<unknown>): boolean {
  if (effect === "updates") return false
  return distinguishes === undefined || (effect !== "observes" && leaves === undefined)
}
