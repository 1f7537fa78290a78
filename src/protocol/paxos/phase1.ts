import type { NodeSet } from "../../base/node-set.ts"
import {
  type QuorumExpr,
  and,
  compile,
  countTerms,
  dual,
  positionsOf,
  refuseTooLarge,
} from "../../quorum/expression.ts"
import {
  type Epoch,
  type EpochRange,
  type QuorumPlan,
  constantPlan,
  lastEpoch,
  piecewisePlan,
} from "../../quorum/plan.ts"
import type { Phase1Rule, Variant } from "./variant.ts"
import { isShared } from "./epochs.ts"
import { type QuorumSystem, quorumSystem } from "../../quorum/system.ts"

/**
 * Whether the promises suffice to end phase 1, by one of the rules of `Phase1Rule`. Howard 2019,
 * Algorithms 3, 12 to 15, 19; tables 4.2 and 5.1.
 *
 * `shared` tests whether two values may be proposed in an epoch: a report of such an epoch covers only
 * the epochs strictly before it (§7.3.5), a report of any other covers that one too.
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
        // epoch may, so it is included.
        const from = greatest === null ? 0 : shared(greatest) ? greatest : greatest + 1
        return meets(from, epoch, promised)
      }
    }
  }
}

/** What phase 1 of an epoch has to show. */
export interface Promises {
  readonly epoch: Epoch
  /** Q_P: the acceptors that promised the epoch. */
  readonly promised: NodeSet
  /** e_max: the greatest epoch of a proposal reported, or null. */
  readonly greatest: Epoch | null
}

/**
 * The plan a variant effectively uses: its phase-1 quorums are the sets of promises with which the
 * variant ends phase 1, independent of what they report. Where it awaits quorums of the plan, they are
 * those; where it waits until every phase-2 quorum (of all epochs, or of the smaller ones) has been
 * intersected, they are the quorums of a dual formula. Epochs in which two values may be proposed are
 * marked fast.
 *
 * Revision C may end phase 1 earlier, depending on what a promise reports; a report then implies what
 * its proposer had found (Howard 2019, property 15), so the sets of Revision B are the ones to check.
 *
 * Requirements, `objectionsTo` and the explorer's warnings check this plan and not the given one,
 * because a variant may end phase 1 with fewer promises than a phase-1 quorum of the plan has: table 4.2
 * compares the conditions of the revisions.
 */
export function effectivePlan(variant: Variant, plan: QuorumPlan): QuorumPlan {
  const dependsOnEpoch = variant.phase1 !== "quorum" && variant.phase1 !== "revision-A"
  const split = dependsOnEpoch ? splitAtFirstEpochs(plan) : plan.ranges
  if (dependsOnEpoch) refuseLargeDuals(plan, split)
  const ranges = splitForSharing(variant, split).map((range) => ({
    from: range.from,
    system: effectiveSystem(variant, plan, range),
    fast: isShared(variant.epochs, range.from),
  }))
  return ranges.length === 1 && ranges[0]?.fast === false
    ? constantPlan(ranges[0].system)
    : piecewisePlan(ranges)
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

/** Asked before they are built: phase 1 of every range meets phase 2 of all before it. */
function refuseLargeDuals(plan: QuorumPlan, split: readonly EpochRange[]): void {
  const sizes = plan.ranges.map(({ from, system }) => ({ from, terms: countTerms(system.expression[2]) }))
  let [total, next, before] = [0, 0, 0]
  for (const range of split) {
    for (; next < sizes.length && sizes[next]!.from < range.from; next++) before += sizes[next]!.terms
    total += before
  }
  refuseTooLarge(total, "try fewer ranges of epochs")
}

/** The first epoch of a range has smaller epochs only in other ranges, all later ones in its own too. */
function splitAtFirstEpochs(plan: QuorumPlan): EpochRange[] {
  return plan.ranges.flatMap((range) =>
    lastEpoch(plan, range) > range.from ? [range, { ...range, from: range.from + 1 }] : [range],
  )
}

/** Splits off the first epoch as a range where it is shared and later epochs are not. */
function splitForSharing({ epochs }: Variant, ranges: readonly EpochRange[]): readonly EpochRange[] {
  const [first, next] = ranges
  if (epochs.kind !== "multi-path" || first === undefined || next?.from === 1) return ranges
  return [first, { ...first, from: 1 }, ...ranges.slice(1)]
}

function effectiveSystem(variant: Variant, plan: QuorumPlan, range: EpochRange): QuorumSystem {
  const { system } = range
  if (variant.phase1 === "quorum") return system
  const met =
    variant.phase1 === "revision-A" ? plan.ranges : plan.ranges.filter(({ from }) => from < range.from)
  return quorumSystem(
    { phase1: meetsAll(met), phase2: system.expression[2], nodes: system.nodes },
    `${variant.phase1} of ${system.name}`,
  )
}

/** The sets that meet every phase-2 quorum of every one of the ranges. */
function meetsAll(ranges: readonly EpochRange[]): QuorumExpr {
  return and(...ranges.map(({ system }) => dual(system.expression[2])))
}
