import { type NodeSet, emptySet, nodeSet, union } from "../base/node-set.ts"
import { type NodeId, type QuorumExpr, nodesOf, totalWeight } from "./expression.ts"

/** A dynamic program over weights larger than this many cells is left to other methods. */
const mostCells = 20_000_000

/**
 * Decides whether two simplified formulas have disjoint quorums when both split
 * the nodes into the same blocks at every level: two thresholds or weighted
 * thresholds over the same nodes, a tree against its own dual, or against the
 * same tree with other thresholds.
 *
 * A block can serve side a, or side b, or, when its two sub-formulas have
 * disjoint quorums themselves, both. So k_a of m against k_b of m can be
 * satisfied apart exactly when k_a + k_b ≤ m + (blocks that can serve both);
 * weights ask the same by dynamic programming. This is exact, in both directions.
 *
 * Returns the nodes to give to side a, "none" when no split serves both, or
 * nothing when the shapes do not align. Cost: linear for thresholds, O(m·T) for weights.
 */
export function alignedDisjoint(
  a: QuorumExpr,
  b: QuorumExpr,
  positions: ReadonlyMap<NodeId, number>,
): NodeSet | "none" | undefined {
  if (a.kind === "node" || b.kind === "node") {
    const same = a.kind === "node" && b.kind === "node" && a.node === b.node
    return same ? "none" : undefined
  }
  const pairs = sameBlocks(a, b)
  if (pairs === undefined) return undefined
  const blocks: Block[] = []
  for (const [i, [childA, childB]] of pairs.entries()) {
    const apart = alignedDisjoint(childA, childB, positions)
    if (apart === undefined) return undefined
    const whole = nodeSet(nodesOf(childA).map((name) => positions.get(name)!))
    const gain = { a: weightOf(a, i), b: weightOf(b, b.children.indexOf(childB)) }
    blocks.push({ whole, apart: apart === "none" ? undefined : apart, gain })
  }
  return split(blocks, limitOf(a), limitOf(b))
}

interface Block {
  /** All nodes of the block. */
  readonly whole: NodeSet
  /** What side a takes when the block can serve both sides. */
  readonly apart: NodeSet | undefined
  /** What the block counts for on each side. */
  readonly gain: { readonly a: number; readonly b: number }
}

type Gate = Exclude<QuorumExpr, { kind: "node" }>

const limitOf = (gate: Gate): number => (gate.kind === "weighted" ? gate.threshold : gate.k)

const weightOf = (gate: Gate, i: number): number => (gate.kind === "weighted" ? gate.weights[i]! : 1)

/**
 * The children of both gates paired by the nodes they speak of, in the order of
 * `a`; nothing unless both partition the same nodes into the same blocks.
 */
function sameBlocks(a: Gate, b: Gate): [QuorumExpr, QuorumExpr][] | undefined {
  if (a.children.length !== b.children.length) return undefined
  const byNodes = new Map(b.children.map((child) => [blockKey(child), child]))
  const seen = new Set<NodeId>()
  const pairs: [QuorumExpr, QuorumExpr][] = []
  for (const child of a.children) {
    const key = blockKey(child)
    const partner = byNodes.get(key)
    if (partner === undefined) return undefined
    byNodes.delete(key)
    const names = nodesOf(child)
    if (names.some((name) => seen.has(name))) return undefined
    for (const name of names) seen.add(name)
    pairs.push([child, partner])
  }
  return pairs
}

/** Equal for formulas over the same nodes. */
function blockKey(expr: QuorumExpr): string {
  return JSON.stringify(nodesOf(expr).sort())
}

/** Divides the blocks so that each side reaches its limit; blocks that serve both do so. */
function split(blocks: readonly Block[], limitA: number, limitB: number): NodeSet | "none" | undefined {
  const counting = blocks.every(({ gain }) => gain.a === 1 && gain.b === 1)
  const wholesA = counting ? chooseByCount(blocks, limitA, limitB) : chooseByWeight(blocks, limitA, limitB)
  if (wholesA === undefined || wholesA === "none") return wholesA
  return blocks.reduce(
    (set, { whole, apart }, i) => union(set, wholesA.has(i) ? whole : (apart ?? emptySet)),
    emptySet,
  )
}

/** Which blocks go to side a entirely: as many of the first ones as it still needs. */
function chooseByCount(blocks: readonly Block[], limitA: number, limitB: number): Set<number> | "none" {
  const both = blocks.filter(({ apart }) => apart !== undefined).length
  if (limitA + limitB > blocks.length + both || limitA > blocks.length || limitB > blocks.length)
    return "none"
  const singles = [...blocks.keys()].filter((i) => blocks[i]!.apart === undefined)
  return new Set(singles.slice(0, Math.max(0, limitA - both)))
}

/** The same with weights: the most that side b can have while side a reaches its limit. */
function chooseByWeight(
  blocks: readonly Block[],
  limitA: number,
  limitB: number,
): Set<number> | "none" | undefined {
  const shared = totalWeight(blocks.map(({ gain, apart }) => (apart === undefined ? 0 : gain.b)))
  const sharedA = totalWeight(blocks.map(({ gain, apart }) => (apart === undefined ? 0 : gain.a)))
  const singles = [...blocks.keys()].filter((i) => blocks[i]!.apart === undefined)
  const gains = singles.map((i) => blocks[i]!.gain)
  const needA = limitA - sharedA
  const needB = limitB - shared
  if (needA <= 0) return reaches(gains, needB) ? new Set() : "none"
  if (cannotReachBoth(gains, needA, needB)) return "none"
  if (gains.length * (needA + 1) > mostCells) return undefined
  const chosen = leastGivenAway(gains, needA)
  if (chosen === undefined) return "none"
  const left = gains.filter((_, i) => !chosen.has(i))
  return reaches(left, needB) ? new Set([...chosen].map((i) => singles[i]!)) : "none"
}

function reaches(gains: readonly { b: number }[], needB: number): boolean {
  return totalWeight(gains.map(({ b }) => b)) >= needB
}

/** The quick sufficient test: with the same weights on both sides, needs that exceed the sum cannot both be met. */
function cannotReachBoth(gains: readonly { a: number; b: number }[], needA: number, needB: number): boolean {
  return gains.every(({ a, b }) => a === b) && needA + needB > totalWeight(gains.map(({ a }) => a))
}

/**
 * The items of least total `b` whose total `a` is at least `need`: a covering
 * knapsack, exact. Cost: items × need in time, and one bit of each cell kept.
 */
function leastGivenAway(gains: readonly { a: number; b: number }[], need: number): Set<number> | undefined {
  const cost = new Float64Array(need + 1).fill(Infinity)
  cost[0] = 0
  const taken = gains.map(() => new Uint8Array(need + 1))
  for (const [i, gain] of gains.entries()) {
    const row = taken[i]!
    for (let have = need; have > 0; have--) {
      const before = cost[Math.max(0, have - gain.a)]! + gain.b
      if (before < cost[have]!) {
        cost[have] = before
        row[have] = 1
      }
    }
  }
  if (cost[need] === Infinity) return undefined
  const chosen = new Set<number>()
  for (let i = gains.length - 1, have = need; i >= 0 && have > 0; i--) {
    if (taken[i]![have] === 1) {
      chosen.add(i)
      have = Math.max(0, have - gains[i]!.a)
    }
  }
  return chosen
}
