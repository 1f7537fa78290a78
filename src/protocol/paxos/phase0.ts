import type { Epoch } from "../../quorum/plan.ts"
import { type Address, type Value, send, unchanged } from "../actor.ts"
import { retry, startAttempt, startEpoch, startPhase2 } from "./attempt.ts"
import type { PaxosMessage } from "./messages.ts"
import type { ProposerRules } from "./proposer-rules.ts"
import type { ProposerState, ProposerStep } from "./proposer-state.ts"

/**
 * The allocator has answered. An epoch that is not greater than the last is a
 * late copy of an earlier answer, and must not be used again. Without an epoch,
 * a multi-path proposer takes the slow path (Algorithm 30); any other asks again.
 */
export function onAllocation(
  state: ProposerState,
  message: PaxosMessage & { readonly type: "allocate" | "no-allocate" },
  rules: ProposerRules,
): ProposerStep {
  if (state.stage !== "phase-0") return unchanged(state)
  // Asking was counted as the attempt, and starting the epoch counts again.
  const asked = { ...state, attempt: state.attempt - 1 }
  if (message.type === "allocate") {
    const { epoch, value } = message
    if (value !== undefined) return proposeAllocated(asked, epoch, value, rules)
    return state.lastEpoch === null || epoch > state.lastEpoch
      ? startEpoch(asked, epoch, [], rules)
      : unchanged(state)
  }
  const epoch = rules.options.epochs.without(state.lastEpoch)
  return epoch === null ? retry(state, [], rules) : startEpoch(asked, epoch, [], rules)
}

/** The first epoch, with the value the allocator keeps for it: nothing earlier could have been decided. */
function proposeAllocated(
  state: ProposerState,
  epoch: Epoch,
  value: Value,
  rules: ProposerRules,
): ProposerStep {
  const next = { ...state, attempt: state.attempt + 1, lastEpoch: Math.max(state.lastEpoch ?? 0, epoch) }
  return startPhase2(next, epoch, value, [], rules)
}

/** Another proposer hands its candidate to this one (§3.4). Taken on if there is none yet; the outcome goes back. */
export function onForward(
  state: ProposerState,
  from: Address,
  value: Value,
  rules: ProposerRules,
): ProposerStep {
  if (state.learned !== null) {
    return { state, outputs: [send(from, { type: "decided", epoch: state.epoch!, value: state.learned })] }
  }
  const toTell = [...new Set([...state.notes.toTell, from])]
  const next = { ...state, notes: { ...state.notes, toTell } }
  // One candidate at a time: the outcome of the instance is one value anyway, and all who asked are told
  // it.
  if (state.candidate !== null || state.stage !== "idle") return unchanged(next)
  return startAttempt({ ...next, candidate: value }, rules)
}
