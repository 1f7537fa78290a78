import { type Phase, type QuorumSystem, phases } from "../../quorum/system.ts"
import { type FailureProbability, eitherPhaseFails, failureProbability } from "../exact/availability.ts"
import { pricerOf } from "./pricer.ts"
import { censusOf } from "../exact/counts.ts"
import { type Formula, dualFormula, formulaOf } from "../exact/formula.ts"
import { toNumber } from "../exact/fraction.ts"
import { completion } from "../latency.ts"
import { type Column, inDoubles } from "./linear-program.ts"
import { type NodeOptions, type NodeTable, nodeTable } from "../nodes.ts"
import { optimalStrategy } from "./optimal.ts"
import { type BasisPoint, type Tools, solveDoubles } from "./optimum.ts"
import { type SourceRequest, flowSource, isUsable } from "./quorum-source.ts"
import type { FoundSystem } from "../search.ts"
import { type Goal, StrategyProgram, usableNodes } from "./program.ts"
import { type WorkloadPoint, meanShare } from "./workload.ts"

/** What a system must keep to be worth anything in a search, and what is sought. */
export interface CandidateRules {
  readonly names: readonly string[]
  readonly options: NodeOptions
  readonly workload: readonly WorkloadPoint[]
  readonly goal: Goal
  readonly resilience: number
  readonly mostFailureProbability: number
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
   * What a system is worth, or nothing where it breaks a rule or where `covered`
   * says that even its bounds are no improvement.
   */
  examine(system: QuorumSystem, covered: (point: readonly number[]) => boolean): FoundSystem | undefined {
    const candidate = this.candidateOf(system)
    const resilience = Math.min(...phases.map((phase) => resilienceOf(candidate.formulas[phase])))
    if (resilience < this.rules.resilience || !phases.every((phase) => isUsable(candidate.sources[phase], candidate.formulas[phase]))) return undefined // prettier-ignore
    const bound: FoundSystem = {
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
    return this.optimise(candidate, closer)
  }

  /** The same with the objective solved exactly. */
  async prove(found: FoundSystem): Promise<FoundSystem> {
    const { workload, goal } = this.rules
    const { system } = found
    const best = await optimalStrategy({
      system,
      workload,
      table: this.tableOf(system),
      ...goal,
      failures: 0,
    })
    return { ...found, [keyOf(goal)]: best.value, ...(best.exact !== undefined && { exact: best.exact }) }
  }

  /** Fills in what only a linear program tells: the load, and the objective where limits bind it. */
  private optimise(candidate: Candidate, bound: FoundSystem): FoundSystem | undefined {
    const { goal } = this.rules
    const load = this.solve(candidate, this.loadGoal)
    if (load === undefined) return undefined
    if (goal.objective === "load" || Object.keys(goal.limits).length === 0) return { ...bound, load }
    const value = this.solve(candidate, goal)
    return value === undefined ? undefined : { ...bound, load, [keyOf(goal)]: value }
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

  private breaksRule(bound: FoundSystem): boolean {
    const { goal, mostFailureProbability } = this.rules
    const { load = Infinity, network = Infinity, latency = Infinity } = goal.limits
    return (
      bound.failureProbability > mostFailureProbability ||
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
    this.prices = [{ 1: of(1), 2: of(2), constant }, ...this.prices].slice(0, mostPrices)
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

/** Bounds are tried with so many sets of prices, those that served last first. */
const mostPrices = 12

function keyOf({ objective }: Goal): "load" | "networkLoad" | "latency" {
  return objective === "network" ? "networkLoad" : objective
}

function resilienceOf(formula: Formula): number {
  return (censusOf(dualFormula(formula))?.smallest ?? 0) - 1
}

/** Formulas of a search are small enough for an exact answer. */
function certain(answer: FailureProbability): number {
  return answer.kind === "unknown" ? 1 : answer.value
}

/** The coordinates of the front; smaller is better in each. */
export function pointOf(of: FoundSystem): number[] {
  return [of.load, of.latency, of.networkLoad, -of.resilience, of.failureProbability]
}
