import { type Demands, mapped } from "./demands.ts"
import { grouped } from "./operation.ts"
import { ByCall, type Path } from "./path.ts"
import type { Outline } from "./specification.ts"
import type { States } from "./states.ts"
import type { Timeline } from "./timeline.ts"

/**
 * The states that the rest of a history distinguishes, for merging equivalent configurations.
 *
 * A state is of interest if an operation yet to take effect distinguishes it while the
 * state can last. All other states are equivalent. If the states that an operation
 * distinguishes are unknown, every state is of interest.
 */
export class Interests<State, Input, Output> {
  private readonly demands: Demands<State, Input, Output>
  private readonly byState: ReadonlyMap<number, ByCall>
  private readonly areKnown: boolean
  private readonly arePlain: boolean

  constructor(
    timeline: Timeline<State, Input, Output>,
    states: States<State, Input, Output>,
    demands: Demands<State, Input, Output>,
  ) {
    const { outlines, optional } = timeline
    const distinguished = (operation: number): readonly number[] =>
      (outlines[operation]!.distinguishes ?? []).map((state) => states.numberOf(state))
    this.demands = demands
    this.byState = mapped(grouped(outlines.keys(), distinguished), (group) => new ByCall(group, timeline))
    this.areKnown = outlines.every(({ distinguishes }) => distinguishes !== undefined)
    this.arePlain = this.areKnown && outlines.every((outline, i) => isPlain(outline, optional[i] === 1))
  }

  /** The state for comparison: −1 for every state that is not of interest. */
  comparable(path: Path<State, Input, Output>): number {
    const { state } = path
    if (!this.areKnown || this.isOfInterest(path, state, this.demands.horizon(path, state))) return state
    return -1
  }

  /**
   * For comparison, marks operations that have taken effect as free if it makes no difference
   * whether they have: the state they leave is not of interest, and neither is leaving
   * a state. The latter holds if all operations are plain.
   */
  relax(path: Path<State, Input, Output>, done: Uint32Array, free: Uint32Array): void {
    if (!this.arePlain) return
    const { leaves, lasts } = this.demands
    path.forEachDone((operation, word, bit) => {
      const state = leaves[operation]!
      if (state < 0 || this.isOfInterest(path, state, lasts[operation]!)) return
      done[word]! &= ~bit
      free[word]! |= bit
    })
  }

  /** Whether an operation called before `horizon` that has yet to take effect distinguishes the state. */
  private isOfInterest(path: Path<State, Input, Output>, state: number, horizon: number): boolean {
    return this.byState.get(state)?.someRemaining(path, horizon) ?? false
  }
}

/** Whether all states that are not of interest are equivalent for the operation (see `relax`). */
function isPlain({ effect, requires, distinguishes = [] }: Outline<unknown>, optional: boolean): boolean {
  switch (effect) {
    case "observes":
      return requires !== undefined || distinguishes.length === 0
    case "overwrites":
      return true
    case "updates":
      return optional
    case "depends":
      return requires !== undefined
  }
}
