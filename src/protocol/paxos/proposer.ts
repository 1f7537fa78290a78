import { withMember } from "../../base/node-set.ts"
import { type Actor, type Value, send, unchanged } from "../actor.ts"
import { finishPhase1, phaseTimeout, propose, retry, startAttempt } from "./attempt.ts"
import { learn, learnByBypass, noteAcceptances, noteReport, onDecided } from "./learning.ts"
import type { AcceptMessage, PaxosMessage, PaxosRecord, PromiseMessage } from "./messages.ts"
import { onAllocation, onForward } from "./phase0.ts"
import { type ProposerOptions, type ProposerRules, proposerRules } from "./proposer-rules.ts"
import {
  type ProposerOutput,
  type ProposerState,
  type ProposerStep,
  changed,
  initialState,
  phaseTimer,
} from "./proposer-state.ts"
import { onRefusal } from "./refusal.ts"
import { greaterProposal } from "./rules.ts"

export type { ProposerOptions } from "./proposer-rules.ts"
export type { ProposerState } from "./proposer-state.ts"
export type { Recipients } from "./recipients.ts"

/**
 * The proposer of Howard 2019, Algorithm 3, and with the switches of its variant
 * those of every later chapter. Where the thesis waits for a majority, it asks
 * the quorum plan of the epoch: with `majority` in both phases it is classic
 * Paxos, with any other plan Flexible Paxos.
 *
 * A decision alone costs two round trips and three synchronous writes: the epoch here, then promise and
 * acceptance at each acceptor (table 2.4). Safety needs nothing of the timers: they say only when to
 * give up an epoch. Progress needs one proposer to be left alone for two phases (theorem 16).
 *
 * A proposer keeps its first candidate and learns at most once; asked again, it does nothing.
 */
export function proposer(options: ProposerOptions): Actor<ProposerState, PaxosMessage, PaxosRecord> {
  const rules = proposerRules(options)
  return {
    start: (self) => {
      const state = initialState(self)
      // By way of a timer, so that a process that comes back reads its disk before it begins.
      return rules.variant.phase1First ? { state, outputs: [atOnce] } : unchanged(state)
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

const atOnce: ProposerOutput = { type: "set-timer", timer: phaseTimer, after: { min: 0, max: 0 } }

/** Only what was stored survives a crash; the candidate must be proposed again. */
function recover(state: ProposerState, stored: PaxosRecord | undefined, rules: ProposerRules): ProposerStep {
  const record = stored?.role === "proposer" ? stored : null
  const { lastEpoch, record: next } = rules.options.epochs.recovered(record)
  const fresh = initialState(state.self)
  const recovered = { ...fresh, lastEpoch, notes: { ...fresh.notes, stored: next ?? record } }
  return { state: recovered, outputs: next === null ? [] : [{ type: "store", record: next }] }
}

/**
 * A client wants a value decided. The candidate is fixed from then on: it is replaced in an epoch by
 * what phase 1 finds (property 4), and comes back in the next if that finds nothing.
 */
function onCandidate(state: ProposerState, candidate: Value, rules: ProposerRules): ProposerStep {
  if (state.candidate !== null || state.learned !== null) return unchanged(state)
  const next = changed(state, { candidate })
  // Phase 1 may be over, or under way, before the candidate is known (§3.5).
  if (state.stage === "ready") return propose(next, state.value, [], rules)
  if (state.stage !== "idle") return unchanged(next)
  const { distinguished } = rules.options
  if (distinguished === undefined || distinguished === state.self) return startAttempt(next, rules)
  return {
    state: changed(next, { stage: "forwarded" }),
    outputs: [send(distinguished, { type: "forward", value: candidate }), phaseTimeout(rules)],
  }
}

/** Which rule reads which message. Requests to acceptors are none of a proposer's business, and ignored. */
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
  const next = changed(state, {
    promised: withMember(state.promised, from),
    greatest: greaterProposal(state.greatest, message.lastAccepted),
    notes:
      rules.keepsReports || rules.keepsKnown ? noteReport(state.notes, from, message, rules) : state.notes,
  })
  // Before the waiting rule: a decision that shows makes the rest of phase 1 superfluous too.
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
  const next = changed(state, { notes: noteAcceptances(state.notes, from, message) })
  return learnByBypass(next, rules) ?? unchanged(next)
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
  if (!rules.options.plan.systemAt(epoch).isQuorum(2, accepted))
    return unchanged(changed(state, { accepted }))
  return learn(changed(state, { accepted }), { epoch, value: state.value! }, rules)
}

/** A phase took too long, or a pause is over. */
function onTimeout(state: ProposerState, rules: ProposerRules): ProposerStep {
  switch (state.stage) {
    case "idle":
      return rules.variant.phase1First && state.learned === null
        ? startAttempt(state, rules)
        : unchanged(state)
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
