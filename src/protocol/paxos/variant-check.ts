import { UsageError } from "../../base/errors.ts"
import type { Verdict } from "../../base/verdict.ts"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import { type RequirementWitness, requirementById } from "../../quorum/requirement.ts"
import { effectivePlan } from "./effective-plan.ts"
import type { Variant } from "./variant.ts"
import { sharedEpochs, sharesEpochs, variantRules } from "./variant-rules.ts"

/** What a variant needs of its quorums: requirements by number. */
export interface VariantNeeds {
  readonly safety: readonly string[]
  /** Beyond a live quorum of each phase; without them phase 1 may have to wait for more. */
  readonly progress: readonly string[]
}

/**
 * The requirements of Howard 2019 that a variant rests on, to be asked of
 * `effectivePlan`: 4.6 always, 4.7 where epochs are voted for, 7.1 where they are
 * shared. Where two values may share an epoch, progress with any phase-1 quorum
 * needs 7.2 (where only some epochs are shared: FFP, which is 7.2 for those), and
 * for the Fast Paxos rule so does safety, because it never waits for more.
 */
export function needsOf(variant: Variant): VariantNeeds {
  const shared = sharedEpochs(variant)
  const triple = shared === 0 ? [] : [shared === Infinity ? "7.2" : "FFP"]
  // These two rules take what a bare phase-1 quorum shows and never ask for more.
  const waits = variant.select !== "fast" && variant.select !== "multi-path"
  return {
    safety: [
      "4.6",
      ...(variant.epochs.kind === "voting" ? ["4.7"] : []),
      ...(sharesEpochs(variant) ? ["7.1"] : []),
      ...(waits ? [] : triple),
    ],
    progress: waits ? triple : [],
  }
}

/** One thing that is wrong with a variant and its quorums, or that could not be found out. */
export interface Objection {
  /** The number of a requirement, or the id of a rule. */
  readonly id: string
  readonly harm: "unsafe" | "stuck" | "waits"
  readonly because: string
  readonly reference: string
  readonly witness?: RequirementWitness
}

/** All that is to be said against running a variant with the quorums of a plan; nothing, if it is safe and makes progress. */
export function objectionsTo(variant: Variant, plan: QuorumPlan): readonly Objection[] {
  const { safety, progress } = needsOf(variant)
  const rules = variantRules.filter((rule) => rule.applies(variant, plan))
  return [
    ...rules.map(({ id, harm, because, reference }) => ({ id, harm, because, reference })),
    ...safety.flatMap((id) => objection(id, "unsafe", verdictOn(id, variant, plan))),
    ...progress.flatMap((id) => objection(id, "waits", verdictOn(id, variant, plan))),
  ]
}

/** 7.1 concerns the shared epochs only; all others are asked of the plan as the variant uses it. */
function verdictOn(id: string, variant: Variant, plan: QuorumPlan): Verdict<RequirementWitness> {
  const asked =
    sharedEpochs(variant) === Infinity || id !== "7.1"
      ? effectivePlan(variant, plan)
      : constantPlan(plan.systemAt(0))
  return requirementById(id)!.check(asked)
}

function objection(id: string, harm: Objection["harm"], verdict: Verdict<RequirementWitness>): Objection[] {
  const { title, reference } = requirementById(id)!
  if (verdict.verdict === "holds") return []
  if (verdict.verdict === "unknown") {
    return [{ id, harm, because: `whether ${title} could not be decided: ${verdict.because}`, reference }]
  }
  const { witness } = verdict
  const quorums = witness.quorums.map(
    ({ phase, epoch, nodes }) => `phase ${phase} of epoch ${epoch} {${nodes.join(" ")}}`,
  )
  return [
    {
      id,
      harm,
      because: `requirement ${id}, ${title}, does not hold: ${quorums.join(", ")} have no acceptor in common; ${witness.hint}`,
      reference,
      witness,
    },
  ]
}

/**
 * Refuses a combination that can decide two values or get stuck, naming each
 * reason; unless it is wanted as a control. That phase 1 may have to wait for
 * more than a quorum is no reason.
 */
export function refuseUnsafe(variant: Variant, plan: QuorumPlan): void {
  const serious = objectionsTo(variant, plan).filter(({ harm }) => harm !== "waits")
  if (serious.length === 0) return
  throw new UsageError(
    [
      `${plan.name}: this combination is ${serious.some(({ harm }) => harm === "unsafe") ? "unsafe" : "bound to get stuck"}.`,
      ...serious.map(({ id, harm, because, reference }) => `  ${harm} (${id}): ${because}. ${reference}.`),
      `Ask for it as a control with --unsafe.`,
    ].join("\n"),
  )
}
