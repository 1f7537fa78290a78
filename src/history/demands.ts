import { grouped, groupedBy } from "./operation.ts"
import { ByCall, ByReturn, type Path } from "./path.ts"
import type { Specification } from "./specification.ts"
import type { States } from "./states.ts"
import type { Timeline } from "./timeline.ts"

/**
 * The states that outputs require, for pruning configurations that cannot be completed.
 *
 * A read that returned 3 requires the state 3. If the state is another, and no operation
 * that could lead to 3 can still take effect before the read returns, the configuration is
 * pruned. Nothing is pruned if the states that operations leave are unknown.
 */
export class Demands<State, Input, Output> {
  /** By operation: the state it leaves, or −1 if unknown. */
  readonly leaves: Int32Array
  /** By operation: the position up to which the state it leaves may last; later calls cannot observe it. */
  readonly lasts: Int32Array
  private readonly requires: Int32Array
  private readonly timeline: Timeline<State, Input, Output>
  private readonly leads: (from: number, to: number) => boolean
  /** The demands: required operations that are possible in one state only. */
  private readonly all: ByReturn
  private readonly byState: ReadonlyMap<number, ByReturn>
  /** By state: the operations that leave it. */
  private readonly leaving: ReadonlyMap<number, readonly number[]>
  /** By state: the operations that may lead to it; computed on demand. */
  private readonly suppliers = new Map<number, ByCall>()
  private readonly foresees: boolean
  /** Whether the states that some operations leave are unknown. */
  private readonly grows: boolean

  constructor(
    timeline: Timeline<State, Input, Output>,
    specification: Specification<State, Input, Output>,
    states: States<State, Input, Output>,
  ) {
    const { outlines, optional } = timeline
    const numberOf = (state: State | undefined): number => (state === undefined ? -1 : states.numberOf(state))
    this.timeline = timeline
    this.leaves = Int32Array.from(outlines, ({ leaves }) => numberOf(leaves))
    this.requires = Int32Array.from(outlines, ({ requires }) => numberOf(requires))
    const operations = [...outlines.keys()]
    const demands = operations.filter((one) => this.requires[one]! >= 0 && optional[one] === 0)
    this.all = new ByReturn(demands, timeline)
    this.byState = mapped(
      groupedBy(demands, (one) => this.requires[one]!),
      (group) => new ByReturn(group, timeline),
    )
    const changes = operations.filter((one) => outlines[one]!.effect !== "observes")
    this.leaving = grouped(changes, (one) => (this.leaves[one]! < 0 ? [] : [this.leaves[one]!]))
    this.grows = changes.some((one) => this.leaves[one]! < 0)
    this.foresees = !this.grows || specification.leads !== undefined
    this.leads = (from, to) =>
      from === to || (this.grows && specification.leads!(states.get(from), states.get(to)))
    this.lasts = this.grows
      ? new Int32Array(outlines.length).fill(timeline.events.length)
      : lastsOf(timeline, demands, this.requires, this.leaves)
  }

  /** Whether the operation requires another state. The specification need not forbid it: see `refinedOutlines`. */
  forbids(operation: number, state: number): boolean {
    const required = this.requires[operation]!
    return required >= 0 && required !== state
  }

  /** Whether, after leaving the state `left` (−1 if unchanged), some demand can no longer be met. */
  areLost(path: Path<State, Input, Output>, left: number): boolean {
    if (!this.foresees) return false
    return (left >= 0 && this.isLost(path, left)) || (this.grows && this.nextAreLost(path))
  }

  /** The position by which `state` must have been left: the first return of a demand for another state. */
  horizon(path: Path<State, Input, Output>, state: number): number {
    const other = this.all.firstRemainingBesides(path, this.requires, state)
    return other < 0 ? this.timeline.events.length : this.timeline.returnAt[other]!
  }

  /** Whether some demand for `state` can no longer be met. */
  private isLost(path: Path<State, Input, Output>, state: number): boolean {
    const demand = this.byState.get(state)?.firstRemaining(path) ?? -1
    if (demand < 0) return false
    const { callAt, returnAt } = this.timeline
    if (this.leads(path.state, state)) {
      if (this.grows || callAt[demand]! < this.horizon(path, state)) return false
    }
    return !this.suppliersOf(state).someRemaining(path, returnAt[demand]!, this.lasts, callAt[demand])
  }

  /** `isLost` for the next few demands: with appends, any of them may be lost. */
  private nextAreLost(path: Path<State, Input, Output>): boolean {
    const next = this.all.remaining(path, demandsLookedAt)
    return next.some((demand) => this.isLost(path, this.requires[demand]!))
  }

  private suppliersOf(state: number): ByCall {
    const known = this.suppliers.get(state)
    if (known !== undefined) return known
    const operations = this.grows
      ? [...this.leaving].flatMap(([left, leaving]) => (this.leads(left, state) ? leaving : []))
      : (this.leaving.get(state) ?? [])
    const suppliers = new ByCall(operations, this.timeline)
    this.suppliers.set(state, suppliers)
    return suppliers
  }
}

/** The number of demands examined per configuration: a trade-off of pruning against cost. */
const demandsLookedAt = 8

/**
 * The state that an operation leaves is gone when a demand for another state, called after
 * the operation returned, has returned.
 */
function lastsOf(
  { callAt, returnAt, events }: Timeline<unknown, unknown, unknown>,
  demands: readonly number[],
  requires: Int32Array,
  leaves: Int32Array,
): Int32Array {
  const lasts = new Int32Array(leaves.length)
  const byReturn = [...leaves.keys()].sort((a, b) => returnAt[b]! - returnAt[a]!)
  const latestCalls = [...demands].sort((a, b) => callAt[a]! - callAt[b]!)
  // Of the demands called after the operation: the first to return, and the first that requires another state.
  let soonest: number[] = []
  for (const operation of byReturn) {
    while (latestCalls.length > 0 && callAt[latestCalls.at(-1)!]! > returnAt[operation]!) {
      const [first, ...others] = [...soonest, latestCalls.pop()!].sort((a, b) => returnAt[a]! - returnAt[b]!)
      const second = others.find((one) => requires[one] !== requires[first!])
      soonest = second === undefined ? [first!] : [first!, second]
    }
    const other = soonest.find((demand) => requires[demand] !== leaves[operation])
    lasts[operation] = other === undefined ? events.length : returnAt[other]!
  }
  return lasts
}

/** A map with `to` applied to its values. */
export function mapped<Key, From, To>(map: ReadonlyMap<Key, From>, to: (from: From) => To): Map<Key, To> {
  return new Map([...map].map(([key, value]) => [key, to(value)]))
}
