import type { AcceptorRecord, Proposal } from "../../protocol/paxos/messages.ts"
import { type Finding, type Property, firstComplaint } from "../run-property.ts"
import { nameOf } from "./proposer.ts"
import type { Reply, RunFacts } from "../facts.ts"

/**
 * Properties 6 to 10 of Howard 2019, §2.4: what acceptors keep to. A trace
 * shows no memory, so they are read off what is on disk at each reply. An
 * acceptor that keeps silent breaks none of them: to those who wait, that is a
 * lost message (§3.12).
 */
export const acceptorProperties: readonly Property[] = [
  {
    number: "P6",
    name: "no-old-epochs",
    reference: "Howard 2019, property 6",
    statement: "A prepare or propose is processed only if its epoch is not below the last promised one.",
    subject: "replies",
    judge: (facts) => judgeReplies(facts, oldEpochProcessed),
  },
  {
    number: "P7",
    name: "promise-recorded",
    reference: "Howard 2019, property 7",
    statement: "The last promised epoch is set to the epoch of the message processed.",
    subject: "replies",
    judge: (facts) => judgeReplies(facts, promiseMisrecorded),
  },
  {
    number: "P8",
    name: "promise-reports-last-accepted",
    reference: "Howard 2019, property 8",
    statement: "A promise answers a prepare that was processed, and reports the proposal accepted last.",
    subject: "promises",
    judge: (facts) => judgeReplies(facts, promiseMisreports, "promise"),
  },
  {
    number: "P9",
    name: "accept-updates-last-accepted",
    reference: "Howard 2019, property 9",
    statement:
      "An accept answers a propose that was processed, after the proposal was recorded as accepted last.",
    subject: "accepts",
    judge: (facts) => judgeReplies(facts, acceptMisrecorded, "accept"),
  },
  {
    number: "P10",
    name: "state-persistent",
    reference: "Howard 2019, property 10",
    statement:
      "What an acceptor has promised and accepted is on disk, and changes only by handling a request.",
    subject: "writes and replies",
    judge: statePersistent,
  },
]

/** The first reply that there is something to complain about, of those of one type where one is given. */
function judgeReplies(
  facts: RunFacts,
  complaint: (reply: Reply) => string | undefined,
  type?: Reply["type"],
): Finding {
  const replies = type === undefined ? facts.replies : facts.replies.filter((reply) => reply.type === type)
  return firstComplaint(replies, (reply) => {
    const what = complaint(reply)
    return what === undefined ? undefined : `${nameOf(facts, reply.acceptor)} ${what}`
  })
}

function oldEpochProcessed({ before, wrote, epoch }: Reply): string | undefined {
  if (!wrote || !isOld(epoch, before)) return undefined
  return `processed a message of epoch ${epoch} after promising ${String(before.lastPromised)}`
}

/** Nothing written at all is property 10's business. */
function promiseMisrecorded({ before, after, wrote, epoch }: Reply): string | undefined {
  if (!wrote || isOld(epoch, before) || after.lastPromised === epoch) return undefined
  return `processed a message of epoch ${epoch} and recorded ${String(after.lastPromised)} as promised`
}

function promiseMisreports({ before, after, wrote, epoch, reported, requested }: Reply): string | undefined {
  if (!requested) return `promised epoch ${epoch} to a proposer that had not asked`
  if (!wrote && isOld(epoch, before))
    return `promised epoch ${epoch}, which it did not process: it had promised ${String(before.lastPromised)}`
  if (sameProposal(reported, after.lastAccepted)) return undefined
  return `reported ${show(reported)} in its promise of epoch ${epoch}, having accepted ${show(after.lastAccepted)} last`
}

function acceptMisrecorded({ before, after, wrote, epoch, asked, requested }: Reply): string | undefined {
  if (!requested) return `accepted in epoch ${epoch} what nobody had proposed to it`
  if (!wrote && isOld(epoch, before))
    return `accepted in epoch ${epoch}, which it did not process: it had promised ${String(before.lastPromised)}`
  if (isAccepted(after, epoch, asked) || !wrote) return undefined
  return `accepted in epoch ${epoch} and recorded ${show(after.lastAccepted)}`
}

function statePersistent(facts: RunFacts): Finding {
  const writes = firstComplaint(facts.writes, ({ acceptor, explained, after }) =>
    explained
      ? undefined
      : `${nameOf(facts, acceptor)} changed its state to ${showRecord(after)} without handling a request`,
  )
  const replies = judgeReplies(facts, vouchesForNothing)
  const violation = [writes.violation, replies.violation]
    .filter((found) => found !== undefined)
    .sort((a, b) => a.at - b.at)[0]
  return { checked: writes.checked + replies.checked, violation }
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
