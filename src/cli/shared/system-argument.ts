import { requirementById } from "../../quorum/meet/requirement.ts"
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
 * Warns on stderr if a plan violates the intersection requirement of Flexible Paxos (Howard 2019, 4.4;
 * 4.6 for quorums that depend on the epoch). Unsafe plans may be run, as controls; the warning keeps
 * a run without a violation from being taken for evidence of safety.
 */
export function warnIfUnsafe(io: Io, plan: QuorumPlan): void {
  const requirement = requirementById(plan.ranges.length === 1 ? "4.4" : "4.6")!
  const verdict = requirement.check(plan)
  if (verdict.verdict !== "violated") return
  const quorums = verdict.witness.quorums.map(({ nodes }) => `{${nodes.join(" ")}}`)
  io.err(
    `WARNING: unsafe quorum system: ${quorums.join(" and ")} do not intersect (requirement ${requirement.id}); other runs may decide two values\n`,
  )
}
