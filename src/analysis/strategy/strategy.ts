import { type NodeSet, members } from "../../base/node-set.ts"
import { UsageError } from "../../base/errors.ts"
import type { Random } from "../../base/random.ts"
import { type Phase, type QuorumSystem, formatSet, phases } from "../../quorum/system.ts"
import { completion } from "../latency.ts"
import { type Analysed, formulaOf } from "../exact/formula.ts"
import type { NodeTable } from "../nodes.ts"
import { type WorkloadPoint, meanShare, shareOf } from "./workload.ts"

/** A quorum and how often it is used; the probabilities of one phase sum to 1. */
export interface WeightedQuorum {
  readonly quorum: NodeSet
  readonly probability: number
}

/** Which quorums are used how often in each phase (Naor and Wool 1998, §2.2). */
export type Strategy = Readonly<Record<Phase, readonly WeightedQuorum[]>>

/** What a strategy costs under a workload. */
export interface StrategyMeasures {
  /** The load of the busiest node, as expected over the workload: a share of its capacity; above 1 it is overloaded. */
  readonly load: number
  /** The requests per unit of time the system can serve: the expectation of 1 / load over the workload. */
  readonly capacity: number
  /** The expected number of nodes contacted per request. */
  readonly networkLoad: number
  /** The expected time until the quorum in use is complete. */
  readonly latency: number
  /** The expected load of every node. */
  readonly nodeLoads: readonly number[]
}

/**
 * Evaluates a strategy.
 *
 * The load at a point of the workload is that of the busiest node there; load is its expectation and
 * capacity the expectation of its inverse, which is more than 1 / load where the workload varies. The
 * latency of a set is the time at which its members that have replied contain a quorum. With `orbitOf`
 * the nodes of each orbit are taken to be used equally.
 */
export function measureStrategy(
  system: Analysed,
  strategy: Strategy,
  workload: readonly WorkloadPoint[],
  table: Pick<NodeTable, "capacity" | "latency">,
  orbitOf?: readonly number[],
): StrategyMeasures {
  const use = { 1: usage(system, strategy[1], orbitOf), 2: usage(system, strategy[2], orbitOf) }
  const loadsAt = (point: WorkloadPoint): number[] =>
    system.nodes.map((_, x) => {
      const work = (phase: Phase): number =>
        ratio(shareOf(point, phase) * use[phase][x]!, table.capacity[phase][x]!)
      return work(1) + work(2)
    })
  const points = workload.map((point) => ({ weight: point.weight, loads: loadsAt(point) }))
  const busiest = points.map(({ weight, loads }) => ({
    weight,
    load: loads.reduce((a, b) => Math.max(a, b), 0),
  }))
  const expected = (phase: Phase, value: (quorum: NodeSet) => number): number =>
    meanShare(workload, phase) *
    strategy[phase].reduce((sum, { quorum, probability }) => sum + probability * value(quorum), 0)
  return {
    load: busiest.reduce((sum, { weight, load }) => sum + weight * load, 0),
    capacity: busiest.reduce((sum, { weight, load }) => sum + weight / load, 0),
    networkLoad:
      expected(1, (quorum) => members(quorum).length) + expected(2, (quorum) => members(quorum).length),
    latency:
      expected(1, quorumTime(system, 1, table.latency[1])) +
      expected(2, quorumTime(system, 2, table.latency[2])),
    nodeLoads: system.nodes.map((_, x) =>
      points.reduce((sum, { weight, loads }) => sum + weight * loads[x]!, 0),
    ),
  }
}

/** A node without work has no load, also with capacity 0. */
function ratio(work: number, capacity: number): number {
  return work === 0 ? 0 : work / capacity
}

function usage(
  system: Pick<QuorumSystem, "nodes">,
  quorums: readonly WeightedQuorum[],
  orbitOf?: readonly number[],
): number[] {
  const use = system.nodes.map(() => 0)
  for (const { quorum, probability } of quorums) for (const x of members(quorum)) use[x]! += probability
  if (orbitOf === undefined) return use
  const [sums, sizes] = [new Map<number, number>(), new Map<number, number>()]
  orbitOf.forEach((orbit, x) => {
    sums.set(orbit, (sums.get(orbit) ?? 0) + use[x]!)
    sizes.set(orbit, (sizes.get(orbit) ?? 0) + 1)
  })
  return orbitOf.map((orbit) => sums.get(orbit)! / sizes.get(orbit)!)
}

/** The smallest t such that the members of latency at most t are a quorum. */
function quorumTime(system: Analysed, phase: Phase, latency: readonly number[]): (quorum: NodeSet) => number {
  const formula = formulaOf(system, phase)
  if (latency.every((t) => t === 0)) return () => 0
  return (quorum) => {
    const inside = Array<number>(system.nodes.length).fill(Infinity)
    for (const x of members(quorum)) inside[x] = latency[x]!
    return completion(formula, inside)
  }
}

/** More minimal quorums than this are not listed one by one. */
const maxListed = 100_000

/** Every minimal quorum of each phase equally often. */
export function uniformStrategy(system: QuorumSystem): Strategy {
  const uniform = (phase: Phase): WeightedQuorum[] => {
    const quorums: NodeSet[] = []
    for (const quorum of system.minimalQuorums(phase)) {
      if (quorums.push(quorum) > maxListed) throw new UsageError(tooMany(system, phase))
    }
    return quorums.map((quorum) => ({ quorum, probability: 1 / quorums.length }))
  }
  return { 1: uniform(1), 2: uniform(2) }
}

function tooMany(system: QuorumSystem, phase: Phase): string {
  return (
    `${system.name} has more than ${maxListed} minimal phase-${phase} quorums, too many to list with a probability each. ` +
    `Ask for an optimal strategy instead: it uses few of them.`
  )
}

/**
 * A strategy of given quorums and weights, scaled to sum to 1 in each phase.
 * A set that is no quorum, a negative weight or weights that are all 0 are UsageErrors.
 */
export function strategyOf(
  system: QuorumSystem,
  weights: Readonly<Record<Phase, readonly { readonly quorum: NodeSet; readonly weight: number }[]>>,
): Strategy {
  for (const phase of phases) {
    for (const { quorum, weight } of weights[phase]) checkWeight(system, phase, quorum, weight)
  }
  return { 1: scaled(weights[1], 1), 2: scaled(weights[2], 2) }
}

function checkWeight(system: QuorumSystem, phase: Phase, quorum: NodeSet, weight: number): void {
  if (!system.isQuorum(phase, quorum)) {
    throw new UsageError(
      `${formatSet(system, quorum)} is not a phase-${phase} quorum of ${system.name}; a strategy distributes over quorums.`,
    )
  }
  if (!(weight >= 0 && weight < Infinity)) {
    throw new UsageError(
      `the weight of ${formatSet(system, quorum)} is ${weight}; must be a non-negative number.`,
    )
  }
}

function scaled(
  weights: readonly { readonly quorum: NodeSet; readonly weight: number }[],
  phase: Phase,
): WeightedQuorum[] {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0)
  if (!(total > 0))
    throw new UsageError(`the weights of phase ${phase} sum to ${total}; one must be greater than 0.`)
  return weights
    .filter(({ weight }) => weight > 0)
    .map(({ quorum, weight }) => ({ quorum, probability: weight / total }))
}

/**
 * Draws quorums of a phase with the probabilities of the strategy, as a thrifty proposer does. One draw
 * of the stream per quorum; O(log m) of m quorums.
 */
export function quorumSampler(strategy: Strategy, phase: Phase): (random: Random) => NodeSet {
  const quorums = strategy[phase]
  let sum = 0
  const upTo = quorums.map(({ probability }) => (sum += probability))
  return (random) => {
    const at = random.unit() * sum
    let [low, high] = [0, quorums.length - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (upTo[middle]! > at) high = middle
      else low = middle + 1
    }
    return quorums[low]!.quorum
  }
}

/** One entry per quorum, the likeliest first; slivers of rounding are dropped. */
export function tidied(quorums: readonly WeightedQuorum[]): WeightedQuorum[] {
  const sums = new Map<NodeSet, number>()
  for (const { quorum, probability } of quorums) sums.set(quorum, (sums.get(quorum) ?? 0) + probability)
  const kept = [...sums].filter(([, probability]) => probability > 1e-9)
  const total = kept.reduce((sum, [, probability]) => sum + probability, 0)
  return kept
    .map(([quorum, probability]) => ({ quorum, probability: probability / total }))
    .sort((a, b) => b.probability - a.probability)
}
