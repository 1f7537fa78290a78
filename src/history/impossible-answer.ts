import type { Specification, StateKey } from "./specification.ts"
import type { Timeline } from "./timeline.ts"

/** An answer that nothing can explain, by the indices of operations. */
export interface ImpossibleAnswer {
  readonly answer: number
  /** What put an end to every state that would explain it; undefined where nothing ever brings such a state about. */
  readonly since: number | undefined
}

/**
 * The first answer to return that is impossible on account of one other
 * operation at most; undefined if there is none, or if it is not known what
 * operations leave.
 *
 * An answer asks for a certain state. Every operation that may bring it about
 * had returned when another was called, which surely left or met a different
 * state; and that one had returned when the answer was asked for. Most stale
 * reads are of this kind, and finding them so takes one walk through the
 * history instead of a search: the cluster test of Gibbons & Korach (1997),
 * taken over to values that are written more than once. Where it finds nothing
 * the history may fail all the same.
 */
export function impossibleAnswer<State, Input, Output>(
  timeline: Timeline<State, Input, Output>,
  specification: Specification<State, Input, Output>,
): ImpossibleAnswer | undefined {
  const { outlines, optional, events, callAt, returnAt } = timeline
  if (outlines.some(({ effect, leaves }) => effect !== "observes" && leaves === undefined)) return undefined
  const keyOf = (state: State | undefined): StateKey | undefined =>
    state === undefined ? undefined : specification.key(state)
  /** By state: when the last of those returns that may bring it about and have been called. */
  const sources = new Map<StateKey, number>([[specification.key(specification.initial), -1]])
  const writes = new Latest(callAt)
  const others = new Latest(callAt)
  const since = new Int32Array(outlines.length).fill(-1)
  for (const code of events) {
    const one = code >> 1
    const { effect, requires, leaves } = outlines[one]!
    const [required, left] = [keyOf(requires), keyOf(leaves)]
    const isCall = (code & 1) === 0
    if (isCall && effect !== "observes" && required !== left) {
      sources.set(left!, Math.max(sources.get(left!) ?? -1, returnAt[one]!))
    }
    if (optional[one] === 1) continue
    if (!isCall && effect === "overwrites") writes.add(one, left)
    if (required === undefined) continue
    if (isCall) {
      const source = sources.get(required)
      const ends = [writes.besides(required), others.besides(required)]
      since[one] = ends.find((end) => end >= 0 && (source ?? -1) < callAt[end]!) ?? -1
    } else {
      const source = sources.get(required)
      if (source === undefined) return { answer: one, since: undefined }
      if (since[one]! >= 0 && source < callAt[since[one]!]!) return { answer: one, since: since[one] }
      others.add(one, left === undefined || left === required ? required : undefined)
    }
  }
  return undefined
}

/**
 * Of operations that returned, the one called last; and the one called last
 * among those that agree with another state than that one does.
 */
class Latest {
  private readonly callAt: Int32Array
  private first = -1
  private firstState: StateKey | undefined
  private second = -1

  constructor(callAt: Int32Array) {
    this.callAt = callAt
  }

  /** Takes note of an operation that is possible while the object stays in `state`; in no one state if undefined. */
  add(operation: number, state: StateKey | undefined): void {
    if (this.isLater(operation, this.first)) {
      if (state !== this.firstState) this.second = this.first
      this.first = operation
      this.firstState = state
    } else if (state !== this.firstState && this.isLater(operation, this.second)) {
      this.second = operation
    }
  }

  /** The one called last that puts an end to `state`; −1 if there is none. */
  besides(state: StateKey): number {
    return this.firstState === state ? this.second : this.first
  }

  private isLater(one: number, other: number): boolean {
    return other < 0 || this.callAt[one]! > this.callAt[other]!
  }
}
