import { has } from "../../base/node-set.ts"
import { oncePer } from "../../base/memo.ts"
import { countBelow } from "../../base/sorted.ts"
import type { Verdict } from "../../base/verdict.ts"
import type { Address } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import { type Violation, firstComplaint, judgeEach, verdictOf } from "../property.ts"
import {
  type Decision,
  type Decisions,
  type MadeProposal,
  type ProposerActs,
  acceptorActs,
  acceptorWrites,
  decisions,
  nameOf,
  proposerActs,
} from "./facts.ts"
import { acceptedAbovePromised, agreement, promisedLess, safeLearning } from "./safety.ts"
import { thesisProperty } from "./scope.ts"

/**
 * Lemmas 6 to 15 of Howard 2019, §2.6, with corollaries 12.1 and 12.2 and
 * theorems 13 and 14: what the safety of classic Paxos is proved from.
 *
 * They speak of proposals in epochs greater than that of the decision. In a
 * smaller epoch a different value may well be proposed after a decision, and in
 * Revision B that is how the protocol works (figure 4.4); it is not decided.
 */
export const lemmas = [
  thesisProperty({
    number: "6",
    name: "promises-monotone",
    reference: "Howard 2019, lemma 6",
    // "Strictly increasing" at the end of its proof is a slip: the same epoch may be promised again.
    statement: "The last promised epoch of an acceptor never decreases.",
    needs: { acceptorWrites },
    judge: ({ acceptorWrites: { list } }, cluster) =>
      judgeEach("acceptor states", list, (write) => promisedLess(cluster, write)),
  }),
  thesisProperty({
    number: "7",
    name: "promised-covers-accepted",
    reference: "Howard 2019, lemma 7",
    statement: "The last promised epoch of an acceptor is never below its last accepted one.",
    needs: { acceptorWrites },
    judge: ({ acceptorWrites: { list } }, cluster) =>
      judgeEach("acceptor states", list, (write) => acceptedAbovePromised(cluster, write)),
  }),
  thesisProperty({
    number: "8",
    name: "promise-format",
    reference: "Howard 2019, lemma 8",
    statement: "A promise(e, f, v) has e ≥ f.",
    needs: { acceptorActs },
    judge: ({ acceptorActs: { replies } }, cluster) => {
      const promises = replies.filter(({ type }) => type === "promise")
      return judgeEach("promises", promises, ({ acceptor, epoch, reported }) =>
        reported === null || epoch >= reported.epoch
          ? undefined
          : `${nameOf(cluster, acceptor)} sent promise(${epoch}, ${reported.epoch}, ${reported.value})`,
      )
    },
  }),
  thesisProperty({
    number: "9",
    name: "value-uniqueness",
    reference: "Howard 2019, lemma 9",
    statement: "At most one value is proposed in an epoch.",
    needs: { proposerActs },
    judge: ({ proposerActs: { proposals } }) => {
      const valueOf = new Map<number, string>()
      return judgeEach("proposals", proposals, ({ epoch, value }) => {
        const first = valueOf.get(epoch) ?? value
        valueOf.set(epoch, first)
        return first === value ? undefined : `${first} and ${value} were both proposed in epoch ${epoch}`
      })
    },
  }),
  thesisProperty({
    number: "10",
    name: "message-ordering",
    reference: "Howard 2019, lemma 10",
    statement: "The epochs of the promises and accepts that an acceptor sends never decrease.",
    needs: { acceptorActs },
    judge: ({ acceptorActs: { replies } }, cluster) => {
      const greatest = new Map<Address, number>()
      return judgeEach("replies", replies, ({ acceptor, type, epoch }) => {
        const before = greatest.get(acceptor) ?? epoch
        greatest.set(acceptor, Math.max(before, epoch))
        return epoch >= before
          ? undefined
          : `${nameOf(cluster, acceptor)} sent ${type}(${epoch}) after a message of epoch ${before}`
      })
    },
  }),
  thesisProperty({
    number: "11",
    name: "quorum-intersection",
    reference: "Howard 2019, lemma 11",
    statement:
      "For every proposal of a greater epoch, some acceptor of the decided proposal promised that epoch.",
    needs: { decisions, proposerActs },
    // Of decisions by the same acceptors the one of the least epoch concerns most proposals.
    judge: (facts, cluster) =>
      judgePairs(
        facts,
        laterProposals(
          facts,
          firstOfEach(facts, ({ acceptedBy }) => acceptedBy),
        ),
        (pair) =>
          [...pair.proposal.promises.keys()].some((acceptor) => has(pair.decision.acceptedBy, acceptor))
            ? undefined
            : `none of those that decided ${showDecision(pair.decision)} promised to ${showProposal(cluster, pair.proposal)}`,
      ),
  }),
  thesisProperty({
    number: "12",
    name: "later-proposals-descend",
    reference: "Howard 2019, lemma 12",
    statement:
      "If v is decided in e and w is proposed in f > e, then w was proposed in some g with e ≤ g < f.",
    needs: { decisions, proposerActs },
    // What descends from a proposal since the latest decision does so from one since every decision.
    judge: (facts, cluster) => {
      const before = epochsByValue(facts.proposerActs)
      return judgePairs(facts, latestDecisions(facts), ({ decision, proposal }) => {
        const epochs = before.get(proposal.value)!
        const previous = epochs[countBelow(epochs, proposal.epoch) - 1] ?? -1
        return previous >= decision.proposal.epoch
          ? undefined
          : `${showProposal(cluster, proposal)} comes from no proposal since ${showDecision(decision)} was decided`
      })
    },
  }),
  thesisProperty({
    number: "12.1",
    name: "next-epoch-limited",
    reference: "Howard 2019, corollary 12.1",
    statement: "If v is decided in e, only v is proposed in the epoch after e.",
    needs: { decisions, proposerActs },
    judge: (facts, cluster) => {
      const next = latestDecisions(facts).filter(
        ({ decision, proposal }) => proposal.epoch === decision.proposal.epoch + 1,
      )
      return judgeEach(pairs, next, limited(cluster))
    },
  }),
  /** The first epoch in which another value is proposed must not come after a stretch that was limited. */
  thesisProperty({
    number: "12.2",
    name: "limit-passed-on",
    reference: "Howard 2019, corollary 12.2",
    statement:
      "If v is decided in e and only v is proposed from there to f, only v is proposed in the epoch after f.",
    needs: { decisions, proposerActs },
    judge: (facts, cluster) => {
      const { proposals } = facts.proposerActs
      const epochs = proposals.map(({ epoch }) => epoch).sort(increasing)
      const othersOf = oncePer((value: string) => inOrder(proposals.filter((one) => one.value !== value)))
      let count = 0
      const breaks = facts.decisions.list.flatMap((decision): LaterProposal[] => {
        const { epoch, value } = decision.proposal
        const others = othersOf(value)
        const proposal = others.proposals[countBelow(others.epochs, epoch + 1)]
        const limit = proposal?.epoch ?? Infinity
        count += Math.max(0, countBelow(epochs, limit + 1) - countBelow(epochs, epoch + 2))
        if (proposal === undefined || limit <= epoch + 1) return []
        return [later(decision, proposal)]
      })
      const found = firstComplaint(
        breaks,
        ({ decision, proposal }) =>
          `${showDecision(decision)} was decided, all up to epoch ${proposal.epoch - 1} was limited to it, and then comes ${showProposal(cluster, proposal)}`,
      )
      return verdictOf(count, pairs, found)
    },
  }),
  thesisProperty({
    number: "13",
    name: "later-proposals-agree",
    reference: "Howard 2019, theorem 13",
    statement: "If v is decided in e, only v is proposed in greater epochs.",
    needs: { decisions, proposerActs },
    judge: (facts, cluster) =>
      judgePairs(
        facts,
        laterProposals(
          facts,
          firstOfEach(facts, ({ proposal }) => proposal.value),
        ),
        limited(cluster),
      ),
  }),
  // The last two are safety itself, under their numbers in the proof.
  { ...agreement, number: "14", name: "one-value-decided", reference: "Howard 2019, theorem 14" },
  { ...safeLearning, number: "15", name: "learned-was-decided" },
]

const pairs = "pairs of a decision and a later proposal"

/** What the lemmas on decisions and later proposals are judged on. */
interface DecidedAndProposed {
  readonly decisions: Decisions
  readonly proposerActs: ProposerActs
}

/** A decision and a proposal of a greater epoch, which may have been made before it. */
interface LaterProposal {
  readonly at: number
  readonly decision: Decision
  readonly proposal: MadeProposal
}

/**
 * Judges some pairs that stand for every decision with every proposal of a greater epoch: if any of
 * those is wrong, one of these is. There may be millions of all of them, which are only counted.
 */
function judgePairs(
  { decisions: { list }, proposerActs: { proposals } }: DecidedAndProposed,
  judged: readonly LaterProposal[],
  complaint: (pair: LaterProposal) => string | undefined,
): Verdict<Violation> {
  const epochs = proposals.map(epochOf).sort(increasing)
  const count = list.reduce(
    (sum, { proposal }) => sum + epochs.length - countBelow(epochs, proposal.epoch + 1),
    0,
  )
  return verdictOf(count, pairs, firstComplaint(judged, complaint))
}

/** A pair, at the time from which both are known. */
const later = (decision: Decision, proposal: MadeProposal): LaterProposal => ({
  at: Math.max(decision.at, proposal.at),
  decision,
  proposal,
})

/** Each of some decisions with each proposal of a greater epoch. */
function laterProposals(
  { proposerActs: { proposals } }: DecidedAndProposed,
  list: readonly Decision[],
): LaterProposal[] {
  return list.flatMap((decision) =>
    proposals
      .filter(({ epoch }) => epoch > decision.proposal.epoch)
      .map((proposal) => later(decision, proposal)),
  )
}

/** Of all decisions that are alike the one of the least epoch. */
function firstOfEach(
  { decisions: { list } }: DecidedAndProposed,
  keyOf: (decision: Decision) => unknown,
): Decision[] {
  const first = new Map<unknown, Decision>()
  for (const decision of list) {
    const key = keyOf(decision)
    const known = first.get(key)
    if (known === undefined || decision.proposal.epoch < known.proposal.epoch) first.set(key, decision)
  }
  return [...first.values()]
}

/** Each proposal with the decisions of the greatest epoch below its own. */
function latestDecisions({
  decisions: { list },
  proposerActs: { proposals },
}: DecidedAndProposed): LaterProposal[] {
  const byEpoch = new Map<number, Decision[]>()
  for (const decision of list) {
    const { epoch } = decision.proposal
    const others = byEpoch.get(epoch)
    if (others === undefined) byEpoch.set(epoch, [decision])
    else others.push(decision)
  }
  const epochs = [...byEpoch.keys()].sort(increasing)
  return proposals.flatMap((proposal) =>
    (byEpoch.get(epochs[countBelow(epochs, proposal.epoch) - 1] ?? -1) ?? []).map((decision) =>
      later(decision, proposal),
    ),
  )
}

/** The epochs in which each value was proposed, in order. */
function epochsByValue({ proposals }: ProposerActs): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const { epoch, value } of inOrder(proposals).proposals) {
    const epochs = found.get(value)
    if (epochs === undefined) found.set(value, [epoch])
    else epochs.push(epoch)
  }
  return found
}

/** Proposals by their epochs, and these. */
function inOrder(proposals: readonly MadeProposal[]) {
  const sorted = [...proposals].sort((a, b) => a.epoch - b.epoch)
  return { proposals: sorted, epochs: sorted.map(epochOf) }
}

const epochOf = ({ epoch }: MadeProposal): number => epoch
const increasing = (a: number, b: number): number => a - b

/** What is wrong with a later proposal of another value. */
function limited(cluster: Cluster) {
  return ({ decision, proposal }: LaterProposal): string | undefined =>
    proposal.value === decision.proposal.value
      ? undefined
      : `${showDecision(decision)} was decided, and then comes ${showProposal(cluster, proposal)}`
}

function showDecision({ proposal }: Decision): string {
  return `(${proposal.epoch}, ${proposal.value})`
}

function showProposal(cluster: Cluster, { proposer, epoch, value }: MadeProposal): string {
  return `the proposal (${epoch}, ${value}) of ${nameOf(cluster, proposer)}`
}

/** A row of Howard 2019, table 2.3: what a lemma is proved from. */
export interface Dependency {
  /** The number of the lemma: "12.1". */
  readonly lemma: string
  readonly title: string
  /** Numbers of properties: "P6". */
  readonly properties: readonly string[]
  /** Numbers of other lemmas. */
  readonly lemmas: readonly string[]
}

const row = (lemma: string, title: string, properties: string, lemmas = ""): Dependency => ({
  lemma,
  title,
  properties: words(properties).map((number) => `P${number}`),
  lemmas: words(lemmas),
})

const words = (list: string): string[] => list.split(" ").filter((word) => word !== "")

/** How the safety of classic Paxos is proved: table 2.3, with its row for lemma 7 corrected. */
export const proofDependencies: readonly Dependency[] = [
  row("6", "Monotonicity of promises", "6 7 10"),
  // Printed as "8, 10". The proof of lemma 7 uses properties 9 and 10, and no promise at all:
  // an acceptor that reports rubbish breaks lemma 8 and never lemma 7 (see mutation.test.ts).
  row("7", "Relation between acceptor epochs", "9 10", "6"),
  row("8", "General promise format", "8", "7"),
  row("9", "Value uniqueness", "1"),
  row("10", "Message ordering", "6 7 8 9", "6"),
  row("11", "Quorum intersection", "2"),
  row("12", "Weakened safety of future proposals", "4 7 9", "11 8 10 6"),
  row("12.1", "Base case for safety of future proposals", "", "9 12"),
  row("12.2", "Inductive case for safety of future proposals", "", "9 12"),
  row("13", "Safety of future proposals", "", "12.1 12.2"),
  row("14", "Safety for Classic Paxos", "", "9 13"),
  row("15", "Safety of learning", "1 3 9"),
]

/** Every property that a lemma rests on, by itself or by way of other lemmas. */
export function propertiesBehind(lemma: string): Set<string> {
  const dependency = proofDependencies.find((candidate) => candidate.lemma === lemma)
  if (dependency === undefined) return new Set()
  return new Set([
    ...dependency.properties,
    ...dependency.lemmas.flatMap((other) => [...propertiesBehind(other)]),
  ])
}
