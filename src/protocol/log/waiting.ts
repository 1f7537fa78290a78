import { pauseAfter } from "../paxos/proposer-state.ts"
import type { ReplicaOptions } from "./options.ts"
import { type Outbox, timers } from "./outbox.ts"
import type { ReplicaState } from "./replica-state.ts"

/**
 * A follower listens for this long before it wants to lead; longer after phases 1 that failed.
 *
 * The wait is drawn from a range, so that followers rarely stand together; two that do void each other's
 * epochs as duelling proposers do (figure 2.6), and each failure in a row widens the range.
 */
export function waitForLeader(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  const { min, max } = options.election
  const pause = state.attempt === 0 ? 0 : pauseAfter(options.backOff, state.attempt).max
  out.setTimer(timers.election, min, max + pause)
}
