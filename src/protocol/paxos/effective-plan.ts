import { type QuorumExpr, and, dual } from "../../quorum/expression.ts"
import {
  type EpochRange,
  type QuorumPlan,
  constantPlan,
  lastEpoch,
  piecewisePlan,
} from "../../quorum/plan.ts"
import { type QuorumSystem, quorumSystem } from "../../quorum/system.ts"
import { isShared } from "./epochs.ts"
import type { Variant } from "./variant.ts"

/**
 * The plan as a variant uses it: its phase-1 quorums are the sets of promises
 * with which the variant leaves phase 1, whatever they report. Where it waits
 * for quorums of the plan they are those; where it waits until every phase-2
 * quorum (of all epochs, or of the smaller ones) has been met, they are the sets
 * that do that, the quorums of a dual formula. Epochs in which two values may be
 * proposed are marked fast.
 *
 * Revision C may leave phase 1 earlier, on what a promise reports; a report is
 * then worth what its proposer had found (Howard 2019, property 15), so the
 * sets of Revision B are the ones to judge.
 *
 * Everything that judges a combination (requirements, `objectionsTo`, the explorer's warnings) asks this
 * plan and not the one that was written, because a variant may leave phase 1 with fewer promises than a
 * phase-1 quorum of the plan has: table 4.2 puts the conditions of the revisions side by side.
 */
export function effectivePlan(variant: Variant, plan: QuorumPlan): QuorumPlan {
  const dependsOnEpoch = variant.phase1 !== "quorum" && variant.phase1 !== "revision-A"
  const split = dependsOnEpoch ? splitAtFirstEpochs(plan) : plan.ranges
  const ranges = splitForSharing(variant, split).map((range) => ({
    from: range.from,
    system: effectiveSystem(variant, plan, range),
    fast: isShared(variant.epochs, range.from),
  }))
  return ranges.length === 1 && ranges[0]?.fast === false
    ? constantPlan(ranges[0].system)
    : piecewisePlan(ranges)
}

/** The first epoch of a range has smaller epochs only in other ranges, all later ones in its own too. */
function splitAtFirstEpochs(plan: QuorumPlan): EpochRange[] {
  return plan.ranges.flatMap((range) =>
    lastEpoch(plan, range) > range.from ? [range, { ...range, from: range.from + 1 }] : [range],
  )
}

/** Where the first epoch is shared and later ones are not, it has a range of its own. */
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
