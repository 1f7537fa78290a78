import { catalogue } from "../../quorums/index.ts"
import { readPlainCall } from "../quorum/call.ts"
import { type QuorumPlan, constantPlan } from "../quorum/plan.ts"

/** The plan of an argument: one system, `0: …; 1..: …`, or `allAboard(3, 3)`. The parser is imported only where a pattern is not enough. */
export async function readPlan(text: string): Promise<QuorumPlan> {
  const plain = readPlainCall(text, catalogue)
  if (plain !== undefined) return constantPlan(plain)
  const { readPlanCall } = await import("../protocol/paxos/named-plans.ts")
  const called = readPlanCall(text)
  if (called !== undefined) return called
  const { quorumPlanFrom } = await import("../../quorums/from-text.ts")
  return quorumPlanFrom(text)
}
