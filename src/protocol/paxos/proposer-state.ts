import { type NodeSet, emptySet } from "../../base/node-set.ts"
import type { Epoch } from "../../quorum/plan.ts"
import type { Address, Output, Step, Value } from "../actor.ts"
import type { Report } from "./answers.ts"
import type { KnownAcceptances } from "./known.ts"
import type { PaxosMessage, PaxosRecord, Proposal, ProposerRecord } from "./messages.ts"

/**
 * What a proposer is doing.
 *
 * - `idle`: before it has a candidate, and after it has learned;
 * - `phase-0`: waiting for the allocator (§7.1), `forwarded`: for the distinguished proposer (§3.4);
 * - `phase-1`, `phase-2`: as in Algorithm 3;
 * - `lingering`: phase 1 is done, but more promises may show a decision (§3.2);
 * - `ready`: phase 1 is done, and there is no candidate yet (§3.5);
 * - `pause`: before the next attempt;
 * - `halted`: no rule says what to propose (Algorithm 32 as printed). A proposer here never gets there on its own.
 */
export type Stage =
  "idle" | "phase-0" | "forwarded" | "phase-1" | "lingering" | "ready" | "phase-2" | "pause" | "halted"

/**
 * All that Algorithm 3 keeps, by its names, and the stage it is in. Volatile but for what `notes.stored`
 * says.
 */
export interface ProposerState {
  readonly self: Address
  readonly stage: Stage
  /** γ: the value it would like to see decided. */
  readonly candidate: Value | null
  /** e: the epoch it is in; another's, while it continues that one's proposal. */
  readonly epoch: Epoch | null
  /** The greatest epoch used, or known to be too small: the next one is greater. */
  readonly lastEpoch: Epoch | null
  /** How many epochs it has started; the first is attempt 1. */
  readonly attempt: number
  /** Q_P: the acceptors that promised this epoch. */
  readonly promised: NodeSet
  /** (e_max, v): the proposal of the greatest epoch reported in a promise. */
  readonly greatest: Proposal | null
  /** Q_A: the acceptors that accepted in this epoch. */
  readonly accepted: NodeSet
  /** v: what it proposes in phase 2. */
  readonly value: Value | null
  readonly learned: Value | null
  /** What only some variants need; the same object throughout where none does. */
  readonly notes: ProposerNotes
}

/**
 * What a variant keeps beyond Algorithm 3. Apart from the state, so that classic Paxos copies one
 * reference.
 */
export interface ProposerNotes {
  /** What is on disk, or about to be. */
  readonly stored: ProposerRecord | null
  /** R: the answer of each acceptor in this epoch; empty where the value rule does not look. */
  readonly reports: readonly Report[]
  /** For the bypass of phase 2: who is known to have accepted what. */
  readonly known: readonly KnownAcceptances[]
  /** Who answered this phase with a negative reply. */
  readonly refused: NodeSet
  /** Who forwarded a candidate, and is to be told the outcome. */
  readonly toTell: readonly Address[]
}

/** Before anything was heard; shared by all proposers, and never changed. */
export const noNotes: ProposerNotes = { stored: null, reports: [], known: [], refused: emptySet, toTell: [] }

/** A proposer that has never run: no candidate, no epoch. */
export function initialState(self: Address): ProposerState {
  return {
    self,
    stage: "idle",
    candidate: null,
    epoch: null,
    lastEpoch: null,
    attempt: 0,
    promised: emptySet,
    greatest: null,
    accepted: emptySet,
    value: null,
    learned: null,
    notes: noNotes,
  }
}

/**
 * The state with some fields changed: `{ ...state, ...changes }`, written out. A
 * proposer changes its state at nearly every message, and a spread with three
 * changes takes V8 0.3 µs, as long as all else that becomes of a message; this
 * takes a hundredth of a microsecond.
 */
export function changed(state: ProposerState, changes: Partial<ProposerState>): ProposerState {
  const { candidate, epoch, lastEpoch, greatest, value, learned } = changes
  return {
    self: changes.self ?? state.self,
    stage: changes.stage ?? state.stage,
    candidate: candidate === undefined ? state.candidate : candidate,
    epoch: epoch === undefined ? state.epoch : epoch,
    lastEpoch: lastEpoch === undefined ? state.lastEpoch : lastEpoch,
    attempt: changes.attempt ?? state.attempt,
    promised: changes.promised ?? state.promised,
    greatest: greatest === undefined ? state.greatest : greatest,
    accepted: changes.accepted ?? state.accepted,
    value: value === undefined ? state.value : value,
    learned: learned === undefined ? state.learned : learned,
    notes: changes.notes ?? state.notes,
  }
}

/** What a proposer makes of one input. */
export type ProposerStep = Step<ProposerState, PaxosMessage, PaxosRecord>
/** One thing a proposer asks to be done. */
export type ProposerOutput = Output<PaxosMessage, PaxosRecord>

/** The one timer of a proposer: of a phase, or of a pause. */
export const phaseTimer = "phase"
