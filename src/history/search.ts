import { Demands } from "./demands.ts"
import { type ImpossibleAnswer, impossibleAnswer } from "./impossible-answer.ts"
import { Interests } from "./interests.ts"
import { groupedBy } from "./operation.ts"
import { Configurations, Path, copy, noChoice, passChoice } from "./path.ts"
import type { Specification } from "./specification.ts"
import { States } from "./states.ts"
import type { Timeline } from "./timeline.ts"

/**
 * A search for a linearization of one object's history: the algorithm of Wing & Gong
 * (1993), with just-in-time linearization and memoised configurations (Lowe 2017).
 *
 * The search proceeds to the next return whose operation has not taken effect. There,
 * open operations take effect in any order that the specification allows, until the
 * returning operation has; then it proceeds. When no choice is left it backtracks. Four
 * reductions prune it; none loses a linearization (`brute-force.test.ts` compares):
 *
 * - An observation takes effect as soon as it is possible: it changes no state.
 * - An operation possible in every state may be placed right before one that overwrites
 *   the state, where no operation observes it. When an operation overwrites, all such
 *   open operations become *free*: they count as having taken effect or not, as needed.
 *   The order of two writes that are never read is therefore not explored.
 * - For the same reason an overwriting operation is not immediately followed by another
 *   while it is open: it could have been delayed and be free.
 * - Optional operations are free from the start. Of identical operations, the one that
 *   returns first is used first.
 *
 * `Demands` and `Interests` prune by the outputs still to come. If `impossibleAnswer`
 * finds one, there is no search.
 *
 * A step is one attempt to let an operation take effect. The number of configurations
 * is exponential in the number of concurrently open operations in the worst case: the
 * problem is NP-complete (Gibbons & Korach 1997).
 */
export class LinearizationSearch<State, Input, Output> {
  /** The steps taken so far. */
  steps = 0
  /** The position of the last return reached, with all earlier returns linearized. */
  furthest = 0
  outcome: SearchOutcome = "open"
  /** The impossible answer, if there is one; then there is no search. */
  readonly impossible: ImpossibleAnswer | undefined
  private readonly timeline: Timeline<State, Input, Output>
  private readonly states: States<State, Input, Output>
  private readonly demands: Demands<State, Input, Output>
  private readonly interests: Interests<State, Input, Output>
  private readonly path: Path<State, Input, Output>
  private readonly entered: Configurations
  private readonly comparedDone: Uint32Array
  private readonly comparedFree: Uint32Array
  private readonly kinds: Int32Array

  constructor(timeline: Timeline<State, Input, Output>, specification: Specification<State, Input, Output>) {
    this.timeline = timeline
    this.kinds = kindsOf(timeline, specification)
    this.states = new States(specification, timeline.operations)
    this.demands = new Demands(timeline, specification, this.states)
    this.interests = new Interests(timeline, this.states, this.demands)
    this.path = new Path(timeline, this.states)
    this.entered = new Configurations(timeline.events.length + 1, this.path.words)
    this.comparedDone = new Uint32Array(this.path.words)
    this.comparedFree = new Uint32Array(this.path.words)
    this.path.start()
    this.enter(-1)
    this.path.commit()
    this.impossible = impossibleAnswer(timeline, specification)
    if (this.impossible !== undefined) this.outcome = "violated"
  }

  /** Continues for at most `steps` steps; "open" if undecided. */
  advance(steps: number): SearchOutcome {
    const limit = this.steps + steps
    while (this.outcome === "open" && this.steps < limit) {
      if (!this.tryNext() && !this.path.retreat()) this.outcome = "violated"
    }
    return this.outcome
  }

  /** The position up to which the history is linearizable. */
  get reached(): number {
    if (this.impossible === undefined) return this.furthest
    const returns = (this.impossible.answer << 1) | 1
    return this.timeline.events.findIndex((code) => code === returns)
  }

  /** The number of configurations entered. */
  get configurations(): number {
    return this.entered.size
  }

  /** The linearization by indices of operations, once the outcome is "holds". */
  linearization(): number[] {
    return this.path.linearization()
  }

  /** Tries the next choice of the current configuration; false if none is left. */
  private tryNext(): boolean {
    const choice = this.path.nextChoice()
    if (choice === noChoice) return false
    this.steps++
    const left = choice === passChoice ? this.pass() : this.take(choice)
    if (left === pointless) return true
    if (this.enter(left)) this.path.commit()
    else this.path.undo()
    return true
  }

  /** Lets the returning operation pass, free as it is; returns the state that it can no longer produce. */
  private pass(): number {
    const passed = this.timeline.events[this.path.position]! >> 1
    this.path.pass()
    return this.demands.leaves[passed]!
  }

  /** Lets an operation take effect; returns the state that was left, or `pointless`. */
  private take(operation: number): number {
    const { path } = this
    const left = path.state
    if (this.isPointless(operation) || this.demands.forbids(operation, left)) return pointless
    const state = this.states.after(left, operation)
    if (state < 0) return pointless
    // An optional operation that changes nothing is useful only if it overwrites, which frees others.
    const hides = this.timeline.outlines[operation]!.effect === "overwrites"
    if (state === left && !hides && this.timeline.optional[operation] === 1) return pointless
    path.take(operation, state)
    return left
  }

  private isPointless(operation: number): boolean {
    const { kinds, timeline, path } = this
    if (timeline.outlines[operation]!.effect === "overwrites" && path.justOverwritten()) return true
    const kind = kinds[operation]!
    if (kind < 0) return false
    const returnAt = timeline.returnAt[operation]!
    return path.someCandidate((other) => {
      if (kinds[other] !== kind || other === operation) return false
      const sooner = timeline.returnAt[other]! - returnAt
      return sooner < 0 || (sooner === 0 && other < operation)
    })
  }

  /** Takes note of the current configuration, after the state was `left` (−1 if it is the same); false if there is no need to search it. */
  private enter(left: number): boolean {
    const { path, interests, comparedDone, comparedFree } = this
    if (path.position > this.furthest) this.furthest = path.position
    if (path.position === this.timeline.events.length) {
      this.outcome = "holds"
      return true
    }
    if (this.demands.areLost(path, left)) return false
    copy(path.done, comparedDone)
    copy(path.free, comparedFree)
    interests.relax(path, comparedDone, comparedFree)
    const state = interests.comparable(path)
    return this.entered.admit(path.position, state, comparedDone, comparedFree, path.observing)
  }
}

/** The outcome of a search; `open` while undecided. */
export type SearchOutcome = "holds" | "violated" | "open"

/** The result of `take` if the operation was not tried. */
const pointless = -2

/** By operation: a number shared by operations with equal input, output and optionality; −1 if there is no other. */
function kindsOf<State, Input, Output>(
  { operations, optional }: Timeline<State, Input, Output>,
  specification: Specification<State, Input, Output>,
): Int32Array {
  const names = operations.map(
    ({ input, output }, i) => `${optional[i]!} ${specification.describe(input, output)}`,
  )
  const members = groupedBy(names.keys(), (i) => names[i]!)
  const kinds = new Int32Array(operations.length).fill(-1)
  for (const group of members.values()) {
    if (group.length > 1) for (const operation of group) kinds[operation] = group[0]!
  }
  return kinds
}
