import { UsageError, describeUnknown } from "../../base/errors.ts"
import { type Requirement, requirementById, requirements } from "../../quorum/meet/requirement.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import type { Io } from "./context.ts"

/** The quorum system of an argument. The expression parser and the families are imported here, when there is one. */
export async function readSystem(text: string): Promise<QuorumSystem> {
  return (await import("../../../quorums/from-text.ts")).quorumSystemFrom(text)
}

/** The quorum plan of an argument: one system, `0: …; 1..: …`, or a named plan such as `allAboard(3, 3)`. */
export async function readPlan(text: string): Promise<QuorumPlan> {
  const [{ readPlanCall }, { quorumPlanFrom }] = await Promise.all([
    import("../../protocol/paxos/plans.ts"),
    import("../../../quorums/from-text.ts"),
  ])
  return readPlanCall(text) ?? quorumPlanFrom(text)
}

/**
 * Warns on stderr of each requirement of a protocol that the plan violates. Unsafe plans may be run, as
 * controls; the warning keeps a run without a violation from being taken for evidence of safety.
 * `declared` are their ids; a UsageError says which there are.
 */
export function warnIfUnsafe(io: Io, plan: QuorumPlan, declared: readonly string[]): void {
  for (const id of declared) {
    const verdict = requirementNamed(id).check(plan)
    if (verdict.verdict !== "violated") continue
    const quorums = verdict.witness.quorums.map(({ nodes }) => `{${nodes.join(" ")}}`)
    io.err(
      `WARNING: unsafe quorum system: ${quorums.join(" and ")} do not intersect (requirement ${id}); other runs may decide two values\n`,
    )
  }
}

function requirementNamed(id: string): Requirement {
  const found = requirementById(id)
  if (found !== undefined) return found
  const known = requirements.map((requirement) => requirement.id)
  throw new UsageError(`A protocol requires what there is not: ${describeUnknown("requirement", id, known)}`)
}
