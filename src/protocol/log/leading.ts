import {
  type NodeSet,
  difference,
  emptySet,
  fullSet,
  has,
  isDisjoint,
  members,
  nodeSet,
  union,
  withMember,
  withoutMember,
} from "../../base/node-set.ts"
import { closestQuorum } from "../../quorum/closest.ts"
import type { Address } from "../actor.ts"
import { type Batch, type Command, noOp } from "./command.ts"
import { execute } from "./executing.ts"
import { beat } from "./leasing.ts"
import type { ReplicaOptions } from "./options.ts"
import type { Outbox } from "./outbox.ts"
import type { ReplicaState } from "./replica-state.ts"
import { flushWaiting } from "./serving.ts"
import { handOver, timers } from "./timers.ts"

/**
 * Phase 1 is done: every slot that may be decided is proposed again, with the
 * value that must be; slots in between that nobody reports get a no-op.
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
  for (let slot = state.decidedUpTo; slot < end; slot++) {
    propose(state, reported.get(slot)?.value ?? noOp, out, options)
  }
  state.reported = new Map()
  state.overdueUpTo = state.nextSlot
  out.setTimer(timers.overdue, options.retransmit)
  if (options.handOverAfter !== undefined) out.setTimer(handOver, options.handOverAfter)
  beat(state, out, options)
  flushWaiting(state, out, options)
}

/** A command that nobody has proposed in this epoch yet. */
export function submit(state: ReplicaState, command: Command, out: Outbox, options: ReplicaOptions): void {
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

const queued = ({ queue, queueHead }: ReplicaState): number => queue.length - queueHead

export function onBatchTimer(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  state.batchTimerSet = false
  if (state.role === "leader") proposeQueued(state, out, options)
}

/** As many batches as the window has room for. */
export function proposeQueued(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  while (queued(state) > 0 && state.nextSlot - state.decidedUpTo < options.window) {
    const { queue, queueHead } = state
    const end = Math.min(queue.length, queueHead + options.batch.most)
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
function propose(state: ReplicaState, batch: Batch, out: Outbox, options: ReplicaOptions): void {
  const slot = state.nextSlot++
  const { epoch, self, decidedUpTo } = state
  for (const { client, request } of batch) state.proposedRequest[client] = request
  const to = recipients(state, slot, options)
  const message = { type: "propose", epoch, slot, batch, decidedUpTo } as const
  const n = options.plan.nodes.length
  if (typeof to === "number") {
    for (let node = 0; node < n; node++) {
      if (node !== self && (to & (1 << node)) !== 0) out.send(node, message)
    }
  } else {
    for (const node of members(to)) if (node !== self) out.send(node, message)
  }
  if (state.log.epochAt(slot) !== epoch) {
    state.log.set(slot, epoch, batch)
    out.store({ type: "accept", slot, epoch, batch })
  }
  const accepted = withMember(emptySet, self)
  state.accepted.push(accepted)
  if (state.system!.isQuorum(2, accepted)) decide(state, slot, out, options)
}

/** Takes an acceptor that has been heard of off the list of the silent. */
export function heardFrom(state: ReplicaState, from: Address): void {
  if (state.silent === emptySet || !has(state.silent, from)) return
  state.silent = withoutMember(state.silent, from)
  state.closest = null
}

/** Whom a slot is proposed to first. */
function recipients(state: ReplicaState, slot: number, options: ReplicaOptions): NodeSet {
  const { plan, recipients: choice } = options
  const everyone = fullSet(plan.nodes.length)
  switch (choice.kind) {
    case "broadcast":
      return everyone
    case "closest": {
      const far = (node: Address): number =>
        has(state.silent, node)
          ? Infinity
          : choice.distance(state.self, node) + choice.distance(node, state.self)
      state.closest ??= closestQuorum(state.system!, 2, far)
      return state.closest
    }
    case "rotating":
      return avoidingSilent(state, choice.quorums, slot) ?? everyone
    case "standby":
      return avoidingSilent(state, choice.quorums, 0) ?? everyone
  }
}

function avoidingSilent(
  { silent }: ReplicaState,
  quorums: readonly (readonly Address[])[],
  first: number,
): NodeSet | undefined {
  for (let i = 0; i < quorums.length; i++) {
    const quorum = nodeSet(quorums[(first + i) % quorums.length]!)
    if (isDisjoint(quorum, silent)) return quorum
  }
  return undefined
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
    for (const node of members(missing)) out.send(node, message)
  }
  if (silent !== state.silent) state.closest = null
  state.silent = silent
  state.overdueUpTo = state.nextSlot
  out.setTimer(timers.overdue, options.retransmit)
}
