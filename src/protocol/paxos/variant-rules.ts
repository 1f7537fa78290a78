import { UsageError } from "../../base/errors.ts"
import { size } from "../../base/node-set.ts"
import type { Verdict } from "../../base/verdict.ts"
import { formatExpr } from "../../quorum/expression.ts"
import { type RequirementWitness, requirementById } from "../../quorum/meet/requirement.ts"
import type { SafetyCondition } from "../../quorum/meet/safety.ts"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import { fastEpochs, isShared } from "./epochs.ts"
import type { Variant } from "./variant.ts"
import { effectivePlan } from "./phase1.ts"

/** A combination of switches that is incorrect with any quorums, and the reason. */
export interface VariantRule {
  /** In kebab-case: what reports and refusals call it. */
  readonly id: string
  /** Two values may be decided; or there are reachable states from which no value ever is. */
  readonly harm: "unsafe" | "stuck"
  readonly because: string
  readonly reference: string
  applies(variant: Variant, plan: QuorumPlan): boolean
}

/** Whether some epochs may be used for two values. */
export function sharesEpochs({ epochs }: Variant): boolean {
  return isShared(epochs, 0)
}

/** Whether all of them may. */
function sharesAllEpochs({ epochs }: Variant): boolean {
  return epochs.kind === "recovery"
}

const countsEverything = (v: Variant): boolean => v.select === "quorums" || v.select === "quorums-by-epoch"

/** Every such rule, in the order of the thesis. Quorums are judged by the requirements instead (`variant-rules.ts`). */
export const variantRules: readonly VariantRule[] = [
  {
    id: "votes-without-voting",
    harm: "unsafe",
    because:
      "every proposer may use every epoch, and acceptors promise an epoch to any number of them: two proposers can reach phase 2 of one epoch with different values. Promise with `voting`, or only `greater` epochs",
    reference: "Howard 2019, lemma 17 (§3.9)",
    applies: (v) => v.epochs.kind === "voting" && v.promise === "at-least",
  },
  {
    id: "shared-epochs-overwritten",
    harm: "unsafe",
    because:
      "two values may be proposed in one epoch, and acceptors replace an accepted value by another of the same epoch. Set `keepFirst`",
    reference: "Howard 2019, property 17 (§7.3.1, problem 2)",
    applies: (v) => sharesEpochs(v) && !v.keepFirst,
  },
  {
    id: "collision-ignored",
    harm: "unsafe",
    because:
      "two values may be reported for the greatest epoch, and the first one received is selected although the other may be decided. Select by `quorums`",
    reference: "Howard 2019, §7.3.1 (problem 3); Algorithm 28 as printed",
    applies: (v, plan) => sharesEpochs(v) && v.select === "greatest" && !onlyQuorumIsEveryone(plan),
  },
  {
    id: "printed-counting",
    harm: "unsafe",
    because:
      "reports of the greatest epoch only are counted, so a report from a later epoch can hide a value that earlier reports show to be decided. Select by `quorums`",
    reference: "Howard 2019, Algorithm 29 (line 17)",
    applies: (v) => v.select === "printed-counting",
  },
  {
    id: "one-shared-epoch-expected",
    harm: "unsafe",
    because:
      "this rule counts only reports of the first epoch, and selects any value of a later one; here later epochs are shared too",
    reference: "Howard 2019, Algorithm 32",
    applies: (v) => (v.select === "multi-path" || v.select === "printed-multi-path") && sharesAllEpochs(v),
  },
  {
    id: "quorums-differ",
    harm: "unsafe",
    because:
      "this rule considers decisions by the quorums of one epoch, and the quorums of the plan differ between epochs. Select by `quorums-by-epoch`",
    reference: "Howard 2019, §6.2",
    applies: (v, plan) => v.select === "quorums" && !samePhase2(plan),
  },
  {
    id: "no-promises-awaited",
    harm: "unsafe",
    because:
      "phase 1 awaits no promises, which is safe only where the possible values determine when it ends: `quorums-by-epoch` with `untilOneValue`",
    reference: "Howard 2019, Algorithm 19",
    applies: (v) => v.phase1 === "none" && (v.select !== "quorums-by-epoch" || !v.untilOneValue),
  },
  {
    id: "epoch-without-unique-value",
    harm: "unsafe",
    because:
      "decided(e) stands for the value of epoch e, and an epoch here may have two values: an acceptor would report its own as decided. Terminate by `value`",
    reference: "Howard 2019, §3.3 (rests on lemma 9)",
    applies: (v) => v.termination === "epoch" && sharesEpochs(v),
  },
  {
    id: "value-sent-before-epoch-is-durable",
    harm: "unsafe",
    because:
      "a prepare contains the value, and after a crash the epoch may be reused with another one: acceptors would accept a value that was not proposed. Write the epoch before phase 1, and use epochs that are written",
    reference: "Howard 2019, §3.8 allows the late write because a prepare has no value",
    applies: (v) => v.valueWithPrepare && (v.epochWrite === "before-phase-2" || forgetsEpochs(v)),
  },
  {
    id: "several-possible-values",
    harm: "stuck",
    because:
      "two values may be possible when phase 1 ends, and no rule selects one. Set `untilOneValue`, or choose quorums that satisfy 7.2",
    reference: "Howard 2019, Algorithm 25 (line 10)",
    applies: (v, plan) => sharesEpochs(v) && countsEverything(v) && !v.untilOneValue && !tripleMeets(v, plan),
  },
  {
    id: "threshold-as-printed",
    harm: "stuck",
    because:
      "with ⌈n/4⌉ reports two values remain possible unless n ≡ 1 (mod 4), and the slow path halts. Select by `multi-path`",
    reference: "Howard 2019, Algorithm 32 (line 17)",
    applies: (v, plan) => v.select === "printed-multi-path" && plan.nodes.length % 4 !== 1,
  },
  {
    id: "skipped-phase-1-never-accepted",
    harm: "stuck",
    because:
      "acceptors that accept only in their last promised epoch never accept in an epoch that skips phase 1",
    reference: "Howard 2019, §3.12 (stricter epoch conditions) against §4.3",
    applies: (v, plan) => v.accept === "equal" && skipsPhase1(v, plan),
  },
  {
    id: "counts-sets-that-are-not-quorums",
    harm: "stuck",
    because:
      "this rule counts every set of the size of the smallest phase-2 quorum of the first epoch as a quorum, and not all of them are: two values can seem possible whichever acceptors reply. Select by `quorums` or `quorums-by-epoch`, or use counting quorums of k acceptors",
    reference: "Howard 2019, Algorithm 32 (line 17)",
    applies: (v, plan) =>
      (v.select === "multi-path" || v.select === "printed-multi-path") &&
      sharesEpochs(v) &&
      !countsInFirstEpoch(plan),
  },
  {
    id: "reserved-past-the-register",
    harm: "stuck",
    because:
      "the register allocates the first epoch only, and an acceptor that recovers from a crash has promised all epochs it had reserved: it never accepts in the first epoch again. Write every promise: `promiseAhead` 0",
    reference: "Howard 2019, §7.1 against §3.8",
    applies: (v) => v.epochs.kind === "register" && v.promiseAhead > 0,
  },
  {
    id: "values-without-epochs",
    harm: "stuck",
    because:
      "a value outside the list has no epoch. Use a multi-path allocation, which allocates later epochs round-robin",
    reference: "Howard 2019, §7.2 and §7.4.2",
    applies: ({ epochs }) => epochs.kind === "by-value" && epochs.values.length === 0,
  },
]

/**
 * Whether a recovered proposer may reuse an epoch for another value: where epochs are shared and not
 * written.
 */
function forgetsEpochs({ epochs }: Variant): boolean {
  return (
    (epochs.kind === "recovery" && !epochs.durable) ||
    (epochs.kind === "multi-path" && epochs.fast.kind === "recovery")
  )
}

/** Whether the first epoch begins with phase 2. */
export function skipsPhase1(variant: Variant, plan: QuorumPlan): boolean {
  const { epochs } = variant
  if (epochs.kind === "register" || (epochs.kind === "multi-path" && epochs.fast.kind === "register"))
    return true
  return variant.phase1 === "quorum" ? plan.systemAt(0).isQuorum(1, 0) : variant.phase1 !== "revision-A"
}

/** Whether phase 1 of the plan always settles a collision (requirement 7.2). */
function tripleMeets(variant: Variant, plan: QuorumPlan): boolean {
  const needed = sharesAllEpochs(variant) ? "7.2" : "FFP"
  return requirementById(needed)!.check(effectivePlan(variant, plan)).verdict === "holds"
}

function samePhase2({ ranges }: QuorumPlan): boolean {
  return new Set(ranges.map(({ system }) => formatExpr(system.expression[2]))).size === 1
}

/**
 * Whether the only phase-2 quorum is all acceptors: every acceptor that replies is a member (Algorithm
 * 27).
 */
function onlyQuorumIsEveryone(plan: QuorumPlan): boolean {
  return plan.ranges.every(({ system }) => {
    const [quorum] = system.minimalQuorums(2)
    return quorum !== undefined && size(quorum) === plan.nodes.length
  })
}

/** Whether the phase-2 quorums of the first epoch are any k acceptors, for some k: then there are (n over k) of them. */
function countsInFirstEpoch(plan: QuorumPlan): boolean {
  const sizes = [...plan.systemAt(0).minimalQuorums(2)].map(size)
  const [k = 0] = sizes
  const n = plan.nodes.length
  const subsets = Array.from({ length: k }, (_, i) => (n - i) / (i + 1)).reduce((all, by) => all * by, 1)
  return sizes.every((other) => other === k) && sizes.length === Math.round(subsets)
}

/** How many epochs from the first on are shared: all, one, or none. */
export function sharedEpochs({ epochs }: Variant): number {
  if (epochs.kind === "recovery") return Infinity
  return epochs.kind === "multi-path" && epochs.fast.kind === "recovery" ? fastEpochs(epochs.fast) : 0
}

/** What a variant needs of its quorums: requirements by number. */
export interface VariantNeeds {
  readonly safety: readonly string[]
  /** Beyond a live quorum of each phase; without them phase 1 may have to wait for more. */
  readonly progress: readonly string[]
}

/**
 * The requirements of Howard 2019 that a variant depends on, checked on `effectivePlan`: 4.6 always, 4.7
 * where epochs are voted for, 7.1 where they are shared. Where two values may share an epoch, progress
 * with any phase-1 quorum needs 7.2 (where only some epochs are shared: FFP, which is 7.2 for those),
 * and so does safety with the Fast Paxos rule, because it never waits for more promises.
 */
export function needsOf(variant: Variant): VariantNeeds {
  const shared = sharedEpochs(variant)
  const triple = shared === 0 ? [] : [shared === Infinity ? "7.2" : "FFP"]
  // These two rules select after a phase-1 quorum and never wait for more promises.
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

/**
 * What a variant must meet to be safe with the quorums of a plan: the rules on its switches, and the
 * requirements it rests on, each of the quorums that it concerns. On a plan that never changes 4.6 is 4.4.
 */
export function safetyConditions(variant: Variant, plan: QuorumPlan): SafetyCondition[] {
  const unsafe = variantRules.filter(({ harm }) => harm === "unsafe")
  return [
    ...unsafe.map((rule) => ({
      id: rule.id,
      isMet: !rule.applies(variant, plan),
      because: rule.because,
    })),
    ...needsOf(variant).safety.map((id) => {
      const asked = concernedPlan(id, variant, plan)
      return { id: id === "4.6" && asked.ranges.length === 1 ? "4.4" : id, plan: asked }
    }),
  ]
}

/** One fault of a variant with its quorums, or a requirement that could not be decided. */
export interface Objection {
  /** The number of a requirement, or the id of a rule. */
  readonly id: string
  readonly harm: "unsafe" | "stuck" | "waits"
  readonly because: string
  readonly reference: string
  readonly witness?: RequirementWitness
}

/** All objections to running a variant with the quorums of a plan; empty if it is safe and makes progress. */
export function objectionsTo(variant: Variant, plan: QuorumPlan): readonly Objection[] {
  const { safety, progress } = needsOf(variant)
  const rules = variantRules.filter((rule) => rule.applies(variant, plan))
  return [
    ...rules.map(({ id, harm, because, reference }) => ({ id, harm, because, reference })),
    ...safety.flatMap((id) => objection(id, "unsafe", verdictOn(id, variant, plan))),
    ...progress.flatMap((id) => objection(id, "waits", verdictOn(id, variant, plan))),
  ]
}

/**
 * The plan on which requirement `id` is checked: 7.1 on the shared epochs only, all others on the
 * effective plan.
 */
function concernedPlan(id: string, variant: Variant, plan: QuorumPlan): QuorumPlan {
  return sharedEpochs(variant) === Infinity || id !== "7.1"
    ? effectivePlan(variant, plan)
    : constantPlan(plan.systemAt(0))
}

function verdictOn(id: string, variant: Variant, plan: QuorumPlan): Verdict<RequirementWitness> {
  return requirementById(id)!.check(concernedPlan(id, variant, plan))
}

function objection(id: string, harm: Objection["harm"], verdict: Verdict<RequirementWitness>): Objection[] {
  const { title, reference } = requirementById(id)!
  if (verdict.verdict === "holds") return []
  if (verdict.verdict === "unknown") {
    return [{ id, harm, because: `cannot decide whether ${title}: ${verdict.because}`, reference }]
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
 * Throws UsageError, with each reason, if a combination can decide two values or get stuck. That phase 1
 * may have to wait for more than a quorum is no reason.
 */
export function refuseUnsafe(variant: Variant, plan: QuorumPlan): void {
  const serious = objectionsTo(variant, plan).filter(({ harm }) => harm !== "waits")
  if (serious.length === 0) return
  throw new UsageError(
    [
      `${plan.name}: this combination is ${serious.some(({ harm }) => harm === "unsafe") ? "unsafe" : "unable to make progress"}.`,
      ...serious.map(({ id, harm, because, reference }) => `  ${harm} (${id}): ${because}. ${reference}.`),
      `To run it as a control, add --unsafe.`,
    ].join("\n"),
  )
}
