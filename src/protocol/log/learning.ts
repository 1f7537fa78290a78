import type { Address } from "../actor.ts"
import type { LogMessageOf, LogOutputs } from "./messages.ts"
import type { ReplicaOptions } from "./options.ts"
import type { ReplicaState } from "./replica-state.ts"
import { type Snapshot, StateMachine } from "./state-machine.ts"
import { answerReads } from "./reading.ts"
import type { Batch, Result } from "./command.ts"

/**
 * The leader of `epoch` says that every slot before `upTo` is decided. What this
 * replica has accepted in that very epoch is then what was decided; what it has
 * of an earlier epoch may not be.
 *
 * The commit index alone does not say which value was decided: an acceptor may have missed the leader's
 * proposal and hold one of an earlier epoch for the slot. Of the leader's own epoch there is one value
 * per slot (lemma 9). The rest is fetched (`onFetch`).
 */
export function learnDecided(
  state: ReplicaState,
  epoch: number,
  upTo: number,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  const { log } = state
  if (upTo > state.knownDecidedUpTo) state.knownDecidedUpTo = upTo
  let { decidedUpTo } = state
  while (decidedUpTo < upTo && log.epochAt(decidedUpTo) === epoch) decidedUpTo++
  if (decidedUpTo === state.decidedUpTo) return
  state.decidedUpTo = decidedUpTo
  execute(state, out, options)
}

/**
 * Executes every slot that is decided, in order; the leader answers those who asked.
 *
 * State machine replication rests on the order: every replica executes the same batches slot by slot,
 * so the same commands give the same results everywhere. A slot is never executed before all smaller
 * ones, even where it was decided before them.
 */
export function execute(state: ReplicaState, out: LogOutputs, options: ReplicaOptions): void {
  const { log, machine, decidedUpTo } = state
  const answers = state.role === "leader"
  for (let slot = state.executedUpTo; slot < decidedUpTo; slot++) {
    const batch = log.batchAt(slot)
    const results = machine.applyAll(batch)
    if (answers) answerAll(state, batch, results, out)
    out.report(options.interned.executed(slot, batch, results))
  }
  state.executedUpTo = decidedUpTo
  if (decidedUpTo - log.base >= 2 * options.snapshotEvery) takeSnapshot(state, out)
  if (state.reads.size > 0) answerReads(state, out)
}

/**
 * Decided batches from another replica, in order. Only the next slot in turn is taken, so that
 * everything before `decidedUpTo` is always in the log; a gap is asked for again. Not written: a replica that
 * loses it in a crash can fetch it again, for the quorum that decided it has it on disk.
 */
export function onDecided(
  state: ReplicaState,
  { entries, snapshot }: LogMessageOf<"decided">,
  out: LogOutputs,
  options: ReplicaOptions,
): void {
  if (state.role === "leader") return
  if (snapshot !== null) install(state, snapshot, out)
  const { from, epochs, batches } = entries
  epochs.forEach((epoch, i) => {
    const slot = from + i
    if (slot !== state.decidedUpTo) return
    // A decided value is what every later epoch proposes: it may stand for the acceptor's own.
    state.log.set(slot, Math.max(epoch, state.log.epochAt(slot)), batches[i]!)
    state.decidedUpTo++
  })
  execute(state, out, options)
}

/** Takes over the state of a snapshot that is ahead of this replica's own, durably. */
export function install(state: ReplicaState, snapshot: Snapshot, out: LogOutputs): void {
  // Older than its own state: to take it over would undo commands that clients have been answered for.
  if (snapshot.upTo <= state.executedUpTo) return
  state.snapshot = snapshot
  state.machine = new StateMachine(snapshot.machine)
  state.executedUpTo = snapshot.upTo
  state.decidedUpTo = Math.max(state.decidedUpTo, snapshot.upTo)
  state.log.truncate(snapshot.upTo)
  // A replica that is rejoining writes all it has been told at once, at the end.
  if (state.role !== "rejoining") out.store({ type: "snapshot", snapshot })
  out.report({ type: "installed", upTo: snapshot.upTo })
}

/** Someone is behind: it gets what is decided, from a snapshot on if the log does not go back that far. */
export function onFetch(state: ReplicaState, from: Address, slot: number, out: LogOutputs): void {
  // It has nothing to tell; the replica that asks will ask again.
  if (slot >= state.decidedUpTo) return
  const snapshot = slot < state.log.base ? state.snapshot : null
  const first = snapshot?.upTo ?? slot
  const before = Math.min(state.decidedUpTo, first + maxFetched)
  out.send(from, { type: "decided", entries: state.log.since(first, before), snapshot })
}

/** How many slots one answer carries at most. */
const maxFetched = 1000

function answerAll(state: ReplicaState, batch: Batch, results: readonly Result[], out: LogOutputs): void {
  for (let i = 0; i < batch.length; i++) {
    const { client, request } = batch[i]!
    answer(state, client, request, results[i]!, out)
  }
}

/**
 * The result goes to the process that asked here last for this client's request: the
 * client, or the replica it asked.
 */
function answer(state: ReplicaState, client: number, request: number, result: Result, out: LogOutputs): void {
  if (state.pendingRequest[client] !== request) return
  out.send(state.requester[client]!, { type: "reply", client, request, result })
  state.pendingRequest[client] = 0
}

/**
 * The state as it is now replaces the slots that led to it. Half of the slots
 * before it stay in memory, for followers that are a little behind; the disk
 * keeps none of them.
 */
function takeSnapshot(state: ReplicaState, out: LogOutputs): void {
  state.snapshot = { upTo: state.executedUpTo, machine: state.machine.copy() }
  out.store({ type: "snapshot", snapshot: state.snapshot })
  state.log.truncate(Math.floor((state.log.base + state.executedUpTo) / 2))
}
