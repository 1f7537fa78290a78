import type { QuorumPlan } from "../../quorum/plan.ts"
import { type Actor, type Step, type TimerRange, type Value, broadcast, unchanged } from "../actor.ts"
import type { PaxosMessage, Proposal } from "./messages.ts"
import type { PaxosRecord } from "./records.ts"
import { type KnownAcceptances, knownToAccept, withKnown } from "./proposer-state.ts"

/** The acceptances known to a learner. */
export interface LearnerState {
  readonly known: readonly KnownAcceptances[]
  readonly learned: Value | null
}

/**
 * A learner (Howard 2019, §3.12): acceptors notify it of what they accept, and it learns a value when
 * the acceptances of one epoch contain a phase-2 quorum of that epoch. It stores nothing.
 *
 * An epoch has one value (lemma 9), so acceptances are counted by epoch; safe learning here depends on
 * property 1. Where epochs are shared (§7.3) they are counted by proposal: acceptances of two values in
 * one epoch form no quorum together.
 */
export function learner(
  plan: QuorumPlan,
  epochsAreShared = false,
): Actor<LearnerState, PaxosMessage, PaxosRecord> {
  return {
    start: () => unchanged(nothingHeard),
    step: (state, input) => {
      if (input.type === "recover") return unchanged(nothingHeard)
      if (input.type !== "receive" || input.message.type !== "accept" || state.learned !== null) {
        return unchanged(state)
      }
      const { epoch, value } = input.message
      if (value === undefined) return unchanged(state)
      const counted = { epoch, value: epochsAreShared ? value : theValue }
      const known = withKnown(state.known, input.from, counted)
      return plan.systemAt(epoch).isQuorum(2, knownToAccept(known, counted))
        ? { state: { known, learned: value }, outputs: [{ type: "learn", epoch, value }] }
        : unchanged({ known, learned: null })
    },
  }
}

/** Stands for the one value of an epoch. */
const theValue: Value = "*"

const nothingHeard: LearnerState = { known: [], learned: null }

/** The replies a reader has received. Volatile: a reader that recovers sends its reads again. */
export interface ReaderState {
  readonly reading: boolean
  readonly known: readonly KnownAcceptances[]
  readonly learned: Value | null
}

type ReaderStep = Step<ReaderState, PaxosMessage, PaxosRecord>

/**
 * A reader: it reads the last accepted proposals of acceptors to determine whether a value has been
 * decided and which (Howard 2019, §3.7). It proposes and promises nothing, so it disturbs no proposer;
 * it learns when a phase-2 quorum reports one proposal, in this round or earlier ones. A client's
 * `propose` starts it; the value is ignored. It sends its reads again after each timeout until it
 * learns.
 */
export function reader(plan: QuorumPlan, timeout: TimerRange): Actor<ReaderState, PaxosMessage, PaxosRecord> {
  const acceptors = plan.nodes.map((_, address) => address)
  const ask = (state: ReaderState): ReaderStep => ({
    state: { ...state, reading: true },
    outputs: [broadcast(acceptors, { type: "read" }), { type: "set-timer", timer: "read", after: timeout }],
  })
  return {
    start: () => unchanged(notReading),
    step: (state, input) => {
      switch (input.type) {
        case "recover":
          return unchanged(notReading)
        case "propose":
          return state.reading || state.learned !== null ? unchanged(state) : ask(state)
        case "timeout":
          return state.reading ? ask(state) : unchanged(state)
        case "receive":
          return onAnswer(state, input.from, input.message, plan)
      }
    },
  }
}

const notReading: ReaderState = { reading: false, known: [], learned: null }

function onAnswer(state: ReaderState, from: number, message: PaxosMessage, plan: QuorumPlan): ReaderStep {
  if (!state.reading) return unchanged(state)
  if (message.type === "decided" && message.value !== undefined) {
    return learn(state, { epoch: message.epoch, value: message.value })
  }
  if (message.type !== "report" || message.lastAccepted === null) return unchanged(state)
  // A report is of what was accepted last. Acceptors that move on between two reports never show one
  // proposal together: a read may fail although a value is decided, and is then repeated.
  const proposal = message.lastAccepted
  const known = withKnown(state.known, from, proposal)
  const next = { ...state, known }
  return plan.systemAt(proposal.epoch).isQuorum(2, knownToAccept(known, proposal))
    ? learn(next, proposal)
    : unchanged(next)
}

/** Learns the value and cancels the timer. */
function learn(state: ReaderState, { epoch, value }: Proposal): ReaderStep {
  return {
    state: { ...state, reading: false, learned: value },
    outputs: [
      { type: "cancel-timer", timer: "read" },
      { type: "learn", epoch, value },
    ],
  }
}
