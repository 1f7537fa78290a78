import { UsageError, describeUnknown } from "../../base/errors.ts"
import { type Verdict, isVacuous } from "../../base/verdict.ts"
import type { QuorumPlan } from "../plan.ts"
import type { NodeId } from "../system.ts"
import { defaultRequirement, requirementById, requirements } from "./requirement.ts"

/** Whether a protocol is safe with given quorums, as plain JSON: part of analyses and results. */
export interface Safety {
  /** The id of the requirement, such as "4.4". */
  readonly requirement: string
  /** `holds`: safe; `violated`: unsafe; `unknown` where the check could not finish. */
  readonly verdict: Verdict<unknown>["verdict"]
  /** How it was decided, or why it could not be. */
  readonly because: string
  /** Whether it holds only because there are no quorums that would have to intersect. */
  readonly vacuous: boolean
  /** Quorums that do not intersect, by the names of their nodes; null unless violated. */
  readonly quorums: readonly (readonly NodeId[])[] | null
}

/**
 * The safety of a plan by one requirement: the one its systems are designed for, or 4.4, unless another is
 * named by its id in `requirements`; any other id is a UsageError.
 *
 * Cost: that of the requirement's check, a second at most.
 *
 * @example safetyOf(planFrom("simple(5, 2, 2)")).quorums // => [["a1", "a2"], ["a4", "a5"]]
 */
export function safetyOf(plan: QuorumPlan, requirement: string = defaultRequirement(plan)): Safety {
  const asked = requirementById(requirement)
  if (asked === undefined) {
    const known = requirements.map(({ id }) => id)
    throw new UsageError(describeUnknown("requirement", requirement, known))
  }
  const verdict = asked.check(plan)
  return {
    requirement,
    verdict: verdict.verdict,
    because: verdict.because,
    vacuous: isVacuous(verdict),
    quorums: verdict.verdict === "violated" ? verdict.witness.quorums.map(({ nodes }) => nodes) : null,
  }
}

/**
 * A condition for the safety of a run under all faults: a requirement on quorums by its id in
 * `requirements`, checked on the plan of the run or, where a protocol uses other quorums than the given
 * ones, on its own plan; or a rule that settings must satisfy, with the reason where they do not.
 */
export type SafetyCondition =
  | string
  | { readonly id: string; readonly plan: QuorumPlan }
  | { readonly id: string; readonly isMet: boolean; readonly because: string }

/** `{a1 a2} and {a3 a4} do not intersect (requirement 4.4)`; undefined unless violated. */
export function disjointQuorums({ requirement, quorums }: Safety): string | undefined {
  if (quorums === null) return undefined
  const shown = quorums.map((nodes) => `{${nodes.join(" ")}}`)
  return `${shown.join(" and ")} do not intersect (requirement ${requirement})`
}
