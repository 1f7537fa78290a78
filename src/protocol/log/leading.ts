import {
  difference,
  emptySet,
  fullSet,
  members,
  union,
  withMember,
  withoutMember,
} from "../../base/node-set.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { markResponsive, recipients } from "./recipients.ts"
import { type ReplicaState, noAddress } from "./replica-state.ts"
import { type Batch, type Command, noOp } from "./command.ts"
import { handOver, timers } from "./timers.ts"
import { beat } from "./leasing.ts"
import type { Address } from "../actor.ts"
import { execute } from "./learning.ts"

/**
 * Phase 1 is done: every slot that may be decided is proposed again, with the
 * value that must be; slots in between that no promise reports get a no-op.
 *
 * All of them, not only those that are surely decided: a promise set cannot tell the two apart,
 * and a value that may be decided in a smaller epoch is the only safe one in this (property 4).
 * The no-ops close gaps that would hold up everything behind them: no member of a phase-1 quorum has
 * accepted there, so nothing is decided.
 */
export function lead(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
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

/** A command not yet proposed in this epoch. */
export function submit(
  state: ReplicaState,
  command: Command,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  // A client asks again before its first request is decided: proposed once is enough, and the client
  // table would drop the second anyway.
  if ((state.proposedRequest[command.client] ?? 0) >= command.request) return
  state.proposedRequest[command.client] = command.request
  const { max, delay } = options.batch
  // The common case, a slot for itself and at once: no queue, and no list that grows.
  if (delay === 0 && queued(state) === 0 && hasRoom(state, options))
    return propose(state, [command], out, options)
  state.queue.push(command)
  if (delay > 0 && queued(state) < max) {
    if (!state.batchTimerSet) out.setTimer(timers.batch, delay)
    state.batchTimerSet = true
    return
  }
  proposeQueued(state, out, options)
}

/** A leader is known: requests that waited for one go to it. */
export function flushWaiting(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.waiting.length === 0 || state.leader === noAddress) return
  const { waiting, leader, self } = state
  state.waiting = []
  for (const command of waiting) {
    // Its client may have asked for something else since.
    if (state.pendingRequest[command.client] !== command.request) continue
    if (leader === self) submit(state, command, out, options)
    else out.send(leader, { type: "request", command })
  }
}

/**
 * As many batches as the window has room for.
 *
 * The window bounds how many slots a new leader may find undecided, and so how long a takeover can take.
 */
export function proposeQueued(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  while (queued(state) > 0 && hasRoom(state, options)) {
    const { queue, queueHead } = state
    const end = Math.min(queue.length, queueHead + options.batch.max)
    // The common case, a batch of one, without a slice.
    const batch = end - queueHead === 1 ? [queue[queueHead]!] : queue.slice(queueHead, end)
    if (end === queue.length) {
      state.queue = []
      state.queueHead = 0
    } else {
      state.queueHead = end
    }
    propose(state, batch, out, options)
  }
}

/** The first command of a batch has waited long enough. */
export function onBatchTimer(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  state.batchTimerSet = false
  if (state.role === "leader") proposeQueued(state, out, options)
}

/** Phase 2 of the next slot. The leader is one of the acceptors, and accepts its own proposal. */
export function propose(state: ReplicaState, batch: Batch, out: LogOutputs, options: ReplicaOptions): void {
  const slot = state.nextSlot++
  const { epoch, self, decidedUpTo } = state
  for (const { client, request } of batch) state.proposedRequest[client] = request
  const asked = recipients(state, slot, options)
  const everyone = fullSet(options.plan.nodes.length)
  const to = asked === everyone ? state.others : members(withoutMember(asked, self))
  out.broadcast(to, { type: "propose", epoch, slot, batch, decidedUpTo })
  if (state.log.epochAt(slot) !== epoch) {
    state.log.set(slot, epoch, batch)
    out.store(options.interned.acceptRecord(epoch, slot, batch))
  }
  state.accepted.push(withMember(emptySet, self))
  decideIfAlone(state, slot, out, options)
}

/**
 * Phase 2 of several slots at once, which all replicas are asked to accept. There is one
 * write, at the leader too: its heartbeats wait behind it.
 */
export function proposeAll(
  state: ReplicaState,
  batches: readonly Batch[],
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { epoch, self, decidedUpTo, nextSlot: slot } = state
  out.broadcast(state.others, { type: "repropose", epoch, slot, batches, decidedUpTo })
  for (const batch of batches) {
    for (const { client, request } of batch) state.proposedRequest[client] = request
    state.log.set(state.nextSlot++, epoch, batch)
    state.accepted.push(withMember(emptySet, self))
  }
  out.store({ type: "accepts", epoch, slot, batches })
  for (let i = 0; i < batches.length; i++) decideIfAlone(state, slot + i, out, options)
}

/** Phase 2 at the leader: a slot is decided once a phase-2 quorum of its epoch has accepted. */
export function onAccept(
  state: ReplicaState,
  from: Address,
  { epoch, slot }: LogMessageOf<"accept">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (state.role !== "leader" || epoch !== state.epoch) return
  markResponsive(state, from)
  const place = slot - state.acceptedBase
  // Decided already, or none of this leadership's slots.
  if (slot < state.decidedUpTo || place >= state.accepted.length) return
  const before = state.accepted[place] ?? null
  if (before === null) return
  const accepted = withMember(before, from)
  if (state.system!.isQuorum(2, accepted)) decide(state, slot, out, options)
  else state.accepted[place] = accepted
}

/** A slot has its phase-2 quorum; all slots up to the first that has not are executed. */
export function decide(state: ReplicaState, slot: number, out: LogOutputs, options: ReplicaOptions): void {
  state.accepted[slot - state.acceptedBase] = null
  let decidedUpTo = state.decidedUpTo
  while (decidedUpTo < state.nextSlot && state.accepted[decidedUpTo - state.acceptedBase] === null)
    decidedUpTo++
  if (decidedUpTo === state.decidedUpTo) return
  state.decidedUpTo = decidedUpTo
  // The sets of decided slots are given up a thousand at a time.
  if (decidedUpTo - state.acceptedBase > 1024) {
    state.accepted = state.accepted.slice(decidedUpTo - state.acceptedBase)
    state.acceptedBase = decidedUpTo
  }
  execute(state, out, options)
  if (queued(state) > 0) proposeQueued(state, out, options)
}

/** Proposes overdue slots again, to every replica that has not accepted; who was asked and is silent is noted. */
export function onOverdueTimer(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.role !== "leader") return
  const everyone = fullSet(options.plan.nodes.length)
  let silent = state.silent
  for (let slot = state.decidedUpTo; slot < state.overdueUpTo; slot++) {
    const accepted = state.accepted[slot - state.acceptedBase]
    if (accepted === null || accepted === undefined) continue
    const missing = difference(everyone, accepted)
    silent = union(silent, difference(recipients(state, slot, options), accepted))
    const { epoch, decidedUpTo } = state
    const message = { type: "propose", epoch, slot, batch: state.log.batchAt(slot), decidedUpTo } as const
    out.broadcast(members(missing), message)
  }
  if (silent !== state.silent) state.closest = null
  state.silent = silent
  state.overdueUpTo = state.nextSlot
  out.setTimer(timers.overdue, options.retransmit)
}

/** Whether the window has room for another slot. */
const hasRoom = ({ nextSlot, decidedUpTo }: ReplicaState, { window }: ReplicaOptions): boolean =>
  nextSlot - decidedUpTo < window

/** How many commands wait to be proposed. */
const queued = ({ queue, queueHead }: ReplicaState): number => queue.length - queueHead

/** A leader may be a phase-2 quorum by itself. */
function decideIfAlone(state: ReplicaState, slot: number, out: LogOutputs, options: ReplicaOptions): void {
  if (state.system!.isQuorum(2, withMember(emptySet, state.self))) decide(state, slot, out, options)
}
