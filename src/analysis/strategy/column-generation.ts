import type { Highs, Model } from "highs"
import { InvariantError, UsageError } from "../../base/errors.ts"
import { type Phase, phases } from "../../quorum/system.ts"
import { type Fraction, toNumber } from "../exact/fraction.ts"
import { type Column, inDoubles, reducedCost } from "./linear-program.ts"
import { type BasisPoint, readOptimum } from "./optimum.ts"
import { type QuorumGenerator, leastCommonMultiple } from "./quorum-source.ts"
import { DeadlineOver } from "./pricer.ts"
import { type Deadline, modelData } from "./solver.ts"
import type { StrategyProgram } from "./program.ts"

/** The generator of cheapest quorums by phase; none for a phase whose quorums are all in the program. */
export type Generators = Readonly<Partial<Record<Phase, QuorumGenerator>>>

/** What generating came to. */
export interface Generated {
  /** Whether the limits can be kept. */
  readonly isFeasible: boolean
  /** Where the deadline ended it: a lower bound on the optimum. Quorums that improve the program may be missing. */
  readonly atLeast?: number
}

/** A quorum whose reduced cost is above this improves nothing. */
const worthwhile = -1e-10

/**
 * Generates quorums until none improves the program (Dantzig and Wolfe 1960): solve with the present
 * ones, price the nodes by the duals, generate the cheapest quorum of each phase, and add it if its
 * reduced cost is negative.
 *
 * With limits, feasibility comes first: each limit may be exceeded at a penalty until all penalties are
 * 0. Infeasible if they cannot all be 0: the limits contradict each other.
 *
 * A lower bound is known at each step, since the probabilities of a phase sum to 1: the value of the program, less
 * what the cheapest quorum of each phase would save (Lasdon 1970). The greatest of them is what is left
 * when the deadline ends the search.
 */
export function generateQuorums(
  program: StrategyProgram,
  generators: Generators,
  highs: Highs,
  deadline?: Deadline,
): Generated {
  const limits = [...program.limitRows.values()]
  return highs.withModel(modelData(highs, inDoubles(program.program)), (model) => {
    model.options.set({ output_flag: false, random_seed: 0, solver: "simplex" })
    const search = { highs, model, ...(deadline && { deadline }) }
    if (limits.length === 0) return ending(improve(program, generators, { ...search, seeking: "goal" }))
    const excesses = limits.map((row) => addExcess(highs, model, row))
    program.program.columns.forEach((_, variable) => model.changeColCost(columnOf(variable, excesses), 0))
    return improveWithin(program, generators, { ...search, seeking: "feasibility", excesses })
  })
}

/** The solver's model while quorums are generated, and what it is minimising at the moment. */
interface Search {
  readonly highs: Highs
  readonly model: Model
  readonly seeking: "feasibility" | "goal"
  /** The model's columns that exceed limits; they stand after the columns there were at first. */
  readonly excesses?: readonly number[]
  readonly deadline?: Deadline
}

/** The point that a search ended at; a lower bound, where the deadline ended it. */
type End = BasisPoint & { readonly atLeast?: number }

const ending = ({ atLeast }: End): Generated => ({
  isFeasible: true,
  ...(atLeast !== undefined && { atLeast }),
})

/** First the excesses over limits are driven to nothing, then they are forbidden and the goal takes over. */
function improveWithin(program: StrategyProgram, generators: Generators, search: Search): Generated {
  const { model, excesses = [] } = search
  const point = improve(program, generators, search)
  if (excesses.some((column) => point.values[column]! > 1e-9)) {
    if (point.atLeast === undefined) return { isFeasible: false }
    throw new UsageError(
      "no strategy within the limits was found by the deadline, and there may be one; allow more time, or loosen the limits.",
    )
  }
  for (const column of excesses) model.changeColBounds(column, 0, 0)
  program.program.columns.forEach(({ cost }, variable) =>
    model.changeColCost(columnOf(variable, excesses), toNumber(cost)),
  )
  return ending(improve(program, generators, { ...search, seeking: "goal" }))
}

/** A column that lets one limit be exceeded, at a price. */
function addExcess(highs: Highs, model: Model, row: number): number {
  const column = model.raw.getDimensions().numCols
  model.addCol(1, 0, highs.infinity, { indices: [row], values: [-1] })
  return column
}

/** The model's column of a variable: those added after the excesses are moved up by them. */
function columnOf(variable: number, excesses: readonly number[]): number {
  return excesses.length === 0 || variable < excesses[0]! ? variable : variable + excesses.length
}

/** Solves repeatedly until no quorum has a negative reduced cost, or the deadline is over. */
function improve(program: StrategyProgram, generators: Generators, search: Search): End {
  let atLeast = 0
  for (;;) {
    search.model.run()
    const point = readOptimum(search.highs, search.model)
    if (point === undefined) throw new InvariantError("a strategy program with penalties has no solution.")
    if (search.deadline !== undefined && search.deadline.remainingMs() <= 0) return { ...point, atLeast }
    let saved = 0
    const added: number[] = []
    for (const phase of phases) {
      const generator = generators[phase]
      if (generator === undefined) continue
      const improvement = improveInTime(program, phase, generator, point, search)
      if (improvement === undefined) return { ...point, atLeast }
      const { reduced, variable } = improvement
      saved += Math.min(0, reduced)
      if (variable !== undefined) added.push(variable)
    }
    atLeast = Math.max(atLeast, search.model.getObjectiveValue() + saved)
    for (const variable of added) addColumn(search, program.program.columns[variable]!)
    if (added.length === 0) return point
  }
}

/** The same, or nothing where the deadline is over before the quorum is known to be cheapest. */
function improveInTime(...args: Parameters<typeof improveBy>): ReturnType<typeof improveBy> | undefined {
  try {
    return improveBy(...args)
  } catch (error) {
    if (error instanceof DeadlineOver) return undefined
    throw error
  }
}

function improveBy(
  program: StrategyProgram,
  phase: Phase,
  generator: QuorumGenerator,
  { prices }: BasisPoint,
  { seeking }: Search,
): { readonly reduced: number; readonly variable?: number } {
  const price = (column: Column): number => {
    let rest = seeking === "goal" ? toNumber(column.cost) : 0
    for (const [row, amount] of column.entries) rest -= prices[row]! * toNumber(amount)
    return rest
  }
  const nodePrices = nodesOf(program).map((node) => Math.max(0, price(program.nodeCharge(phase, node))))
  const quorum = generator.cheapest(nodePrices, (latency) =>
    Math.max(0, price(program.timeCharge(phase, latency))),
  )
  if (quorum === undefined) return { reduced: 0 }
  const reduced = quorum.cost - prices[program.unity[phase]]!
  const variable = reduced > worthwhile ? undefined : generator.add(program, quorum)
  return { reduced, ...(variable !== undefined && { variable }) }
}

function addColumn({ highs, model, seeking }: Search, { cost, entries }: Column): void {
  model.addCol(seeking === "goal" ? toNumber(cost) : 0, 0, highs.infinity, {
    indices: [...entries.keys()],
    values: [...entries.values()].map(toNumber),
  })
}

const nodesOf = (program: StrategyProgram): number[] =>
  Array.from({ length: program.nodes }, (_, node) => node)

/** Prices in a common unit stay exact in doubles while they sum to less than this. */
const largestWhole = 2n ** 52n

/** The result of the exact check of a generated solution. */
export type PricingCheck = "proved" | "unproved" | { readonly phase: Phase; readonly variable: number }

/**
 * Whether exact prices leave no quorum of any phase worth putting in. Prices
 * are scaled to whole numbers, which generators add up without rounding; then
 * the cheapest quorum they give is a proof. Otherwise the quorum that was
 * missing, now put in; or "unproved", where the prices have too many digits or
 * a generator rounds.
 */
export function checkPricing(
  program: StrategyProgram,
  generators: Generators,
  prices: readonly Fraction[],
): PricingCheck {
  for (const phase of phases) {
    const generator = generators[phase]
    if (generator === undefined) continue
    if (!generator.isExact) return "unproved"
    const nodePrices = nodesOf(program).map((node) => reducedCost(program.nodeCharge(phase, node), prices))
    const unity = prices[program.unity[phase]]!
    const times = program.latencies.map((latency) => reducedCost(program.timeCharge(phase, latency), prices))
    const unit = [...nodePrices, ...times, unity].reduce((m, { d }) => leastCommonMultiple(m, d), 1n)
    const whole = ({ s, n, d }: Fraction): bigint => (s * n * unit) / d
    const total = [...nodePrices, ...times].reduce((sum, price) => sum + whole(price), 0n)
    if (total >= largestWhole || nodePrices.some((price) => whole(price) < 0n)) return "unproved"
    const quorum = generator.cheapest(
      nodePrices.map((price) => Number(whole(price))),
      (latency) => Number(whole(reducedCost(program.timeCharge(phase, latency), prices))),
    )
    if (quorum === undefined || BigInt(quorum.cost) >= whole(unity)) continue
    const variable = generator.add(program, quorum)
    return variable === undefined ? "unproved" : { phase, variable }
  }
  return "proved"
}
