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
 * Lazy for formulas in which no node occurs twice, however many quorums they
 * have, in the order of the formula, children from left to right (the heaviest
 * first where they are weighed). Otherwise all are computed first, as a sum of
 * products with absorption, and come in dictionary order by position.
 *
 * Everything that must see every quorum goes through here: enumeration, the optimal strategy of small
 * systems, listings. What can be told from the formula itself (dual, load of a read-once formula,
 * overlap of thresholds) should be, since the number of minimal quorums is exponential already for a
 * majority.
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
 * One minimal quorum inside `answered`, which must be a quorum: members are
 * dropped from the last position on, those of `unwanted` before all others.
 *
 * Which minimal quorum it is depends on the order of dropping, so the order is fixed: the same question
 * always has the same witness. Cost: one call of `isQuorum` per member; monotone predicates need no
 * second pass.
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
 * Cost: O(n·k).
 */
export function termBound(expr: QuorumExpr): bigint {
  return countDistinct(simplify(expr), manySums)
}

/** Weighted gates with more sums than this are counted only when asked for exactly. */
const manySums = 1_000_000

/** Without repeated nodes the choices of the children are independent, so that counts multiply. */
function countDistinct(expr: QuorumExpr, maxSums = Infinity): bigint {
  if (expr.kind === "node" || isAlways(expr)) return 1n
  if (isNever(expr)) return 0n
  const counts = expr.children.map((child) => countDistinct(child, maxSums))
  if (expr.kind === "threshold") return elementarySymmetric(counts, expr.k)
  // Every child in or out, with a quorum of each: too many, but never too few.
  if (expr.threshold * counts.length > maxSums)
    return counts.reduce((product, count) => product * (count + 1n), 1n)
  return countWeighted(expr, counts)
}

/** The coefficient of x^k in Π (1 + cᵢ x): the ways to pick k children and a quorum of each. */
function elementarySymmetric(counts: readonly bigint[], k: number): bigint {
  const ways = [1n, ...Array<bigint>(k).fill(0n)]
  for (const count of counts) {
    for (let j = k; j > 0; j--) ways[j]! += ways[j - 1]! * count
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
  if (expr.kind === "weighted") {
    const order = heaviestFirst(expr.weights)
    const left = order.map((_, i) => totalWeight(order.slice(i).map((child) => expr.weights[child]!)))
    yield* pickWeight(expr, order, left, positions, 0, expr.threshold)
  } else {
    yield* pick(expr.children, positions, 0, expr.k)
  }
}

/** A quorum of each of `k` children, chosen from `from` on. */
function* pick(
  children: readonly QuorumExpr[],
  positions: ReadonlyMap<NodeId, number>,
  from: number,
  k: number,
): Generator<NodeSet> {
  if (k <= 0) {
    yield emptySet
    return
  }
  for (let i = from; i <= children.length - k; i++) {
    for (const first of distinct(children[i]!, positions)) {
      for (const rest of pick(children, positions, i + 1, k - 1)) yield union(first, rest)
    }
  }
}

/**
 * Sets of children that reach `missing` votes, heaviest first: each stops at the member that carries it
 * over, and is therefore minimal. `left[i]` is what the children from i on weigh together; a branch that
 * cannot get there any more is not entered.
 */
function* pickWeight(
  expr: QuorumExpr & { kind: "weighted" },
  order: readonly number[],
  left: readonly number[],
  positions: ReadonlyMap<NodeId, number>,
  from: number,
  missing: number,
): Generator<NodeSet> {
  if (missing <= 0) {
    yield emptySet
    return
  }
  for (let i = from; i < order.length && left[i]! >= missing; i++) {
    const child = order[i]!
    for (const first of distinct(expr.children[child]!, positions)) {
      const rests = pickWeight(expr, order, left, positions, i + 1, missing - expr.weights[child]!)
      for (const rest of rests) yield union(first, rest)
    }
  }
}

/** Any formula: the quorums of the children combined, keeping only the minimal ones at every gate. */
function sumOfProducts(expr: QuorumExpr, positions: ReadonlyMap<NodeId, number>): NodeSet[] {
  if (expr.kind === "node" || expr.children.length === 0) return [...distinct(expr, positions)]
  const parts = expr.children.map((child) => sumOfProducts(child, positions))
  const weights = expr.kind === "weighted" ? expr.weights : parts.map(() => 1)
  const limit = expr.kind === "weighted" ? expr.threshold : expr.k
  // partial.get(w): minimal sets in which children of weight w hold so far.
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
    partial = new Map([...next].map(([sum, sets]) => [sum, absorb(sets)]))
  })
  return partial.get(limit) ?? []
}

/**
 * The inclusion-minimal among `sets`, each once, in the order of their first appearance.
 *
 * Cost: quadratic in the number of sets; comparing small sets first means that a set is only ever held
 * against minimal ones.
 */
export function absorb(sets: readonly NodeSet[]): NodeSet[] {
  const unique = [...new Set(sets)]
  const bySize = [...unique].sort((a, b) => size(a) - size(b))
  const kept: NodeSet[] = []
  for (const set of bySize) if (!kept.some((smaller) => isSubset(smaller, set))) kept.push(set)
  const minimal = new Set(kept)
  return unique.filter((set) => minimal.has(set))
}
