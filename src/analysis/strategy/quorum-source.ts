import { UsageError } from "../../base/errors.ts"
import { type NodeSet, members, nodeSet } from "../../base/node-set.ts"
import { termBound } from "../../quorum/minimal.ts"
import type { Phase, QuorumSystem } from "../../quorum/system.ts"
import {
  type Formula,
  alwaysHolds,
  formulaOf,
  holdsOn,
  neverHolds,
  positionsIn,
  tierOf,
} from "../exact/formula.ts"
import type { Fraction } from "../exact/fraction.ts"
import { completion } from "../latency.ts"
import { type Piece, type Shares, decompose } from "./decompose.ts"
import { DeadlineOver, type Pricer, integerPricer, pricerOf, withoutIdle } from "./pricer.ts"
import type { Flow, StrategyProgram } from "./program.ts"
import { type Deadline, loadSolver } from "./solver.ts"

/**
 * The source of one phase's quorums in the program of an optimal strategy: all in advance, as a flow or
 * a list, or generated one at a time by prices.
 */
export interface QuorumSource {
  /** Puts the quorums in, or those to begin with, and returns how to read the solution. */
  enter(program: StrategyProgram): SolutionReader
  /** Where quorums are generated: the cheapest under given prices. Absent where all are in. */
  readonly generator?: QuorumGenerator
}

/** The use of sets of nodes in a solution; `exact` values where the solver has proved them. */
export type SolutionReader = (values: readonly number[], exact?: readonly Fraction[]) => Piece[]

/** Generates quorums by their prices, where there are too many to list. */
export interface QuorumGenerator {
  /** The quorum for which the prices of its nodes and of its latency are least together. */
  cheapest(prices: readonly number[], timePrice: (latency: number) => number): GeneratedQuorum | undefined
  /** Whether integer prices are summed without rounding, so that the result is a proof. */
  readonly isExact: boolean
  /** Puts one more quorum in; returns its variable, or nothing where it is in already. */
  add(program: StrategyProgram, quorum: GeneratedQuorum): number | undefined
}

/** A generated quorum: its nodes, the time at which it is complete, and its cost under the given prices. */
export interface GeneratedQuorum {
  readonly cost: number
  readonly nodes: readonly number[]
  readonly latency: number
}

/** The parameters of a source. */
export interface SourceRequest {
  readonly system: QuorumSystem
  readonly phase: Phase
  /** Whether the node can be used. */
  readonly allows: (node: number) => boolean
  readonly latency: readonly number[]
  /** Whether latency is sought or limited; otherwise all quorums take no time. */
  readonly timed: boolean
  readonly deadline?: Deadline
}

/** Formulas with at most this many minimal quorums are listed rather than generated. */
const maxListed = 2_000

/** The best source of the plain quorums of a phase: a flow for trees, a list for short lists, else a generator. */
export async function quorumSource(request: SourceRequest): Promise<QuorumSource> {
  const { system, phase } = request
  const formula = formulaOf(system, phase)
  refuseUnusable(request, formula)
  if (tierOf(formula) === "tree") return flowSource(request, formula)
  if (termBound(system.expression[phase]) <= maxListed) {
    return listSource(request, formula, [...system.minimalQuorums(phase)])
  }
  // Recursions and diagrams add whole-number prices without rounding; an integer program does not.
  const exact = pricerOf(formula)
  const pricer = exact ?? integerPricer(formula, await loadSolver(), request.deadline)
  return generatedSource(request, byClasses(request, formula, pricer), exact !== undefined)
}

/** One minimal quorum of a phase, for a workload without it. */
export function idleSource(request: SourceRequest): QuorumSource {
  const formula = formulaOf(request.system, request.phase)
  refuseUnusable(request, formula)
  const used = positionsIn(formula).filter(request.allows)
  const { nodes } = withoutIdle(
    formula,
    used,
    used.map(() => 0),
  )
  return listSource(request, formula, [nodeSet(nodes)])
}

function refuseUnusable({ system, phase, allows }: SourceRequest, formula: Formula): void {
  if (neverHolds(formula)) {
    throw new UsageError(
      `${system.name} has no phase-${phase} quorum, so no strategy; its phase-${phase} formula requires more nodes than there are.`,
    )
  }
  if (isUsable({ system, allows }, formula)) return
  const without = system.nodes.filter((_, node) => !allows(node))
  throw new UsageError(
    `every phase-${phase} quorum of ${system.name} needs a node of capacity 0 (${without.join(", ")}), ` +
      `so its load is unbounded. Give the node a positive capacity, or choose a system with quorums without it.`,
  )
}

/** Whether the usable nodes contain a quorum. */
export function isUsable(
  { system, allows }: Pick<SourceRequest, "system" | "allows">,
  formula: Formula,
): boolean {
  return holdsOn(
    formula,
    system.nodes.map((_, node) => allows(node)),
  )
}

/** The latencies a quorum can have: those at which the nodes that fast hold one; only 0 where time is no matter. */
export function latencyClasses(
  { system, allows, latency, timed }: SourceRequest,
  formula: Formula,
): number[] {
  if (!timed || alwaysHolds(formula)) return [0]
  const distinct = [
    ...new Set(
      positionsIn(formula)
        .filter(allows)
        .map((node) => latency[node]!),
    ),
  ]
  const within = (t: number): boolean[] => system.nodes.map((_, node) => allows(node) && latency[node]! <= t)
  return distinct.sort((a, b) => a - b).filter((t) => holdsOn(formula, within(t)))
}

/** All quorums of a tree, as a flow. */
export function flowSource(request: SourceRequest, formula: Formula): QuorumSource {
  const { phase, allows, latency, timed } = request
  return {
    enter: (program) => {
      const flows = latencyClasses(request, formula).map((t) =>
        program.addFlow(phase, formula, t, (node) => allows(node) && (!timed || latency[node]! <= t)),
      )
      return (values, exact) => flows.flatMap((flow) => decomposeFlow(flow, values, exact))
    },
  }
}

/** Whole numbers up to here are doubles without rounding. */
const largestWhole = 2n ** 52n

function decomposeFlow(flow: Flow, values: readonly number[], exact?: readonly Fraction[]): Piece[] {
  const unit = exact === undefined ? undefined : commonDenominator(flow, exact)
  if (exact === undefined || unit === undefined) {
    const shares = sharesOf(flow, (variable) => values[variable]!)
    return decompose(flow.formula, shares, 1e-9)
  }
  const whole = (variable: number): number => Number((exact[variable]!.n * unit) / exact[variable]!.d)
  return decompose(flow.formula, sharesOf(flow, whole), 0).map(({ set, length }) => ({
    set,
    length: length / Number(unit),
  }))
}

function sharesOf({ variable, children }: Flow, value: (variable: number) => number): Shares {
  return { share: value(variable), children: children.map((child) => sharesOf(child, value)) }
}

/** The least unit in which all shares are whole, or nothing where it is too fine for doubles. */
function commonDenominator(flow: Flow, exact: readonly Fraction[]): bigint | undefined {
  let unit = 1n
  const visit = ({ variable, children }: Flow): void => {
    if (unit < largestWhole) unit = leastCommonMultiple(unit, exact[variable]!.d)
    children.forEach(visit)
  }
  visit(flow)
  return unit < largestWhole ? unit : undefined
}

/** The least common multiple of two positive whole numbers. */
export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return (a / x) * b
}

/** Every quorum of a list, for phases with few. */
export function listSource(
  request: SourceRequest,
  formula: Formula,
  quorums: readonly NodeSet[],
): QuorumSource {
  const list = entryList(request.phase)
  return {
    enter: (program) => {
      for (const quorum of quorums) {
        const nodes = members(quorum)
        if (nodes.every(request.allows))
          list.add(program, { nodes, latency: latencyOf(request, formula, nodes), cost: 0 })
      }
      return list.read
    },
  }
}

/** When the given nodes hold a quorum; 0 where time is no matter. */
export function latencyOf(
  { system, latency, timed }: SourceRequest,
  formula: Formula,
  nodes: readonly number[],
): number {
  if (!timed) return 0
  const inside = Array<number>(system.nodes.length).fill(Infinity)
  for (const node of nodes) inside[node] = latency[node]!
  return completion(formula, inside)
}

/** Finds the quorum whose nodes and whose latency cost least together. */
export type TimedPricer = QuorumGenerator["cheapest"]

/** A source that begins with a few quorums and generates others by prices. */
export function generatedSource(
  request: SourceRequest,
  cheapest: TimedPricer,
  isExact: boolean,
): QuorumSource {
  const list = entryList(request.phase)
  return {
    enter: (program) => {
      for (const quorum of spreadOut(request, cheapest, program.places)) list.add(program, quorum)
      return list.read
    },
    generator: { cheapest, isExact, add: list.add },
  }
}

/**
 * Quorums that use the nodes about evenly, as many as there are nodes to tell apart: each the cheapest when a node
 * costs the number of its uses by earlier ones.
 */
function* spreadOut(
  request: SourceRequest,
  cheapest: TimedPricer,
  places: number,
): Generator<GeneratedQuorum> {
  const { system, allows, deadline } = request
  const prices = system.nodes.map((_, node) => (allows(node) ? 1 : Infinity))
  const enough = (deadline?.remainingMs() ?? 0) / 2
  for (let round = 0; round < Math.min(places, 60); round++) {
    if (round > 0 && deadline !== undefined && deadline.remainingMs() <= enough) return
    const quorum = cheapestInTime(request, prices, cheapest)
    if (quorum === undefined) return
    yield quorum
    for (const node of quorum.nodes) prices[node]! += 1
  }
}

/** A cheapest quorum; where the deadline is over before it is found, some minimal quorum: a program needs one to begin with. */
function cheapestInTime(
  request: SourceRequest,
  prices: readonly number[],
  cheapest: TimedPricer,
): GeneratedQuorum | undefined {
  try {
    return cheapest(prices, () => 0)
  } catch (error) {
    if (!(error instanceof DeadlineOver)) throw error
    const formula = formulaOf(request.system, request.phase)
    const { nodes } = withoutIdle(formula, positionsIn(formula).filter(request.allows), prices)
    return { cost: 0, nodes, latency: latencyOf(request, formula, nodes) }
  }
}

/** The quorums that are in, each once, with their variables. */
function entryList(phase: Phase): Pick<QuorumGenerator, "add"> & { read: SolutionReader } {
  const variables = new Map<string, { variable: number; set: NodeSet }>()
  return {
    add: (program, { nodes, latency }) => {
      const set = nodeSet(nodes)
      const key = `${set} ${latency}`
      if (variables.has(key)) return undefined
      const variable = program.addQuorum(phase, nodes, latency)
      variables.set(key, { variable, set })
      return variable
    },
    read: (values) =>
      [...variables.values()].map(({ variable, set }) => ({ set, length: values[variable]! })),
  }
}

/** Tries every latency a quorum can have, with the nodes that are fast enough for it. */
export function byClasses(request: SourceRequest, formula: Formula, pricer: Pricer): TimedPricer {
  const { allows, latency, timed } = request
  const classes = latencyClasses(request, formula)
  return (prices, timePrice) => {
    let best: GeneratedQuorum | undefined
    for (const t of classes) {
      const inTime = prices.map((price, node) =>
        allows(node) && (!timed || latency[node]! <= t) ? price : Infinity,
      )
      const choice = pricer(inTime)
      if (choice === undefined) continue
      const cost = choice.cost + timePrice(t)
      if (best === undefined || cost < best.cost) best = { cost, nodes: choice.nodes, latency: t }
    }
    return best
  }
}
