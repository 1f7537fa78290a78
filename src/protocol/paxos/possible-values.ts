import { nodeSet } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"
import { type Answers, type Choice, type Report, choiceOf, proposalsIn, valuesOf } from "./answers.ts"

/**
 * Which values some phase-2 quorum may have decided, where all epochs have the
 * same quorums: Howard 2019, Algorithm 18, and Algorithm 26 where two values
 * may share an epoch.
 *
 * The thesis goes through the quorums; this asks the same question once for
 * each value. A quorum Q may have decided v exactly when each of its members is
 * silent or reports v in an epoch that no report of another value exceeds:
 * someone with nil never accepted; someone with (f, w), f < g, where anyone
 * reports (g, x), cannot have stayed with w (lemma 20). So v is possible exactly
 * when those acceptors together hold a phase-2 quorum. The enumerating form is
 * the oracle in `possible-values.test.ts`.
 *
 * To be asked when the promises meet every phase-2 quorum. Cost: one `isQuorum`
 * for each value reported.
 */
export function possibleValues(plan: QuorumPlan): (answers: Answers) => Choice {
  return ({ reports, epoch }) => {
    const system = plan.systemAt(epoch)
    const values = valuesOf(proposalsIn(reports).map(({ proposal }) => proposal))
    return choiceOf(values.filter((value) => system.isQuorum(2, undecidedAgainst(value, reports))))
  }
}

/** The acceptors that a quorum which decided `value` may consist of. */
function undecidedAgainst(value: Value, reports: readonly Report[]) {
  const rival = greatestEpochOfOthers(value, reports)
  return nodeSet(
    reports.flatMap((report, acceptor) => {
      if (report === "nil") return []
      return report === "no" || (report.value === value && report.epoch >= rival) ? [acceptor] : []
    }),
  )
}

function greatestEpochOfOthers(value: Value, reports: readonly Report[]): Epoch {
  return proposalsIn(reports).reduce(
    (greatest, { proposal }) => (proposal.value === value ? greatest : Math.max(greatest, proposal.epoch)),
    -1,
  )
}
