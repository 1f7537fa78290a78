import {
  type NodeSet,
  emptySet,
  fullSet,
  has,
  isDisjoint,
  nodeSet,
  withoutMember,
} from "../../base/node-set.ts"
import { closestQuorum } from "../../quorum/system.ts"
import type { Address } from "../actor.ts"
import type { ReplicaOptions } from "./options.ts"
import type { ReplicaState } from "./replica-state.ts"

/**
 * Whom a slot is proposed to first.
 *
 * Which phase-2 quorum is asked never matters for safety, only for latency, load and
 * messages: the set returned holds a quorum, and replicas that do not answer in time are replaced
 * by all (`onOverdueTimer`).
 */
export function recipients(state: ReplicaState, slot: number, options: ReplicaOptions): NodeSet {
  const { plan, recipients: choice } = options
  const everyone = fullSet(plan.nodes.length)
  switch (choice.kind) {
    case "broadcast":
      return everyone
    case "closest": {
      const far = (node: Address): number =>
        has(state.silent, node)
          ? Infinity
          : choice.distance(state.self, node) + choice.distance(node, state.self)
      state.closest ??= closestQuorum(state.system!, 2, far)
      return state.closest
    }
    case "rotating":
      return avoidingSilent(state, choice.quorums, slot) ?? everyone
    case "standby":
      return avoidingSilent(state, choice.quorums, 0) ?? everyone
  }
}

/** The first quorum from `first` on, cyclically, that has no silent member. */
function avoidingSilent(
  { silent }: ReplicaState,
  quorums: readonly (readonly Address[])[],
  first: number,
): NodeSet | undefined {
  for (let i = 0; i < quorums.length; i++) {
    const quorum = nodeSet(quorums[(first + i) % quorums.length]!)
    if (isDisjoint(quorum, silent)) return quorum
  }
  return undefined
}

/** Takes an acceptor that has been heard of off the list of the silent. */
export function markResponsive(state: ReplicaState, from: Address): void {
  if (state.silent === emptySet || !has(state.silent, from)) return
  state.silent = withoutMember(state.silent, from)
  state.closest = null
}
