import { type NodeSet, emptySet, nodeSet, singleton, union } from "../base/node-set.ts"
import { cheapestExclusions } from "./exclusions.ts"
import { type NodeId, type QuorumExpr, nodesOf, totalWeight } from "./expression.ts"

/** Quorums, one of each formula, and how many nodes they have in common. */
export interface Overlap {
  readonly common: number
  readonly quorums: readonly NodeSet[]
}

/**
 * The least number of nodes that quorums of several simplified formulas have in
 * common, when all of them split the nodes into the same blocks at every level:
 * thresholds or weighted thresholds over the same nodes, a tree against its own
 * dual, or against the same tree with other thresholds.
 *
 * Each block may be denied to one of the formulas, and then no node of it is
 * common to all; or it serves them all, at the cost of the least overlap inside
 * it. What a formula can be denied is what its gate does not need. So for k
 * counts qᵢ out of m the least overlap is Σqᵢ − (k − 1)·m, or 0; weights ask the
 * same by dynamic programming. This is exact.
 *
 * Overlaps of `enough` nodes or more count as `enough`. Returns nothing when the
 * shapes do not align. Cost: linear for thresholds, see `cheapestExclusions` for
 * weights.
 */
export function alignedOverlap(
  sides: readonly QuorumExpr[],
  positions: ReadonlyMap<NodeId, number>,
  enough: number,
): Overlap | undefined {
  const leaf = sameLeaf(sides, positions)
  if (leaf !== undefined) return leaf
  // A bare node is a gate of one child, so that `a` can be held against `choose(2, a, b, c)`.
  const gates = sides.map((side): Gate =>
    side.kind === "node" ? { kind: "threshold", k: 1, children: [side] } : side,
  )
  const blocks = commonBlocks(gates)
  if (blocks === undefined) return undefined
  const served: Block[] = []
  for (const { children, weights } of blocks) {
    const inside = serveAll(children, positions, enough)
    if (inside === undefined) return undefined
    served.push({ inside, weights, wholes: children.map((child) => wholeOf(child, positions)) })
  }
  return combine(gates, served, enough)
}

type Gate = Exclude<QuorumExpr, { kind: "node" }>

/** A part of the nodes as each side sees it: its sub-formula, or nothing where the side does not speak of it. */
interface Part {
  readonly children: readonly (QuorumExpr | undefined)[]
  /** What it counts for on each side. */
  readonly weights: readonly number[]
}

/**
 * A part after the recursion: the best that can be done if it serves all sides, and what a side gains if
 * another is denied it.
 */
interface Block {
  /** Quorums of the block for all sides that speak of it, with the least in common. */
  readonly inside: Overlap
  readonly weights: readonly number[]
  /** All nodes of the block, for each side that speaks of it. */
  readonly wholes: readonly NodeSet[]
}

/** All sides are one and the same node. */
function sameLeaf(sides: readonly QuorumExpr[], positions: ReadonlyMap<NodeId, number>): Overlap | undefined {
  const names = sides.map((side) => (side.kind === "node" ? side.node : undefined))
  if (names.some((name) => name === undefined || name !== names[0])) return undefined
  const only = singleton(positions.get(names[0]!)!)
  return { common: 1, quorums: sides.map(() => only) }
}

/** A block that some side does not speak of has no node common to all. */
function serveAll(
  children: readonly (QuorumExpr | undefined)[],
  positions: ReadonlyMap<NodeId, number>,
  enough: number,
): Overlap | undefined {
  const present = children.filter((child) => child !== undefined)
  if (present.length === children.length) return alignedOverlap(present, positions, enough)
  return { common: 0, quorums: children.map((child) => wholeOf(child, positions)) }
}

function wholeOf(child: QuorumExpr | undefined, positions: ReadonlyMap<NodeId, number>): NodeSet {
  return child === undefined ? emptySet : nodeSet(nodesOf(child).map((name) => positions.get(name)!))
}

/** The children of all gates matched by the nodes they speak of; nothing unless any two blocks are equal or disjoint. */
function commonBlocks(gates: readonly Gate[]): Part[] | undefined {
  const parts = new Map<string, { children: (QuorumExpr | undefined)[]; weights: number[] }>()
  const ownerOf = new Map<NodeId, string>()
  for (const [side, gate] of gates.entries()) {
    for (const [i, child] of gate.children.entries()) {
      const names = nodesOf(child)
      const key = JSON.stringify(names.sort())
      // Blocks that overlap without being equal would make the denials depend on each other, and the sum
      // over blocks below would be wrong.
      if (names.some((name) => (ownerOf.get(name) ?? key) !== key)) return undefined
      for (const name of names) ownerOf.set(name, key)
      const part = parts.get(key) ?? { children: gates.map(() => undefined), weights: gates.map(() => 0) }
      // Two children of one gate over the same nodes: neither can be denied without regard to the other.
      if (part.children[side] !== undefined) return undefined
      part.children[side] = child
      part.weights[side] = weightOf(gate, i)
      parts.set(key, part)
    }
  }
  return [...parts.values()]
}

/**
 * What the children of a gate must come to: votes or a count, so that both kinds of gate are treated
 * alike.
 */
const limitOf = (gate: Gate): number => (gate.kind === "weighted" ? gate.threshold : gate.k)

/** A child of a plain count weighs 1. */
const weightOf = (gate: Gate, i: number): number => (gate.kind === "weighted" ? gate.weights[i]! : 1)

/** Denies blocks to sides so that what is left in common is least, and puts the quorums together. */
function combine(gates: readonly Gate[], blocks: readonly Block[], enough: number): Overlap | undefined {
  // A gate that wants T of W can do without W − T, and no more.
  const spare = gates.map(
    (gate, side) => totalWeight(blocks.map(({ weights }) => weights[side]!)) - limitOf(gate),
  )
  // A block whose quorums are disjoint anyway costs nothing: no denial is spent on it.
  const contested = blocks.filter(({ inside }) => inside.common > 0)
  const denials = cheapestExclusions(
    contested.map(({ inside, weights }) => ({ cost: inside.common, weights })),
    spare,
    enough,
  )
  if (denials === undefined) return undefined
  const deniedTo = new Map(contested.map((block, i) => [block, denials.excluded[i]]))
  const quorums = gates.map((_, side) =>
    blocks.reduce((set, block) => union(set, shareOf(block, side, deniedTo.get(block))), emptySet),
  )
  return { common: denials.cost, quorums }
}

/** What a side takes of a block: nothing if denied it, all if another is, else its part of the least overlap. */
function shareOf({ inside, wholes }: Block, side: number, denied: number | undefined): NodeSet {
  if (denied === side) return emptySet
  return denied === undefined ? inside.quorums[side]! : wholes[side]!
}
