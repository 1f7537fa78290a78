import { emptySet, withMember } from "../../base/node-set.ts"
import { tally } from "../../quorum/meet/tally.ts"
import type { Epoch } from "../../quorum/plan.ts"
import { type Actor, type Address, type Value, send, unchanged } from "../actor.ts"
import {
  finishPhase1,
  phaseTimeout,
  propose,
  retry,
  startAttempt,
  startEpoch,
  startPhase2,
} from "./attempt.ts"
import { learn, learnByBypass, noteAcceptances, noteReport, onDecided } from "./learning.ts"
import {
  type AcceptMessage,
  type PaxosMessage,
  type PromiseMessage,
  type Proposal,
  type RefusalMessage,
  greaterProposal,
} from "./messages.ts"
import type { PaxosRecord } from "./records.ts"
import {
  type ProposerOptions,
  type ProposerOutput,
  type ProposerRules,
  type ProposerState,
  type ProposerStep,
  changed,
  initialState,
  phaseTimer,
  proposerRules,
  withKnown,
} from "./proposer-state.ts"

/**
 * The proposer of Howard 2019, Algorithm 3, and with the switches of its variant those of every later
 * chapter. Where the thesis waits for a majority, it uses the quorum plan of the epoch: with `majority`
 * in both phases it is classic Paxos, with any other plan Flexible Paxos.
 *
 * A decision alone costs two round trips and three synchronous writes: the epoch here, then promise and
 * acceptance at each acceptor (table 2.4). Safety does not depend on timers: they only determine when to
 * abandon an epoch. Progress requires one proposer to run two phases undisturbed (theorem 16).
 *
 * A proposer keeps its first candidate and learns at most once; further proposals have no effect.
 */
export function proposer(options: ProposerOptions): Actor<ProposerState, PaxosMessage, PaxosRecord> {
  const rules = proposerRules(options)
  return {
    start: (self) => {
      const state = initialState(self)
      // By a timer, so that a recovering process reads its disk before it begins.
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
 * A client proposes a value. The candidate is fixed from then on: the value that phase 1 finds replaces
 * it for one epoch (property 4), and it is used in the next if phase 1 finds none.
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

/** Processes the replies that a ring returned, one after the other. */
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
      // If the distinguished proposer does not reply, it is always safe to propose in its place (§3.4).
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

/**
 * Handles a reply of the allocator. An epoch not greater than the last is a delayed duplicate of an
 * earlier reply, and must not be used again. Without an epoch, a multi-path proposer takes the slow path
 * (Algorithm 30); any other sends its request again.
 */
export function onAllocation(
  state: ProposerState,
  message: PaxosMessage & { readonly type: "allocate" | "no-allocate" },
  rules: ProposerRules,
): ProposerStep {
  if (state.stage !== "phase-0") return unchanged(state)
  // The request was counted as the attempt, and starting the epoch counts again.
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
  // One candidate at a time: the instance decides one value, and all proposers that forwarded one are
  // notified of it.
  if (state.candidate !== null || state.stage !== "idle") return unchanged(next)
  return startAttempt({ ...next, candidate: value }, rules)
}

/**
 * A negative reply (Howard 2019, §3.1 and §3.10). Records what it reports; then the proposer continues
 * the reported proposal (Algorithm 11), or restarts beyond the reported epoch (Algorithm 5), or waits
 * while the phase can still succeed without this acceptor.
 */
export function onRefusal(
  state: ProposerState,
  from: Address,
  message: RefusalMessage,
  rules: ProposerRules,
): ProposerStep {
  const noted = noteRefusal(state, from, message, rules)
  const bypass = rules.variant.remember ? learnByBypass(noted, rules) : null
  if (bypass !== null) return bypass
  const counted = countAsAcceptance(noted, from, message, rules)
  if (counted !== null) return counted
  const active = state.stage === "phase-1" || state.stage === "phase-2" || state.stage === "lingering"
  if (message.epoch !== state.epoch || !active) return unchanged(noted)
  const past = changed(noted, {
    lastEpoch: Math.max(state.lastEpoch ?? 0, message.epoch, message.lastPromised),
  })
  // Copying first: to continue a proposal takes one phase, to start again takes two.
  const copied = copyable(state, message, rules)
  if (copied !== null) return continueProposal(past, from, copied, rules)
  if (rules.variant.afterNack === "wait" && canStillSucceed(past, rules)) return unchanged(past)
  return retry(past, [], rules)
}

/**
 * Records only what some switch uses: the acceptors that refused, to detect a phase that cannot succeed,
 * and what was reported.
 */
function noteRefusal(
  state: ProposerState,
  from: Address,
  { epoch, lastAccepted }: RefusalMessage,
  rules: ProposerRules,
): ProposerState {
  const { variant } = rules
  const waits = variant.afterNack === "wait" && epoch === state.epoch
  const shows = variant.remember && lastAccepted !== undefined && lastAccepted !== null
  if (!waits && !shows) return state
  const { notes } = state
  return changed(state, {
    notes: {
      ...notes,
      refused: waits ? withMember(notes.refused, from) : notes.refused,
      known: shows ? withKnown(notes.known, from, lastAccepted) : notes.known,
    },
  })
}

/** A refusal of any message that shows (e, v) accepted counts as an acceptance (Algorithm 11, line 24). */
function countAsAcceptance(
  state: ProposerState,
  from: Address,
  { lastAccepted }: RefusalMessage,
  rules: ProposerRules,
): ProposerStep | null {
  const { epoch, value, stage } = state
  if (rules.variant.copying === "off" || stage !== "phase-2" || epoch === null) return null
  if (lastAccepted?.epoch !== epoch || lastAccepted.value !== value) return null
  const accepted = withMember(state.accepted, from)
  const next = changed(state, { accepted })
  const done = rules.options.plan.systemAt(epoch).isQuorum(2, accepted)
  return done ? learn(next, lastAccepted, rules) : unchanged(next)
}

/** The proposal to continue, if the reply shows one worth it: of the epoch promised, unless any will do. */
function copyable(
  state: ProposerState,
  { lastPromised, lastAccepted }: RefusalMessage,
  { variant }: ProposerRules,
): Proposal | null {
  if (variant.copying === "off" || lastAccepted === undefined || lastAccepted === null) return null
  // An older proposal is no way forward: its epoch is below the one this acceptor has promised.
  if (lastAccepted.epoch <= state.epoch!) return null
  return variant.copying === "any" || lastAccepted.epoch === lastPromised ? lastAccepted : null
}

/**
 * Phase 2 of another proposer's proposal: that proposer had finished phase 1, and the epoch has no other
 * value (lemma 9). The acceptor that reported it has accepted it.
 */
function continueProposal(
  state: ProposerState,
  from: Address,
  { epoch, value }: Proposal,
  rules: ProposerRules,
): ProposerStep {
  const notes = { ...state.notes, refused: emptySet }
  const next = changed(state, { notes, promised: emptySet, accepted: withMember(emptySet, from) })
  if (rules.options.plan.systemAt(epoch).isQuorum(2, next.accepted))
    return learn(next, { epoch, value }, rules)
  return startPhase2(next, epoch, value, [], rules)
}

/** Whether the acceptors that have not refused can still complete the phase. */
function canStillSucceed(state: ProposerState, rules: ProposerRules): boolean {
  const { refused } = state.notes
  if (state.stage !== "phase-2") return rules.phase1Possible(state, refused)
  const system = rules.options.plan.systemAt(state.epoch!)
  return tally(system, 2, { yes: state.accepted, no: refused }) !== "lost"
}
