import { emptySet, withMember } from "../../base/node-set.ts"
import type { Address } from "../actor.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { markResponsive } from "./recipients.ts"
import type { ReplicaState } from "./replica-state.ts"
import { grantPrefix, leasePrefix, timers } from "./timers.ts"

/** The leader says that it is there. Where there are leases, the answers renew its own. */
export function beat(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  const { epoch, self, decidedUpTo } = state
  const round = ++state.round
  if (options.reads === "lease") {
    state.roundAcks.set(round, withMember(emptySet, self))
    // It counts from the sending, the followers from the receiving: so its own is over first, if clocks are as good as stated.
    const { duration, drift } = options.lease
    out.setTimer(`${leasePrefix}${round}`, Math.floor((duration * (1 - drift)) / (1 + drift)))
  }
  out.broadcast(state.others, { type: "heartbeat", epoch, round, decidedUpTo })
  // Without heartbeats this one says who leads now, and is the last.
  if (options.detector === "heartbeat") out.setTimer(timers.heartbeat, options.heartbeat)
}

/** It is time for the next heartbeat, if it still leads. */
export function onHeartbeatTimer(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.role === "leader") beat(state, out, options)
}

/**
 * A follower has heard the heartbeat, and has promised to make no promise to another replica for the lease's time. With
 * a phase-2 quorum of such promises the leader has the lease that the round stands for.
 */
export function onHeartbeatAck(
  state: ReplicaState,
  from: Address,
  { epoch, round }: LogMessageOf<"heartbeat-ack">,
): void {
  if (state.role !== "leader" || epoch !== state.epoch) return
  markResponsive(state, from)
  const before = state.roundAcks.get(round)
  if (before === undefined) return
  const acks = withMember(before, from)
  state.roundAcks.set(round, acks)
  // Whoever wants to lead needs a promise from a phase-1 quorum, and each of those meets this one.
  if (state.system!.isQuorum(2, acks)) {
    state.leasedRound = Math.max(state.leasedRound, round)
    state.roundAcks.delete(round)
  }
}

/** The time of a round is over by the leader's clock, whoever has answered it since. */
export function onLeaseOver(state: ReplicaState, round: number): void {
  state.expiredRound = Math.max(state.expiredRound, round)
  state.roundAcks.delete(round)
}

/**
 * From now on, and for as long as a lease lasts, this replica makes promises to no replica but the
 * leader. Each grant has a timer of its own: where a write is under way the new one is
 * set only when it is done, and an earlier one must not end what has been granted since.
 */
export function grantLease(state: ReplicaState, out: LogOutputs, { lease }: ReplicaOptions): void {
  out.setTimer(`${grantPrefix}${++state.lastGrant}`, lease.duration)
}

/** The time of a grant is over by this replica's clock. */
export function onGrantOver(state: ReplicaState, grant: number): void {
  state.expiredGrant = Math.max(state.expiredGrant, grant)
}

/** Whether some grant is still running, so that no replica but the leader may be promised anything. */
export function hasGranted({ lastGrant, expiredGrant }: ReplicaState): boolean {
  return lastGrant > expiredGrant
}

/**
 * Whether no other replica can have become leader since this replica did.
 *
 * The only place where safety rests on clocks: the thesis' model has none (§1.6), and a clock that is
 * off by more than `drift` can make a read stale. Log and quorum reads need no such assumption.
 */
export function holdsLease(state: ReplicaState): boolean {
  return state.role === "leader" && state.leasedRound > state.expiredRound
}
