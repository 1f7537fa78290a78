import type { NodeSet } from "../../base/node-set.ts"
import { compile, dual, positionsOf } from "../../quorum/expression.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Phase1Rule } from "./variant.ts"

/** What phase 1 of an epoch has to show. */
export interface Promises {
  readonly epoch: Epoch
  /** Q_P: the acceptors that promised the epoch. */
  readonly promised: NodeSet
  /** e_max: the greatest epoch of a proposal reported, or null. */
  readonly greatest: Epoch | null
}

/**
 * Whether the promises suffice to stop waiting, by one of the rules of
 * `Phase1Rule`. Howard 2019, Algorithms 3, 12 to 15, 19; tables 4.2 and 5.1.
 *
 * `shared` says of which epochs two values may be proposed: a report of such an
 * epoch covers only those strictly before it (§7.3.5), a report of any other
 * covers that one too.
 *
 * "Meets every phase-2 quorum" is one evaluation of the dual formula, not an
 * enumeration: linear in the formula, once for each range of epochs that counts.
 */
export function phase1Rule(
  rule: Phase1Rule,
  plan: QuorumPlan,
  shared: (epoch: Epoch) => boolean,
): (promises: Promises) => boolean {
  switch (rule) {
    case "quorum":
      return quorumOfTheEpoch(plan)
    case "none":
      return () => true
    case "revision-A": {
      const meets = meetsEveryQuorum(plan)
      return ({ promised }) => meets(0, Infinity, promised)
    }
    case "revision-B": {
      const meets = meetsEveryQuorum(plan)
      return ({ epoch, promised }) => meets(0, epoch, promised)
    }
    case "revision-C": {
      const meets = meetsEveryQuorum(plan)
      return ({ epoch, promised, greatest }) => {
        // Why a report saves waiting: its proposer had phase 1 of `greatest` behind it, so anything
        // decided before is that value; and an epoch with one value decides no other (lemma 9). A shared
        // epoch may, so it is asked about too.
        const from = greatest === null ? 0 : shared(greatest) ? greatest : greatest + 1
        return meets(from, epoch, promised)
      }
    }
  }
}

/** A phase-1 quorum of the plan, whether or not fewer promises would do. */
function quorumOfTheEpoch(plan: QuorumPlan): (promises: Promises) => boolean {
  const [first, ...rest] = plan.ranges
  if (rest.length === 0) {
    const { system } = first!
    return ({ promised }) => system.isQuorum(1, promised)
  }
  return ({ epoch, promised }) => plan.systemAt(epoch).isQuorum(1, promised)
}

/**
 * A predicate: whether a set meets every phase-2 quorum of every epoch from
 * `from` (inclusive) to `to` (exclusive). True if there is no such epoch.
 */
function meetsEveryQuorum(plan: QuorumPlan): (from: Epoch, to: Epoch, set: NodeSet) => boolean {
  const positions = positionsOf(plan.nodes)
  const ranges = plan.ranges.map(({ from, system }, i) => ({
    from,
    to: plan.ranges[i + 1]?.from ?? Infinity,
    meets: compile(dual(system.expression[2]), positions),
  }))
  return (from, to, set) =>
    // Monotone formulas: a set meets every quorum of a formula exactly when the dual is true of it.
    ranges.every((range) => Math.max(range.from, from) >= Math.min(range.to, to) || range.meets(set))
}
