import { LimitError, UsageError } from "../base/errors.ts"
import { maxTerms } from "./expression.ts"
import type { NodeId, QuorumSystem } from "./system.ts"

/** A position in the total order of attempts: a whole number from 0 up (Howard 2019, table 2.1). */
export type Epoch = number

/** From this epoch on, up to the next range, the quorums are those of `system`. */
export interface EpochRange {
  readonly from: Epoch
  readonly system: QuorumSystem
  /** Whether any proposer may propose in these epochs without phase 1, as in Fast Paxos. */
  readonly fast?: boolean
}

/**
 * Which quorum system each epoch uses (Howard 2019, §4.3): piecewise constant,
 * so that "for all epochs" is a finite check. All its systems have the same nodes.
 *
 * The thesis permits different quorums in every epoch, without a last epoch. All its plans and those of
 * practice (all aboard, §4.3.2, table 4.1; fast epochs; reconfiguration at an epoch) change finitely
 * often, so ranges cover them, and 4.6 reduces to finitely many pairs of ranges.
 */
export interface QuorumPlan {
  /** The text that rebuilds it: "majority(3)", or "0: simple(3, 1, 3); 1..: majority(3)". */
  readonly name: string
  readonly nodes: readonly NodeId[]
  /** In increasing order of `from`; the first is from 0, the last has no end. */
  readonly ranges: readonly EpochRange[]
  systemAt(epoch: Epoch): QuorumSystem
}

/** One system for every epoch: all of chapters 2 to 4.2, and nearly all of practice. */
export function constantPlan(system: QuorumSystem): QuorumPlan {
  const ranges = [{ from: 0, system }]
  return { name: system.name, nodes: system.nodes, ranges, systemAt: () => system }
}

/**
 * Different systems for different epochs, over the same nodes in the same order.
 *
 * The order of nodes must be the same because a set of acceptors is bits by position: a bit must denote
 * the same acceptor in every epoch.
 */
export function piecewisePlan(ranges: readonly EpochRange[]): QuorumPlan {
  const [first, ...rest] = ranges
  if (first?.from !== 0)
    throw new UsageError(
      "the first range of the plan does not start at epoch 0; a plan must start at epoch 0.",
    )
  for (const [i, { from, system }] of rest.entries()) {
    if (!Number.isSafeInteger(from) || from <= ranges[i]!.from) {
      throw new UsageError(`epoch ${from} follows ${ranges[i]!.from} in the plan; epochs must increase.`)
    }
    refuseOtherNodes(first.system, system)
  }
  return {
    name: ranges.map((range, i) => showRange(range, ranges[i + 1]?.from)).join("; "),
    nodes: first.system.nodes,
    ranges,
    systemAt: (epoch) => ranges.findLast(({ from }) => from <= epoch)!.system,
  }
}

/**
 * "dual, derived from phase 1" where the phase-2 quorums of a plan were not given, with the epochs if only of some;
 * nothing where they were given. For every place that names the plan: a reader of the formula cannot see it.
 */
export function derivedPhase2(plan: QuorumPlan): string | undefined {
  const derived = plan.ranges.filter(({ system }) => system.derived === true)
  if (derived.length === 0) return undefined
  const epochs = derived.map((range) => epochsText(range.from, lastEpoch(plan, range)))
  return `dual, derived from phase 1${derived.length === plan.ranges.length ? "" : `, in epochs ${epochs.join(", ")}`}`
}

/** The same as the notes of a table. */
export function derivedNotes(plan: QuorumPlan): string[] {
  const derived = derivedPhase2(plan)
  return derived === undefined ? [] : [`Phase 2 of ${plan.name}: ${derived}.`]
}

/** Throws LimitError before the ranges of a plan, each with all its nodes, fill the memory. */
export function refuseLongPlan(ranges: number, nodes: number): void {
  if (ranges * nodes <= maxTerms) return
  throw new LimitError(
    `the plan would have ${ranges} ranges of epochs over ${nodes} nodes; ranges times nodes must be at most ${maxTerms}.`,
  )
}

/** The last epoch of a range of a plan; Infinity for the range without an end. */
export function lastEpoch(plan: QuorumPlan, range: EpochRange): Epoch {
  const next = plan.ranges.find(({ from }) => from > range.from)
  return next === undefined ? Infinity : next.from - 1
}

function refuseOtherNodes(first: QuorumSystem, other: QuorumSystem): void {
  if (JSON.stringify(other.nodes) === JSON.stringify(first.nodes)) return
  throw new UsageError(
    `the systems of a plan must have the same nodes in the same order; ` +
      `${first.name} has ${first.nodes.join(", ")}, ${other.name} has ${other.nodes.join(", ")}.`,
  )
}

/** "4..", "0", "1..3". */
function epochsText(from: Epoch, last: Epoch): string {
  return last === Infinity ? `${from}..` : last === from ? String(from) : `${from}..${last}`
}

/** "1..3: majority(3)", "4..: …", "0 fast: …". */
function showRange({ from, system, fast }: EpochRange, next: Epoch | undefined): string {
  return `${epochsText(from, next === undefined ? Infinity : next - 1)}${fast === true ? " fast" : ""}: ${system.name}`
}
