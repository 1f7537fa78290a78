import type { QuorumPlan } from "../../quorum/plan.ts"
import { type Actor, type Step, type Value, unchanged } from "../actor.ts"
import { type KnownAcceptances, knownToAccept, withKnown } from "./known.ts"
import type { PaxosMessage, PaxosRecord, Proposal } from "./messages.ts"

/**
 * Who is known to have accepted which proposal. By proposal, not by epoch: where
 * epochs are shared (§7.3), acceptances of two values in one epoch are no quorum
 * of either.
 */
export interface LearnerState {
  readonly known: readonly KnownAcceptances[]
  readonly learned: Value | null
}

/**
 * A process that only wants to know the outcome (Howard 2019, §3.12): acceptors
 * tell it what they accept, and it learns a value when the acceptances of one
 * proposal hold a phase-2 quorum of its epoch. It stores nothing.
 */
export function learner(plan: QuorumPlan): Actor<LearnerState, PaxosMessage, PaxosRecord> {
  return {
    start: () => unchanged(nothingHeard),
    step: (state, input) => {
      if (input.type === "recover") return unchanged(nothingHeard)
      if (input.type !== "receive" || input.message.type !== "accept" || state.learned !== null) {
        return unchanged(state)
      }
      const { epoch, value } = input.message
      return value === undefined ? unchanged(state) : onAccept(state, input.from, { epoch, value }, plan)
    },
  }
}

const nothingHeard: LearnerState = { known: [], learned: null }

function onAccept(
  state: LearnerState,
  from: number,
  { epoch, value }: Proposal,
  plan: QuorumPlan,
): Step<LearnerState, PaxosMessage, PaxosRecord> {
  const known = withKnown(state.known, from, { epoch, value })
  if (!plan.systemAt(epoch).isQuorum(2, knownToAccept(known, { epoch, value }))) {
    return unchanged({ known, learned: null })
  }
  return { state: { known, learned: value }, outputs: [{ type: "learn", epoch, value }] }
}
