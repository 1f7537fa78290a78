import { difference, emptySet, fullSet, withMember } from "../../base/node-set.ts"
import { type Address, unchanged } from "../actor.ts"
import { retry, startPhase2 } from "./attempt.ts"
import { withKnown } from "./known.ts"
import { learn, learnByBypass } from "./learning.ts"
import type { Proposal, RefusalMessage } from "./messages.ts"
import type { ProposerRules } from "./proposer-rules.ts"
import { type ProposerState, type ProposerStep, changed } from "./proposer-state.ts"

/**
 * A negative reply (Howard 2019, §3.1 and §3.10). What it shows is noted; then
 * the proposer continues the proposal it was shown (Algorithm 11), or starts
 * again past the epoch it was told of (Algorithm 5), or waits while it can
 * still succeed without this acceptor.
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
 * Keeps only what some switch will look at: who refused, to know when a phase is lost, and what was
 * shown.
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
 * Phase 2 of another's proposal: whoever proposed it had finished phase 1, and
 * the epoch has no other value (lemma 9). The acceptor that showed it has accepted.
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

/** Whether those who have not refused could still make the phase succeed. */
function canStillSucceed(state: ProposerState, rules: ProposerRules): boolean {
  const { refused } = state.notes
  if (state.stage !== "phase-2") return rules.phase1Possible(state, refused)
  const { plan } = rules.options
  return plan.systemAt(state.epoch!).isQuorum(2, difference(fullSet(plan.nodes.length), refused))
}
