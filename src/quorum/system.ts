import { InvariantError, UsageError, describeUnknown } from "../base/errors.ts"
import {
  type NodeSet,
  emptySet,
  fullSet,
  isSubset,
  members,
  nodeSet,
  withMember,
  withoutMember,
} from "../base/node-set.ts"
import {
  type NodeId,
  type QuorumExpr,
  compile,
  countTerms,
  dual,
  formatExpr,
  nodesOf,
  positionsOf,
  refuseTooLarge,
  refuseTooMany,
} from "./expression.ts"
import { minimalQuorumsOf } from "./minimal.ts"

export type { NodeId } from "./expression.ts"

/** Phase 1 prepares and promises; phase 2 proposes and accepts (Howard 2019, §2.2). */
export type Phase = 1 | 2

/** Both phases, to go through. */
export const phases: readonly Phase[] = [1, 2]

/**
 * A quorum system: the sets of acceptors that suffice in each phase. An immutable value, and the same
 * one is analysed, checked, simulated and explored.
 *
 * A phase-1 quorum of promises allows a proposer to propose, a phase-2 quorum of acceptances decides.
 * Classic Paxos has one set of quorums for both (Howard 2019, §3.11); Flexible Paxos shows that only a
 * phase-1 and a phase-2 quorum need to meet (§4.2). This is not enforced: an unsafe system is a value
 * like any other, and `requirement.ts` checks it.
 *
 * `isQuorum` is called with all acceptors that have replied and hence with supersets of quorums; it is
 * monotone, so determined by its minimal quorums, and both follow from `expression`.
 */
export interface QuorumSystem {
  /** The expression that rebuilds it, such as `grid(2, 3)`. */
  readonly name: string
  /** The acceptors; the position of one here is its bit in a NodeSet. */
  readonly nodes: readonly NodeId[]
  /** Whether `answered` contains a quorum of the phase. Monotone. */
  isQuorum(phase: Phase, answered: NodeSet): boolean
  /** The quorums without a quorum as a proper subset, in canonical order, computed lazily. */
  minimalQuorums(phase: Phase): Iterable<NodeSet>
  /** The number of the requirement it is designed to satisfy; 4.4, phase 1 intersects phase 2, by default. */
  readonly requirement?: string
  /**
   * Whether its formulas list quorums one by one, as written: one may contain another.
   * Only the explorer looks, which counts a branch for every quorum given, as TLC does.
   */
  readonly listed?: boolean
  /** Whether phase 2 was not given: it is the dual of phase 1, the sets that meet each of its quorums. */
  readonly derived?: boolean
  /** The number of each node's zone, from 0, where the system has zones: nodes of a zone are placed together. */
  readonly zoneOf?: readonly number[]
  /** The formulas behind the predicate: what analysis uses instead of enumerating. */
  readonly expression: Readonly<Record<Phase, QuorumExpr>>
}

/** What defines a system. Without `phase2` it is the dual of `phase1`; without `nodes`, those named, in order. */
export interface SystemParts {
  readonly phase1: QuorumExpr
  readonly phase2?: QuorumExpr
  readonly nodes?: readonly NodeId[]
  /** See QuorumSystem. */
  readonly requirement?: string
  /** See QuorumSystem. */
  readonly listed?: boolean
  /** See QuorumSystem. */
  readonly zoneOf?: readonly number[]
}

/**
 * The quorum system of one formula per phase.
 *
 * Throws UsageError where there are no nodes, one is listed twice, or the formulas are too large. Cost: linear in the formulas;
 * nothing is enumerated until `minimalQuorums` is.
 *
 * @example quorumSystem({ phase1: threshold(2, [node("a"), node("b"), node("c")]) }).name // => "choose(2, a, b, c)"
 */
export function quorumSystem(parts: SystemParts, name?: string): QuorumSystem {
  const terms = countTerms(parts.phase1)
  const { phase1, phase2 = dual(phase1), requirement, listed } = parts
  if (phase2 !== phase1) refuseTooLarge(terms + countTerms(phase2))
  const nodes = parts.nodes ?? [...new Set([...nodesOf(phase1), ...nodesOf(phase2)])]
  checkNodes(nodes)
  const positions = positionsOf(nodes)
  const expression = { 1: phase1, 2: phase2 }
  const predicate = { 1: compile(phase1, positions), 2: compile(phase2, positions) }
  return {
    // What is not given is left out rather than undefined: systems compare equal by what they say.
    name: name ?? formatSystem(parts),
    nodes,
    expression,
    ...(requirement !== undefined && { requirement }),
    ...(listed === true && { listed }),
    ...(parts.zoneOf !== undefined && { zoneOf: parts.zoneOf }),
    ...(parts.phase2 === undefined && { derived: true }),
    isQuorum: (phase, answered) => predicate[phase](answered),
    minimalQuorums: (phase) => minimalQuorumsOf(expression[phase], positions),
  }
}

function formatSystem({ phase1, phase2 }: SystemParts): string {
  const first = formatExpr(phase1)
  if (phase2 === undefined) return first
  return `split(${first}, ${formatExpr(phase2)})`
}

function checkNodes(nodes: readonly NodeId[]): void {
  if (nodes.length === 0) throw new UsageError("the quorum system has no nodes; give at least one.")
  refuseTooMany(nodes.length)
  if (new Set(nodes).size < nodes.length) {
    const twice = nodes.find((name, position) => nodes.indexOf(name) !== position)!
    throw new UsageError(`node ${twice} is listed twice; the nodes of a quorum system must be distinct.`)
  }
}

/** The names of a set's members, in the order of the system's nodes. */
export function namesOf(system: { readonly nodes: readonly NodeId[] }, set: NodeSet): NodeId[] {
  return members(set).map((position) => system.nodes[position]!)
}

/** The set of the nodes named; an unknown name is a UsageError. */
export function setOf(system: { readonly nodes: readonly NodeId[] }, names: Iterable<NodeId>): NodeSet {
  return nodeSet(
    [...names].map((name) => {
      const position = system.nodes.indexOf(name)
      if (position < 0) {
        throw new UsageError(describeUnknown("node", name, system.nodes))
      }
      return position
    }),
  )
}

/** "{a1 a2 a3}": a set as messages and tables print it. */
export function formatSet(system: { readonly nodes: readonly NodeId[] }, set: NodeSet): string {
  return `{${namesOf(system, set).join(" ")}}`
}

/** All nodes of a system. */
export function allNodes(system: { readonly nodes: readonly NodeId[] }): NodeSet {
  return fullSet(system.nodes.length)
}

/** Whether `quorum` is a quorum of the phase and no proper subset of it is. */
export function isMinimalQuorum(system: QuorumSystem, phase: Phase, quorum: NodeSet): boolean {
  return (
    system.isQuorum(phase, quorum) &&
    isSubset(quorum, allNodes(system)) &&
    members(quorum).every((out) => !system.isQuorum(phase, nodeSet(members(quorum).filter((p) => p !== out))))
  )
}

/** Whether these nodes hold no quorum of either phase: a log survives it if they lose their disks. */
export function holdsNoQuorum(system: QuorumSystem, nodes: NodeSet): boolean {
  return phases.every((phase) => !system.isQuorum(phase, nodes))
}

/**
 * A minimal quorum whose farthest member is as near as possible; the nearer
 * nodes are preferred throughout, and lower positions among equals.
 *
 * `distance` orders the nodes: a round trip, a random number for a random
 * quorum. Cost: 2n calls of `isQuorum`.
 *
 * Minimality matters: a leader that sends only to this quorum is delayed by every member, needed or not.
 * The prefix by distance has the least possible maximum, and dropping members never raises it.
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
