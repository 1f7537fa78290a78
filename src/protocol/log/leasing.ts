import { emptySet, withMember } from "../../base/node-set.ts"
import type { Address } from "../actor.ts"
import { heardFrom } from "./recipients.ts"
import type { LogMessage } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import type { Outbox } from "./outbox.ts"
import type { ReplicaState } from "./replica-state.ts"
import { grantPrefix, leasePrefix, timers } from "./timers.ts"

/** The leader says that it is there. Where there are leases, the answers renew its own. */
export function beat(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  const { epoch, self, decidedUpTo } = state
  const round = ++state.round
  if (options.reads === "lease") {
    state.roundAcks.set(round, withMember(emptySet, self))
    // It counts from the sending, the followers from the receiving: so its own is over first, if clocks are as good as stated.
    const { duration, drift } = options.lease
    out.setTimer(`${leasePrefix}${round}`, Math.floor((duration * (1 - drift)) / (1 + drift)))
  }
  out.broadcast(self, options.plan.nodes.length, { type: "heartbeat", epoch, round, decidedUpTo })
  // Without heartbeats this one says who leads now, and is the last.
  if (options.detector === "heartbeat") out.setTimer(timers.heartbeat, options.heartbeat)
}

export function onHeartbeatTimer(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  if (state.role === "leader") beat(state, out, options)
}

export function onHeartbeatAck(
  state: ReplicaState,
  from: Address,
  { epoch, round }: Extract<LogMessage, { type: "heartbeat-ack" }>,
): void {
  if (state.role !== "leader" || epoch !== state.epoch) return
  heardFrom(state, from)
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

export function onLeaseOver(state: ReplicaState, round: number): void {
  state.expiredRound = Math.max(state.expiredRound, round)
  state.roundAcks.delete(round)
}

/**
 * From now on, and for as long as a lease lasts, this replica promises nobody but the
 * leader. Each grant has a timer of its own: where a write is under way the new one is
 * set only when it is done, and an earlier one must not end what has been granted since.
 */
export function grantLease(state: ReplicaState, out: Outbox, { lease }: ReplicaOptions): void {
  out.setTimer(`${grantPrefix}${++state.lastGrant}`, lease.duration)
}

export function onGrantOver(state: ReplicaState, grant: number): void {
  state.expiredGrant = Math.max(state.expiredGrant, grant)
}

export function hasGranted({ lastGrant, expiredGrant }: ReplicaState): boolean {
  return lastGrant > expiredGrant
}

/** Whether nobody else can have become leader since this replica did. */
export function holdsLease(state: ReplicaState): boolean {
  return state.role === "leader" && state.leasedRound > state.expiredRound
}
