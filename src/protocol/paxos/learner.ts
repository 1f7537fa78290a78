import type { QuorumPlan } from "../../quorum/plan.ts"
import { type Actor, type Value, unchanged } from "../actor.ts"
import { type KnownAcceptances, knownToAccept, withKnown } from "./known.ts"
import type { PaxosMessage, PaxosRecord } from "./messages.ts"

/** Who is known to have accepted what. */
export interface LearnerState {
  readonly known: readonly KnownAcceptances[]
  readonly learned: Value | null
}

/**
 * A process that only wants to know the outcome (Howard 2019, §3.12): acceptors
 * tell it what they accept, and it learns a value when one epoch's acceptances
 * hold a phase-2 quorum of that epoch. It stores nothing.
 *
 * An epoch has one value (lemma 9), so acceptances are counted by epoch: that is
 * where safe learning rests on property 1. Where epochs are shared (§7.3) they are
 * counted by proposal: two values in one epoch are no quorum of either.
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
