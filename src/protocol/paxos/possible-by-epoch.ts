import { type NodeSet, nodeSet } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"
import type { Proposal } from "./messages.ts"
import { type Answers, type Choice, type Report, choiceOf, open, proposalsIn, valuesOf } from "./answers.ts"

/**
 * Which values may have been decided in any earlier epoch, where quorums differ
 * between epochs: Howard 2019, Algorithm 20 (with decisions kept per epoch and
 * quorum, erratum E8), extended to shared epochs as §7.3 does for Algorithm 18.
 *
 * Of an epoch f, and a phase-2 quorum Q of it:
 * - a member that reports nil or an epoch below f did not accept in f;
 * - all reports above f have the value decided in f, if there is one (theorem 13);
 *   two different ones rule a decision out;
 * - a report of f itself tells the value of f to everyone, where epochs have one
 *   value; where they are shared it speaks only for quorums its acceptor is in.
 *
 * Where no report says which value a quorum of f could have decided, all values
 * are possible, and the answer is `open`: wait for more promises.
 *
 * Only epochs that differ from their neighbours are looked at: the first of
 * each range, each one reported and its successor. Cost: one `isQuorum` for
 * each of them and each value.
 */
export function possibleByEpoch(
  plan: QuorumPlan,
  shared: (epoch: Epoch) => boolean,
): (answers: Answers) => Choice {
  return ({ epoch, reports }) => {
    const proposals = proposalsIn(reports).map(({ proposal }) => proposal)
    const possible = new Set<Value>()
    for (const f of distinctEpochs(plan, proposals, epoch)) {
      const verdict = possibleIn(f, reports, proposals, shared(f), (set) => plan.systemAt(f).isQuorum(2, set))
      if (verdict === "any") return open
      for (const value of verdict) possible.add(value)
    }
    return choiceOf([...possible])
  }
}

/** Epochs below `before` in increasing order, one at least of each run of epochs about which the same is known. */
function distinctEpochs(plan: QuorumPlan, proposals: readonly Proposal[], before: Epoch): Epoch[] {
  const starts = plan.ranges.map(({ from }) => from)
  const reported = proposals.flatMap(({ epoch }) => [epoch, epoch + 1])
  return [...new Set([...starts, ...reported])].filter((epoch) => epoch < before).sort((a, b) => a - b)
}

function possibleIn(
  f: Epoch,
  reports: readonly Report[],
  proposals: readonly Proposal[],
  shared: boolean,
  isQuorum: (set: NodeSet) => boolean,
): readonly Value[] | "any" {
  const telling = valuesOf(proposals.filter(({ epoch }) => epoch > f || (!shared && epoch === f)))
  // Two values above f: had f decided, every later proposal would have its value (theorem 13).
  if (telling.length > 1) return []
  const members = (value: Value | undefined): NodeSet =>
    nodeSet(reports.flatMap((report, acceptor) => (mayHaveAccepted(report, f, value) ? [acceptor] : [])))
  const [told] = telling
  if (told !== undefined) return isQuorum(members(told)) ? [told] : []
  // Nobody is above f: a quorum of silent acceptors could have decided anything.
  if (isQuorum(members(undefined))) return "any"
  const inF = valuesOf(proposals.filter(({ epoch }) => epoch === f))
  return inF.filter((value) => isQuorum(members(value)))
}

/** Whether an acceptor with this report may have accepted `value` in `f`; without a value, whether it said nothing about `f`. */
function mayHaveAccepted(report: Report, f: Epoch, value: Value | undefined): boolean {
  if (report === "no") return true
  if (report === "nil" || report.epoch < f) return false
  return report.value === value
}
