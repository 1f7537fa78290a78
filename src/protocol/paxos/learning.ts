import { emptySet } from "../../base/node-set.ts"
import { type Address, broadcast, unchanged } from "../actor.ts"
import type { DecidedMessage, PromiseMessage, Proposal } from "./messages.ts"
import {
  type ProposerNotes,
  type ProposerOutput,
  type ProposerRules,
  type ProposerState,
  type ProposerStep,
  changed,
  phaseTimer,
  withKnown,
} from "./proposer-state.ts"

/**
 * Learns a decided value: reports it, notifies the proposers that forwarded candidates and, with phase
 * 3, every acceptor (Algorithm 8).
 *
 * Learning cancels the timer: a value is decided as soon as acceptors have accepted it, but the proposer
 * may return only after it has received acceptances from a phase-2 quorum (property 3, lemma 15).
 */
export function learn(state: ProposerState, { epoch, value }: Proposal, rules: ProposerRules): ProposerStep {
  const outputs: ProposerOutput[] = [
    { type: "cancel-timer", timer: phaseTimer },
    { type: "learn", epoch, value },
  ]
  if (rules.variant.termination !== "off" || state.notes.toTell.length > 0) {
    outputs.push(...announcements(state, { epoch, value }, rules))
  }
  return { state: changed(state, { stage: "idle", learned: value }), outputs }
}

function announcements(
  state: ProposerState,
  { epoch, value }: Proposal,
  rules: ProposerRules,
): ProposerOutput[] {
  const { termination } = rules.variant
  const inFull: DecidedMessage = { type: "decided", epoch, value }
  const toAcceptors: DecidedMessage = termination === "epoch" ? { type: "decided", epoch } : inFull
  const { toTell } = state.notes
  return [
    ...(termination === "off" ? [] : [broadcast(rules.everyone, toAcceptors)]),
    ...(toTell.length === 0 ? [] : [broadcast(toTell, inFull)]),
  ]
}

/** An acceptor, or the distinguished proposer, knows the outcome: the rest of the algorithm is skipped. */
export function onDecided(
  state: ProposerState,
  { epoch, value }: DecidedMessage,
  rules: ProposerRules,
): ProposerStep {
  if (value === undefined || state.learned !== null || state.candidate === null) return unchanged(state)
  return learn(state, { epoch, value }, rules)
}

/** Records the report of a promise of this epoch for the value rule and for the bypass. */
export function noteReport(
  notes: ProposerNotes,
  from: Address,
  message: PromiseMessage,
  rules: ProposerRules,
): ProposerNotes {
  const noted = rules.keepsKnown ? noteAcceptances(notes, from, message) : notes
  if (!rules.keepsReports) return noted
  return { ...noted, reports: noted.reports.with(from, message.lastAccepted ?? "nil") }
}

/** Records the acceptances that a promise of any epoch reports; they hold in every epoch. */
export function noteAcceptances(
  notes: ProposerNotes,
  from: Address,
  { lastAccepted, history }: PromiseMessage,
): ProposerNotes {
  const reported = history ?? (lastAccepted === null ? [] : [lastAccepted])
  return { ...notes, known: reported.reduce((all, proposal) => withKnown(all, from, proposal), notes.known) }
}

/**
 * If promises show that a phase-2 quorum has accepted one proposal, it is decided, and neither phase 2
 * (Algorithm 7) nor the rest of phase 1 (§4.3.1) is needed. Null otherwise.
 */
export function learnByBypass(state: ProposerState, rules: ProposerRules): ProposerStep | null {
  if (state.stage === "idle") return null
  const { bypass } = rules.variant
  const candidates =
    bypass === "every"
      ? state.notes.known
      : state.notes.known.filter(
          ({ proposal }) =>
            proposal.epoch === state.greatest?.epoch && proposal.value === state.greatest.value,
        )
  const decided = candidates.find(
    ({ proposal, by }) => by !== emptySet && rules.options.plan.systemAt(proposal.epoch).isQuorum(2, by),
  )
  return decided === undefined ? null : learn(state, decided.proposal, rules)
}
