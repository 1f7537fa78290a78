import { emptySet, fullSet, isSubset, withMember } from "../../base/node-set.ts"
import { greaterProposal } from "../paxos/rules.ts"
import type { Address } from "../actor.ts"
import { install } from "./catching-up.ts"
import { copyImage, emptyImage } from "./disk-image.ts"
import { waitForLeader } from "./electing.ts"
import type { LogImage, LogMessage, LogRecord } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import type { Outbox } from "./outbox.ts"
import type { ReplicaState } from "./replica-state.ts"
import { type Proposals, noEpoch } from "./slots.ts"
import { StateMachine } from "./state-machine.ts"
import { grant, timers } from "./timers.ts"

/** Back after a crash, with what is on the disk. Nothing of its log is known to be decided beyond its snapshot. */
export function recover(
  state: ReplicaState,
  stored: LogRecord | undefined,
  life: number,
  out: Outbox,
  options: ReplicaOptions,
): void {
  state.life = life
  if (stored === undefined && options.rejoin) return startRejoining(state, out, options)
  const image = copyImage(stored?.type === "image" ? stored : emptyImage())
  state.lastPromised = image.lastPromised
  state.log = image.accepted
  state.snapshot = image.snapshot
  state.version = image.version
  state.machine = new StateMachine(image.snapshot?.machine)
  state.executedUpTo = state.decidedUpTo = image.snapshot?.upTo ?? 0
  if (image.snapshot !== null) out.report({ type: "installed", upTo: image.snapshot.upTo })
  resume(state, out, options)
}

/** It may have granted a lease before: it keeps to it, whoever it was. */
function resume(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  state.role = "follower"
  if (options.reads === "lease") {
    state.granted = true
    out.setTimer(grant, options.lease.duration)
  }
  waitForLeader(state, out, options)
}

/**
 * The disk is gone, and with it what this replica has promised and accepted. It
 * takes no part until every other replica has told it what *they* know:
 *
 * - whatever was decided with its acceptance was accepted by the rest of that
 *   phase-2 quorum too, and what it led itself was promised by the rest of that
 *   phase-1 quorum: if there is a rest. A replica that is a quorum alone cannot
 *   come back from this;
 * - whoever may still count a promise it has forgotten is among those asked, and
 *   has promised that epoch itself, so that it will not accept below it.
 *
 * All of the others: were one left out, it could be the one that counts. The
 * number of this life keeps answers to an earlier one apart.
 */
function startRejoining(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  state.role = "rejoining"
  state.version = state.life
  state.rejoined = withMember(emptySet, state.self)
  state.reported = new Map()
  out.cancelTimer(timers.election)
  out.broadcast(state.self, options.plan.nodes.length, { type: "rejoin", life: state.life })
  out.setTimer(timers.rejoin, options.retransmit)
}

export function onRejoin(state: ReplicaState, from: Address, life: number, out: Outbox): void {
  out.send(from, {
    type: "rejoin-answer",
    life,
    lastPromised: Math.max(state.lastPromised, state.epoch),
    accepted: state.log.since(state.log.base),
    snapshot: state.log.base > 0 ? state.snapshot : null,
  })
}

export function onRejoinAnswer(
  state: ReplicaState,
  from: Address,
  { life, lastPromised, accepted, snapshot }: Extract<LogMessage, { type: "rejoin-answer" }>,
  out: Outbox,
  options: ReplicaOptions,
): void {
  const all = fullSet(options.plan.nodes.length)
  // Once it is complete and being written, later answers would put into memory what is not on the disk.
  if (state.role !== "rejoining" || life !== state.life || isSubset(all, state.rejoined)) return
  if (snapshot !== null) install(state, snapshot, out)
  state.lastPromised = Math.max(state.lastPromised, lastPromised)
  take(state, accepted)
  state.rejoined = withMember(state.rejoined, from)
  if (!isSubset(all, state.rejoined)) return
  out.cancelTimer(timers.rejoin)
  out.store(copyImage(imageOf(state)))
  // Nothing is written before this is: a disk with anything on it is a whole one.
  out.send(state.self, { type: "rejoined", life })
}

export function onRejoined(state: ReplicaState, life: number, out: Outbox, options: ReplicaOptions): void {
  if (state.role !== "rejoining" || life !== state.life) return
  resume(state, out, options)
}

/** Keeps, slot by slot, the proposal of the greatest epoch. */
function take({ log }: ReplicaState, { from, epochs, batches }: Proposals): void {
  epochs.forEach((epoch, i) => {
    const slot = from + i
    if (epoch === noEpoch || slot < log.base) return
    const mine = { epoch: log.epochAt(slot), value: log.batchAt(slot) }
    const greatest = greaterProposal(mine.epoch === noEpoch ? null : mine, { epoch, value: batches[i]! })
    if (greatest !== null) log.set(slot, greatest.epoch, greatest.value)
  })
}

function imageOf({ lastPromised, log, snapshot, version }: ReplicaState): LogImage {
  return { type: "image", lastPromised, accepted: log, snapshot, version }
}
