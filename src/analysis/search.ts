import { UsageError } from "../base/errors.ts"
import type { NodeId, QuorumExpr } from "../quorum/expression.ts"
import { type Safety, safetyOf } from "../quorum/meet/safety.ts"
import { constantPlan } from "../quorum/plan.ts"
import { type Phase, type QuorumSystem, phases, quorumSystem } from "../quorum/system.ts"

import { readOnceExpressions } from "./exact/read-once.ts"
import {
  type NodeOptions,
  type NodeProperties,
  type NodeTable,
  checked,
  latencyRule,
  nodeTable,
  probabilityRule,
} from "./nodes.ts"
import { type BasisPoint, type Tools, loadTools, solveDoubles } from "./strategy/optimum.ts"
import { ParetoFront } from "../base/pareto.ts"
import { type Goal, type Measure, StrategyProgram, measures, usableNodes } from "./strategy/program.ts"
import { type Phase1Fraction, type WorkloadPoint, meanShare, workloadOf } from "./strategy/workload.ts"
import { type SourceRequest, flowSource, isUsable } from "./strategy/quorum-source.ts"
import { censusOf } from "./exact/counts.ts"
import { completion } from "./latency.ts"
import { type FailureProbability, eitherPhaseFails, failureProbability } from "./exact/availability.ts"
import { optimalValue, optimalValueWithin } from "./strategy/optimal.ts"
import { type Column, inDoubles } from "./strategy/linear-program.ts"
import { type Formula, dualFormula, formulaOf } from "./exact/formula.ts"
import { pricerOf } from "./strategy/pricer.ts"
import { toNumber } from "./exact/fraction.ts"

/** The nodes to build systems from, and what a system must keep. */
export interface SearchRequest extends NodeOptions {
  /** The nodes there are. A system may leave some out. */
  readonly nodes: Readonly<Record<NodeId, NodeProperties>>
  readonly phase1Fraction?: Phase1Fraction
  /** What each system's strategy is optimised for, and the best system chosen by; default load. */
  readonly objective?: Measure
  readonly limits?: Readonly<Partial<Record<Measure, number>>>
  /** The failures both phases must survive; default 0. */
  readonly resilience?: number
  /** The failures that every set of a strategy must survive, in each measure; default 0. */
  readonly failures?: number
  /** Whether only systems with all of the nodes are considered; default false. */
  readonly useEveryNode?: boolean
  /** The largest acceptable probability that a phase has no live quorum; default 1. */
  readonly maxFailureProbability?: number
  /**
   * Called throughout; once it returns true, the search ends with the systems found. Never expires by
   * default.
   */
  readonly expired?: () => boolean
  /** Called after each system. */
  readonly onProgress?: (progress: SearchProgress) => void
}

/** How far a search is. */
export interface SearchProgress {
  readonly considered: number
  /** The size of the front so far. */
  readonly front: number
}

/**
 * A system with its measures: each measure at its optimum, the objective within the limits. A single
 * strategy need not attain all of them; `optimalStrategy` trades them off.
 */
export interface FoundSystem {
  /** The phase-1 formula; phase 2 is its dual. */
  readonly system: QuorumSystem
  /** Whether it is safe; a formula and its dual always are. */
  readonly safe: Safety
  readonly load: number
  readonly networkLoad: number
  readonly latency: number
  /** The failures both phases survive. */
  readonly resilience: number
  /** The probability that one phase or the other has no live quorum. */
  readonly failureProbability: number
  /** The optimum of the objective as a fraction, where it was proved. */
  readonly exact?: string
}

/** A system whose safety has not been asked yet. */
type Unjudged = Omit<FoundSystem, "safe">

/** What a search found, and whether it was all there is. */
export interface SearchResult {
  /** Whether every system was considered: then `best` is optimal and the front whole. */
  readonly complete: boolean
  /** The systems considered, most of them dismissed by a bound. */
  readonly considered: number
  /** The linear programs solved on the way. */
  readonly optimised: number
  /** The best by the objective; of equals the one considered first. Absent where none keeps the limits. */
  readonly best?: FoundSystem
  /** The systems that no other beats in load, latency, network load, resilience and failure probability together. */
  readonly front: readonly FoundSystem[]
}

/**
 * The best systems over given nodes: every formula of counting gates that names
 * a node at most once (the rest of the plane is rarely better, and much
 * larger), up to the exchange of equal nodes, with phase 2 its dual, which
 * makes phase 2 as easy as phase 1 allows.
 *
 * Branch and bound without branches: resilience and failure probability are
 * computed first, by recursion; the objective is bounded from below by the
 * node prices of programs solved before, and only what could still be best or
 * on the front is optimised. All nodes different, five take about a second, six
 * some ten.
 */
export async function search(request: SearchRequest): Promise<SearchResult> {
  checkRequest(request)
  const { objective = "load", limits = {}, resilience = 0, maxFailureProbability = 1, failures = 0 } = request
  const expired = request.expired ?? (() => false)
  const candidates = new Candidates(
    {
      names: Object.keys(request.nodes),
      options: request,
      workload: workloadOf(request.phase1Fraction ?? 0.5),
      goal: { objective, limits },
      resilience,
      maxFailureProbability,
      failures,
    },
    await loadTools(),
  )
  const front = new ParetoFront<Unjudged>()
  let considered = 0
  const { useEveryNode = false, onProgress } = request
  for (const expr of readOnceExpressions(kindsOf(request), expired, { useAll: useEveryNode })) {
    if (expired()) break
    considered++
    const found = await candidates.examine(systemOf(expr), (point) => front.covers(point))
    if (found !== undefined) front.add(pointOf(found), found)
    onProgress?.({ considered, front: front.items.length })
  }
  const complete = !expired()
  const proved: FoundSystem[] = []
  for (const found of front.items) {
    const safe = safetyOf(constantPlan(found.system))
    proved.push({ ...(await candidates.prove(found)), safe })
  }
  const ranked = ranking(proved, objective)
  return {
    complete,
    considered,
    optimised: candidates.optimised,
    ...(ranked[0] && { best: ranked[0] }),
    front: ranked,
  }
}

/**
 * Why no system over the nodes satisfies the constraints of a request: the best that some system attains, of each
 * that none attains; or that only together they are too much. Cost: another search, without the constraints; undefined
 * where it expires.
 */
export async function describeNothing(request: SearchRequest): Promise<string | undefined> {
  const { limits = {}, resilience = 0, maxFailureProbability = 1 } = request
  const { complete, front } = await search({
    ...request,
    limits: {},
    resilience: 0,
    maxFailureProbability: 1,
  })
  if (!complete) return undefined
  const nodes = Object.keys(request.nodes).length
  const where = `no quorum system over ${request.useEveryNode === true ? "all " : ""}${nodes} nodes`
  if (front.length === 0)
    return `${where} has quorums that survive ${request.failures ?? 0} failures in both phases.`
  const values = (of: (found: FoundSystem) => number): number[] => front.map(of)
  const constraints: readonly [string, number, number][] = [
    ["resilience", -resilience, -Math.max(...values((found) => found.resilience))],
    ["failure probability", maxFailureProbability, Math.min(...values((found) => found.failureProbability))],
    ["load", limits.load ?? Infinity, Math.min(...values(({ load }) => load))],
    ["network load", limits.network ?? Infinity, Math.min(...values(({ networkLoad }) => networkLoad))],
    ["latency", limits.latency ?? Infinity, Math.min(...values(({ latency }) => latency))],
  ]
  const text = (value: number): string => String(Number(Math.abs(value).toPrecision(4)))
  const tooMuch = constraints.filter(([, limit, best]) => best > limit + 1e-9)
  const bounded = constraints.filter(([name, limit]) =>
    name === "resilience" ? limit < 0 : limit < Infinity,
  )
  if (tooMuch.length === 0) {
    const named = bounded.filter(([name, limit]) => name !== "failure probability" || limit < 1)
    return `${where} satisfies all constraints together (${named.map(([name]) => name).join(", ")}); relax one of them.`
  }
  return tooMuch
    .map(([name, limit, best]) =>
      name === "resilience"
        ? `${where} has resilience ${text(limit)}; the greatest is ${text(best)}.`
        : `${where} has a ${name} of at most ${text(limit)}; the least is ${text(best)}.`,
    )
    .join(" ")
}

function systemOf(phase1: QuorumExpr): QuorumSystem {
  return quorumSystem({ phase1 })
}

function ranking(found: readonly FoundSystem[], objective: Measure): FoundSystem[] {
  const value = ({ load, networkLoad, latency }: FoundSystem): number =>
    objective === "load" ? load : objective === "network" ? networkLoad : latency
  const order = found.map((one, i) => ({ one, i, point: [value(one), ...pointOf(one)] }))
  return order.sort((a, b) => comparePoints(a.point, b.point) || a.i - b.i).map(({ one }) => one)
}

function comparePoints(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, at) => Math.abs(value - b[at]!) > 1e-9)
  return i < 0 ? 0 : a[i]! - b[i]!
}

/** Nodes with the same properties are interchangeable. Groups and names are in the order given. */
function kindsOf({ nodes }: SearchRequest): string[][] {
  const kinds = new Map<string, string[]>()
  for (const [name, of] of Object.entries(nodes)) {
    const key = JSON.stringify([of.capacity, of.latency, of.failureProbability, of.zone])
    kinds.set(key, [...(kinds.get(key) ?? []), name])
  }
  return [...kinds.values()]
}

function checkRequest({
  nodes,
  limits = {},
  resilience = 0,
  failures = 0,
  maxFailureProbability = 1,
}: SearchRequest): void {
  if (Object.keys(nodes).length === 0) {
    throw new UsageError("the list of nodes to search is empty; give at least one.")
  }
  for (const measure of measures) {
    if (limits[measure] !== undefined) checked({ ...latencyRule, what: "limit" }, measure, limits[measure])
  }
  if (!Number.isSafeInteger(resilience) || resilience < 0) {
    throw new UsageError(`the required resilience is ${resilience}; must be a non-negative integer.`)
  }
  if (!Number.isSafeInteger(failures) || failures < 0) {
    throw new UsageError(`the number of failures is ${failures}; must be a non-negative integer.`)
  }
  checked({ ...probabilityRule, what: "largest failure probability" }, "the system", maxFailureProbability)
}

/** What a system must keep to be worth anything in a search, and what is sought. */
export interface CandidateRules {
  readonly names: readonly string[]
  readonly options: NodeOptions
  readonly workload: readonly WorkloadPoint[]
  readonly goal: Goal
  readonly resilience: number
  readonly maxFailureProbability: number
  /** The failures that every set of a strategy must survive. */
  readonly failures: number
}

/** Examines one system after another, and keeps the node prices that bounded others best. */
export class Candidates {
  /** How many linear programs were solved. */
  optimised = 0
  private readonly rules: CandidateRules
  private readonly tools: Tools
  private readonly table: NodeTable
  /** The load of a strategy within the limits, or without them where something else is sought. */
  private readonly loadGoal: Goal
  private prices: Prices[] = []

  constructor(rules: CandidateRules, tools: Tools) {
    this.rules = rules
    this.tools = tools
    // The properties of all nodes; a system that leaves some out looks its own up by name.
    this.table = nodeTable({ nodes: rules.names, name: "the search" }, rules.options)
    const { objective, limits } = rules.goal
    this.loadGoal = { objective: "load", limits: objective === "load" ? limits : {} }
  }

  /**
   * The measures of a system; undefined where it violates a constraint or `covered` finds that even its
   * bounds are no improvement.
   */
  async examine(
    system: QuorumSystem,
    covered: (point: readonly number[]) => boolean,
  ): Promise<Unjudged | undefined> {
    const candidate = this.candidateOf(system)
    const resilience = Math.min(...phases.map((phase) => resilienceOf(candidate.formulas[phase])))
    const { failures } = this.rules
    if (
      resilience < Math.max(this.rules.resilience, failures) ||
      !phases.every((phase) => isUsable(candidate.sources[phase], candidate.formulas[phase]))
    )
      return undefined
    const bound: Unjudged = {
      system,
      load: this.pricedBound(candidate),
      networkLoad: this.least(({ formulas }, phase) => censusOf(formulas[phase])?.smallest ?? 0, candidate),
      latency: this.least(
        ({ formulas, table }, phase) => completion(formulas[phase], table.latency[phase]),
        candidate,
      ),
      resilience,
      failureProbability: Math.max(
        ...phases.map((phase) => certain(failureProbability(system, phase, candidate.table))),
      ),
    }
    if (this.breaksRule(bound) || covered(pointOf(bound))) return undefined
    const closer = { ...bound, failureProbability: certain(eitherPhaseFails(system, candidate.table)) }
    if (this.breaksRule(closer) || covered(pointOf(closer))) return undefined
    return failures === 0 ? this.optimise(candidate, closer) : this.optimiseResilient(candidate, closer)
  }

  /** The same with the objective solved exactly. */
  async prove(found: Unjudged): Promise<Unjudged> {
    const { workload, goal } = this.rules
    const { system } = found
    const best = await optimalValue({
      system,
      workload,
      table: this.tableOf(system),
      ...goal,
      failures: this.rules.failures,
    })
    return { ...found, [keyOf(goal)]: best.value, ...(best.exact !== undefined && { exact: best.exact }) }
  }

  /** Fills in what only a linear program tells: the load, and the objective where limits bind it. */
  private optimise(candidate: Candidate, bound: Unjudged): Unjudged | undefined {
    const { goal } = this.rules
    const load = this.solve(candidate, this.loadGoal)
    if (load === undefined) return undefined
    if (goal.objective === "load" || Object.keys(goal.limits).length === 0) return { ...bound, load }
    const value = this.solve(candidate, goal)
    return value === undefined ? undefined : { ...bound, load, [keyOf(goal)]: value }
  }

  /** Each measure under strategies that survive failures, the objective within the limits. */
  private async optimiseResilient(
    { system, table }: Candidate,
    bound: Unjudged,
  ): Promise<Unjudged | undefined> {
    const { goal, workload, failures } = this.rules
    const found: Record<string, number> = {}
    for (const objective of measures) {
      const limits = objective === goal.objective ? goal.limits : {}
      const best = await optimalValueWithin({ system, workload, table, objective, limits, failures })
      this.optimised++
      if (best === undefined) return undefined
      found[keyOf({ objective, limits })] = best.value
    }
    const closer = { ...bound, ...found }
    return this.breaksRule(closer) ? undefined : closer
  }

  private solve({ system, formulas, table, sources }: Candidate, goal: Goal): number | undefined {
    this.optimised++
    const program = new StrategyProgram(goal, this.rules.workload, table, this.tools.fractions)
    const timed = goal.limits.latency !== undefined || goal.objective === "latency"
    for (const phase of phases) flowSource({ ...sources[phase], timed }, formulas[phase]).enter(program)
    const inHand = inDoubles(program.program)
    const optimum = solveDoubles(inHand, this.tools.highs)
    if (optimum === undefined) return undefined
    if (goal === this.loadGoal) this.remember(system, program, optimum)
    return inHand.costs.reduce((sum, cost, i) => sum + cost * optimum.values[i]!, 0)
  }

  private breaksRule(bound: Unjudged): boolean {
    const { goal, maxFailureProbability } = this.rules
    const { load = Infinity, network = Infinity, latency = Infinity } = goal.limits
    return (
      bound.failureProbability > maxFailureProbability ||
      bound.networkLoad > network + 1e-9 ||
      bound.latency > latency + 1e-9 ||
      bound.load > load + 1e-9
    )
  }

  private candidateOf(system: QuorumSystem): Candidate {
    const table = this.tableOf(system)
    const request = (phase: Phase): SourceRequest => {
      const allows = usableNodes(this.rules.workload, table, phase)
      return { system, phase, allows, timed: false, latency: table.latency[phase] }
    }
    return {
      system,
      table,
      formulas: { 1: formulaOf(system, 1), 2: formulaOf(system, 2) },
      sources: { 1: request(1), 2: request(2) },
    }
  }

  /** The workload's mix of a value that each phase has at best. */
  private least(value: (candidate: Candidate, phase: Phase) => number, candidate: Candidate): number {
    return phases.reduce((sum, phase) => {
      const share = meanShare(this.rules.workload, phase)
      return share === 0 ? sum : sum + share * value(candidate, phase)
    }, 0)
  }

  /** The best lower bound on the load that remembered prices give; those that gave it move to the front. */
  private pricedBound({ system, formulas, sources }: Candidate): number {
    const cheapest = { 1: pricerOf(formulas[1])!, 2: pricerOf(formulas[2])! }
    let best = 0
    let winner = 0
    this.prices.forEach((prices, i) => {
      // The time of a quorum, which limits may price as well, is left out: a bound all the same.
      const bound = phases.reduce((sum, phase) => {
        const { allows } = sources[phase]
        const own = system.nodes.map((name, x) => (allows(x) ? (prices[phase].get(name) ?? 0) : Infinity))
        return sum + (cheapest[phase](own)?.cost ?? 0)
      }, prices.constant)
      if (bound <= best) return
      best = bound
      winner = i
    })
    if (winner > 0) this.prices = [this.prices[winner]!, ...this.prices.filter((_, i) => i !== winner)]
    return best
  }

  /** Keeps the dual prices of a solved program: by weak duality they bound the objective of every other system. */
  private remember(system: QuorumSystem, program: StrategyProgram, { prices }: BasisPoint): void {
    const price = ({ cost, entries }: Column): number => {
      let rest = toNumber(cost)
      for (const [row, amount] of entries) rest -= Math.min(0, prices[row]!) * toNumber(amount)
      return rest
    }
    const of = (phase: Phase): Map<string, number> =>
      new Map(system.nodes.map((name, x) => [name, price(program.nodeCharge(phase, x))]))
    let constant = 0
    for (const row of program.limitRows.values()) {
      constant += Math.min(0, prices[row]!) * toNumber(program.program.rows[row]!.bound)
    }
    this.prices = [{ 1: of(1), 2: of(2), constant }, ...this.prices].slice(0, maxPrices)
  }

  private tableOf(system: QuorumSystem): NodeTable {
    const places = system.nodes.map((name) => this.rules.names.indexOf(name))
    const pick = (values: readonly number[]): number[] => places.map((place) => values[place]!)
    const { capacity, latency, failureProbability: p, domains } = this.table
    return {
      capacity: { 1: pick(capacity[1]), 2: pick(capacity[2]) },
      latency: { 1: pick(latency[1]), 2: pick(latency[2]) },
      failureProbability: pick(p),
      domains: domains.map((domain) => ({
        ...domain,
        positions: places.flatMap((place, x) => (domain.positions.includes(place) ? [x] : [])),
      })),
    }
  }
}

interface Candidate {
  readonly system: QuorumSystem
  readonly table: NodeTable
  readonly formulas: Readonly<Record<Phase, Formula>>
  readonly sources: Readonly<Record<Phase, SourceRequest>>
}

/** The prices of nodes in each phase, and what the limits contribute. */
interface Prices extends Readonly<Record<Phase, ReadonlyMap<string, number>>> {
  readonly constant: number
}

/** The number of price vectors with which bounds are tried, the most recently useful first. */
const maxPrices = 12

function keyOf({ objective }: Goal): "load" | "networkLoad" | "latency" {
  return objective === "network" ? "networkLoad" : objective
}

function resilienceOf(formula: Formula): number {
  return (censusOf(dualFormula(formula))?.smallest ?? 0) - 1
}

/** Formulas of a search are small enough for an exact probability. */
function certain(answer: FailureProbability): number {
  return answer.kind === "unknown" ? 1 : answer.value
}

/** The coordinates of the front; smaller is better in each. */
export function pointOf(of: Unjudged): number[] {
  return [of.load, of.latency, of.networkLoad, -of.resilience, of.failureProbability]
}
