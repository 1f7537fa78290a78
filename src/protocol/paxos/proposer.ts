import { type NodeSet, emptySet, withMember } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { Phase } from "../../quorum/system.ts"
import {
  type Actor,
  type Address,
  type Output,
  type Step,
  type TimerRange,
  type Value,
  send,
  unchanged,
} from "../actor.ts"
import type { EpochSource } from "./epochs.ts"
import type { PaxosMessage, PaxosRecord, Proposal } from "./messages.ts"
import { type BackOff, pauseAfter } from "./retry.ts"
import { greaterProposal } from "./rules.ts"

type ProposerStep = Step<ProposerState, PaxosMessage, PaxosRecord>
type ProposerOutput = Output<PaxosMessage, PaxosRecord>

export interface ProposerOptions {
  /** Which acceptors make a quorum, epoch by epoch: classic and Flexible Paxos differ here and nowhere else. */
  readonly plan: QuorumPlan
  readonly epochs: EpochSource
  /** How long to wait for a phase to finish before starting again with a greater epoch. */
  readonly timeout: TimerRange
  readonly backOff: BackOff
  readonly recipients: Recipients
}

/** Whom a phase is sent to. */
export type Recipients =
  /** Every acceptor: 4n messages for a decision. */
  | { readonly kind: "broadcast" }
  /** One chosen quorum of each phase, in the first attempt; later attempts ask everyone. */
  | { readonly kind: "thrifty"; readonly quorum: Readonly<Record<Phase, readonly Address[]>> }

export interface ProposerState {
  readonly self: Address
  /** What it waits for; `idle` before it has a candidate and after it has learned. */
  readonly stage: "idle" | "phase-1" | "phase-2" | "pause"
  /** γ: the value it would like to see decided. */
  readonly candidate: Value | null
  /** The greatest epoch used, or known to be too small: the next one is greater. Durable when used. */
  readonly lastEpoch: Epoch | null
  /** How many epochs it has started; the first is attempt 1. */
  readonly attempt: number
  /** Q_P: the acceptors that promised this epoch. */
  readonly promised: NodeSet
  /** (e_max, v): the proposal of the greatest epoch reported in a promise. */
  readonly greatest: Proposal | null
  /** Q_A: the acceptors that accepted in this epoch. */
  readonly accepted: NodeSet
  readonly learned: Value | null
}

/**
 * The proposer of Howard 2019, Algorithm 3 (Algorithm 5 where acceptors send
 * negative replies). Where the thesis waits for a majority, it asks the quorum
 * plan of the epoch: with `majority` in both phases it is classic Paxos, with any
 * other plan Flexible Paxos (Algorithm 13, phase-1 quorums given explicitly).
 */
export function proposer(options: ProposerOptions): Actor<ProposerState, PaxosMessage, PaxosRecord> {
  return {
    start: (self) => unchanged(initialState(self)),
    step: (state, input) => {
      switch (input.type) {
        case "propose":
          return onCandidate(state, input.value, options)
        case "timeout":
          return onTimeout(state, options)
        case "receive":
          return onMessage(state, input.from, input.message, options)
        case "recover":
          return unchanged(recovered(state.self, input.stored))
      }
    },
  }
}

function initialState(self: Address): ProposerState {
  return {
    self,
    stage: "idle",
    candidate: null,
    lastEpoch: null,
    attempt: 0,
    promised: emptySet,
    greatest: null,
    accepted: emptySet,
    learned: null,
  }
}

/** Only the last epoch survives a crash; the candidate must be proposed again. */
function recovered(self: Address, stored: PaxosRecord | undefined): ProposerState {
  const lastEpoch = stored?.role === "proposer" ? stored.lastEpoch : null
  return { ...initialState(self), lastEpoch }
}

function onCandidate(state: ProposerState, candidate: Value, options: ProposerOptions): ProposerStep {
  if (state.candidate !== null) return unchanged(state)
  return startEpoch({ ...state, candidate }, options)
}

/** Phase 1 of a new epoch. The epoch is stored before anyone hears of it, so that no restart uses it again. */
function startEpoch(state: ProposerState, options: ProposerOptions): ProposerStep {
  const epoch = options.epochs.next(state.lastEpoch)
  const next: ProposerState = {
    ...state,
    stage: "phase-1",
    lastEpoch: epoch,
    attempt: state.attempt + 1,
    promised: emptySet,
    greatest: null,
    accepted: emptySet,
  }
  const store: ProposerOutput = { type: "store", record: { role: "proposer", lastEpoch: epoch } }
  // Where the empty set is a quorum, an epoch begins with phase 2 (§4.3.1) and nobody is asked for a promise.
  if (phase1Done(next, options)) return startPhase2(next, [store], options)
  return { state: next, outputs: [store, ...request(next, 1, { type: "prepare", epoch }, options)] }
}

function onMessage(
  state: ProposerState,
  from: Address,
  message: PaxosMessage,
  options: ProposerOptions,
): ProposerStep {
  // Replies to other epochs than the current one are late: they say nothing about this one.
  if (message.epoch !== state.lastEpoch) return unchanged(state)
  switch (message.type) {
    case "promise":
      return state.stage === "phase-1"
        ? onPromise(state, from, message.lastAccepted, options)
        : unchanged(state)
    case "accept":
      return state.stage === "phase-2" ? onAccept(state, from, message.epoch, options) : unchanged(state)
    case "no-promise":
    case "no-accept":
      return state.stage === "phase-1" || state.stage === "phase-2"
        ? retry({ ...state, lastEpoch: Math.max(message.epoch, message.lastPromised) }, options)
        : unchanged(state)
    case "prepare":
    case "propose":
      return unchanged(state)
  }
}

function onPromise(
  state: ProposerState,
  from: Address,
  reported: Proposal | null,
  options: ProposerOptions,
): ProposerStep {
  const next: ProposerState = {
    ...state,
    promised: withMember(state.promised, from),
    greatest: greaterProposal(state.greatest, reported),
  }
  return phase1Done(next, options) ? startPhase2(next, [], options) : unchanged(next)
}

/** Whether the promises hold a phase-1 quorum of the epoch (property 2). */
function phase1Done(state: ProposerState, { plan }: ProposerOptions): boolean {
  return plan.systemAt(state.lastEpoch!).isQuorum(1, state.promised)
}

function startPhase2(
  state: ProposerState,
  before: readonly ProposerOutput[],
  options: ProposerOptions,
): ProposerStep {
  const next: ProposerState = { ...state, stage: "phase-2" }
  const message: PaxosMessage = { type: "propose", epoch: state.lastEpoch!, value: valueToPropose(state) }
  return { state: next, outputs: [...before, ...request(next, 2, message, options)] }
}

/** The value of the greatest reported proposal; its own candidate only if there is none (property 4). */
function valueToPropose(state: ProposerState): Value {
  return state.greatest?.value ?? state.candidate!
}

/** Learns the value once the acceptances hold a phase-2 quorum (property 3). */
function onAccept(state: ProposerState, from: Address, epoch: Epoch, options: ProposerOptions): ProposerStep {
  const accepted = withMember(state.accepted, from)
  if (!options.plan.systemAt(epoch).isQuorum(2, accepted)) return unchanged({ ...state, accepted })
  const value = valueToPropose(state)
  return {
    state: { ...state, accepted, stage: "idle", learned: value },
    outputs: [
      { type: "cancel-timer", timer: phaseTimer },
      { type: "learn", epoch, value },
    ],
  }
}

const phaseTimer = "phase"

function request(
  state: ProposerState,
  phase: Phase,
  message: PaxosMessage,
  { plan, recipients, timeout }: ProposerOptions,
): ProposerOutput[] {
  const thrifty = recipients.kind === "thrifty" && state.attempt === 1
  const to = thrifty ? recipients.quorum[phase] : plan.nodes.map((_, address) => address)
  return [
    ...to.map((address) => send(address, message)),
    { type: "set-timer", timer: phaseTimer, after: timeout },
  ]
}

/** The phase took too long, or the pause is over. */
function onTimeout(state: ProposerState, options: ProposerOptions): ProposerStep {
  if (state.stage === "idle") return unchanged(state)
  return state.stage === "pause" ? startEpoch(state, options) : retry(state, options)
}

function retry(state: ProposerState, options: ProposerOptions): ProposerStep {
  const after = pauseAfter(options.backOff, state.attempt)
  if (after.max === 0) return startEpoch(state, options)
  return { state: { ...state, stage: "pause" }, outputs: [{ type: "set-timer", timer: phaseTimer, after }] }
}
