import type { Highs } from "highs"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { decisionDiagram, denseDiagram } from "../exact/decision-diagram.ts"
import {
  type Formula,
  type Gate,
  childWeight,
  holdsOn,
  occurrencesIn,
  positionsIn,
  weightOf,
} from "../exact/formula.ts"
import { requireQuorum } from "./decompose.ts"
import { ProgramBuilder, loadSolver, solveIntegers } from "./solver.ts"

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
  if (parts.length === 1) return diagramPricer(formula)
  return independent(conjunction(parts))
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
  let best = [0, ...Array<number>(need).fill(Infinity)]
  const taken: Int32Array[] = []
  parts.forEach((part, child) => {
    const from = new Int32Array(need + 1).fill(-1)
    const next = [...best]
    const weight = childWeight(gate, child)
    for (let w = 0; part !== undefined && w < need; w++) {
      const reached = Math.min(w + weight, need)
      if (best[w]! + part.cost >= next[reached]!) continue
      next[reached] = best[w]! + part.cost
      from[reached] = w
    }
    taken.push(from)
    best = next
  })
  if (best[need] === Infinity) return undefined
  const chosen: Choice[] = []
  let weight = need
  for (let child = parts.length - 1; child >= 0; child--) {
    const from = taken[child]![weight]!
    if (from < 0) continue
    chosen.unshift(parts[child]!)
    weight = from
  }
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

/**
 * The cheapest quorum by branch and bound: one binary variable per node, one
 * share per occurrence. The solver works in doubles: its quorum is checked with
 * the formula itself; that none is cheaper holds up to its tolerance of 1e-6.
 */
export function integerPricer(formula: Formula, highs: Highs): Pricer {
  refuseTooLarge(formula)
  return (prices) => {
    const builder = new ProgramBuilder()
    const used: (number | undefined)[] = []
    const possible = positionsIn(formula).filter((position) => prices[position]! < Infinity)
    for (const position of possible) used[position] = builder.variable(prices[position]!, 1, true)
    requireQuorum(builder, formula, used)
    const values = solveIntegers(highs, builder.program())
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
function withoutIdle(formula: Formula, chosen: readonly number[], prices: readonly number[]): Choice {
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
