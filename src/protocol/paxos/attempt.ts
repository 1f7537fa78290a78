import { InvariantError } from "../../base/errors.ts"
import { emptySet } from "../../base/node-set.ts"
import type { Epoch } from "../../quorum/plan.ts"
import { type Value, send } from "../actor.ts"
import type { PrepareMessage, ProposeMessage } from "./messages.ts"
import type { ProposerRecord } from "./records.ts"
import {
  type ProposerOutput,
  type ProposerRules,
  type ProposerState,
  type ProposerStep,
  changed,
  isMisallocated,
  noNotes,
  pauseAfter,
  phaseTimer,
  requests,
} from "./proposer-state.ts"
import type { Variant } from "./variant.ts"

/** A new epoch: from this proposer's own source, or from the allocator. */
export function startAttempt(state: ProposerState, rules: ProposerRules): ProposerStep {
  const { epochs } = rules.options
  const epoch = epochs.next(state.lastEpoch, state.candidate, state.notes.stored)
  return epoch === null ? requestEpoch(state, rules) : startEpoch(state, epoch, [], rules)
}

/**
 * Starts phase 1 of an epoch. The epoch is stored before any message of it is sent, so that no restart
 * reuses it.
 *
 * The state is that of Algorithm 3 when it starts again: Q_P, Q_A, e_max and v are empty. Acceptances
 * known from earlier epochs are kept only with `remember`, the thesis' boosted bypass (§3.2).
 */
export function startEpoch(
  state: ProposerState,
  epoch: Epoch,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const { options, variant } = rules
  const { notes } = state
  const record = options.epochs.record(epoch, notes.stored)
  const next = changed(state, {
    stage: "phase-1",
    epoch,
    lastEpoch: epoch,
    attempt: state.attempt + 1,
    promised: emptySet,
    greatest: null,
    accepted: emptySet,
    value: null,
    notes: {
      stored: record ?? notes.stored,
      reports: rules.keepsReports ? rules.everyone.map(() => "no") : notes.reports,
      known: variant.remember ? notes.known : noNotes.known,
      refused: emptySet,
      toTell: notes.toTell,
    },
  })
  const write = record === null ? [] : [storing(record, variant)]
  // Where no promise is required, an epoch begins with phase 2 (§4.3.1) and no prepare is sent.
  if (rules.phase1Done(next) && rules.choose(next).kind !== "open") {
    return finishPhase1(next, [...before, ...write], rules)
  }
  const prepare = prepareRequests(next, epoch, rules)
  // The write may overlap phase 1: before phase 2, reusing the epoch is harmless (§3.8).
  const outputs = variant.epochWrite === "before-phase-1" ? [...write, ...prepare] : [...prepare, ...write]
  return { state: next, outputs: before.length === 0 ? outputs : [...before, ...outputs] }
}

/**
 * The write of an epoch; in a fail-stop world nothing is ever read back, so it need not be on disk
 * (§3.12).
 */
function storing(record: ProposerRecord, { failStop }: Variant): ProposerOutput {
  return failStop ? { type: "store", record, volatile: true } : { type: "store", record }
}

/** The prepare messages; with `valueWithPrepare` they carry the candidate, so that phase 2 need not. */
function prepareRequests(state: ProposerState, epoch: Epoch, rules: ProposerRules): ProposerOutput[] {
  const value = rules.variant.valueWithPrepare ? state.candidate : null
  const message: PrepareMessage =
    value === null ? { type: "prepare", epoch } : { type: "prepare", epoch, value }
  return request(state, message, rules)
}

/** A phase's messages, and its timer. */
function request(
  state: ProposerState,
  message: PrepareMessage | ProposeMessage,
  rules: ProposerRules,
): ProposerOutput[] {
  const outputs = requests(rules.options.recipients, rules.everyone, state.self, state.attempt, message)
  outputs.push(phaseTimeout(rules))
  return outputs
}

/**
 * The proposer's only timer, reset by every phase. It must exceed the round trip plus the acceptor's
 * processing time: a shorter one makes the proposer restart for ever before the replies arrive (Howard
 * 2019, theorem 16).
 */
export function phaseTimeout({ options }: ProposerRules): ProposerOutput {
  return { type: "set-timer", timer: phaseTimer, after: options.timeout }
}

/**
 * Starts phase 2 if the promises suffice: in this epoch, or in one allocated to the value (§7.2).
 *
 * Whether the promises suffice and which value they allow are independent (chapters 4 and 5 change the
 * first, chapter 6 the second). Only `untilOneValue` couples them: phase 1 then continues until one
 * value is possible.
 */
export function finishPhase1(
  state: ProposerState,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  if (!rules.phase1Done(state)) return { state, outputs: before }
  const choice = rules.choose(state)
  if (choice.kind === "open") return rules.variant.untilOneValue ? { state, outputs: before } : halt(state)
  // A recovery proposer only completes proposals of others, and there is none (§3.7).
  if (choice.kind === "free" && rules.options.recoveryOnly === true) return stop(state, before)
  const value = choice.kind === "only" ? choice.value : null
  if (state.candidate === null) return awaitCandidate(state, value, before)
  const { patience } = rules.variant
  if (patience === 0 || state.greatest === null) return propose(state, value, before, rules)
  // A proposal has been accepted: waiting for more promises may reveal a decision and save phase 2
  // (§3.2).
  const wait: ProposerOutput = {
    type: "set-timer",
    timer: phaseTimer,
    after: { min: patience, max: patience },
  }
  return { state: changed(state, { value, stage: "lingering" }), outputs: [...before, wait] }
}

/** Phase 1 is done before there is anything to propose (§3.5). */
function awaitCandidate(
  state: ProposerState,
  value: Value | null,
  before: readonly ProposerOutput[],
): ProposerStep {
  const outputs: ProposerOutput[] = [...before, { type: "cancel-timer", timer: phaseTimer }]
  return { state: changed(state, { value, stage: "ready" }), outputs }
}

/** Algorithm 32 as printed takes the only member of a set of two: there is no next step. */
function halt(state: ProposerState): ProposerStep {
  return {
    state: changed(state, { stage: "halted" }),
    outputs: [{ type: "cancel-timer", timer: phaseTimer }],
  }
}

/** Nothing was decided or proposed as far as can be seen: a recovery proposer has nothing to do. */
function stop(state: ProposerState, before: readonly ProposerOutput[]): ProposerStep {
  const outputs: ProposerOutput[] = [...before, { type: "cancel-timer", timer: phaseTimer }]
  return { state: changed(state, { stage: "idle", candidate: null }), outputs }
}

/** Phase 2 with the value that phase 1 forces, or with the candidate. */
export function propose(
  state: ProposerState,
  forced: Value | null,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const epoch = state.epoch!
  const value = forced ?? state.candidate!
  const { epochs } = rules.options
  // The value found belongs to another epoch: phase 1 is run again there, since an epoch by value must
  // never see another value (§7.2; the printed line tests the parity the wrong way round, erratum E7).
  if (isMisallocated(epochs, epoch, value)) {
    const own = epochs.next(epoch, value, state.notes.stored)
    if (own !== null) return startEpoch(state, own, before, rules)
  }
  return startPhase2(state, epoch, value, before, rules)
}

/** Starts phase 2 of an epoch: its own, or that of another proposer whose proposal it continues. */
export function startPhase2(
  state: ProposerState,
  epoch: Epoch,
  value: Value,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const next = changed(state, { stage: "phase-2", epoch, value })
  const outputs = request(next, proposal(next, epoch, value, rules), rules)
  return { state: next, outputs: before.length === 0 ? outputs : [...before, ...outputs] }
}

/**
 * The proposal for phase 2; acceptors that promised already have the candidate where the variant sends
 * it with the prepare.
 */
function proposal(
  state: ProposerState,
  epoch: Epoch,
  value: Value,
  { variant }: ProposerRules,
): ProposeMessage {
  const sent = variant.valueWithPrepare && value === state.candidate && state.promised !== emptySet
  return sent ? { type: "propose", epoch, value, valueSent: true } : { type: "propose", epoch, value }
}

/** Another attempt with a greater epoch, after a pause if there is one. */
export function retry(
  state: ProposerState,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const after = pauseAfter(rules.options.backOff, state.attempt)
  if (after.max === 0) {
    const step = startAttempt(state, rules)
    return before.length === 0 ? step : { state: step.state, outputs: [...before, ...step.outputs] }
  }
  return {
    state: changed(state, { stage: "pause" }),
    outputs: [...before, { type: "set-timer", timer: phaseTimer, after }],
  }
}

/** Phase 0: requests an epoch from the allocator (Howard 2019, §7.1). */
function requestEpoch(state: ProposerState, rules: ProposerRules): ProposerStep {
  const { allocator } = rules.options
  if (allocator === undefined)
    throw new InvariantError("a proposer needs an allocator and has not been given one.")
  const value = keepsValue(rules) ? state.candidate : null
  return {
    state: changed(state, { stage: "phase-0", attempt: state.attempt + 1 }),
    outputs: [
      send(allocator, { type: "generate-next", ...(value !== null && { value }) }),
      phaseTimeout(rules),
    ],
  }
}

/** Whether the allocator stores a value with the first epoch, so that the request must contain it. */
function keepsValue({ variant: { epochs } }: ProposerRules): boolean {
  return (epochs.kind === "multi-path" ? epochs.fast.kind : epochs.kind) === "register"
}
