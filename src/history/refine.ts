import type { Operation } from "./operation.ts"
import { type Origin, type Outline, type Specification, type StateKey, noOutline } from "./specification.ts"

/**
 * The outlines of operations that stand in one history together, which says
 * more of updates, such as appends, than each by itself can.
 *
 * - If some answer requires a state that only one update could bring about, that
 *   update found exactly the state it does so from; and what is required of it
 *   is required of others in turn. Reads of an append-only list are followed back
 *   in this way from append to append.
 * - An update that cannot bring about any state that any operation distinguishes
 *   leaves, whatever it found, nothing that matters: it overwrites.
 *
 * Without `Specification.undoing` the outlines are those of the operations.
 * Cost: linear in the states in question, if that function's is constant.
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
  /** Of states in question: what could bring them about. */
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

  /** The outlines refined, given the states that answers require. */
  refined(answers: readonly State[]): Outline<State>[] {
    const { outlines, updates } = this
    const refined = [...outlines]
    if (updates.length === 0 || outlines.some(isUnforeseeable)) return refined
    const matters = this.whatMatters()
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

  /** By update: the states from which it brings about one that matters to somebody. */
  private whatMatters(): Map<number, State[]> {
    const found = new Map<number, State[]>()
    const distinguished = this.outlines.flatMap(({ distinguishes = [] }) => distinguishes)
    this.followBack(distinguished, ({ updates }) => {
      for (const { update, from } of updates) found.set(update, [...(found.get(update) ?? []), ...from])
      return updates.flatMap(({ from }) => from)
    })
    return found
  }

  /** By update: its outline, where it alone could bring about a state that some answer requires. */
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

  /** Visits states and, once each, those that `next` answers for them. */
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
    // Appending to nothing and to the empty text give the same; seldom can both be.
    const updates = this.undo(state).map(({ update, from }) => ({
      update,
      from: from.length < 2 ? from : from.filter((one) => this.canBe(one)),
    }))
    const others = this.left.has(key) || key === this.specification.key(this.specification.initial)
    const origins = { updates: updates.filter(({ from }) => from.length > 0), others }
    this.origins.set(key, origins)
    return origins
  }

  /** Whether anything could bring the state about. Only one step back is looked at. */
  private canBe(state: State): boolean {
    const key = this.specification.key(state)
    if (this.left.has(key) || key === this.specification.key(this.specification.initial)) return true
    return this.undo(state).length > 0
  }
}

interface Origins<State> {
  /** Updates that could bring the state about, and from which others they would. */
  readonly updates: readonly Origin<State>[]
  /** Whether it is the initial state, or left by an operation that is no update. */
  readonly others: boolean
}

/** Whether an operation may leave states, or distinguish states, of which nothing can be foretold. */
function isUnforeseeable({ effect, leaves, distinguishes }: Outline<unknown>): boolean {
  if (effect === "updates") return false
  return distinguishes === undefined || (effect !== "observes" && leaves === undefined)
}
