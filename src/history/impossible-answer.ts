import type { Specification, StateKey } from "./specification.ts"
import type { Timeline } from "./timeline.ts"

/** An impossible answer, by the indices of operations. */
export interface ImpossibleAnswer {
  readonly answer: number
  /** The operation that ended the last state consistent with it; undefined if no operation leaves such a state. */
  readonly since: number | undefined
}

/**
 * The first answer to return that contradicts at most one other operation; undefined if there
 * is none, or if the states that operations leave are unknown.
 *
 * The answer requires a state. Every operation that may leave that state had returned before
 * another operation was called that left or required a different state, and that operation
 * had returned before the answer's call. Most stale reads are of this kind, and are found in one
 * pass instead of a search: the cluster test of Gibbons & Korach (1997), extended to values
 * that are written more than once. Sound but incomplete: without an impossible answer the
 * history may still not be linearizable.
 */
export function impossibleAnswer<State, Input, Output>(
  timeline: Timeline<State, Input, Output>,
  specification: Specification<State, Input, Output>,
): ImpossibleAnswer | undefined {
  const { outlines, optional, events, callAt, returnAt } = timeline
  if (outlines.some(({ effect, leaves }) => effect !== "observes" && leaves === undefined)) return undefined
  const keyOf = (state: State | undefined): StateKey | undefined =>
    state === undefined ? undefined : specification.key(state)
  /** By state: the latest return of the operations called so far that may leave it. */
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
 * Of the operations that returned, the one called last, and the one called last among those
 * consistent with a different state.
 */
class Latest {
  private readonly callAt: Int32Array
  private first = -1
  private firstState: StateKey | undefined
  private second = -1

  constructor(callAt: Int32Array) {
    this.callAt = callAt
  }

  /** Adds an operation that is consistent with the object staying in `state`; with no single state if undefined. */
  add(operation: number, state: StateKey | undefined): void {
    if (this.isLater(operation, this.first)) {
      if (state !== this.firstState) this.second = this.first
      this.first = operation
      this.firstState = state
    } else if (state !== this.firstState && this.isLater(operation, this.second)) {
      this.second = operation
    }
  }

  /** The operation called last that is inconsistent with `state`; −1 if there is none. */
  besides(state: StateKey): number {
    return this.firstState === state ? this.second : this.first
  }

  private isLater(one: number, other: number): boolean {
    return other < 0 || this.callAt[one]! > this.callAt[other]!
  }
}
