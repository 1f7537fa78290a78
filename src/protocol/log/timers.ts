import type { ReplicaState } from "./replica-state.ts"
import type { LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { pauseAfter } from "../paxos/proposer-state.ts"

/** The names of a replica's timers. */
export const timers = {
  /** No heartbeat for too long, or no phase-1 quorum for too long. */
  election: "election",
  heartbeat: "heartbeat",
  overdue: "overdue",
  batch: "batch",
  rejoin: "rejoin",
} as const

/** Followed by a number: the end of the time for which a follower makes no promise to anyone but the leader. */
export const grantPrefix = "grant "

/** Followed by a round of heartbeats: the end of the lease that its answers may have renewed. */
export const leasePrefix = "lease "

/** The end of a leader's term where leaders take turns. */
export const handOver = "hand-over"

/**
 * A follower listens for this long before it wants to lead; longer after phases 1 that failed.
 *
 * The wait is drawn from a range, so that followers rarely stand together; two that do void each other's
 * epochs as duelling proposers do (figure 2.6), and each failure in a row widens the range.
 */
export function waitForLeader(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  const { min, max } = options.election
  const pause = state.attempt === 0 ? 0 : pauseAfter(options.backOff, state.attempt).max
  out.setTimer(timers.election, min, max + pause)
}
