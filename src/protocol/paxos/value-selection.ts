import { type NodeSet, nodeSet, size } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Value } from "../actor.ts"
import type { Proposal } from "./messages.ts"
import type { Promises } from "./phase1.ts"
import type { ValueRule } from "./variant.ts"

/**
 * The value rules that use every reply; `greatest` needs only the greatest proposal, which the proposer
 * keeps.
 */
export function valueRule(
  rule: Exclude<ValueRule, "greatest">,
  plan: QuorumPlan,
  shared: (epoch: Epoch) => boolean,
): (answers: Answers) => Choice {
  switch (rule) {
    case "quorums":
      return possibleValues(plan)
    case "quorums-by-epoch":
      return possibleByEpoch(plan, shared)
    case "multi-path":
      return possibleAfterFastEpoch(plan, "corrected")
    case "printed-multi-path":
      return possibleAfterFastEpoch(plan, "printed")
    case "fast":
      return possibleInFastPaxos(plan)
    case "printed-counting":
      return printedCounting(plan)
  }
}

/**
 * R[a]: the reply of an acceptor to the prepare. `no` is no reply, `nil` a promise without an accepted
 * proposal; confusing the two is a safety bug.
 */
export type Report = "no" | "nil" | Proposal

/** Phase 1 with the replies of the acceptors, by address. */
export interface Answers extends Promises {
  readonly reports: readonly Report[]
}

/**
 * The choice that V_dec allows: the one value that may have been decided; `free` if none may have been,
 * so that any can be proposed; `open` if it is not determined yet, because two may have been, or because
 * replies are missing.
 */
export type Choice =
  { readonly kind: "free" } | { readonly kind: "only"; readonly value: Value } | { readonly kind: "open" }

/** Nothing can have been decided: the proposer's own candidate may be proposed. */
export const free: Choice = { kind: "free" }
/** What may be proposed is not determined yet. */
export const open: Choice = { kind: "open" }
/** One value may have been decided, and is the only one that may be proposed. */
export const only = (value: Value): Choice => ({ kind: "only", value })

/** The choice that a set of possible values leaves. */
export function choiceOf(possible: readonly Value[]): Choice {
  const [first, ...more] = possible
  return first === undefined ? free : more.length === 0 ? only(first) : open
}

/** The proposals among the reports, with their acceptors. */
export function proposalsIn(reports: readonly Report[]): { acceptor: number; proposal: Proposal }[] {
  return reports.flatMap((report, acceptor) =>
    report === "no" || report === "nil" ? [] : [{ acceptor, proposal: report }],
  )
}

/** The distinct values of some proposals, in the order of their first appearance. */
export function valuesOf(proposals: readonly Proposal[]): Value[] {
  return [...new Set(proposals.map(({ value }) => value))]
}

/**
 * Which values some phase-2 quorum may have decided, where all epochs have the
 * same quorums: Howard 2019, Algorithm 18, and Algorithm 26 where two values
 * may share an epoch.
 *
 * The thesis enumerates the quorums; this decides the same question once per value. A quorum Q may have
 * decided v exactly when each of its members is silent or reports v in an epoch that no report of
 * another value exceeds: an acceptor with nil never accepted; one with (f, w), f < g, where some report
 * is (g, x), cannot be in a quorum that decided w (lemma 20). So v is possible exactly when those
 * acceptors together hold a phase-2 quorum. The enumerating form is the oracle in
 * `value-selection.test.ts`.
 *
 * Requires promises that intersect every phase-2 quorum. Cost: one `isQuorum` per reported value.
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

/**
 * Which values may have been decided in any earlier epoch, where quorums differ
 * between epochs: Howard 2019, Algorithm 20 (with decisions kept per epoch and
 * quorum, erratum E8), extended to shared epochs as §7.3 does for Algorithm 18.
 *
 * Of an epoch f, and a phase-2 quorum Q of it:
 * - a member that reports nil or an epoch below f did not accept in f;
 * - all reports above f have the value decided in f, if there is one (theorem 13);
 *   two different ones rule a decision out;
 * - a report of f itself determines the value of f, where epochs have one value; where they are shared
 *   it constrains only quorums that contain its acceptor.
 *
 * Where no report constrains the value a quorum of f could have decided, all values are possible, and
 * the choice is `open`: wait for more promises.
 *
 * Only epochs that differ from their neighbours are examined: the first of each range, each reported one
 * and its successor. Cost: one `isQuorum` per such epoch and value.
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
  // No report is above f: a quorum of acceptors without a reply could have decided any value.
  if (isQuorum(members(undefined))) return "any"
  const inF = valuesOf(proposals.filter(({ epoch }) => epoch === f))
  return inF.filter((value) => isQuorum(members(value)))
}

/**
 * Whether an acceptor with this report may have accepted `value` in `f`; without a value, whether the
 * report says nothing about `f`.
 */
function mayHaveAccepted(report: Report, f: Epoch, value: Value | undefined): boolean {
  if (report === "no") return true
  if (report === "nil" || report.epoch < f) return false
  return report.value === value
}

/**
 * The slow path of multi-path Paxos with recovery: Howard 2019, Algorithm 32.
 * Only the first epoch is shared, with counting quorums of k acceptors; later
 * epochs have one value each.
 *
 * If the greatest reported epoch is the first, v is possible when it would be decided if all acceptors
 * without a reply had accepted it too: when it is reported at least k − (n − |Q_P|) times. The thesis
 * prints ⌈n/4⌉ for that, which is the same only for n ≡ 1 (mod 4): elsewhere it leaves two values, and
 * the slow path halts (erratum E6).
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
    const min = threshold === "corrected" ? k - (n - size(promised)) : Math.ceil(n / 4)
    return choiceOf(
      valuesOf(proposals).filter((v) => proposals.filter(({ value }) => value === v).length >= min),
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
 * The choice of Fast Paxos (Lamport 2006, §2.2; FastFlexiblePaxos.tla): among the proposals of the
 * greatest epoch k reported, a single value is chosen; of several, the one that all members of some
 * phase-2 quorum of k that replied have reported; otherwise any.
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
    const min = k + size(promised) - n
    return choiceOf(
      valuesOf(proposals).filter((v) => proposals.filter(({ value }) => value === v).length >= min),
    )
  }
}
