import {
  type NodeSet,
  compareSets,
  emptySet,
  has,
  isSubset,
  members,
  singleton,
  size,
  union,
  withoutMember,
} from "../base/node-set.ts"
import {
  type NodeId,
  type QuorumExpr,
  isAlways,
  isNever,
  isReadOnce,
  simplify,
  totalWeight,
} from "./expression.ts"

/**
 * The minimal quorums of a formula, each once: no proper subset of one is a quorum.
 *
 * Lazy for formulas in which no node occurs twice, however many quorums they have, in the order of the
 * formula, children from left to right (the heaviest first where they are weighed). Otherwise all are
 * computed in advance, as a sum of products with absorption, in lexicographic order by position.
 *
 * Used where every quorum is needed: enumeration, the optimal strategy of small systems, listings.
 * Compute from the formula itself what you can (dual, load of a read-once formula, overlap of
 * thresholds), since the number of minimal quorums is exponential already for a majority.
 */
export function* minimalQuorumsOf(
  expr: QuorumExpr,
  positions: ReadonlyMap<NodeId, number>,
): Generator<NodeSet> {
  const simple = simplify(expr)
  if (isReadOnce(simple)) yield* distinct(simple, positions)
  else yield* sumOfProducts(simple, positions).sort(compareSets)
}

/**
 * One minimal quorum inside `answered`, which must be a quorum: members are dropped from the last
 * position down, those of `unwanted` before all others.
 *
 * The result depends on the order of dropping, so the order is fixed: equal questions have equal
 * witnesses. Cost: one call of `isQuorum` per member; monotone predicates need no second pass.
 */
export function shrinkToMinimal(
  isQuorum: (set: NodeSet) => boolean,
  answered: NodeSet,
  unwanted: NodeSet = emptySet,
): NodeSet {
  const fromLast = members(answered).reverse()
  const [first, then] = [fromLast.filter((p) => has(unwanted, p)), fromLast.filter((p) => !has(unwanted, p))]
  let kept = answered
  for (const position of [...first, ...then]) {
    const smaller = withoutMember(kept, position)
    if (isQuorum(smaller)) kept = smaller
  }
  return kept
}

/** The number of minimal quorums of a formula in which no node occurs twice; nothing where one does. Cost: O(n·k). */
export function countMinimalQuorums(expr: QuorumExpr): bigint | undefined {
  const simple = simplify(expr)
  return isReadOnce(simple) ? countDistinct(simple) : undefined
}

/**
 * At most this many minimal quorums: exact where no node occurs twice and
 * weights are moderate; elsewhere an upper bound on the products to combine.
 * From 2^64 on it is 2^64: compare it with less. Cost: about linear.
 */
export function termBound(expr: QuorumExpr): bigint {
  return countDistinct(simplify(expr), { maxSums: manySums, maxCount: manyTerms })
}

/** Counts are not followed further than this where a bound will do. */
const manyTerms = 2n ** 64n

/** At most this many nodes in a minimal quorum of a formula over `nodes` nodes. Cost: linear. */
export function largestQuorum(expr: QuorumExpr, nodes: number): number {
  if (expr.kind === "node") return 1
  const sizes = expr.children.map((child) => largestQuorum(child, nodes))
  const most = expr.kind === "threshold" ? Math.max(0, expr.k) : sizes.length
  const largest = sizes.sort((a, b) => b - a).slice(0, most)
  return Math.min(
    nodes,
    largest.reduce((sum, size) => sum + size, 0),
  )
}

/** Weighted gates with more sums than this are counted only for exact counts. */
const manySums = 1_000_000

/** How far to count: exactly without limits, else up to a bound. */
interface CountLimits {
  /** Weighted gates with more sums are bounded. */
  readonly maxSums: number
  /** From here on any number does. */
  readonly maxCount: bigint
}

/** Without repeated nodes the choices of the children are independent, so that counts multiply. */
function countDistinct(expr: QuorumExpr, limits?: CountLimits): bigint {
  if (expr.kind === "node" || isAlways(expr)) return 1n
  if (isNever(expr)) return 0n
  const counts = expr.children.map((child) => countDistinct(child, limits))
  const count = countGate(expr, counts, limits)
  return limits !== undefined && count > limits.maxCount ? limits.maxCount : count
}

function countGate(
  expr: QuorumExpr & { kind: "threshold" | "weighted" },
  counts: readonly bigint[],
  limits: CountLimits | undefined,
): bigint {
  if (expr.kind === "threshold") {
    // Every child has a quorum, so that there are as many as choices of children at least.
    if (limits !== undefined && binomialAbove(counts.length, expr.k, limits.maxCount)) return limits.maxCount
    return elementarySymmetric(counts, expr.k)
  }
  // Every child in or out, with a quorum of each: too many, but never too few.
  if (limits !== undefined && expr.threshold * counts.length > limits.maxSums)
    return counts.reduce((product, count) => product * (count + 1n), 1n)
  return countWeighted(expr, counts)
}

/** Whether there are more than `most` ways to choose k of n. */
function binomialAbove(n: number, k: number, most: bigint): boolean {
  let ways = 1n
  for (let i = 1; i <= Math.min(k, n - k) && ways <= most; i++) ways = (ways * BigInt(n - i + 1)) / BigInt(i)
  return ways > most
}

/**
 * The coefficient of x^k in Π (1 + cᵢ x): the ways to pick k children and a
 * quorum of each. Cost: O(n·min(k, n − k)).
 */
function elementarySymmetric(counts: readonly bigint[], k: number): bigint {
  const ways = [1n, ...Array<bigint>(k).fill(0n)]
  for (const [i, count] of counts.entries()) {
    // Fewer than `least` cannot become k with the remaining children.
    const least = Math.max(1, k - (counts.length - i - 1))
    for (let j = Math.min(k, i + 1); j >= least; j--) ways[j]! += ways[j - 1]! * count
  }
  return ways[k]!
}

/**
 * Minimal sets of weights: taken heaviest first, a set is minimal exactly when
 * its last member carries it over the threshold.
 */
function countWeighted(expr: QuorumExpr & { kind: "weighted" }, counts: readonly bigint[]): bigint {
  let ways = new Map<number, bigint>([[0, 1n]])
  let complete = 0n
  for (const i of heaviestFirst(expr.weights)) {
    const next = new Map(ways)
    for (const [sum, count] of ways) {
      const reached = sum + expr.weights[i]!
      const more = count * counts[i]!
      if (reached >= expr.threshold) complete += more
      else next.set(reached, (next.get(reached) ?? 0n) + more)
    }
    ways = next
  }
  return complete
}

/** The order that makes minimality of a weighted set visible at its last member (see `countWeighted`). */
function heaviestFirst(weights: readonly number[]): number[] {
  return weights.map((_, i) => i).sort((a, b) => weights[b]! - weights[a]! || a - b)
}

/** For formulas whose nodes are distinct: parts are independent, so nothing needs to be compared. */
function* distinct(expr: QuorumExpr, positions: ReadonlyMap<NodeId, number>): Generator<NodeSet> {
  if (expr.kind === "node") {
    const position = positions.get(expr.node)
    if (position !== undefined) yield singleton(position)
    return
  }
  if (expr.kind === "weighted") yield* pick(expr.children, expr.weights, expr.threshold, positions)
  else
    yield* pick(
      expr.children,
      expr.children.map(() => 1),
      expr.k,
      positions,
    )
}

/** One child of a choice in progress, and a quorum of it. */
interface Choice {
  /** Its place in the order, heaviest first. */
  place: number
  quorums: Iterator<NodeSet>
  /** The quorums of the children chosen before it. */
  readonly before: NodeSet
  /** Votes that were missing before it. */
  readonly missing: number
}

/**
 * A quorum of each child of every minimal set of children that weighs `limit`,
 * heaviest first: each stops at the member that carries it over, and is
 * therefore minimal. A branch that cannot get there any more is not entered.
 * No recursion: a quorum may have thousands of members.
 */
function* pick(
  children: readonly QuorumExpr[],
  weights: readonly number[],
  limit: number,
  positions: ReadonlyMap<NodeId, number>,
): Generator<NodeSet> {
  if (limit <= 0) {
    yield emptySet
    return
  }
  const order = heaviestFirst(weights)
  // What the children from a place on weigh together.
  const left = [...order, 0].fill(0)
  for (let i = order.length - 1; i >= 0; i--) left[i] = left[i + 1]! + weights[order[i]!]!
  const none: Iterator<NodeSet> = [].values()
  const chosen: Choice[] = [{ place: -1, quorums: none, before: emptySet, missing: limit }]
  for (let last = chosen.at(-1); last !== undefined; last = chosen.at(-1)) {
    const quorum = last.quorums.next()
    if (quorum.done === true) {
      last.place++
      if (last.place >= order.length || left[last.place]! < last.missing) chosen.pop()
      else last.quorums = distinct(children[order[last.place]!]!, positions)
      continue
    }
    const sets = union(last.before, quorum.value)
    const missing = last.missing - weights[order[last.place]!]!
    if (missing <= 0) yield sets
    else chosen.push({ place: last.place, quorums: none, before: sets, missing })
  }
}

/** Any formula: the quorums of the children combined, keeping only the minimal ones at every gate. */
function sumOfProducts(expr: QuorumExpr, positions: ReadonlyMap<NodeId, number>): NodeSet[] {
  if (expr.kind === "node" || expr.children.length === 0) return [...distinct(expr, positions)]
  const parts = expr.children.map((child) => sumOfProducts(child, positions))
  const weights = expr.kind === "weighted" ? expr.weights : parts.map(() => 1)
  const limit = expr.kind === "weighted" ? expr.threshold : expr.k
  // partial.get(w): minimal sets in which processed children of weight w hold.
  let partial = new Map<number, NodeSet[]>([[0, [emptySet]]])
  parts.forEach((quorums, i) => {
    const left = totalWeight(weights.slice(i + 1))
    const next = new Map<number, NodeSet[]>()
    const add = (sum: number, sets: readonly NodeSet[]): void => {
      const capped = Math.min(sum, limit)
      // What can no longer reach the threshold is dropped before it is combined with anything.
      if (capped + left >= limit) next.set(capped, [...(next.get(capped) ?? []), ...sets])
    }
    for (const [sum, sets] of partial) {
      add(sum, sets)
      if (sum < limit)
        add(
          sum + weights[i]!,
          sets.flatMap((a) => quorums.map((b) => union(a, b))),
        )
    }
    // Sets that reach the threshold are combined with nothing any more: absorbed when they have doubled.
    const isLittleMore = (sum: number, sets: readonly NodeSet[]): boolean =>
      sum === limit && sets.length < 2 * (partial.get(limit)?.length ?? 0)
    partial = new Map([...next].map(([sum, sets]) => [sum, isLittleMore(sum, sets) ? sets : absorb(sets)]))
  })
  return absorb(partial.get(limit) ?? [])
}

/**
 * The inclusion-minimal among `sets`, each once, in the order of their first appearance.
 *
 * Cost: quadratic in the number of sets; comparing small sets first means that a set is only ever held
 * against smaller minimal ones.
 */
export function absorb(sets: readonly NodeSet[]): NodeSet[] {
  const unique = [...new Set(sets)]
  const bySize = new Map<number, NodeSet[]>()
  for (const set of unique) {
    const alike = bySize.get(size(set))
    if (alike === undefined) bySize.set(size(set), [set])
    else alike.push(set)
  }
  const kept: NodeSet[] = []
  // Of distinct sets of one size, none contains another.
  for (const [, alike] of [...bySize].sort(([a], [b]) => a - b))
    kept.push(...alike.filter((set) => !kept.some((smaller) => isSubset(smaller, set))))
  const minimal = new Set(kept)
  return unique.filter((set) => minimal.has(set))
}
