import { emptySet, withMember } from "../../base/node-set.ts"
import type { Address } from "../actor.ts"
import { greaterProposal } from "../paxos/messages.ts"
import { install, learnDecided } from "./learning.ts"
import { grantLease, hasGranted } from "./leasing.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { type ReplicaState, noAddress } from "./replica-state.ts"
import { type Proposals, noEpoch } from "./slots.ts"
import { epochOfVersion } from "./versions.ts"
import { timers, waitForLeader } from "./timers.ts"
import { flushWaiting, lead } from "./leading.ts"

/**
 * Nothing has been heard of a leader for the election time. By `heartbeat`, the replica
 * stands; by `timeout`, only if a request that was asked here is unanswered, since a silent
 * leader may merely have nothing to say.
 */
export function onElectionTimeout(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.role === "leader" || state.role === "rejoining") return
  // What it has promised to a lease holder binds the follower itself as well.
  if (hasGranted(state)) return waitForLeader(state, out, options)
  if (options.detector === "timeout" && state.role === "follower" && !hasUnanswered(state)) {
    if (state.leader !== noAddress && state.knownDecidedUpTo > state.decidedUpTo) {
      out.send(state.leader, { type: "fetch", from: state.decidedUpTo })
    }
    return waitForLeader(state, out, options)
  }
  campaign(state, out, options)
}

/** Whether some request that was asked here has neither been answered through this replica nor executed by it. */
function hasUnanswered({ pendingRequest, machine, waiting }: ReplicaState): boolean {
  if (waiting.length > 0) return true
  return pendingRequest.some((request, client) => request > machine.lastRequest(client))
}

/** Phase 1 in a new epoch, for every slot that is not known to be decided. */
export function campaign(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  const { plan, epochs } = options
  // Greater than all it knows of: anything smaller would be refused by the replica that reported it.
  const known = Math.max(state.lastPromised, state.epoch, state.leaderEpoch)
  const next = epochs.next(known === noEpoch ? null : known)
  // A source that has run dry leaves the leading to others.
  if (next === null) return waitForLeader(state, out, options)
  const epoch = epochOfVersion(next, state.version)
  state.role = "candidate"
  state.attempt++
  state.leader = noAddress
  state.epoch = epoch
  state.system = plan.systemAt(epoch)
  state.lastPromised = epoch
  state.reported = new Map()
  collect(state, state.log.since(state.decidedUpTo))
  // Acceptor and proposer share a process: its own promise takes no message (§3.7).
  state.promised = withMember(emptySet, state.self)
  // The replica's own promise makes the epoch durable as well: no restart uses it again.
  out.store({ type: "promise", epoch })
  out.broadcast(state.others, { type: "prepare", epoch, from: state.decidedUpTo })
  waitForLeader(state, out, options)
  if (state.system.isQuorum(1, state.promised)) lead(state, out, options)
}

/**
 * Phase 1 ends with a phase-1 quorum of the epoch, as in Algorithm 13; what was reported by then is
 * complete for every slot that may be decided.
 */
export function onPromise(
  state: ReplicaState,
  from: Address,
  { epoch, accepted, snapshot }: LogMessageOf<"promise">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (state.role !== "candidate" || epoch !== state.epoch) return
  if (snapshot !== null) install(state, snapshot, out)
  collect(state, accepted)
  state.promised = withMember(state.promised, from)
  if (state.system!.isQuorum(1, state.promised)) lead(state, out, options)
}

/** Of each slot, the proposal of the greatest epoch (property 4). */
function collect({ reported }: ReplicaState, { from, epochs, batches }: Proposals): void {
  epochs.forEach((epoch, i) => {
    if (epoch === noEpoch) return
    const before = reported.get(from + i) ?? null
    const greatest = greaterProposal(before, { epoch, value: batches[i]! })
    if (greatest !== null && greatest !== before) reported.set(from + i, greatest)
  })
}

/** Someone has promised a greater epoch: this one is over. */
export function onRefusal(
  state: ReplicaState,
  { epoch, lastPromised }: LogMessageOf<"no-promise" | "no-accept">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (epoch !== state.epoch || (state.role !== "candidate" && state.role !== "leader")) return
  if (lastPromised <= epoch) return
  state.leaderEpoch = Math.max(state.leaderEpoch, lastPromised)
  becomeFollower(state, out, options)
}

/** Abandons leadership or candidacy, and waits for a leader. */
export function becomeFollower(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.role === "leader") {
    out.report({ type: "resigned", epoch: state.epoch })
    out.cancelTimer(timers.heartbeat)
    out.cancelTimer(timers.overdue)
    state.queue = []
    state.queueHead = 0
    state.accepted = []
    state.proposedRequest = []
    state.roundAcks = new Map()
    // No lease outlives the leadership it was part of.
    state.expiredRound = state.round
  }
  if (state.role === "follower") return
  state.role = "follower"
  state.leader = noAddress
  state.reported = new Map()
  waitForLeader(state, out, options)
}

/**
 * A leader is there. A heartbeat of an epoch that is over is answered with the greater one, so
 * that its sender resigns; any other makes this replica a follower, renews what it has
 * granted, and tells it what is decided.
 */
export function onHeartbeat(
  state: ReplicaState,
  from: Address,
  { epoch, round, decidedUpTo }: LogMessageOf<"heartbeat">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { lastPromised } = state
  if (epoch < Math.max(lastPromised, state.leaderEpoch)) {
    return out.send(from, {
      type: "no-accept",
      epoch,
      lastPromised: Math.max(lastPromised, state.leaderEpoch),
    })
  }
  becomeFollower(state, out, options)
  state.leader = from
  state.leaderEpoch = epoch
  // There is a leader: the next election starts without back-off.
  state.attempt = 0
  waitForLeader(state, out, options)
  if (options.reads === "lease") grantLease(state, out, options)
  out.send(from, { type: "heartbeat-ack", epoch, round })
  learnDecided(state, epoch, decidedUpTo, out, options)
  if (state.decidedUpTo < decidedUpTo) out.send(from, { type: "fetch", from: state.decidedUpTo })
  flushWaiting(state, out, options)
}

/**
 * The leader wants this replica to lead: phase 1 begins at once. It has given up its
 * own lease; where the message is so late that another replica leads in a greater epoch, what
 * was granted to that one binds this replica still.
 */
export function onHandOver(
  state: ReplicaState,
  epoch: number,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (state.role !== "follower" || epoch < Math.max(state.lastPromised, state.leaderEpoch)) return
  state.expiredGrant = state.lastGrant
  campaign(state, out, options)
}
