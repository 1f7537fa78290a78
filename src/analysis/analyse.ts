import { type Safety, safetyOf } from "../quorum/meet/safety.ts"
import { constantPlan } from "../quorum/plan.ts"
import { type Phase, type QuorumSystem, namesOf } from "../quorum/system.ts"
import {
  type FailureProbability,
  type Sampling,
  eitherPhaseFails,
  failureProbability,
} from "./exact/availability.ts"
import { liveCounts, quorumCensus } from "./exact/counts.ts"
import { type Tier, formulaOf, tierOf } from "./exact/formula.ts"
import { type NodeOptions, type NodeTable, nodeTable } from "./nodes.ts"
import { type OptimalStrategy, optimalMeasures, optimalStrategy, optimalValue } from "./strategy/optimal.ts"
import type { Deadline } from "./strategy/solver.ts"
import { smallestKillingSet } from "./exact/resilience.ts"
import type { Measure } from "./strategy/program.ts"
import { type Phase1Fraction, workloadOf } from "./strategy/workload.ts"

/** What is known of the nodes and the work, and what the best strategy is sought for. */
export interface AnalysisOptions extends NodeOptions {
  /** The share of the work that is phase 1; default one half. */
  readonly phase1Fraction?: Phase1Fraction
  /** What the strategy is optimised for; default load. */
  readonly objective?: Measure
  readonly limits?: Readonly<Partial<Record<Measure, number>>>
  /** The failures every set the strategy uses must survive; default 0. */
  readonly failures?: number
  /** When to stop looking for better strategies: their loads are bounds then; never by default. */
  readonly deadline?: Deadline
  /** Whether the quorums of the strategy are listed, which takes long for large symmetric systems; true by default. */
  readonly listQuorums?: boolean
  /** How to estimate what cannot be computed exactly; without it such figures are null. */
  readonly sampling?: Sampling
}

/**
 * The analysis of a quorum system, as plain JSON. Counts beyond 2^53 are decimal strings; what could not
 * be computed is null.
 */
export interface Analysis {
  readonly system: string
  readonly nodes: number
  /** Whether phase 2 was not given and is the dual of phase 1. */
  readonly derived: boolean
  /** Whether the quorums intersect as the protocol they are designed for requires; the figures below say nothing of it. */
  readonly safe: Safety
  /** The load of the busiest node under the best strategy, a share of its capacity. */
  readonly load: number
  /** The same as a fraction proved optimal, such as "3/7"; null where there is no proof. */
  readonly loadExact: string | null
  /** Where the deadline ended the search, a proved lower bound on the least load, and `load` is an upper one; else null. */
  readonly loadAtLeast: number | null
  /** Requests per unit of time; null where the load is 0 and there is no bound. */
  readonly capacity: number | null
  /** Nodes contacted per request. */
  readonly networkLoad: number
  /** The expected time until the quorum in use is complete. */
  readonly latency: number
  /** The failures both phases survive, whichever nodes fail; -1 where a phase never has a quorum. */
  readonly resilience: number
  /** The probability that one phase or the other has no live quorum. */
  readonly failureProbability: number | null
  readonly failureProbabilityIs: FailureProbability["kind"]
  /** The 95% interval of an estimate. */
  readonly failureProbabilityInterval: readonly [number, number] | null
  readonly strategy: StrategySummary
  readonly phase1: PhaseAnalysis
  readonly phase2: PhaseAnalysis
}

/** The analysis of the quorums of one phase. */
export interface PhaseAnalysis {
  /** Minimal quorums, and the nodes of the smallest and the largest of them. */
  readonly quorums: number | string | null
  readonly smallestQuorum: number | null
  readonly largestQuorum: number | null
  readonly resilience: number
  /** A smallest set of nodes whose failure leaves no quorum; null where none does. */
  readonly killingSet: readonly string[] | null
  /** The load when all work is of this phase. */
  readonly load: number
  readonly loadExact: string | null
  readonly loadAtLeast: number | null
  readonly failureProbability: number | null
  readonly failureProbabilityIs: FailureProbability["kind"]
  readonly failureProbabilityInterval: readonly [number, number] | null
  /** liveCounts[k]: the sets of k live nodes that contain a quorum; null beyond 100 nodes. */
  readonly liveCounts: readonly (number | string)[] | null
  /** How the formula was analysed: as a tree, with weights, or as a general formula. */
  readonly formula: Tier
}

/** A best strategy: with which probability which quorums are used. */
export interface StrategySummary {
  readonly objective: Measure
  readonly value: number
  readonly exact: string | null
  /** The expected load of every node. */
  readonly nodeLoads: Readonly<Record<string, number>>
  /** Where the deadline ended the search, a proved lower bound on the optimum; else null. */
  readonly atLeast: number | null
  /** Absent unless quorums were to be listed. */
  readonly phase1?: readonly UsedQuorum[]
  readonly phase2?: readonly UsedQuorum[]
}

/**
 * A quorum that a strategy uses, by the names of its nodes, and the share
 * of its phase's work that it gets.
 */
export interface UsedQuorum {
  readonly quorum: readonly string[]
  readonly probability: number
}

/**
 * Analyses a system: quorum counts and sizes, resilience, failure
 * probabilities, and the best strategy with its load, capacity, network load
 * and latency. A mistake in the options, or a phase that can never have a
 * quorum, is a UsageError.
 *
 * Each figure comes from the cheapest engine that is exact for the formula at hand (see
 * `Tier`): recursion where no node repeats, a decision diagram elsewhere, and an integer or
 * linear program where that is too large.
 */
export async function analyse(system: QuorumSystem, options: AnalysisOptions = {}): Promise<Analysis> {
  const table = nodeTable(system, options)
  const { deadline, listQuorums = true } = options
  const optimal = listQuorums ? optimalStrategy : optimalMeasures
  const best: Omit<OptimalStrategy, "strategy"> & Partial<OptimalStrategy> = await optimal({
    ...(deadline && { deadline: partOf(deadline, 1 / 3) }),
    system,
    table,
    workload: workloadOf(options.phase1Fraction ?? 0.5),
    objective: options.objective ?? "load",
    limits: options.limits ?? {},
    failures: options.failures ?? 0,
  })
  const phase1 = await analysePhase(system, 1, table, within(options, 1 / 2))
  const phase2 = await analysePhase(system, 2, table, options)
  return {
    system: system.name,
    nodes: system.nodes.length,
    derived: system.derived === true,
    safe: safetyOf(constantPlan(system)),
    load: best.load,
    loadExact: best.objective === "load" ? (best.exact ?? null) : null,
    loadAtLeast: best.objective === "load" ? (best.atLeast ?? null) : null,
    capacity: Number.isFinite(best.capacity) ? withoutNoise(best.capacity) : null,
    networkLoad: withoutNoise(best.networkLoad),
    latency: withoutNoise(best.latency),
    resilience: Math.min(phase1.resilience, phase2.resilience),
    ...shownProbability(eitherPhaseFails(system, table, streamFor(options, "both"))),
    strategy: summaryOf(system, best),
    phase1,
    phase2,
  }
}

/** With more nodes than this the live counts are omitted: their digits fill pages. */
const maxLiveCounts = 100

async function analysePhase(
  system: QuorumSystem,
  phase: Phase,
  table: NodeTable,
  options: AnalysisOptions,
): Promise<PhaseAnalysis> {
  const census = quorumCensus(system, phase)
  const killing = await smallestKillingSet(system, phase)
  const alone = await loadAlone(system, phase, table, options.deadline)
  const isOver = options.deadline !== undefined && options.deadline.remainingMs() <= 0
  const live = isOver || system.nodes.length > maxLiveCounts ? undefined : liveCounts(system, phase)
  return {
    quorums: census === undefined ? null : shownCount(census.quorums),
    smallestQuorum: census?.smallest ?? null,
    largestQuorum: census?.largest ?? null,
    resilience: killing === undefined ? system.nodes.length : namesOf(system, killing).length - 1,
    killingSet: killing === undefined ? null : namesOf(system, killing),
    load: alone.value,
    loadExact: alone.exact ?? null,
    loadAtLeast: alone.atLeast ?? null,
    ...shownProbability(failureProbability(system, phase, table, streamFor(options, `phase ${phase}`))),
    liveCounts: live?.map(shownCount) ?? null,
    formula: tierOf(formulaOf(system, phase)),
  }
}

function loadAlone(
  system: QuorumSystem,
  phase: Phase,
  table: NodeTable,
  deadline: Deadline | undefined,
): Promise<Pick<OptimalStrategy, "value" | "exact" | "atLeast">> {
  const workload = workloadOf(phase === 1 ? 1 : 0)
  const request = { system, table, workload, objective: "load", limits: {}, failures: 0 } as const
  return optimalValue({ ...request, ...(deadline && { deadline }) })
}

/** A share of the time that is left. */
function partOf(deadline: Deadline, share: number): Deadline {
  const end = deadline.remainingMs() * (1 - share)
  return { remainingMs: () => deadline.remainingMs() - end }
}

const within = (options: AnalysisOptions, share: number): AnalysisOptions =>
  options.deadline === undefined ? options : { ...options, deadline: partOf(options.deadline, share) }

/** A sum of probabilities that rounding has moved off a short decimal is put back on it: 8, not 7.999999999999999. */
function withoutNoise(value: number): number {
  const short = Number(value.toPrecision(12))
  return Math.abs(short - value) <= 1e-14 * Math.abs(value) ? short : value
}

function shownCount(count: bigint): number | string {
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : count.toString()
}

function shownProbability(
  found: FailureProbability,
): Pick<Analysis, "failureProbability" | "failureProbabilityIs" | "failureProbabilityInterval"> {
  return {
    failureProbability: found.kind === "unknown" ? null : found.value,
    failureProbabilityIs: found.kind,
    failureProbabilityInterval: found.kind === "estimate" ? [found.low, found.high] : null,
  }
}

/** Each estimate draws from its own random stream. */
function streamFor({ sampling }: AnalysisOptions, name: string): Sampling | undefined {
  return sampling && { ...sampling, random: sampling.random.fork(name) }
}

function summaryOf(
  system: QuorumSystem,
  best: Omit<OptimalStrategy, "strategy"> & Partial<OptimalStrategy>,
): StrategySummary {
  const { strategy } = best
  const used = (phase: Phase): UsedQuorum[] =>
    strategy![phase].map(({ quorum, probability }) => ({ quorum: namesOf(system, quorum), probability }))
  return {
    objective: best.objective,
    value: best.value,
    exact: best.exact ?? null,
    nodeLoads: Object.fromEntries(system.nodes.map((name, x) => [name, withoutNoise(best.nodeLoads[x]!)])),
    atLeast: best.atLeast ?? null,
    ...(strategy && { phase1: used(1), phase2: used(2) }),
  }
}
