import { size } from "../../base/node-set.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { smallestQuorum } from "./possible-fast.ts"
import { type Answers, type Choice, choiceOf, proposalsIn, valuesOf } from "./answers.ts"

/**
 * Howard 2019, Algorithm 29, line 17: v is possible when (e_max, v) has been
 * reported at least k + |Q_P| − n times.
 *
 * Unsafe. It counts reports of the greatest epoch only. Once more than n − k + 1
 * promises are in, which happens after a value collision, a single report from
 * a later epoch raises e_max and the count starts again at one: a value that a
 * quorum did decide is no longer counted, and V_dec comes out empty. Five
 * acceptors with k = 3: (0, A) (0, B) (0, A) leave A and B; then (1, A), the
 * continuation of the decided A, leaves nothing. Algorithm 26 does not have the
 * fault, and with counting quorums it is what `quorums` computes.
 */
export function printedCounting(plan: QuorumPlan): (answers: Answers) => Choice {
  const n = plan.nodes.length
  const k = smallestQuorum(plan)
  return ({ reports, greatest, promised }) => {
    const proposals = proposalsIn(reports)
      .map(({ proposal }) => proposal)
      .filter(({ epoch }) => epoch === greatest)
    const least = k + size(promised) - n
    return choiceOf(
      valuesOf(proposals).filter((v) => proposals.filter(({ value }) => value === v).length >= least),
    )
  }
}
