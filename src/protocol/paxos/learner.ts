import { type NodeSet, emptySet, withMember } from "../../base/node-set.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import { type Actor, type Address, type Step, type Value, unchanged } from "../actor.ts"
import type { PaxosMessage, PaxosRecord } from "./messages.ts"

/** Who is known to have accepted what, by epoch; an epoch has one value. */
export interface LearnerState {
  readonly acceptedIn: ReadonlyMap<Epoch, NodeSet>
  readonly learned: Value | null
}

/**
 * A process that only wants to know the outcome (Howard 2019, §3.12): acceptors
 * tell it what they accept, and it learns a value when one epoch's acceptances
 * hold a phase-2 quorum of that epoch. It stores nothing.
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
      return value === undefined ? unchanged(state) : onAccept(state, input.from, epoch, value, plan)
    },
  }
}

const nothingHeard: LearnerState = { acceptedIn: new Map(), learned: null }

function onAccept(
  state: LearnerState,
  from: Address,
  epoch: Epoch,
  value: Value,
  plan: QuorumPlan,
): Step<LearnerState, PaxosMessage, PaxosRecord> {
  const accepted = withMember(state.acceptedIn.get(epoch) ?? emptySet, from)
  const acceptedIn = new Map(state.acceptedIn).set(epoch, accepted)
  if (!plan.systemAt(epoch).isQuorum(2, accepted)) return unchanged({ acceptedIn, learned: null })
  return { state: { acceptedIn, learned: value }, outputs: [{ type: "learn", epoch, value }] }
}
