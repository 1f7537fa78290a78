import { catalogue } from "../../../quorums/index.ts"
import { requirementById } from "../../quorum/meet/requirement.ts"
import { readPlainCall } from "../../quorum/notation/call.ts"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import type { Io } from "./context.ts"

/** The quorum system of an argument. The parser of expressions is imported only where a pattern is not enough. */
export async function readSystem(text: string): Promise<QuorumSystem> {
  return (
    readPlainCall(text, catalogue) ?? (await import("../../../quorums/from-text.ts")).quorumSystemFrom(text)
  )
}

/** The plan of an argument: one system, `0: …; 1..: …`, or `allAboard(3, 3)`. The parser is imported only where a pattern is not enough. */
export async function readPlan(text: string): Promise<QuorumPlan> {
  const plain = readPlainCall(text, catalogue)
  if (plain !== undefined) return constantPlan(plain)
  const { readPlanCall } = await import("../../protocol/paxos/plans.ts")
  const called = readPlanCall(text)
  if (called !== undefined) return called
  const { quorumPlanFrom } = await import("../../../quorums/from-text.ts")
  return quorumPlanFrom(text)
}

/**
 * Says on stderr that the quorums of a plan do not meet as Flexible Paxos needs
 * it (Howard 2019, requirements 4.4 and 4.6). Such plans run, because controls are
 * often wanted; but a run that happens to end well must not pass for a safe system.
 */
export function noteUnsafe(io: Io, plan: QuorumPlan): void {
  const requirement = requirementById(plan.ranges.length === 1 ? "4.4" : "4.6")!
  const verdict = requirement.check(plan)
  if (verdict.verdict !== "violated") return
  const quorums = verdict.witness.quorums.map(
    ({ phase, nodes }) => `phase-${phase} quorum {${nodes.join(" ")}}`,
  )
  io.err(
    `note: a control: ${quorums.join(" and ")} share no acceptor (${requirement.id}), so two values may be decided in other runs than this one.\n`,
  )
}
