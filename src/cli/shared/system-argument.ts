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
 * Warns on stderr of each reason for which quorums are unsafe. Unsafe plans may be run, as controls; the
 * warning keeps a run without a violation from being taken for evidence of safety.
 */
export function warnOfUnsafe(io: Io, reasons: readonly string[]): void {
  for (const reason of reasons)
    io.err(`WARNING: unsafe quorum system: ${reason}; other runs may decide two values\n`)
}
