import { UsageError } from "../../base/errors.ts"
import { type NodeSet, has } from "../../base/node-set.ts"
import { type Random, randomFromSeed } from "../../base/random.ts"
import { type Phase, type QuorumSystem, phases } from "../../quorum/system.ts"
import { type Permutation, type Symmetry, imageOf, imagesOf, symmetryOf } from "./automorphisms.ts"
import { decompose } from "./decompose.ts"
import { type Formula, formulaOf } from "../exact/formula.ts"
import { type Generators, checkPricing, generateQuorums } from "./column-generation.ts"
import { type Fraction, toNumber } from "../exact/fraction.ts"
import type { NodeTable } from "../nodes.ts"
import { inDoubles } from "./linear-program.ts"
import { type Optimum, type Tools, loadTools, solveDoubles, solveProgram } from "./optimum.ts"
import {
  type QuorumSource,
  type SolutionReader,
  type SourceRequest,
  idleSource,
  listSource,
  quorumSource,
} from "./quorum-source.ts"
import { resilientSource } from "./resilient-source.ts"
import {
  type Strategy,
  type StrategyMeasures,
  type WeightedQuorum,
  measureStrategy,
  tidied,
} from "./strategy.ts"
import { type Goal, type Measure, StrategyProgram, measures, usableNodes } from "./program.ts"
import type { Deadline } from "./solver.ts"
import { type WorkloadPoint, meanShare } from "./workload.ts"

/** The objective of a strategy, its limits and its quorums. */
export interface StrategyRequest {
  readonly system: QuorumSystem
  readonly workload: readonly WorkloadPoint[]
  readonly table: Pick<NodeTable, "capacity" | "latency">
  readonly objective: Measure
  readonly limits: Readonly<Partial<Record<Measure, number>>>
  /** Every set in use must still contain a quorum after this many of its members fail. */
  readonly failures: number
  /** When to stop looking for a better strategy; never by default. */
  readonly deadline?: Deadline
  /** Whether nodes that a symmetry exchanges share a row of the program; true by default. False gives its slow oracle. */
  readonly bySymmetry?: boolean
}

/** A best strategy: its quorums, what it costs, and how well that is known. */
export interface OptimalStrategy extends StrategyMeasures {
  readonly strategy: Strategy
  readonly objective: Measure
  /** The optimum of the objective. */
  readonly value: number
  /**
   * The optimum as a fraction, proved by a primal and a dual solution in exact
   * arithmetic. Absent where the numbers grow too large, or where the quorums
   * were priced by a solver that rounds: then `value` holds to about 1e-9.
   */
  readonly exact?: string
  /**
   * A proved lower bound on the optimum, where the deadline ended the search: then `value` is an upper bound, which
   * the strategy attains.
   */
  readonly atLeast?: number
}

/**
 * A strategy of the least load, network load or latency within limits on the
 * others.
 *
 * Trees are solved as a flow without listing any quorum; few quorums are listed; otherwise quorums are
 * generated. Ties are broken by symmetry: symmetric nodes are used equally, so that the strategy is
 * deterministic. Throws a UsageError that names a limit that cannot be satisfied.
 */
export async function optimalStrategy(request: StrategyRequest): Promise<OptimalStrategy> {
  const solution = await solve(request)
  return { ...measuresOf(request, solution), strategy: await solution.strategy() }
}

/** The same without the strategy: where nodes are symmetric it takes long to write out, and its measures do not need it. */
export async function optimalMeasures(request: StrategyRequest): Promise<Omit<OptimalStrategy, "strategy">> {
  return measuresOf(request, await solve(request))
}

function measuresOf(
  { system, workload, table, objective }: StrategyRequest,
  solution: Solution,
): Omit<OptimalStrategy, "strategy"> {
  return {
    ...measureStrategy(system, solution.representatives, workload, table, solution.orbitOf),
    objective,
    ...valueOf(solution),
    ...(objective === "load" && { load: solution.value }),
  }
}

/** The optimum alone, without the strategy that reaches it. */
export async function optimalValue(request: StrategyRequest): Promise<StrategyValue> {
  return valueOf(await solve(request))
}

/** The same; undefined where the limits cannot all be kept. */
export async function optimalValueWithin(request: StrategyRequest): Promise<StrategyValue | undefined> {
  const goal: Goal = { objective: request.objective, limits: request.limits }
  const solution = await solveFor(goal, request, await loadTools())
  return solution && valueOf(solution)
}

async function solve(request: StrategyRequest): Promise<Solution> {
  checkLimits(request)
  const tools = await loadTools()
  const goal: Goal = { objective: request.objective, limits: request.limits }
  const solution = await solveFor(goal, request, tools)
  if (solution === undefined) throw new UsageError(await whichLimitBinds(request, tools))
  return solution
}

interface Solution {
  /** A strategy of the same measures, if the nodes of each orbit are taken to be used equally. */
  readonly representatives: Strategy
  readonly orbitOf?: readonly number[]
  /** In which they are. Computed when it is asked for. */
  readonly strategy: () => Promise<Strategy>
  readonly value: number
  readonly exact?: Fraction
  readonly atLeast?: number
}

/** What of a solution needs no strategy. */
export type StrategyValue = Pick<OptimalStrategy, "value" | "exact" | "atLeast">

function valueOf({ value, exact, atLeast }: Solution): StrategyValue {
  return {
    value,
    ...(exact && { exact: exact.toFraction() }),
    ...(atLeast !== undefined && { atLeast }),
  }
}

/** The best strategy for a goal, or nothing where its limits cannot all be kept. */
async function solveFor(goal: Goal, request: StrategyRequest, tools: Tools): Promise<Solution | undefined> {
  const sources = { 1: await sourceOf(1, goal, request), 2: await sourceOf(2, goal, request) }
  const generators: Generators = generatorsOf(sources)
  const generates = phases.some((phase) => generators[phase])
  const symmetry = generates && request.bySymmetry !== false ? symmetryIn(request) : undefined
  const program = programFor(goal, request, tools, symmetry)
  const readers = { 1: sources[1].enter(program), 2: sources[2].enter(program) }
  const generated = generates
    ? generateQuorums(program, generators, tools.highs, request.deadline)
    : { isFeasible: true }
  if (!generated.isFeasible) return undefined
  const { atLeast } = generated
  const optimum =
    atLeast === undefined
      ? solveAndCheck(program, generators, tools)
      : withoutProof(solveProgram(program.program, tools))
  if (optimum === undefined) return undefined
  const found = readSolution(program, readers, optimum, tools)
  const solution = { ...found, ...(atLeast !== undefined && { atLeast }) }
  if (symmetry === undefined) return solution
  return {
    ...solution,
    orbitOf: symmetry.orbitOf,
    strategy: async () => {
      const realised = realise(solution.representatives, symmetry, goal, request, tools, solution.value)
      return realised ?? (await solveFor(goal, { ...request, bySymmetry: false }, tools))!.strategy()
    },
  }
}

/** Optimal among the quorums that are in, which need not be all. */
function withoutProof(optimum: Optimum | undefined): Optimum | undefined {
  return optimum && { values: optimum.values, prices: optimum.prices }
}

function programFor(
  goal: Goal,
  { workload, table }: StrategyRequest,
  { fractions }: Tools,
  symmetry?: Symmetry,
): StrategyProgram {
  return new StrategyProgram(goal, workload, table, fractions, symmetry?.orbitOf)
}

/** The symmetry of a system among nodes that are equal; undefined where there is none. */
function symmetryIn({ system, table }: StrategyRequest): Symmetry | undefined {
  const kinds = system.nodes.map((_, x) =>
    JSON.stringify(phases.map((phase) => [table.capacity[phase][x], table.latency[phase][x]])),
  )
  const symmetry = symmetryOf(system, kinds)
  return symmetry.orbits < system.nodes.length ? symmetry : undefined
}

/** With at most this many images of the quorums in use all of them are used, equally. */
const maxImages = 5_000

/**
 * A strategy whose nodes are used equally on average over their orbits, as one in which each is: with all images
 * of its quorums, or else with as many random ones as it takes to reach the same value. Undefined where that takes
 * too many.
 */
function realise(
  found: Strategy,
  { generators, classes }: Symmetry,
  goal: Goal,
  request: StrategyRequest,
  tools: Tools,
  value: number,
): Strategy | undefined {
  const spread = byPhase((phase) =>
    classes === undefined
      ? spreadOverImages(found[phase], generators)
      : spreadOverClasses(found[phase], classes),
  )
  if (spread[1] !== undefined && spread[2] !== undefined)
    return { 1: tidied(spread[1]), 2: tidied(spread[2]) }
  const random = randomFromSeed(1).fork("images")
  const sets = byPhase((phase) => new Set(found[phase].map(({ quorum }) => quorum)))
  for (let wanted = 2 * request.system.nodes.length, round = 0; round < 4; round++, wanted *= 2) {
    for (const phase of phases) addImages(sets[phase], generators, wanted, random)
    const strategy = bestOf(sets, goal, request, tools, value)
    if (strategy !== undefined) return strategy
  }
  return undefined
}

/** Every quorum replaced by quorums with as many nodes of each class, all of them equally used: at most n for each. */
function spreadOverClasses(
  quorums: Strategy[Phase],
  classes: readonly (readonly number[])[],
): WeightedQuorum[] {
  return quorums.flatMap(({ quorum, probability }) => {
    const parts = classes.flatMap((nodes) => {
      const need = nodes.filter((node) => has(quorum, node)).length
      if (need === 0) return []
      const leaves = nodes.map((position): Formula => ({ kind: "leaf", position }))
      const share = (probability * need) / nodes.length
      const formula: Formula = { kind: "gate", need, children: leaves }
      return [
        { formula, shares: { share: probability, children: leaves.map(() => ({ share, children: [] })) } },
      ]
    })
    if (parts.length === 0) return [{ quorum, probability }]
    const all: Formula = { kind: "gate", need: parts.length, children: parts.map(({ formula }) => formula) }
    const shares = { share: probability, children: parts.map((part) => part.shares) }
    return decompose(all, shares, 1e-12).map(({ set, length }) => ({ quorum: set, probability: length }))
  })
}

/** Every quorum replaced by all of its images, equally; undefined where these are too many. */
function spreadOverImages(
  quorums: Strategy[Phase],
  generators: readonly Permutation[],
): WeightedQuorum[] | undefined {
  const orbits: { readonly images: readonly NodeSet[]; probability: number }[] = []
  const known = new Map<NodeSet, number>()
  for (const { quorum, probability } of quorums) {
    const orbit = known.get(quorum)
    if (orbit !== undefined) {
      orbits[orbit]!.probability += probability
      continue
    }
    const images = imagesOf(quorum, generators, maxImages - known.size)
    if (images === undefined) return undefined
    for (const image of images) known.set(image, orbits.length)
    orbits.push({ images, probability })
  }
  return orbits.flatMap(({ images, probability }) =>
    images.map((quorum) => ({ quorum, probability: probability / images.length })),
  )
}

const byPhase = <T>(of: (phase: Phase) => T): Record<Phase, T> => ({ 1: of(1), 2: of(2) })

/** Images of the sets by random walks of permutations, until there are so many or no more are found. */
function addImages(
  sets: Set<NodeSet>,
  generators: readonly Permutation[],
  wanted: number,
  random: Random,
): void {
  const walkers = [...sets]
  for (let step = 0; sets.size < wanted && step < 20 * wanted; step++) {
    const at = step % walkers.length
    for (let moves = 0; moves < 10; moves++)
      walkers[at] = imageOf(walkers[at]!, generators[random.below(generators.length)]!)
    sets.add(walkers[at]!)
  }
}

/** The best strategy with given quorums, if its value is the one that is known to be best. */
function bestOf(
  sets: Readonly<Record<Phase, ReadonlySet<NodeSet>>>,
  goal: Goal,
  request: StrategyRequest,
  tools: Tools,
  value: number,
): Strategy | undefined {
  const program = programFor(goal, request, tools)
  const readers = byPhase((phase) => {
    const source = listSource(sourceRequest(phase, goal, request), formulaOf(request.system, phase), [
      ...sets[phase],
    ])
    return source.enter(program)
  })
  const doubles = inDoubles(program.program)
  const optimum = solveDoubles(doubles, tools.highs)
  if (optimum === undefined) return undefined
  const reached = doubles.costs.reduce((sum, cost, i) => sum + cost * optimum.values[i]!, 0)
  if (reached > value + 1e-9 * Math.max(1, value)) return undefined
  const used = (phase: Phase): Strategy[Phase] =>
    tidied(readers[phase](optimum.values).map(({ set, length }) => ({ quorum: set, probability: length })))
  return { 1: used(1), 2: used(2) }
}

async function sourceOf(phase: Phase, goal: Goal, request: StrategyRequest): Promise<QuorumSource> {
  const { failures, workload } = request
  const of = sourceRequest(phase, goal, request)
  if (failures > 0) return resilientSource(of, failures)
  // Any quorum will do for a phase without work.
  return meanShare(workload, phase) === 0 ? idleSource(of) : quorumSource(of)
}

function sourceRequest(
  phase: Phase,
  goal: Goal,
  { system, workload, table, deadline }: StrategyRequest,
): SourceRequest {
  const timed = goal.objective === "latency" || goal.limits.latency !== undefined
  const allows = usableNodes(workload, table, phase)
  return { system, phase, allows, timed, latency: table.latency[phase], ...(deadline && { deadline }) }
}

function generatorsOf(sources: Readonly<Record<Phase, QuorumSource>>): Generators {
  const [one, two] = [sources[1].generator, sources[2].generator]
  return { ...(one && { 1: one }), ...(two && { 2: two }) }
}

/** Rounds of exact repair: quorums that doubles had priced wrongly by a hair. */
const maxRepairs = 20

/** Solves the program with the quorums that are in, and proves that no other is needed. */
function solveAndCheck(program: StrategyProgram, generators: Generators, tools: Tools): Optimum | undefined {
  for (let round = 0; ; round++) {
    const optimum = solveProgram(program.program, tools)
    if (optimum?.exact === undefined) return optimum
    const check = checkPricing(program, generators, optimum.exact.prices)
    if (check === "proved") return optimum
    if (check === "unproved" || round === maxRepairs)
      return { values: optimum.values, prices: optimum.prices }
  }
}

function readSolution(
  { program }: StrategyProgram,
  readers: Readonly<Record<Phase, SolutionReader>>,
  { values, exact }: Optimum,
  { fractions }: Tools,
): Solution {
  const rounded = exact === undefined ? values : exact.values.map(toNumber)
  const quorums = (phase: Phase): Strategy[Phase] =>
    tidied(
      readers[phase](rounded, exact?.values).map(({ set, length }) => ({
        quorum: set,
        probability: length,
      })),
    )
  const representatives: Strategy = { 1: quorums(1), 2: quorums(2) }
  const strategy = (): Promise<Strategy> => Promise.resolve(representatives)
  if (exact === undefined) {
    const value = program.columns.reduce((sum, { cost }, i) => sum + toNumber(cost) * values[i]!, 0)
    return { representatives, strategy, value }
  }
  const value = program.columns.reduce(
    (sum, { cost }, i) => sum.add(cost.mul(exact.values[i]!)),
    fractions.zero,
  )
  return { representatives, strategy, value: toNumber(value), exact: value }
}

function checkLimits({ limits, failures }: StrategyRequest): void {
  for (const measure of measures) {
    const limit = limits[measure]
    if (limit === undefined || (limit >= 0 && limit < Infinity)) continue
    throw new UsageError(`the limit on the ${measure} is ${limit}; must be a number of at least 0.`)
  }
  if (!Number.isSafeInteger(failures) || failures < 0) {
    throw new UsageError(`the number of failures to survive is ${failures}; must be a non-negative integer.`)
  }
}

/** Each limit by itself, then each within the others: the first that cannot be kept, and the least it could be. */
async function whichLimitBinds(request: StrategyRequest, tools: Tools): Promise<string> {
  const given = measures.filter((measure) => request.limits[measure] !== undefined)
  if (given.length === 0) return cannotSurvive(request)
  for (const measure of given) {
    const alone = await solveFor({ objective: measure, limits: {} }, request, tools)
    if (alone !== undefined && exceeds(alone.value, request.limits[measure]!)) {
      return `${cannotKeep(request, measure)} The ${nameOf(measure)} of every strategy is at least ${shown(alone)}.`
    }
  }
  for (const measure of given) {
    const { [measure]: limit, ...others } = request.limits
    const within = await solveFor({ objective: measure, limits: others }, request, tools)
    if (within === undefined || !exceeds(within.value, limit!)) continue
    const kept = given.filter((other) => other !== measure)
    return (
      `${cannotKeep(request, measure)} ` +
      `With ${kept.map((other) => `${nameOf(other)} at most ${request.limits[other]!}`).join(" and ")}, ` +
      `the ${nameOf(measure)} is at least ${shown(within)}.`
    )
  }
  return `no strategy of ${request.system.name} satisfies all limits at once; loosen one of them.`
}

/** Without limits only failures and nodes of capacity 0 leave no strategy. */
function cannotSurvive({ system, table, failures }: StrategyRequest): string {
  const without = system.nodes.filter((_, x) => phases.some((phase) => table.capacity[phase][x] === 0))
  return (
    `no strategy of ${system.name} survives any ${failures} failures without the nodes of capacity 0 (${without.join(", ")}). ` +
    `Give them a positive capacity, or survive fewer failures.`
  )
}

const exceeds = (value: number, limit: number): boolean => value > limit * (1 + 1e-12)

function cannotKeep({ system, limits }: StrategyRequest, measure: Measure): string {
  return `no strategy of ${system.name} has a ${nameOf(measure)} of at most ${limits[measure]!}.`
}

const nameOf = (measure: Measure): string => (measure === "network" ? "network load" : measure)

function shown({ value, exact }: Solution): string {
  const text = exact?.toFraction()
  return text === undefined || text.length > 20 || !text.includes("/") ? String(value) : `${text} (${value})`
}
