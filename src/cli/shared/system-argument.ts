import type { QuorumPlan } from "../../quorum/plan.ts"
import type { QuorumSystem } from "../../quorum/system.ts"

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
