import type { ReplicaOptions } from "./options.ts"
import type { Outbox } from "./outbox.ts"
import { answerReads } from "./reading.ts"
import type { ReplicaState } from "./replica-state.ts"
import type { Batch, Result } from "./command.ts"

/**
 * Carries out every slot that is decided, in order; the leader answers those who asked.
 *
 * State machine replication rests on the order: every replica carries out the same batches slot by slot,
 * so the same commands give the same results everywhere. A slot is never carried out before all smaller
 * ones, even where it was decided before them.
 */
export function execute(state: ReplicaState, out: Outbox, options: ReplicaOptions): void {
  const { log, machine, decidedUpTo } = state
  const answers = state.role === "leader"
  for (let slot = state.executedUpTo; slot < decidedUpTo; slot++) {
    const batch = log.batchAt(slot)
    const results = machine.applyAll(batch)
    if (answers) answerAll(state, batch, results, out)
    out.report({ type: "executed", slot, batch, results })
  }
  state.executedUpTo = decidedUpTo
  if (decidedUpTo - log.base >= 2 * options.snapshotEvery) takeSnapshot(state, out)
  if (state.reads.size > 0) answerReads(state, out)
}

function answerAll(state: ReplicaState, batch: Batch, results: readonly Result[], out: Outbox): void {
  for (let i = 0; i < batch.length; i++) {
    const { client, request } = batch[i]!
    answer(state, client, request, results[i]!, out)
  }
}

/**
 * The result goes to whoever asked here last for this client's request: the
 * client, or the replica it asked.
 */
function answer(state: ReplicaState, client: number, request: number, result: Result, out: Outbox): void {
  if (state.askedRequest[client] !== request) return
  out.send(state.askedBy[client]!, { type: "reply", client, request, result })
  state.askedRequest[client] = 0
}

/**
 * The state as it is now replaces the slots that led to it. Half of the slots
 * before it stay in memory, for followers that are a little behind; the disk
 * keeps none of them.
 */
function takeSnapshot(state: ReplicaState, out: Outbox): void {
  state.snapshot = { upTo: state.executedUpTo, machine: state.machine.copy() }
  out.store({ type: "snapshot", snapshot: state.snapshot })
  state.log.truncate(Math.floor((state.log.base + state.executedUpTo) / 2))
}
