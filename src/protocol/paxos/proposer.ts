import { emptySet, withMember } from "../../base/node-set.ts"
import type { Epoch } from "../../quorum/plan.ts"
import { type Actor, type Output, type Step, type Value, send, unchanged } from "../actor.ts"
import { onAllocation, onForward, requestEpoch } from "./phase0.ts"
import { learn, learnByBypass, noteReport, onDecided } from "./learning.ts"
import type {
  AcceptMessage,
  PaxosMessage,
  PaxosRecord,
  PrepareMessage,
  PromiseMessage,
  ProposeMessage,
  ProposerRecord,
} from "./messages.ts"
import { type ProposerOptions, type ProposerRules, isMisallocated, proposerRules } from "./proposer-rules.ts"
import { type ProposerState, initialState, noNotes } from "./proposer-state.ts"
import { requests } from "./recipients.ts"
import { onRefusal } from "./refusal.ts"
import { pauseAfter } from "./retry.ts"
import { greaterProposal } from "./rules.ts"
import type { Variant } from "./variant.ts"

export type { ProposerOptions } from "./proposer-rules.ts"
export type { ProposerState } from "./proposer-state.ts"
export type { Recipients } from "./recipients.ts"
export type ProposerStep = Step<ProposerState, PaxosMessage, PaxosRecord>
export type ProposerOutput = Output<PaxosMessage, PaxosRecord>

/**
 * The proposer of Howard 2019, Algorithm 3, and with the switches of its variant
 * those of every later chapter. Where the thesis waits for a majority, it asks
 * the quorum plan of the epoch: with `majority` in both phases it is classic
 * Paxos, with any other plan Flexible Paxos.
 */
export function proposer(options: ProposerOptions): Actor<ProposerState, PaxosMessage, PaxosRecord> {
  const rules = proposerRules(options)
  return {
    start: (self) => {
      const state = initialState(self)
      return rules.variant.phase1First ? startAttempt(state, rules) : unchanged(state)
    },
    step: (state, input) => {
      switch (input.type) {
        case "propose":
          return onCandidate(state, input.value, rules)
        case "timeout":
          return onTimeout(state, rules)
        case "receive":
          return onMessage(state, input.from, input.message, rules)
        case "recover":
          return recover(state, input.stored, rules)
      }
    },
  }
}

export const phaseTimer = "phase"

/** Only what was stored survives a crash; the candidate must be proposed again. */
function recover(state: ProposerState, stored: PaxosRecord | undefined, rules: ProposerRules): ProposerStep {
  const record = stored?.role === "proposer" ? stored : null
  const { lastEpoch, record: next } = rules.options.epochs.recovered(record)
  const fresh = initialState(state.self)
  const recovered = { ...fresh, lastEpoch, notes: { ...fresh.notes, stored: next ?? record } }
  return { state: recovered, outputs: next === null ? [] : [{ type: "store", record: next }] }
}

function onCandidate(state: ProposerState, candidate: Value, rules: ProposerRules): ProposerStep {
  if (state.candidate !== null || state.learned !== null) return unchanged(state)
  const next = { ...state, candidate }
  // Phase 1 may be over, or under way, before the candidate is known (§3.5).
  if (state.stage === "ready") return propose(next, state.value, [], rules)
  if (state.stage !== "idle") return unchanged(next)
  const { distinguished } = rules.options
  if (distinguished === undefined || distinguished === state.self) return startAttempt(next, rules)
  return {
    state: { ...next, stage: "forwarded" },
    outputs: [send(distinguished, { type: "forward", value: candidate }), phaseTimeout(rules)],
  }
}

/** A new epoch: from this proposer's own source, or from the allocator. */
export function startAttempt(state: ProposerState, rules: ProposerRules): ProposerStep {
  const { epochs } = rules.options
  const epoch = epochs.next(state.lastEpoch, state.candidate, state.notes.stored)
  return epoch === null ? requestEpoch(state, rules) : startEpoch(state, epoch, [], rules)
}

/** Phase 1 of an epoch. The epoch is stored before anyone hears of it, so that no restart uses it again. */
export function startEpoch(
  state: ProposerState,
  epoch: Epoch,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const { options, variant } = rules
  const { notes } = state
  const record = options.epochs.record(epoch, notes.stored)
  const next: ProposerState = {
    ...state,
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
  }
  const write = record === null ? [] : [storing(record, variant)]
  // Where nothing need be promised, an epoch begins with phase 2 (§4.3.1) and nobody is asked.
  if (rules.phase1Done(next) && rules.choose(next).kind !== "open") {
    return finishPhase1(next, [...before, ...write], rules)
  }
  const prepare = prepareRequests(next, epoch, rules)
  // The write may go on during phase 1: until phase 2, using the epoch again would do no harm (§3.8).
  const outputs = variant.epochWrite === "before-phase-1" ? [...write, ...prepare] : [...prepare, ...write]
  return { state: next, outputs: before.length === 0 ? outputs : [...before, ...outputs] }
}

function storing(record: ProposerRecord, { failStop }: Variant): ProposerOutput {
  return failStop ? { type: "store", record, volatile: true } : { type: "store", record }
}

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

export function phaseTimeout({ options }: ProposerRules): ProposerOutput {
  return { type: "set-timer", timer: phaseTimer, after: options.timeout }
}

function onMessage(
  state: ProposerState,
  from: number,
  message: PaxosMessage,
  rules: ProposerRules,
): ProposerStep {
  switch (message.type) {
    case "promise":
      return onPromise(state, from, message, rules)
    case "accept":
      return onAccept(state, from, message, rules)
    case "no-promise":
    case "no-accept":
      return onRefusal(state, from, message, rules)
    case "decided":
      return onDecided(state, message, rules)
    case "allocate":
    case "no-allocate":
      return onAllocation(state, message, rules)
    case "forward":
      return onForward(state, from, message.value, rules)
    case "ring":
      return onRound(state, message.asked, message.replies, rules)
    default:
      return unchanged(state)
  }
}

/** The answers a ring brought back, one after the other. */
function onRound(
  state: ProposerState,
  asked: readonly number[],
  replies: readonly PaxosMessage[],
  rules: ProposerRules,
): ProposerStep {
  let step: ProposerStep = unchanged(state)
  for (const [i, message] of replies.entries()) {
    const { state: next, outputs } = onMessage(step.state, asked[i]!, message, rules)
    step = { state: next, outputs: [...step.outputs, ...outputs] }
  }
  return step
}

function onPromise(
  state: ProposerState,
  from: number,
  message: PromiseMessage,
  rules: ProposerRules,
): ProposerStep {
  // Replies to other epochs than the current one are late: they say nothing about this one.
  const timely = message.epoch === state.epoch && (state.stage === "phase-1" || state.stage === "lingering")
  if (!timely) return rules.keepsKnown ? noteLatePromise(state, from, message, rules) : unchanged(state)
  const next: ProposerState = {
    ...state,
    promised: withMember(state.promised, from),
    greatest: greaterProposal(state.greatest, message.lastAccepted),
    notes:
      rules.keepsReports || rules.keepsKnown ? noteReport(state.notes, from, message, rules) : state.notes,
  }
  const bypass = rules.keepsKnown ? learnByBypass(next, rules) : null
  return bypass ?? (state.stage === "lingering" ? unchanged(next) : finishPhase1(next, [], rules))
}

/** Phase 2 is under way, or the epoch is over: a promise can still show that something is decided (§3.2). */
function noteLatePromise(
  state: ProposerState,
  from: number,
  message: PromiseMessage,
  rules: ProposerRules,
): ProposerStep {
  if (message.epoch !== state.epoch && !rules.variant.remember) return unchanged(state)
  const next = { ...state, notes: noteReport(state.notes, from, message, rules) }
  return learnByBypass(next, rules) ?? unchanged(next)
}

/** If the promises suffice, on to phase 2: in this epoch, or in one that belongs to the value (§7.2). */
function finishPhase1(
  state: ProposerState,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  if (!rules.phase1Done(state)) return { state, outputs: before }
  const choice = rules.choose(state)
  if (choice.kind === "open") return rules.variant.untilOneValue ? { state, outputs: before } : halt(state)
  if (choice.kind === "free" && rules.options.recoveryOnly === true) return stop(state, before)
  const value = choice.kind === "only" ? choice.value : null
  if (state.candidate === null) return awaitCandidate(state, value, before)
  const { patience } = rules.variant
  if (patience === 0 || state.greatest === null) return propose(state, value, before, rules)
  const wait: ProposerOutput = {
    type: "set-timer",
    timer: phaseTimer,
    after: { min: patience, max: patience },
  }
  return { state: { ...state, value, stage: "lingering" }, outputs: [...before, wait] }
}

/** Phase 1 is done before there is anything to propose (§3.5). */
function awaitCandidate(
  state: ProposerState,
  value: Value | null,
  before: readonly ProposerOutput[],
): ProposerStep {
  const outputs: ProposerOutput[] = [...before, { type: "cancel-timer", timer: phaseTimer }]
  return { state: { ...state, value, stage: "ready" }, outputs }
}

/** Algorithm 32 as printed takes the only member of a set of two: there is no next step. */
function halt(state: ProposerState): ProposerStep {
  return { state: { ...state, stage: "halted" }, outputs: [{ type: "cancel-timer", timer: phaseTimer }] }
}

/** Nothing was decided or proposed as far as can be seen: a recovery proposer has nothing to do. */
function stop(state: ProposerState, before: readonly ProposerOutput[]): ProposerStep {
  const outputs: ProposerOutput[] = [...before, { type: "cancel-timer", timer: phaseTimer }]
  return { state: { ...state, stage: "idle", candidate: null }, outputs }
}

/** Phase 2 with the value that phase 1 forces, or with the candidate. */
function propose(
  state: ProposerState,
  forced: Value | null,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const epoch = state.epoch!
  const value = forced ?? state.candidate!
  const { epochs } = rules.options
  if (isMisallocated(epochs, epoch, value)) {
    const own = epochs.next(epoch, value, state.notes.stored)
    if (own !== null) return startEpoch(state, own, before, rules)
  }
  return startPhase2(state, epoch, value, before, rules)
}

/** Phase 2 of an epoch: this proposer's own, or one whose proposal it continues. */
export function startPhase2(
  state: ProposerState,
  epoch: Epoch,
  value: Value,
  before: readonly ProposerOutput[],
  rules: ProposerRules,
): ProposerStep {
  const next: ProposerState = { ...state, stage: "phase-2", epoch, value }
  const outputs = request(next, proposal(next, epoch, value, rules), rules)
  return { state: next, outputs: before.length === 0 ? outputs : [...before, ...outputs] }
}

/** Whoever promised has been sent the candidate with the prepare, if the variant does that. */
function proposal(
  state: ProposerState,
  epoch: Epoch,
  value: Value,
  { variant }: ProposerRules,
): ProposeMessage {
  const sent = variant.valueWithPrepare && value === state.candidate && state.promised !== emptySet
  return sent ? { type: "propose", epoch, value, valueSent: true } : { type: "propose", epoch, value }
}

/** Learns the value once the acceptances hold a phase-2 quorum (property 3). */
function onAccept(
  state: ProposerState,
  from: number,
  { epoch, value }: AcceptMessage,
  rules: ProposerRules,
): ProposerStep {
  if (epoch !== state.epoch || state.stage !== "phase-2") return unchanged(state)
  // Where proposers share an epoch, an acceptance of another's value is none of this one's.
  if (value !== undefined && value !== state.value) return unchanged(state)
  const accepted = withMember(state.accepted, from)
  if (!rules.options.plan.systemAt(epoch).isQuorum(2, accepted)) return unchanged({ ...state, accepted })
  return learn({ ...state, accepted }, { epoch, value: state.value! }, rules)
}

/** A phase took too long, or a pause is over. */
function onTimeout(state: ProposerState, rules: ProposerRules): ProposerStep {
  switch (state.stage) {
    case "idle":
    case "ready":
    case "halted":
      return unchanged(state)
    case "pause":
    case "forwarded":
      // If the distinguished proposer does not answer, it is always safe to do its work (§3.4).
      return startAttempt(state, rules)
    case "lingering":
      return propose(state, state.value, [], rules)
    case "phase-0":
      return onAllocation(state, { type: "no-allocate" }, rules)
    case "phase-1":
    case "phase-2":
      return retry(state, [], rules)
  }
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
    state: { ...state, stage: "pause" },
    outputs: [...before, { type: "set-timer", timer: phaseTimer, after }],
  }
}
