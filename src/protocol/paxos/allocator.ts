import type { Epoch } from "../../quorum/plan.ts"
import { type Actor, type Address, type Step, type Value, send, unchanged } from "../actor.ts"
import type { PaxosMessage } from "./messages.ts"
import type { AllocatorRecord, PaxosRecord } from "./records.ts"

/** The allocator's memory: what is durable, and how far it has counted since it started. */
export interface AllocatorState {
  readonly record: AllocatorRecord
  /** sid: how many epochs this version has given out. Volatile. */
  readonly given: number
}

/**
 * What an allocator allocates: a new epoch per request (Algorithm 21), the first epoch once (Algorithm
 * 30), or to every request the first epoch with the value of the first request (§7.1): a write-once
 * register, equivalent to the acceptor of the single acceptor algorithm.
 */
export type AllocatorMode = "counter" | "first-epoch" | "register"

type AllocatorStep = Step<AllocatorState, PaxosMessage, PaxosRecord>

/**
 * The allocator of Howard 2019, §7.1. Its epochs are pairs (vid, sid): vid, the
 * only durable part, counts restarts, so that no epoch is given out twice.
 * Kept as one number in the same order; the first of all is 0, the least epoch.
 *
 * The first life is version 1 without a write: a restart with nothing stored
 * can only be the second.
 *
 * It is not a consensus service: it makes epochs unique and nothing else, so losing it stops progress
 * and never endangers safety. In a multi-path variant not even progress: the slow path needs no
 * allocator.
 */
export function allocator(mode: AllocatorMode): Actor<AllocatorState, PaxosMessage, PaxosRecord> {
  return {
    start: () => unchanged(stateOf({ role: "allocator", version: 1, value: null })),
    step: (state, input) => {
      if (input.type === "recover") return restarted(input.stored)
      if (input.type !== "receive" || input.message.type !== "generate-next") return unchanged(state)
      if (mode === "register") return register(state, input.from, input.message.value)
      return mode === "counter" ? count(state, input.from) : once(state, input.from)
    },
  }
}

/** The epochs of one version before those of the next begin. */
const epochsPerVersion = 2 ** 32

function stateOf(record: AllocatorRecord): AllocatorState {
  return { record, given: 0 }
}

function restarted(stored: PaxosRecord | undefined): AllocatorStep {
  // The new version is stored before anything is given out under it, as messages follow the write.
  const before = stored?.role === "allocator" ? stored : null
  const record: AllocatorRecord = {
    role: "allocator",
    version: (before?.version ?? 1) + 1,
    value: before?.value ?? null,
  }
  return { state: stateOf(record), outputs: [{ type: "store", record }] }
}

/**
 * The next epoch of this version. `given` is lost in a crash, and the next version starts above all of
 * this one's.
 */
function count(state: AllocatorState, to: Address): AllocatorStep {
  const epoch: Epoch = (state.record.version - 1) * epochsPerVersion + state.given
  return { state: { ...state, given: state.given + 1 }, outputs: [send(to, { type: "allocate", epoch })] }
}

/** After a restart it cannot know whether the first epoch was given out, and never gives it again. */
function once(state: AllocatorState, to: Address): AllocatorStep {
  const available = state.given === 0 && state.record.version === 1
  if (!available) return { state, outputs: [send(to, { type: "no-allocate" })] }
  return { state: { ...state, given: 1 }, outputs: [send(to, { type: "allocate", epoch: 0 })] }
}

/**
 * The first requested value is stored before any reply: a register that lost it in a crash would
 * allocate the first epoch to a second value.
 */
function register(state: AllocatorState, to: Address, asked: Value | undefined): AllocatorStep {
  const value = state.record.value ?? asked
  if (value === undefined) return unchanged(state)
  const reply = send<PaxosMessage>(to, { type: "allocate", epoch: 0, value })
  if (state.record.value !== null) return { state, outputs: [reply] }
  const record: AllocatorRecord = { ...state.record, value }
  return { state: { ...state, record }, outputs: [{ type: "store", record }, reply] }
}
