import { emptySet } from "../../base/node-set.ts"
import { propose, proposeAll } from "./leading.ts"
import { beat } from "./leasing.ts"
import type { ReplicaOptions } from "./options.ts"
import { type Outbox, handOver, timers } from "./outbox.ts"
import type { ReplicaState } from "./replica-state.ts"
import { flushWaiting } from "./serving.ts"
import { type Batch, noOp } from "./command.ts"

/**
 * Phase 1 is done: every slot that may be decided is proposed again, with the
 * value that must be; slots in between that nobody reports get a no-op.
 *
 * All of them, not only those that are surely decided: a promise set cannot tell the two apart,
 * and a value that may be decided in a smaller epoch is the only safe one in this (property 4).
 * The no-ops close gaps that would hold up everything behind them: nobody in a phase-1 quorum has
 * accepted there, so nothing is decided.
 */
export function lead(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  const { reported, epoch } = state
  state.role = "leader"
  state.attempt = 0
  state.leader = state.self
  state.leaderEpoch = epoch
  state.nextSlot = state.decidedUpTo
  state.accepted = []
  state.acceptedBase = state.decidedUpTo
  state.proposedRequest = []
  state.silent = emptySet
  state.closest = null
  state.roundAcks = new Map()
  state.expiredRound = state.round
  out.report({ type: "leads", epoch })
  out.cancelTimer(timers.election)
  let end = state.decidedUpTo
  for (const slot of reported.keys()) end = Math.max(end, slot + 1)
  state.readableFrom = end
  const batches: Batch[] = []
  for (let slot = state.decidedUpTo; slot < end; slot++) batches.push(reported.get(slot)?.value ?? noOp)
  if (batches.length === 1) propose(state, batches[0]!, out, options)
  else if (batches.length > 1) proposeAll(state, batches, out, options)
  state.reported = new Map()
  state.overdueUpTo = state.nextSlot
  out.setTimer(timers.overdue, options.retransmit)
  if (options.handOverAfter !== undefined) out.setTimer(handOver, options.handOverAfter)
  beat(state, out, options)
  flushWaiting(state, out, options)
}
