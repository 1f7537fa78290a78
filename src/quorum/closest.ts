import { type NodeSet, emptySet, withMember, withoutMember } from "../base/node-set.ts"
import { InvariantError } from "../base/errors.ts"
import type { Phase, QuorumSystem } from "./system.ts"

/**
 * A minimal quorum whose farthest member is as near as possible; the nearer
 * nodes are preferred throughout, and lower positions among equals.
 *
 * `distance` orders the nodes: a round trip, a random number for a random
 * quorum. Cost: 2n calls of `isQuorum`.
 *
 * Minimality matters: a leader that sends only to this quorum is delayed by every member, needed or not.
 * The prefix by distance has the least possible maximum, and what is then dropped never raises it.
 */
export function closestQuorum(
  system: QuorumSystem,
  phase: Phase,
  distance: (position: number) => number,
): NodeSet {
  const byDistance = system.nodes
    .map((_, position) => ({ position, far: distance(position) }))
    .sort((a, b) => a.far - b.far || a.position - b.position)
    .map(({ position }) => position)
  let quorum = emptySet
  const taken: number[] = []
  for (const position of byDistance) {
    if (system.isQuorum(phase, quorum)) break
    quorum = withMember(quorum, position)
    taken.push(position)
  }
  if (!system.isQuorum(phase, quorum)) {
    throw new InvariantError(`${system.name} has no phase-${phase} quorum, even of all its nodes.`)
  }
  // The last one taken is needed; of the others, the farthest that is not goes first.
  for (const position of taken.reverse()) {
    const smaller = withoutMember(quorum, position)
    if (system.isQuorum(phase, smaller)) quorum = smaller
  }
  return quorum
}
