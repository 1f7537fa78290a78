import { size } from "../../base/node-set.ts"
import { termBound } from "../../quorum/minimal.ts"
import type { Phase, QuorumSystem } from "../../quorum/system.ts"
import { type DecisionDiagram, DiagramTooLarge, decisionDiagram, verticesOf } from "./decision-diagram.ts"
import { bySums, maxDense } from "./sums.ts"
import {
  type Formula,
  type Gate,
  childWeight,
  formulaOf,
  heaviestFirst,
  isReadOnceFormula,
  positionsIn,
  weightOf,
} from "./formula.ts"

/**
 * c_0 … c_n: of the sets of k live nodes, how many contain a quorum.
 *
 * Exact. Nothing when the formula repeats nodes and its decision diagram is too
 * large. Cost: read-once formulas O(n²·need) multiplications in the worst
 * case, O(n) for one threshold; others a pass over the diagram.
 */
export function liveCounts(system: QuorumSystem, phase: Phase): bigint[] | undefined {
  const formula = formulaOf(system, phase)
  const unused = system.nodes.length - positionsIn(formula).length
  const counts = isReadOnceFormula(formula) ? countTree(formula) : countDiagram(decisionDiagram(formula))
  if (counts === undefined) return undefined
  const all = multiplyPolynomials(counts, binomials(unused))
  return Array.from({ length: system.nodes.length + 1 }, (_, k) => all[k] ?? 0n)
}

/** Facts about the minimal quorums of a phase that need no list of them. */
export interface QuorumCensus {
  /** How many minimal quorums there are. */
  readonly quorums: bigint
  /** The number of nodes of the smallest and of the largest. */
  readonly smallest: number
  readonly largest: number
}

/**
 * How many minimal quorums a phase has, and the sizes of the smallest and the
 * largest. Nothing when the formula repeats nodes and its decision diagram is
 * too large. A phase that never has a quorum has 0, of sizes Infinity and -Infinity.
 */
export function quorumCensus(system: QuorumSystem, phase: Phase): QuorumCensus | undefined {
  const formula = formulaOf(system, phase)
  if (isReadOnceFormula(formula)) return treeCensus(formula)
  return listedCensus(system, phase, 2_000n) ?? censusOf(formula) ?? listedCensus(system, phase, 20_000n)
}

/** The census from a list of the quorums, where there are at most `max`. */
function listedCensus(system: QuorumSystem, phase: Phase, max: bigint): QuorumCensus | undefined {
  if (termBound(system.expression[phase]) > max) return undefined
  const sizes = [...system.minimalQuorums(phase)].map(size)
  const [smallest, largest] = [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))]
  return { quorums: BigInt(sizes.length), smallest, largest }
}

/**
 * The census of a formula: by recursion on a tree, else by its decision diagram;
 * nothing where that is too large.
 */
export function censusOf(formula: Formula): QuorumCensus | undefined {
  return isReadOnceFormula(formula) ? treeCensus(formula) : diagramCensus(decisionDiagram(formula))
}

/** Of the sets of the formula's own nodes, how many of each size make it hold. */
function countTree(formula: Formula): Polynomial {
  if (formula.kind === "leaf") return [0n, 1n]
  const total = weightOf(formula)
  if (formula.need <= 0) return binomials(positionsIn(formula).length)
  if (formula.need > total) return []
  // Counting what fails is the same with the roles exchanged, and shorter above the middle.
  const failing = total - formula.need + 1
  if (formula.need <= failing) return reach(formula, formula.need, true)
  const all = binomials(positionsIn(formula).length)
  return subtract(all, reach(formula, failing, false))
}

/** The sets in which the children that hold (or, with `holding` false, that fail) weigh at least `goal`. */
function reach(gate: Gate, goal: number, holding: boolean): Polynomial {
  if (goal > maxDense) return reachSparse(gate, goal, holding)
  // state[w]: the number of sets of weight w among the parts processed; weights beyond the goal count as
  // the goal.
  const { state, rest } = leavesAtOnce(gate, goal, holding)
  for (const child of rest) {
    const holds = countTree(gate.children[child]!)
    const fails = subtract(binomials(positionsIn(gate.children[child]!).length), holds)
    const [counted, other] = holding ? [holds, fails] : [fails, holds]
    const weight = childWeight(gate, child)
    for (let w = goal; w >= 0; w--) {
      const reached = Math.min(w + weight, goal)
      const more = multiplyPolynomials(state[w]!, counted)
      state[w] = multiplyPolynomials(state[w]!, other)
      state[reached] = addPolynomials(state[reached]!, more)
    }
  }
  return state[goal]!
}

/** The same for large weights. */
function reachSparse(gate: Gate, goal: number, holding: boolean): Polynomial {
  const parts = gate.children.map((child) => {
    const holds = countTree(child)
    const fails = subtract(binomials(positionsIn(child).length), holds)
    return holding ? [holds, fails] : [fails, holds]
  })
  const sums = bySums<Polynomial>(
    gate,
    goal,
    [1n],
    (here, child) => ({
      added: multiplyPolynomials(here, parts[child]![0]!),
      left: multiplyPolynomials(here, parts[child]![1]!),
    }),
    addPolynomials,
  )
  return sums.get(goal) ?? []
}

/** The state after the plain leaves of a counting gate, which a binomial settles, and the children still to do. */
function leavesAtOnce(
  gate: Gate,
  goal: number,
  holding: boolean,
): { state: Polynomial[]; rest: readonly number[] } {
  const state: Polynomial[] = [[1n], ...Array.from({ length: goal }, (): Polynomial => [])]
  const all = gate.children.map((_, i) => i)
  if (gate.weights !== undefined) return { state, rest: all }
  const rest = all.filter((i) => gate.children[i]!.kind !== "leaf")
  const leaves = all.length - rest.length
  state[0] = []
  binomials(leaves).forEach((ways, counted) => {
    const live = holding ? counted : leaves - counted
    const term = [...Array<bigint>(live).fill(0n), ways]
    const reached = Math.min(counted, goal)
    state[reached] = addPolynomials(state[reached]!, term)
  })
  return { state, rest }
}

function subtract(a: Polynomial, b: Polynomial): bigint[] {
  return a.map((term, i) => term - (b[i] ?? 0n))
}

function countDiagram(diagram: DecisionDiagram | undefined): Polynomial | undefined {
  if (diagram === undefined) return undefined
  const { order, level, low, high, root } = diagram
  // below.get(v): sets of the nodes from v's level on. A skipped level is a node that does not matter.
  const below = new Map<number, Polynomial>([
    [0, []],
    [1, [1n]],
  ])
  const widened = (vertex: number, from: number): Polynomial =>
    multiplyPolynomials(below.get(vertex)!, binomials(level[vertex]! - from))
  for (const vertex of verticesOf(diagram).slice(2)) {
    const next = level[vertex]! + 1
    const without = widened(low[vertex]!, next)
    below.set(vertex, addPolynomials(without, [0n, ...widened(high[vertex]!, next)]))
  }
  return order.length === 0 ? below.get(root)! : widened(root, 0)
}

const nothing: QuorumCensus = { quorums: 0n, smallest: Infinity, largest: -Infinity }

function treeCensus(formula: Formula): QuorumCensus {
  if (formula.kind === "leaf") return { quorums: 1n, smallest: 1, largest: 1 }
  const parts = formula.children.map(treeCensus)
  return formula.weights === undefined ? countingCensus(formula.need, parts) : weighingCensus(formula, parts)
}

/** A minimal quorum of a counting gate is one of each of `need` children. */
function countingCensus(need: number, parts: readonly QuorumCensus[]): QuorumCensus {
  if (need > parts.length) return nothing
  const ways = [1n, ...Array<bigint>(need).fill(0n)]
  for (const { quorums } of parts) for (let j = need; j > 0; j--) ways[j]! += ways[j - 1]! * quorums
  const sum = (sizes: readonly number[]): number => sizes.slice(0, need).reduce((a, b) => a + b, 0)
  return {
    quorums: ways[need]!,
    smallest: sum(parts.map(({ smallest }) => smallest).sort((a, b) => a - b)),
    largest: sum(parts.map(({ largest }) => largest).sort((a, b) => b - a)),
  }
}

/**
 * Taken heaviest first, a set of weights is minimal exactly when its last
 * member carries it over the threshold.
 */
function weighingCensus(gate: Gate, parts: readonly QuorumCensus[]): QuorumCensus {
  let open = new Map<number, QuorumCensus>([[0, { quorums: 1n, smallest: 0, largest: 0 }]])
  let complete = nothing
  for (const child of heaviestFirst(gate)) {
    const next = new Map(open)
    for (const [weight, census] of open) {
      const reached = weight + childWeight(gate, child)
      const more = both(census, parts[child]!)
      if (reached >= gate.need) complete = either(complete, more)
      else next.set(reached, either(next.get(reached) ?? nothing, more))
    }
    open = next
  }
  return complete
}

const both = (a: QuorumCensus, b: QuorumCensus): QuorumCensus => ({
  quorums: a.quorums * b.quorums,
  smallest: a.smallest + b.smallest,
  largest: a.largest + b.largest,
})

const either = (a: QuorumCensus, b: QuorumCensus): QuorumCensus => ({
  quorums: a.quorums + b.quorums,
  smallest: Math.min(a.smallest, b.smallest),
  largest: Math.max(a.largest, b.largest),
})

/**
 * The minimal sets of a monotone diagram. A minimal set of `g` that does not
 * satisfy `h` either avoids the top node, and is one of g's low branch, or has
 * it, and the rest is minimal for the high branch and satisfies neither the low
 * branch nor h. Memoised over pairs of vertices.
 */
function diagramCensus(diagram: DecisionDiagram | undefined): QuorumCensus | undefined {
  if (diagram === undefined) return undefined
  const memo = new Map<number, QuorumCensus>()
  const { level, low, high } = diagram
  const at = (vertex: number, l: number, side: readonly number[]): number =>
    level[vertex] === l ? side[vertex]! : vertex
  const outside = (g: number, h: number): QuorumCensus => {
    if (g === 0 || h === 1 || g === h) return nothing
    if (g === 1) return { quorums: 1n, smallest: 0, largest: 0 }
    const key = g * 2 ** 26 + h
    const found = memo.get(key)
    if (found !== undefined) return found
    const l = Math.min(level[g]!, level[h]!)
    const without = outside(at(g, l, low), at(h, l, low))
    const barred = diagram.or(at(g, l, low), at(h, l, high))
    const census = either(
      without,
      both({ quorums: 1n, smallest: 1, largest: 1 }, outside(at(g, l, high), barred)),
    )
    memo.set(key, census)
    return census
  }
  try {
    return outside(diagram.root, 0)
  } catch (error) {
    if (error instanceof DiagramTooLarge) return undefined
    throw error
  }
}

/**
 * Polynomials with whole-number coefficients, lowest degree first: generating
 * functions that count sets by their size.
 */
export type Polynomial = readonly bigint[]

/** The sum, of the length of the longer. */
export function addPolynomials(a: Polynomial, b: Polynomial): bigint[] {
  const sum = a.length >= b.length ? [...a] : [...b]
  const other = a.length >= b.length ? b : a
  other.forEach((term, i) => (sum[i]! += term))
  return sum
}

/** The product. Where the factors count sets of disjoint nodes by size, it counts their unions. */
export function multiplyPolynomials(a: Polynomial, b: Polynomial): bigint[] {
  if (a.length === 0 || b.length === 0) return []
  const product = Array<bigint>(a.length + b.length - 1).fill(0n)
  a.forEach((x, i) => {
    if (x === 0n) return
    b.forEach((y, j) => {
      if (y !== 0n) product[i + j]! += x * y
    })
  })
  return product
}

/** The binomial coefficients of n, which are those of (1 + x)ⁿ: how many subsets of each size n things have. */
export function binomials(n: number): bigint[] {
  const row = [1n]
  for (let k = 1; k <= n; k++) row.push((row[k - 1]! * BigInt(n - k + 1)) / BigInt(k))
  return row
}
