import { nodeSet } from "../../base/node-set.ts"
import type { Address } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { Proposal } from "../../protocol/paxos/messages.ts"
import type { AcceptorRecord } from "../../protocol/paxos/records.ts"
import { formatSet } from "../../quorum/system.ts"
import { firstComplaint, judgeEach, verdictOf } from "../property.ts"
import {
  type MadeProposal,
  type Promises,
  type Reply,
  acceptorActs,
  acceptorWrites,
  nameOf,
  proposerActs,
} from "./facts.ts"
import { thesisProperty } from "./scope.ts"

/**
 * Properties 1 to 10 of Howard 2019, §2.4: the rules of proposers (1 to 5) and acceptors (6 to 10).
 * Where the thesis requires a majority, the plan of the epoch is used, as in its properties 11 and 12
 * (§4.1.2).
 *
 * A trace does not contain volatile memory, so those of acceptors are checked on the disk at each reply.
 * An acceptor without a reply violates none of them: it is equivalent to a lost message (§3.12).
 */
export const rules = [
  /** By life, so that a restarted proposer that proposes in an old epoch again is caught, too. */
  thesisProperty({
    number: "P1",
    name: "unique-epochs",
    reference: "Howard 2019, property 1",
    statement: "Proposers use unique epochs for each proposal.",
    needs: { proposerActs },
    judge: ({ proposerActs: { proposals } }, cluster) => {
      const usedBy = new Map<number, MadeProposal>()
      return judgeEach("proposals", proposals, (proposal) => {
        const first = usedBy.get(proposal.epoch) ?? proposal
        usedBy.set(proposal.epoch, first)
        const { proposer, life, epoch, value } = proposal
        if (first.proposer === proposer && first.life === life && first.value === value) return undefined
        return `${nameOf(cluster, proposer)} proposed ${value} in epoch ${epoch}, in which ${nameOf(cluster, first.proposer)} had proposed ${first.value}`
      })
    },
  }),
  thesisProperty({
    number: "P2",
    name: "promises-before-proposing",
    reference: "Howard 2019, property 2 (11 with general quorums)",
    statement: "Proposers only propose a value after receiving promises from a phase-1 quorum.",
    needs: { proposerActs },
    judge: ({ proposerActs: { proposals } }, cluster) =>
      judgeEach("proposals", proposals, ({ proposer, epoch, value, promises }) => {
        const promised = nodeSet(promises.keys())
        if (cluster.plan.systemAt(epoch).isQuorum(1, promised)) return undefined
        return `${nameOf(cluster, proposer)} proposed ${value} in epoch ${epoch} with promises from ${formatSet(cluster.plan, promised)}, which holds no phase-1 quorum`
      }),
  }),
  /**
   * Readers learn from reports (§3.7), and a proposer that forwarded its value from the distinguished
   * proposer (§3.4): lemma 15 covers both.
   */
  thesisProperty({
    number: "P3",
    name: "accepts-before-learning",
    reference: "Howard 2019, property 3 (12 with general quorums)",
    statement: "Proposers only return a value after receiving accepts from a phase-2 quorum.",
    needs: { proposerActs },
    judge: ({ proposerActs: { learnings } }, cluster) => {
      const byAccepts = learnings.filter(
        ({ process, isReply }) => !isReply && cluster.processes[process]!.role !== "reader",
      )
      return judgeEach("learned values", byAccepts, ({ process, epoch, value, acceptedBy }) => {
        if (cluster.plan.systemAt(epoch).isQuorum(2, acceptedBy)) return undefined
        return `${nameOf(cluster, process)} learned ${value} in epoch ${epoch} with accepts from ${formatSet(cluster.plan, acceptedBy)}, which holds no phase-2 quorum`
      })
    },
  }),
  /**
   * Two values reported for the greatest epoch leave the choice between them: that they are two is property 1's
   * business. Promises that came before the epoch was begun in this life may have been heeded or not.
   */
  thesisProperty({
    number: "P4",
    name: "value-selection",
    reference: "Howard 2019, property 4",
    statement: "The value proposed is that of the greatest epoch reported in a promise; any, if none was.",
    needs: { proposerActs },
    judge: ({ proposerActs: { proposals } }, cluster) =>
      judgeEach("proposals", proposals, ({ proposer, epoch, value, promises, answers }) => {
        const { greatest, values } = greatestReported(promises)
        if (allows(values, value) || allows(greatestReported(answers).values, value)) return undefined
        return `${nameOf(cluster, proposer)} proposed ${value} in epoch ${epoch} after promises that reported ${values.join(" and ")} as accepted in epoch ${greatest}`
      }),
  }),
  /** Only steps back are counted here; using an epoch again is property 1's business. */
  thesisProperty({
    number: "P5",
    name: "increasing-epochs",
    reference: "Howard 2019, property 5",
    statement: "Each epoch used by a proposer is greater than those it used before.",
    needs: { proposerActs },
    judge: ({ proposerActs: { epochsStarted } }, cluster) => {
      const greatest = new Map<Address, number>()
      return judgeEach("epochs", epochsStarted, ({ proposer, epoch }) => {
        const before = greatest.get(proposer) ?? epoch
        greatest.set(proposer, Math.max(before, epoch))
        return epoch >= before
          ? undefined
          : `${nameOf(cluster, proposer)} used epoch ${epoch} after epoch ${before}`
      })
    },
  }),
  thesisProperty({
    number: "P6",
    name: "no-old-epochs",
    reference: "Howard 2019, property 6",
    statement: "A prepare or propose is processed only if its epoch is not below the last promised one.",
    needs: { acceptorActs },
    judge: ({ acceptorActs: { replies } }, cluster) =>
      judgeEach("replies", replies, ofAcceptor(cluster, oldEpochProcessed)),
  }),
  thesisProperty({
    number: "P7",
    name: "promise-recorded",
    reference: "Howard 2019, property 7",
    statement: "The last promised epoch is set to the epoch of the message processed.",
    needs: { acceptorActs },
    judge: ({ acceptorActs: { replies } }, cluster) =>
      judgeEach("replies", replies, ofAcceptor(cluster, promiseMisrecorded)),
  }),
  thesisProperty({
    number: "P8",
    name: "promise-reports-last-accepted",
    reference: "Howard 2019, property 8",
    statement: "A promise replies to a processed prepare, and reports the last accepted proposal.",
    needs: { acceptorActs },
    judge: ({ acceptorActs: { replies } }, cluster) =>
      judgeEach("promises", only("promise", replies), ofAcceptor(cluster, promiseMisreports)),
  }),
  thesisProperty({
    number: "P9",
    name: "accept-updates-last-accepted",
    reference: "Howard 2019, property 9",
    statement:
      "An accept answers a propose that was processed, after the proposal was recorded as accepted last.",
    needs: { acceptorActs },
    judge: ({ acceptorActs: { replies } }, cluster) =>
      judgeEach("accepts", only("accept", replies), ofAcceptor(cluster, acceptMisrecorded)),
  }),
  thesisProperty({
    number: "P10",
    name: "state-persistent",
    reference: "Howard 2019, property 10",
    statement:
      "What an acceptor has promised and accepted is on disk, and changes only by handling a request.",
    needs: { acceptorWrites, acceptorActs },
    judge: ({ acceptorWrites: { list: writes }, acceptorActs: { replies, unexplained } }, cluster) =>
      verdictOf(
        writes.length + replies.length,
        "writes and replies",
        firstComplaint(
          unexplained,
          ({ acceptor, after }) =>
            `${nameOf(cluster, acceptor)} changed its state to ${showRecord(after)} without handling a request`,
        ),
        firstComplaint(replies, ofAcceptor(cluster, vouchesForNothing)),
      ),
  }),
]

function greatestReported(promises: Promises): { greatest: number; values: readonly string[] } {
  const reported = [...promises.values()].filter((proposal) => proposal !== null)
  const greatest = Math.max(...reported.map(({ epoch }) => epoch))
  return {
    greatest,
    values: reported.filter(({ epoch }) => epoch === greatest).map(({ value }) => value),
  }
}

const allows = (reported: readonly string[], value: string): boolean =>
  reported.length === 0 || reported.includes(value)

/** A complaint about a reply, with the name of the acceptor in front. */
function ofAcceptor(cluster: Cluster, complaint: (reply: Reply) => string | undefined) {
  return (reply: Reply): string | undefined => {
    const what = complaint(reply)
    return what === undefined ? undefined : `${nameOf(cluster, reply.acceptor)} ${what}`
  }
}

const only = (type: Reply["type"], replies: readonly Reply[]): Reply[] =>
  replies.filter((reply) => reply.type === type)

function oldEpochProcessed({ before, wrote, epoch }: Reply): string | undefined {
  if (!wrote || !isOld(epoch, before)) return undefined
  return `processed a message of epoch ${epoch} after promising ${String(before.lastPromised)}`
}

/** A missing write violates property 10 instead. */
function promiseMisrecorded({ before, after, wrote, epoch }: Reply): string | undefined {
  if (!wrote || isOld(epoch, before) || after.lastPromised === epoch) return undefined
  return `processed a message of epoch ${epoch} and recorded ${String(after.lastPromised)} as promised`
}

function promiseMisreports({ before, after, wrote, epoch, reported, requested }: Reply): string | undefined {
  if (!requested) return `promised epoch ${epoch} to a proposer that had not sent a prepare`
  if (!wrote && isOld(epoch, before))
    return `promised epoch ${epoch}, which it did not process: it had promised ${String(before.lastPromised)}`
  if (sameProposal(reported, after.lastAccepted)) return undefined
  return `reported ${show(reported)} in its promise of epoch ${epoch}, having accepted ${show(after.lastAccepted)} last`
}

function acceptMisrecorded({ before, after, wrote, epoch, asked, requested }: Reply): string | undefined {
  if (!requested) return `accepted a value in epoch ${epoch} that was not proposed to it`
  if (!wrote && isOld(epoch, before))
    return `accepted in epoch ${epoch}, which it did not process: it had promised ${String(before.lastPromised)}`
  if (isAccepted(after, epoch, asked) || !wrote) return undefined
  return `accepted in epoch ${epoch} and recorded ${show(after.lastAccepted)}`
}

/** A reply that should stand on a new record, when none was written since the last reply. */
function vouchesForNothing({ type, before, after, wrote, epoch, asked }: Reply): string | undefined {
  if (wrote || isOld(epoch, before)) return undefined
  const durable = type === "promise" ? after.lastPromised === epoch : isAccepted(after, epoch, asked)
  if (durable) return undefined
  return `said ${type}(${epoch}) with only ${showRecord(after)} on disk`
}

function isOld(epoch: number, { lastPromised }: AcceptorRecord): boolean {
  return lastPromised !== null && epoch < lastPromised
}

function isAccepted({ lastAccepted }: AcceptorRecord, epoch: number, asked: ReadonlySet<string>): boolean {
  return lastAccepted?.epoch === epoch && asked.has(lastAccepted.value)
}

function sameProposal(a: Proposal | null, b: Proposal | null): boolean {
  return a?.epoch === b?.epoch && a?.value === b?.value
}

function show(proposal: Proposal | null): string {
  return proposal === null ? "nothing" : `(${proposal.epoch}, ${proposal.value})`
}

function showRecord({ lastPromised, lastAccepted }: AcceptorRecord): string {
  return `promised ${lastPromised === null ? "nothing" : String(lastPromised)}, accepted ${show(lastAccepted)}`
}
