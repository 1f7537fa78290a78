import { emptySet, withMember } from "../../base/node-set.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import type { Address } from "../actor.ts"
import { holdsLease } from "./leasing.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import type { ReplicaState } from "./replica-state.ts"
import type { Command } from "./command.ts"

/** Whether a leader may answer a get from its own state at once. */
export function mayReadHere(state: ReplicaState, { reads }: ReplicaOptions): boolean {
  if (state.role !== "leader") return false
  if (reads === "stale") return true
  // A new leader's own state may lack what the one before it has decided and answered: it must have
  // executed all that phase 1 reported first.
  return reads === "lease" && holdsLease(state) && state.executedUpTo >= state.readableFrom
}

/** The answer to a get from a replica's own state, given that it is recent enough. */
export function readHere(state: ReplicaState, from: Address, command: Command, out: LogOutputs): void {
  const { client, request, key } = command
  out.send(from, { type: "reply", client, request, result: state.machine.read(key) })
}

/**
 * Reads of different lives of a replica have different numbers: an answer to one that a
 * crash has swallowed, which comes late, is no answer to another. Fewer than this a life.
 */
export const readsOfALife = 2 ** 32

/**
 * A quorum read (Charapko, Ailijiang and Demirbas 2019): every write that has been
 * answered was accepted by a phase-2 quorum, which each phase-1 quorum meets. So
 * its slot is not beyond what the quorum asked here has accepted, and the read
 * waits until this replica has executed that much.
 */
export function startQuorumRead(
  state: ReplicaState,
  from: Address,
  command: Command,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const id = ++state.lastRead
  state.reads.set(id, {
    command,
    from,
    answered: emptySet,
    target: 0,
    complete: false,
  })
  out.broadcast(state.others, { type: "read-ask", read: id })
  onReadAnswer(
    state,
    state.self,
    { type: "read-answer", read: id, acceptedUpTo: acceptedUpTo(state) },
    out,
    options,
  )
}

/** How far this acceptor has accepted, under any leader: no write beyond it has its acceptance. */
export function onReadAsk(state: ReplicaState, from: Address, read: number, out: LogOutputs): void {
  out.send(from, { type: "read-answer", read, acceptedUpTo: acceptedUpTo(state) })
}

/** One more than the last slot with a proposal here; slots that were only learned count too. */
const acceptedUpTo = ({ log, decidedUpTo }: ReplicaState): number => Math.max(log.end, decidedUpTo)

/**
 * One acceptor's answer. The read may be served once a quorum that meets every write has answered and
 * everything up to the greatest slot they named has been executed here.
 */
export function onReadAnswer(
  state: ReplicaState,
  from: Address,
  { read: id, acceptedUpTo: upTo }: LogMessageOf<"read-answer">,
  out: LogOutputs,
  { plan }: ReplicaOptions,
): void {
  const read = state.reads.get(id)
  if (read === undefined || read.complete) return
  read.answered = withMember(read.answered, from)
  read.target = Math.max(read.target, upTo)
  read.complete = meetsEveryWrite(plan).isQuorum(1, read.answered)
  if (read.complete) answerReads(state, out)
}

/**
 * The system whose phase-1 quorums meet the phase-2 quorums of every epoch: that of the
 * last range, which has no end, so that all other epochs are smaller than some of it
 * (requirement 4.6). Those of the epoch this replica believes in would not do: a greater
 * one, of which it has not heard, may have decided with quorums they do not meet.
 */
function meetsEveryWrite({ ranges }: QuorumPlan): QuorumSystem {
  return ranges.at(-1)!.system
}

/** Answers the reads for which this replica has executed enough. */
export function answerReads(state: ReplicaState, out: LogOutputs): void {
  for (const [id, { command, from, target, complete }] of state.reads) {
    if (!complete || state.executedUpTo < target) continue
    state.reads.delete(id)
    readHere(state, from, command, out)
  }
}
