import { type Demands, mapped } from "./demands.ts"
import { grouped } from "./operation.ts"
import { ByCall, type Path } from "./path.ts"
import type { Outline } from "./specification.ts"
import type { States } from "./states.ts"
import type { Timeline } from "./timeline.ts"

/**
 * Which states the rest of a history can tell apart, to see that two
 * configurations need not be.
 *
 * A state of interest is one that an operation yet to take effect distinguishes
 * while the state can last. Any other is as good as any other. Where an outline
 * does not tell what an operation distinguishes, every state is of interest.
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

  /** The state for comparisons: −1 for any that is of no interest. */
  comparable(path: Path<State, Input, Output>): number {
    const { state } = path
    if (!this.areKnown || this.isOfInterest(path, state, this.demands.horizon(path, state))) return state
    return -1
  }

  /**
   * Marks what is done as free, for comparisons, where having it done is as
   * good as having it to do: what it leaves is of no interest, and neither is
   * it of any that a state is left. The second holds if all operations are plain.
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

  /** Whether an operation called before `horizon` has yet to take effect that distinguishes the state. */
  private isOfInterest(path: Path<State, Input, Output>, state: number, horizon: number): boolean {
    return this.byState.get(state)?.someRemaining(path, horizon) ?? false
  }
}

/** See `relax`: operations for which being in one state of no interest is as good as being in any other. */
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
