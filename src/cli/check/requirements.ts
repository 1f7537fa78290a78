import { UsageError, describeUnknown } from "../../base/errors.ts"
import type { Verdict } from "../../base/verdict.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { type Answers, answersWithin } from "../../quorum/meet/question.ts"
import {
  type Requirement,
  type RequirementWitness,
  decide,
  overlapRequirement,
  requirementById,
  requirements,
} from "../../quorum/meet/requirement.ts"

/** A requirement with its verdict. */
export interface Check {
  readonly requirement: Requirement
  readonly verdict: Verdict<RequirementWitness>
}

/** The options that select requirements: `--requirement` and `--overlap`. */
export interface Selection {
  readonly requirement?: string
  readonly overlap?: number
}

/** The requirements selected; `fallback` if none is. */
export function selectRequirements({ requirement, overlap }: Selection, fallback: string): Requirement[] {
  const extra = overlap === undefined ? [] : [overlapRequirement(overlap)]
  if (requirement === undefined && extra.length > 0) return extra
  return [...byNumber(requirement ?? fallback), ...extra]
}

/** The requirements of a list such as "3.1,4.4", or all of them for "all". */
function byNumber(list: string): readonly Requirement[] {
  const ids = list.split(",").map((id) => id.trim())
  if (ids.includes("all")) return requirements
  return ids.map((id) => {
    const requirement = requirementById(id) ?? requirementById(id.toUpperCase())
    if (requirement !== undefined) return requirement
    const known = requirements.map((one) => one.id)
    throw new UsageError(describeUnknown("requirement", id, known, [...known, "all"]))
  })
}

/** Checks a plan. Questions that the combinatorial search leaves open go to the integer solver, loaded on demand. */
export async function checkPlan(
  plan: QuorumPlan,
  asked: readonly Requirement[],
): Promise<{ readonly checks: readonly Check[]; readonly answers: Answers }> {
  const quick = answersWithin()
  const decided = asked.map((requirement) => decide(requirement, plan, quick))
  if (decided.every(({ verdict }) => verdict !== "unknown"))
    return { checks: pair(asked, decided), answers: quick }
  const { answerBySolver } = await import("../../analysis/answer-by-solver.ts")
  const open = asked.filter((_, i) => decided[i]!.verdict === "unknown")
  const answers = await answerBySolver(
    open.flatMap((requirement) => requirement.questions(plan)),
    quick,
  )
  return {
    checks: pair(
      asked,
      asked.map((requirement) => decide(requirement, plan, answers)),
    ),
    answers,
  }
}

function pair(asked: readonly Requirement[], verdicts: readonly Verdict<RequirementWitness>[]): Check[] {
  return asked.map((requirement, i) => ({ requirement, verdict: verdicts[i]! }))
}
