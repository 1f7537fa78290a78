import { nodeSet, size } from "../../base/node-set.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { type Answers, type Choice, choiceOf, free, proposalsIn, valuesOf } from "./answers.ts"

/**
 * The slow path of multi-path Paxos with recovery: Howard 2019, Algorithm 32.
 * Only the first epoch is shared, with counting quorums of k acceptors; later
 * epochs have one value each.
 *
 * If the greatest epoch reported is the first, v is possible when it has been
 * reported so often that it was decided if all who have not answered accepted it
 * too: at least k − (n − |Q_P|) times. The thesis prints ⌈n/4⌉ for that, which is
 * the same only for n ≡ 1 (mod 4): elsewhere it leaves two values, and the slow
 * path halts (erratum E6).
 */
export function possibleAfterFastEpoch(
  plan: QuorumPlan,
  threshold: "corrected" | "printed",
): (answers: Answers) => Choice {
  const n = plan.nodes.length
  const k = smallestQuorum(plan)
  return ({ reports, greatest, promised }) => {
    if (greatest === null) return free
    const proposals = proposalsIn(reports)
      .map(({ proposal }) => proposal)
      .filter(({ epoch }) => epoch === greatest)
    // A later epoch has one value, and its proposer had settled the first epoch.
    if (greatest > 0) return choiceOf(valuesOf(proposals))
    const least = threshold === "corrected" ? k - (n - size(promised)) : Math.ceil(n / 4)
    return choiceOf(
      valuesOf(proposals).filter((v) => proposals.filter(({ value }) => value === v).length >= least),
    )
  }
}

/** k: the size of the smallest phase-2 quorum of the first epoch. */
export function smallestQuorum(plan: QuorumPlan): number {
  let smallest = plan.nodes.length
  for (const quorum of plan.systemAt(0).minimalQuorums(2)) smallest = Math.min(smallest, size(quorum))
  return smallest
}

/**
 * The choice of Fast Paxos (Lamport 2006, §2.2; `FastFlexiblePaxos.tla`): among
 * the proposals of the greatest epoch k reported, a single value is chosen; of
 * several, the one that all who answered of some phase-2 quorum of k reported;
 * otherwise any.
 *
 * Safe when phase-1 quorums meet every two phase-2 quorums of k in common
 * (requirement 7.2): then no two values can satisfy it.
 */
export function possibleInFastPaxos(plan: QuorumPlan): (answers: Answers) => Choice {
  return ({ reports, greatest }) => {
    if (greatest === null) return free
    const values = valuesOf(
      proposalsIn(reports)
        .map(({ proposal }) => proposal)
        .filter(({ epoch }) => epoch === greatest),
    )
    if (values.length === 1) return choiceOf(values)
    const system = plan.systemAt(greatest)
    const possible = values.filter((value) =>
      system.isQuorum(
        2,
        nodeSet(
          reports.flatMap((report, acceptor) => {
            const agrees =
              report === "no" || (report !== "nil" && report.epoch === greatest && report.value === value)
            return agrees ? [acceptor] : []
          }),
        ),
      ),
    )
    return choiceOf(possible)
  }
}
