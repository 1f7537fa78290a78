import {
  difference,
  emptySet,
  fullSet,
  members,
  union,
  withMember,
  withoutMember,
} from "../../base/node-set.ts"
import { execute } from "./executing.ts"
import type { ReplicaOptions } from "./options.ts"
import { type Outbox, timers } from "./outbox.ts"
import { recipients } from "./recipients.ts"
import type { ReplicaState } from "./replica-state.ts"
import type { Batch, Command } from "./command.ts"

/** A command that nobody has proposed in this epoch yet. */
export function submit(state: ReplicaState, command: Command, out: Outbox, options: ReplicaOptions): void {
  // A client asks again before its first request is decided: proposed once is enough, and the client
  // table would drop the second anyway.
  if ((state.proposedRequest[command.client] ?? 0) >= command.request) return
  state.proposedRequest[command.client] = command.request
  state.queue.push(command)
  const { most, delay } = options.batch
  if (delay > 0 && queued(state) < most) {
    if (!state.batchTimerSet) out.setTimer(timers.batch, delay)
    state.batchTimerSet = true
    return
  }
  proposeQueued(state, out, options)
}

/** How many commands wait to be proposed. */
const queued = ({ queue, queueHead }: ReplicaState): number => queue.length - queueHead

/** The first command of a batch has waited long enough. */
export function onBatchTimer(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  state.batchTimerSet = false
  if (state.role === "leader") proposeQueued(state, out, options)
}

/**
 * As many batches as the window has room for.
 *
 * The window bounds how many slots a new leader may find undecided, and so how long a takeover can take.
 */
export function proposeQueued(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  while (queued(state) > 0 && state.nextSlot - state.decidedUpTo < options.window) {
    const { queue, queueHead } = state
    const end = Math.min(queue.length, queueHead + options.batch.most)
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

/** Phase 2 of the next slot. The leader is one of the acceptors, and accepts its own proposal. */
export function propose(state: ReplicaState, batch: Batch, out: Outbox, options: ReplicaOptions): void {
  const slot = state.nextSlot++
  const { epoch, self, decidedUpTo } = state
  for (const { client, request } of batch) state.proposedRequest[client] = request
  const asked = recipients(state, slot, options)
  const everyone = fullSet(options.plan.nodes.length)
  const to = asked === everyone ? state.others : members(withoutMember(asked, self))
  out.broadcast(to, { type: "propose", epoch, slot, batch, decidedUpTo })
  if (state.log.epochAt(slot) !== epoch) {
    state.log.set(slot, epoch, batch)
    out.store({ type: "accept", slot, epoch, batch })
  }
  state.accepted.push(withMember(emptySet, self))
  decideIfAlone(state, slot, out, options)
}

/**
 * Phase 2 of several slots at once, which everyone is asked to accept. There is one
 * write, at the leader too: its heartbeats wait behind it.
 */
export function proposeAll(
  state: ReplicaState,
  batches: readonly Batch[],
  out: Outbox,
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

/** A leader may be a phase-2 quorum by itself. */
function decideIfAlone(state: ReplicaState, slot: number, out: Outbox, options: ReplicaOptions): void {
  if (state.system!.isQuorum(2, withMember(emptySet, state.self))) decide(state, slot, out, options)
}

/** A slot has its phase-2 quorum; all slots up to the first that has not are carried out. */
export function decide(state: ReplicaState, slot: number, out: Outbox, options: ReplicaOptions): void {
  state.accepted[slot - state.acceptedBase] = null
  let decidedUpTo = state.decidedUpTo
  while (decidedUpTo < state.nextSlot && state.accepted[decidedUpTo - state.acceptedBase] === null)
    decidedUpTo++
  if (decidedUpTo === state.decidedUpTo) return
  state.decidedUpTo = decidedUpTo
  // The sets of decided slots are given up a thousand at a time.
  if (decidedUpTo - state.acceptedBase > 1024) {
    state.accepted.splice(0, decidedUpTo - state.acceptedBase)
    state.acceptedBase = decidedUpTo
  }
  execute(state, out, options)
  if (queued(state) > 0) proposeQueued(state, out, options)
}

/** Proposes overdue slots again, to everyone who has not accepted; who was asked and is silent is noted. */
export function onOverdueTimer(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
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
