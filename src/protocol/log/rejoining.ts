import { emptySet, fullSet, has, isSubset, union, withMember, withoutMember } from "../../base/node-set.ts"
import { phases } from "../../quorum/system.ts"
import type { Address } from "../actor.ts"
import { greaterProposal } from "../paxos/messages.ts"
import { install } from "./learning.ts"
import { type LogImage, type LogRecord, copyImage, emptyImage } from "./records.ts"
import { grantLease } from "./leasing.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import { readsOfALife } from "./reading.ts"
import type { ReplicaState } from "./replica-state.ts"
import { type Proposals, noEpoch } from "./slots.ts"
import { StateMachine } from "./state-machine.ts"
import { type Bars, barOf, covers, raised } from "./versions.ts"
import { timers, waitForLeader } from "./timers.ts"

/** Back after a crash, with what is on the disk. Nothing of its log is known to be decided beyond its snapshot. */
export function recover(
  state: ReplicaState,
  stored: LogRecord | undefined,
  life: number,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  state.life = life
  state.lastRead = life * readsOfALife
  if (stored === undefined && options.rejoin) return startRejoining(state, out, options)
  const image = copyImage(stored?.type === "image" ? stored : emptyImage())
  state.lastPromised = image.lastPromised
  state.log = image.accepted
  state.snapshot = image.snapshot
  state.version = image.version
  state.barred = image.barred
  state.machine = new StateMachine(image.snapshot?.machine)
  state.executedUpTo = state.decidedUpTo = image.snapshot?.upTo ?? 0
  if (image.snapshot !== null) out.report({ type: "installed", upTo: image.snapshot.upTo })
  resume(state, out, options)
}

/** It may have granted a lease before: it keeps to it, whichever replica holds it. */
function resume(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  state.role = "follower"
  if (options.reads === "lease") grantLease(state, out, options)
  waitForLeader(state, out, options)
}

/**
 * The disk is gone, and with it what this replica has promised and accepted. It
 * takes no part until every other replica has told it what it knows, or that it
 * has lost its own disk as well:
 *
 * - whatever was decided with its acceptance was accepted by the rest of that
 *   phase-2 quorum too, and what it led itself was promised by the rest of that
 *   phase-1 quorum: if there is a rest whose disks are whole. So those that are
 *   lost at a time must not hold a quorum of either phase;
 * - a replica that may still count a promise it has forgotten is among those asked, and
 *   has promised that epoch itself, so that it will not accept below it;
 * - what a replica had begun before it lost its disk is void from now on (`Bars`),
 *   and answers count only if they were given after that was known.
 *
 * All of the others: were one left out, it could be the one that counts. The
 * number of this life keeps answers to an earlier one apart.
 */
function startRejoining(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  state.role = "rejoining"
  state.version = state.life
  state.barred = barOf(state.self, state.life)
  state.rejoined = emptySet
  state.blank = emptySet
  state.restoring = false
  state.reported = new Map()
  out.cancelTimer(timers.election)
  askWhoIsMissing(state, out, options)
}

/** The blank ones, too: they may have come back by now. */
function askWhoIsMissing(
  { self, life, barred, rejoined }: ReplicaState,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  options.plan.nodes.forEach((_, to) => {
    if (to !== self && !has(rejoined, to)) out.send(to, { type: "rejoin", life, barred })
  })
  out.setTimer(timers.rejoin, options.retransmit)
}

/** Some replica has not answered yet: it may have been down, and is asked again. */
export function onRejoinTimer(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  if (state.role === "rejoining" && !state.restoring) askWhoIsMissing(state, out, options)
}

/**
 * Another replica has lost its disk. What it had begun before is barred first, durably,
 * and only then does this one say what it knows: an answer from before could be outrun by
 * a message of the forgotten life.
 */
export function onRejoin(
  state: ReplicaState,
  from: Address,
  { life, barred }: LogMessageOf<"rejoin">,
  out: LogOutputs,
): void {
  if (state.role === "rejoining") {
    if (!state.restoring) out.send(from, { type: "rejoin-blank", life, version: state.version })
    return
  }
  if (!covers(state.barred, barred)) {
    state.barred = raised(state.barred, barred)
    out.store({ type: "bar", barred: state.barred })
  }
  out.send(from, {
    type: "rejoin-answer",
    life,
    barred: state.barred,
    lastPromised: Math.max(state.lastPromised, state.epoch),
    accepted: state.log.since(state.log.base),
    snapshot: state.log.base > 0 ? state.snapshot : null,
  })
}

/**
 * What another replica knows is taken over at once, whatever becomes of the answer; whether it counts
 * depends on what was known to be lost when it was given.
 */
export function onRejoinAnswer(
  state: ReplicaState,
  from: Address,
  { life, barred, lastPromised, accepted, snapshot }: LogMessageOf<"rejoin-answer">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  // Once it is complete and being written, later answers would put into memory what is not on the disk.
  if (state.role !== "rejoining" || life !== state.life || state.restoring) return
  if (snapshot !== null) install(state, snapshot, out)
  state.lastPromised = Math.max(state.lastPromised, lastPromised)
  take(state, accepted)
  hearOfLosses(state, barred, out, options)
  if (!covers(barred, state.barred)) return
  state.rejoined = withMember(state.rejoined, from)
  state.blank = withoutMember(state.blank, from)
  restoreIfComplete(state, out, options)
}

/** Another replica has lost its disk as well, and has nothing to tell. */
export function onRejoinBlank(
  state: ReplicaState,
  from: Address,
  { life, version }: LogMessageOf<"rejoin-blank">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (state.role !== "rejoining" || life !== state.life || state.restoring) return
  hearOfLosses(state, barOf(from, version), out, options)
  if (!has(state.rejoined, from)) state.blank = withMember(state.blank, from)
  restoreIfComplete(state, out, options)
}

/** Answers from before this was known do not count. */
function hearOfLosses(state: ReplicaState, barred: Bars, out: LogOutputs, options: ReplicaOptions): void {
  if (covers(state.barred, barred)) return
  state.barred = raised(state.barred, barred)
  state.rejoined = emptySet
  askWhoIsMissing(state, out, options)
}

/**
 * All have answered or are known to be blank. If the blank ones and this one could hold a
 * whole quorum of some phase, what that quorum knew may be gone for good: then it waits, which
 * is safe, until one of them is back.
 */
function restoreIfComplete(state: ReplicaState, out: LogOutputs, { plan }: ReplicaOptions): void {
  const lost = withMember(state.blank, state.self)
  if (!isSubset(fullSet(plan.nodes.length), union(lost, state.rejoined))) return
  const mayHoldAll = plan.ranges.some(({ system }) => phases.some((phase) => system.isQuorum(phase, lost)))
  if (mayHoldAll) return
  state.restoring = true
  out.cancelTimer(timers.rejoin)
  out.store(copyImage(imageOf(state)))
  // Nothing is written before this is: a disk with anything on it is a whole one.
  out.send(state.self, { type: "rejoined", life: state.life })
}

/** The restored state is on the disk: this replica is an acceptor again. */
export function onRejoined(
  state: ReplicaState,
  life: number,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (state.role !== "rejoining" || life !== state.life) return
  state.restoring = false
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

/** The state as it is to be found on the disk. */
function imageOf({ lastPromised, log, snapshot, version, barred }: ReplicaState): LogImage {
  return { type: "image", lastPromised, accepted: log, snapshot, version, barred }
}
