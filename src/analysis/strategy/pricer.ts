import type { Highs } from "highs"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { censusOf } from "../exact/counts.ts"
import { decisionDiagram, denseDiagram } from "../exact/decision-diagram.ts"
import {
  type Formula,
  type Gate,
  childWeight,
  heaviestFirst,
  holdsOn,
  isReadOnceFormula,
  occurrencesIn,
  positionsIn,
  weightOf,
} from "../exact/formula.ts"
import { bySums, maxDense } from "../exact/sums.ts"
import { requireQuorum } from "./decompose.ts"
import { type Deadline, ProgramBuilder, loadSolver, solveIntegers } from "./solver.ts"

/** A quorum and what its nodes cost together. */
export interface Choice {
  readonly cost: number
  /** The positions of the quorum, in no particular order. */
  readonly nodes: readonly number[]
}

/**
 * A cheapest quorum when node x costs prices[x] ≥ 0; nothing where every quorum
 * costs infinitely much. The problem behind resilience (unit prices, on the
 * dual) and behind column generation (the prices are the duals of the nodes).
 */
export type Pricer = (prices: readonly number[]) => Choice | undefined

/**
 * The pricer of a formula, or nothing where parts of the formula share nodes in
 * such a way that their decision diagram is too large: then an integer program
 * must do (`pricer.ts`).
 *
 * The children of an "or" are alternatives and may share what they like; the
 * children of other gates must share nothing, or are solved together on a
 * diagram, as a shortest path. Cost of a call: O(n log n) for trees,
 * O(n·need) at a weighing gate. Ties go to the children named first.
 */
export function pricerOf(formula: Formula): Pricer | undefined {
  if (formula.kind === "leaf") return leafPricer(formula.position)
  if (isOr(formula)) return alternatives(formula.children)
  const groups = groupsSharingNodes(formula.children)
  if (groups.length === formula.children.length) return independent(formula)
  if (!isAnd(formula)) return diagramPricer(formula)
  const parts = groups.map((children) => (children.length === 1 ? children[0]! : conjunction(children)))
  if (parts.length === 1) return diagramPricer(formula) ?? conditionedPricer(formula)
  return independent(conjunction(parts))
}

/** A part of a conjunction with at most this many minimal quorums is tried quorum by quorum. */
const maxTried = 5_000

/**
 * The pricer of a conjunction whose parts share nodes: given a quorum of one part, its nodes are paid for, and the
 * rest is priced with these nodes free. The part is the one with the fewest quorums; undefined where these are too many,
 * or the rest shares nodes, too. Cost: a pricing of the rest for each of them.
 */
function conditionedPricer({ children }: Gate): Pricer | undefined {
  const counts = children.map((child) =>
    isReadOnceFormula(child) ? censusOf(child)!.quorums : BigInt(maxTried) + 1n,
  )
  const fewest = counts.reduce((best, count, i) => (count < counts[best]! ? i : best), 0)
  if (counts[fewest]! > maxTried) return undefined
  const others = children.filter((_, i) => i !== fewest)
  const remaining = others.length === 1 ? others[0]! : conjunction(others)
  const rest = isReadOnceFormula(remaining) ? pricerOf(remaining) : undefined
  if (rest === undefined) return undefined
  const quorums = quorumsOfTree(children[fewest]!)
  return (prices) => {
    let best: Choice | undefined
    const left = [...prices]
    for (const quorum of quorums) {
      const cost = quorum.reduce((sum, node) => sum + prices[node]!, 0)
      if (cost >= (best?.cost ?? Infinity)) continue
      for (const node of quorum) left[node] = 0
      const choice = rest(left)
      for (const node of quorum) left[node] = prices[node]!
      if (choice === undefined || cost + choice.cost >= (best?.cost ?? Infinity)) continue
      best = { cost: cost + choice.cost, nodes: [...new Set([...quorum, ...choice.nodes])] }
    }
    return best
  }
}

/** The minimal quorums of a read-once formula, each as its positions. Their number is that of `censusOf`. */
function quorumsOfTree(formula: Formula): number[][] {
  if (formula.kind === "leaf") return [[formula.position]]
  const parts = formula.children.map(quorumsOfTree)
  const order = heaviestFirst(formula)
  const found: number[][] = []
  // Taken heaviest first, a set of children is minimal exactly when its last one carries it over the need.
  const extend = (at: number, weight: number, chosen: readonly number[]): void => {
    if (weight >= formula.need) {
      found.push([...chosen])
      return
    }
    for (let i = at; i < order.length; i++) {
      const child = order[i]!
      for (const quorum of parts[child]!)
        extend(i + 1, weight + childWeight(formula, child), [...chosen, ...quorum])
    }
  }
  extend(0, 0, [])
  return found
}

const free: Choice = { cost: 0, nodes: [] }

function leafPricer(position: number): Pricer {
  return (prices) => {
    const cost = prices[position]!
    return cost === Infinity ? undefined : { cost, nodes: [position] }
  }
}

function alternatives(children: readonly Formula[]): Pricer | undefined {
  const pricers = pricersOf(children)
  if (pricers === undefined) return undefined
  return (prices) => {
    let best: Choice | undefined
    for (const pricer of pricers) {
      const choice = pricer(prices)
      if (choice !== undefined && (best === undefined || choice.cost < best.cost)) best = choice
    }
    return best
  }
}

function independent(gate: Gate): Pricer | undefined {
  const pricers = pricersOf(gate.children)
  if (pricers === undefined) return undefined
  const choose = gate.weights === undefined ? cheapestCount : cheapestWeight
  return (prices) =>
    choose(
      gate,
      pricers.map((pricer) => pricer(prices)),
    )
}

function pricersOf(children: readonly Formula[]): Pricer[] | undefined {
  const pricers = children.map(pricerOf)
  return pricers.every((pricer) => pricer !== undefined) ? pricers : undefined
}

function cheapestCount(gate: Gate, parts: readonly (Choice | undefined)[]): Choice | undefined {
  const possible = parts.filter((part) => part !== undefined)
  if (possible.length < gate.need) return undefined
  return joined(possible.sort((a, b) => a.cost - b.cost).slice(0, Math.max(gate.need, 0)))
}

/**
 * A knapsack: best[w] is the least cost at which the processed children weigh w; weights beyond the need
 * count as the need.
 */
function cheapestWeight(gate: Gate, parts: readonly (Choice | undefined)[]): Choice | undefined {
  const { need } = gate
  if (need > maxDense) return cheapestSparse(gate, parts)
  const best = new Float64Array(need + 1).fill(Infinity)
  best[0] = 0
  // Whether a child improved the best of a weight; and from which weight it reached the need.
  const improved: Uint8Array[] = []
  const before: number[] = []
  parts.forEach((part, child) => {
    const improves = new Uint8Array(need + 1)
    const weight = childWeight(gate, child)
    for (let w = need - 1; part !== undefined && w >= 0; w--) {
      const reached = Math.min(w + weight, need)
      const cost = best[w]! + part.cost
      if (cost >= best[reached]!) continue
      best[reached] = cost
      improves[reached] = 1
      if (reached === need) before[child] = w
    }
    improved.push(improves)
  })
  if (best[need] === Infinity) return undefined
  const chosen: Choice[] = []
  let weight = need
  for (let child = parts.length - 1; child >= 0; child--) {
    if (improved[child]![weight] === 0) continue
    chosen.unshift(parts[child]!)
    weight = weight === need ? before[child]! : weight - childWeight(gate, child)
  }
  return joined(chosen)
}

/** The same for large weights: of the children taken for a sum, the last, and those before it. */
function cheapestSparse(gate: Gate, parts: readonly (Choice | undefined)[]): Choice | undefined {
  interface Taken {
    readonly cost: number
    readonly part?: Choice
    readonly before?: Taken
  }
  const sums = bySums<Taken>(
    gate,
    gate.need,
    { cost: 0 },
    (before, child) => {
      const part = parts[child]
      return { added: part && { cost: before.cost + part.cost, part, before }, left: before }
    },
    (a, b) => (b.cost < a.cost ? b : a),
  )
  const best = sums.get(gate.need)
  if (best === undefined || best.cost === Infinity) return undefined
  const chosen: Choice[] = []
  for (let at: Taken | undefined = best; at?.part !== undefined; at = at.before) chosen.unshift(at.part)
  return joined(chosen)
}

function joined(choices: readonly Choice[]): Choice {
  if (choices.length === 0) return free
  return {
    cost: choices.reduce((sum, { cost }) => sum + cost, 0),
    nodes: choices.flatMap(({ nodes }) => nodes),
  }
}

/** The cheapest walk from the root to "true", paying for every node taken. */
function diagramPricer(formula: Formula): Pricer | undefined {
  const diagram = decisionDiagram(formula)
  if (diagram === undefined) return undefined
  const { size, root, position, low, high } = denseDiagram(diagram)
  const costs = new Float64Array(size)
  costs[0] = Infinity
  return (prices) => {
    for (let v = 2; v < size; v++) {
      const taking = costs[high[v]!]! + prices[position[v]!]!
      costs[v] = Math.min(costs[low[v]!]!, taking)
    }
    if (costs[root] === Infinity) return undefined
    const nodes: number[] = []
    for (let v = root; v > 1;) {
      const skips = costs[low[v]!]! <= costs[v]!
      if (!skips) nodes.push(position[v]!)
      v = skips ? low[v]! : high[v]!
    }
    return { cost: costs[root]!, nodes }
  }
}

const isOr = (gate: Gate): boolean => gate.weights === undefined && gate.need === 1

const isAnd = (gate: Gate): boolean => gate.need === weightOf(gate)

function conjunction(children: readonly Formula[]): Gate {
  return { kind: "gate", need: children.length, children }
}

/** The children, gathered so that two that share a node are in one group. Groups are in the order of their first child. */
function groupsSharingNodes(children: readonly Formula[]): Formula[][] {
  const groupOf = new Map<number, number>()
  const groups: Formula[][] = []
  for (const child of children) {
    const positions = positionsIn(child)
    const met = new Set(positions.flatMap((position) => groupOf.get(position) ?? []))
    const target = met.size === 0 ? groups.length : Math.min(...met)
    groups[target] = [...[...met].sort((a, b) => a - b).flatMap((group) => groups[group]!), child]
    for (const group of met) if (group !== target) groups[group] = []
    for (const [position, group] of groupOf) if (met.has(group)) groupOf.set(position, target)
    for (const position of positions) groupOf.set(position, target)
  }
  return groups.filter((group) => group.length > 0)
}

/**
 * A pricer for any formula: recursion and decision diagrams where they serve,
 * and otherwise an integer program of the formula's size.
 */
export async function anyPricerOf(formula: Formula): Promise<Pricer> {
  return pricerOf(formula) ?? integerPricer(formula, await loadSolver())
}

/** Thrown where an integer program has not ended by the deadline. */
export class DeadlineOver extends Error {}

/**
 * The cheapest quorum by branch and bound: one binary variable per node, one
 * share per occurrence. The solver works in doubles: its quorum is checked with
 * the formula itself; that none is cheaper holds up to its tolerance of 1e-6. Throws DeadlineOver.
 */
export function integerPricer(formula: Formula, highs: Highs, deadline?: Deadline): Pricer {
  refuseTooLarge(formula)
  return (prices) => {
    const builder = new ProgramBuilder()
    const used: (number | undefined)[] = []
    const possible = positionsIn(formula).filter((position) => prices[position]! < Infinity)
    for (const position of possible) used[position] = builder.variable(prices[position]!, 1, true)
    requireQuorum(builder, formula, used)
    const values = solveIntegers(highs, builder.program(), deadline && deadline.remainingMs() / 1000)
    if (values === "time is over") throw new DeadlineOver()
    if (values === undefined) return undefined
    return withoutIdle(
      formula,
      possible.filter((position) => values[used[position]!]! > 0.5),
      prices,
    )
  }
}

/** Programs of more occurrences of nodes exhaust the solver's memory. */
const maxOccurrences = 20_000

function refuseTooLarge(formula: Formula): void {
  const count = occurrencesIn(formula).length
  if (count <= maxOccurrences) return
  throw new UsageError(
    `the formula is too large to analyse: its ${positionsIn(formula).length} nodes occur ${count} times, ` +
      `its decision diagram is too large, and an integer program takes at most ${maxOccurrences} occurrences. Try a smaller system of the family.`,
  )
}

/** The nodes chosen less those the quorum can do without; free nodes are often chosen needlessly. */
export function withoutIdle(formula: Formula, chosen: readonly number[], prices: readonly number[]): Choice {
  const live: boolean[] = []
  for (const position of chosen) live[position] = true
  if (!holdsOn(formula, live)) throw new InvariantError("HiGHS chose a set of nodes that is not a quorum.")
  for (const position of chosen) {
    live[position] = false
    if (!holdsOn(formula, live)) live[position] = true
  }
  const nodes = chosen.filter((position) => live[position])
  return { cost: nodes.reduce((sum, position) => sum + prices[position]!, 0), nodes }
}
