import { Demands } from "./demands.ts"
import { type ImpossibleAnswer, impossibleAnswer } from "./impossible-answer.ts"
import { Interests } from "./interests.ts"
import { groupedBy } from "./operation.ts"
import { Configurations, Path, copy, noChoice, passChoice } from "./path.ts"
import type { Specification } from "./specification.ts"
import { States } from "./states.ts"
import type { Timeline } from "./timeline.ts"

/**
 * Looks for a linearization of one object's history: the search of Wing & Gong
 * (1993), just in time and remembering configurations as Lowe (2017) does it.
 *
 * It walks through the history and stops at every return whose operation has
 * not taken effect. There, open operations may take effect in any order that
 * the specification allows; when the one that returns has, the walk goes on.
 * When nothing is left to try it steps back. Four observations keep it short,
 * none of which loses a linearization (`brute-force.test.ts` compares):
 *
 * - An operation that only observes takes effect as soon as it can: that is in
 *   nobody's way.
 * - An operation possible in every state may be placed right before one that
 *   overwrites the state, where nobody sees it. So when one overwrites, all such
 *   operations that are open become *free*: they count as having taken effect
 *   or not, as will be needed. Of two writes nobody reads, nobody asks the order.
 * - For the same reason an overwriting operation is not followed at once by
 *   another while it is still open: it could have waited, and be free.
 * - Operations that need not take effect are free from the start. Of operations
 *   that are alike the one that returns first is used first.
 *
 * `Demands` and `Interests` add what follows from the answers still to be given.
 * Where `impossibleAnswer` finds one, nothing is searched.
 *
 * A step is one attempt to let an operation take effect. The number of
 * configurations is at worst exponential in the number of operations open at a
 * time: the problem is NP-complete (Gibbons & Korach 1997).
 */
export class LinearizationSearch<State, Input, Output> {
  /** The steps taken so far. */
  steps = 0
  /** The position of the last return that was reached, all before it having taken effect. */
  furthest = 0
  outcome: SearchOutcome = "open"
  /** An answer that fails for a reason so plain that no search was needed. */
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

  /** Searches on for at most so many steps; "open" if that did not decide it. */
  advance(steps: number): SearchOutcome {
    const limit = this.steps + steps
    while (this.outcome === "open" && this.steps < limit) {
      if (!this.tryNext() && !this.path.retreat()) this.outcome = "violated"
    }
    return this.outcome
  }

  /** Up to which position the history could be explained. */
  get reached(): number {
    if (this.impossible === undefined) return this.furthest
    const returns = (this.impossible.answer << 1) | 1
    return this.timeline.events.findIndex((code) => code === returns)
  }

  /** How many configurations were entered. */
  get configurations(): number {
    return this.entered.size
  }

  /** Once it holds: the operations in an order in which they may have taken effect, by index. */
  linearization(): number[] {
    return this.path.linearization()
  }

  /** Tries what comes next in the current configuration; false if nothing is left. */
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

  /** Passes the operation that returns; the answer is the state that it can no longer bring about. */
  private pass(): number {
    const passed = this.timeline.events[this.path.position]! >> 1
    this.path.pass()
    return this.demands.leaves[passed]!
  }

  /** Lets an operation take effect; the answer is the state that was left, or `pointless`. */
  private take(operation: number): number {
    const { path } = this
    const left = path.state
    if (this.isPointless(operation) || this.demands.forbids(operation, left)) return pointless
    const state = this.states.after(left, operation)
    if (state < 0) return pointless
    // What need not take effect is not worth it for nothing; unless it is, by hiding others.
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

/** What a search has come to; `open` as long as it could still be either. */
export type SearchOutcome = "holds" | "violated" | "open"

/** The answer of `take` where nothing was tried. */
const pointless = -2

/** By operation: a number shared with those that are alike, input, answer and duty; −1 where there is no other. */
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
