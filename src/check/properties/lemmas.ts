import { has } from "../../base/node-set.ts"
import type { Decision } from "../decision.ts"
import type { Address } from "../../protocol/actor.ts"
import type { AcceptorRecord } from "../../protocol/paxos/messages.ts"
import { type Finding, type Property, firstComplaint } from "../run-property.ts"
import { nameOf } from "./proposer.ts"
import type { MadeProposal, RunFacts } from "../facts.ts"

/**
 * Lemmas 6 to 15 of Howard 2019, §2.6, with corollaries 12.1 and 12.2 and
 * theorems 13 and 14: what the safety of classic Paxos is proved from.
 *
 * They speak of proposals in epochs greater than that of the decision. In a
 * smaller epoch a different value may well be proposed after a decision, and in
 * Revision B that is how the protocol works (figure 4.4); it is not decided.
 */
export const lemmas: readonly Property[] = [
  {
    number: "6",
    name: "promises-monotone",
    reference: "Howard 2019, lemma 6",
    // "Strictly increasing" at the end of its proof is a slip: the same epoch may be promised again.
    statement: "The last promised epoch of an acceptor never decreases.",
    subject: "acceptor states",
    judge: promisesMonotone,
  },
  {
    number: "7",
    name: "promised-covers-accepted",
    reference: "Howard 2019, lemma 7",
    statement: "The last promised epoch of an acceptor is never below its last accepted one.",
    subject: "acceptor states",
    judge: promisedCoversAccepted,
  },
  {
    number: "8",
    name: "promise-format",
    reference: "Howard 2019, lemma 8",
    statement: "A promise(e, f, v) has e ≥ f.",
    subject: "promises",
    judge: promiseFormat,
  },
  {
    number: "9",
    name: "value-uniqueness",
    reference: "Howard 2019, lemma 9",
    statement: "At most one value is proposed in an epoch.",
    subject: "proposals",
    judge: valueUniqueness,
  },
  {
    number: "10",
    name: "message-ordering",
    reference: "Howard 2019, lemma 10",
    statement: "The epochs of the promises and accepts that an acceptor sends never decrease.",
    subject: "replies",
    judge: messageOrdering,
  },
  {
    number: "11",
    name: "quorum-intersection",
    reference: "Howard 2019, lemma 11",
    statement: "Somebody who accepted a decided proposal promised to every proposal of a greater epoch.",
    subject: "pairs of a decision and a later proposal",
    judge: quorumIntersection,
  },
  {
    number: "12",
    name: "later-proposals-descend",
    reference: "Howard 2019, lemma 12",
    statement:
      "If v is decided in e and w is proposed in f > e, then w was proposed in some g with e ≤ g < f.",
    subject: "pairs of a decision and a later proposal",
    judge: laterProposalsDescend,
  },
  {
    number: "12.1",
    name: "next-epoch-limited",
    reference: "Howard 2019, corollary 12.1",
    statement: "If v is decided in e, only v is proposed in the epoch after e.",
    subject: "pairs of a decision and a later proposal",
    judge: (facts) => limited(facts, (decided, { epoch }) => epoch === decided + 1),
  },
  {
    number: "12.2",
    name: "limit-passed-on",
    reference: "Howard 2019, corollary 12.2",
    statement:
      "If v is decided in e and only v is proposed from there to f, only v is proposed in the epoch after f.",
    subject: "pairs of a decision and a later proposal",
    judge: limitPassedOn,
  },
  {
    number: "13",
    name: "later-proposals-agree",
    reference: "Howard 2019, theorem 13",
    statement: "If v is decided in e, only v is proposed in greater epochs.",
    subject: "pairs of a decision and a later proposal",
    judge: (facts) => limited(facts, () => true),
  },
  {
    number: "14",
    name: "one-value-decided",
    reference: "Howard 2019, theorem 14",
    statement: "At most one value is decided.",
    subject: "decisions",
    judge: oneValueDecided,
  },
  {
    number: "15",
    name: "learned-was-decided",
    reference: "Howard 2019, lemma 15",
    statement: "A value that is returned had been decided.",
    subject: "learned values",
    judge: learnedWasDecided,
  },
]

/** Lemma 6, on what is on disk after every write. */
function promisesMonotone(facts: RunFacts): Finding {
  return firstComplaint(facts.writes, ({ acceptor, before, after }) =>
    promisedRank(after) >= promisedRank(before)
      ? undefined
      : `${nameOf(facts, acceptor)} promised epoch ${String(after.lastPromised)} after ${String(before.lastPromised)}`,
  )
}

function promisedCoversAccepted(facts: RunFacts): Finding {
  return firstComplaint(facts.writes, ({ acceptor, after }) =>
    after.lastAccepted === null || after.lastAccepted.epoch <= promisedRank(after)
      ? undefined
      : `${nameOf(facts, acceptor)} accepted in epoch ${after.lastAccepted.epoch} and promised only ${String(after.lastPromised)}`,
  )
}

function promisedRank({ lastPromised }: AcceptorRecord): number {
  return lastPromised ?? -Infinity
}

function promiseFormat(facts: RunFacts): Finding {
  const promises = facts.replies.filter(({ type }) => type === "promise")
  return firstComplaint(promises, ({ acceptor, epoch, reported }) =>
    reported === null || epoch >= reported.epoch
      ? undefined
      : `${nameOf(facts, acceptor)} sent promise(${epoch}, ${reported.epoch}, ${reported.value})`,
  )
}

function valueUniqueness(facts: RunFacts): Finding {
  const valueOf = new Map<number, string>()
  return firstComplaint(facts.proposals, ({ epoch, value }) => {
    const first = valueOf.get(epoch) ?? value
    valueOf.set(epoch, first)
    return first === value ? undefined : `${first} and ${value} were both proposed in epoch ${epoch}`
  })
}

function messageOrdering(facts: RunFacts): Finding {
  const greatest = new Map<Address, number>()
  return firstComplaint(facts.replies, ({ acceptor, type, epoch }) => {
    const before = greatest.get(acceptor) ?? epoch
    greatest.set(acceptor, Math.max(before, epoch))
    return epoch >= before
      ? undefined
      : `${nameOf(facts, acceptor)} sent ${type}(${epoch}) after a message of epoch ${before}`
  })
}

/** A decision and a proposal of a greater epoch, which may have been made before it. */
interface LaterProposal {
  readonly at: number
  readonly decision: Decision
  readonly proposal: MadeProposal
}

/** Each decision with each proposal of a greater epoch. Quadratic, in runs that have a handful of both. */
function laterProposals({ decisions, proposals }: RunFacts): LaterProposal[] {
  return decisions.flatMap((decision) =>
    proposals
      .filter(({ epoch }) => epoch > decision.proposal.epoch)
      .map((proposal) => ({ at: Math.max(decision.at, proposal.at), decision, proposal })),
  )
}

function quorumIntersection(facts: RunFacts): Finding {
  return firstComplaint(laterProposals(facts), ({ decision, proposal }) =>
    [...proposal.promises.keys()].some((acceptor) => has(decision.acceptedBy, acceptor))
      ? undefined
      : `none of those that decided ${showDecision(decision)} promised to ${showProposal(facts, proposal)}`,
  )
}

function laterProposalsDescend(facts: RunFacts): Finding {
  return firstComplaint(laterProposals(facts), ({ decision, proposal }) =>
    facts.proposals.some(
      ({ epoch, value }) =>
        value === proposal.value && decision.proposal.epoch <= epoch && epoch < proposal.epoch,
    )
      ? undefined
      : `${showProposal(facts, proposal)} comes from no proposal since ${showDecision(decision)} was decided`,
  )
}

/** Whether every later proposal that `concerns` the lemma has the decided value. */
function limited(facts: RunFacts, concerns: (decided: number, proposal: MadeProposal) => boolean): Finding {
  const pairs = laterProposals(facts).filter(({ decision, proposal }) =>
    concerns(decision.proposal.epoch, proposal),
  )
  return firstComplaint(pairs, ({ decision, proposal }) =>
    proposal.value === decision.proposal.value
      ? undefined
      : `${showDecision(decision)} was decided, and then comes ${showProposal(facts, proposal)}`,
  )
}

/** The first epoch in which another value is proposed must not come after a stretch that was limited. */
function limitPassedOn(facts: RunFacts): Finding {
  const pairs = laterProposals(facts).filter(({ decision, proposal }) => {
    const decided = decision.proposal
    const others = facts.proposals.filter(
      ({ epoch, value }) => epoch > decided.epoch && value !== decided.value,
    )
    const firstOther = Math.min(...others.map(({ epoch }) => epoch))
    return proposal.epoch > decided.epoch + 1 && proposal.epoch <= firstOther
  })
  return firstComplaint(pairs, ({ decision, proposal }) =>
    proposal.value === decision.proposal.value
      ? undefined
      : `${showDecision(decision)} was decided, all up to epoch ${proposal.epoch - 1} was limited to it, and then comes ${showProposal(facts, proposal)}`,
  )
}

function oneValueDecided({ decisions }: RunFacts): Finding {
  return firstComplaint(decisions, (decision) =>
    decision.proposal.value === decisions[0]!.proposal.value
      ? undefined
      : `${showDecision(decisions[0]!)} and ${showDecision(decision)} were both decided`,
  )
}

function learnedWasDecided(facts: RunFacts): Finding {
  return firstComplaint(facts.learnings, ({ at, process, epoch, value }) =>
    facts.decisions.some((decision) => decision.at <= at && decision.proposal.value === value)
      ? undefined
      : `${nameOf(facts, process)} returned ${value} in epoch ${epoch}, which was not decided`,
  )
}

function showDecision({ proposal }: Decision): string {
  return `(${proposal.epoch}, ${proposal.value})`
}

function showProposal(facts: RunFacts, { proposer, epoch, value }: MadeProposal): string {
  return `the proposal (${epoch}, ${value}) of ${nameOf(facts, proposer)}`
}
