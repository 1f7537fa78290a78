import type { QuorumPlan } from "../quorum/plan.ts"
import { requirementById } from "../quorum/requirement.ts"
import type { Io } from "./io.ts"

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
