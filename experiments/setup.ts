import { quorumSystemFrom } from "../quorums/from-text.ts"
import { type Estimate, meanInterval } from "../src/base/statistics.ts"
import { type EstimateCells, estimateCells } from "../src/experiment/column.ts"
import { type DecreeSetup, usualSetup } from "../src/experiment/decree-setup.ts"
import { type QuorumPlan, constantPlan } from "../src/quorum/plan.ts"
import { type LatencyChoice, parseLatency } from "../src/sim/latency-notation.ts"
import { namedLatencies } from "./data/latencies.ts"

const plans = new Map<string, QuorumPlan>()

/** The plan of one system for every epoch, by its expression; read once. */
export function planFrom(system: string): QuorumPlan {
  let plan = plans.get(system)
  if (plan === undefined) {
    plan = constantPlan(quorumSystemFrom(system))
    plans.set(system, plan)
  }
  return plan
}

/** The latency of a text: a shipped name such as paxi, or a model such as `constant(10)` in milliseconds one way. */
export function latencyFrom(text: string): LatencyChoice {
  return parseLatency(text, namedLatencies)
}

/** A setup by the texts of its system and latency, and what differs from the usual. */
export function setupFrom(system: string, latency: string, more: Partial<DecreeSetup> = {}): DecreeSetup {
  return { ...usualSetup, plan: planFrom(system), latency: latencyFrom(latency), ...more }
}

/** Microseconds as milliseconds; nothing stays nothing. */
export function milliseconds(micros: number | null): number | null {
  return micros === null ? null : micros / 1000
}

/** The values that are there. */
export function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}

/** The mean of a measure over the observations that have it, with its 95 % interval. */
export function meanOf<Observation>(
  observations: readonly Observation[],
  read: (observation: Observation) => number | null,
): Estimate {
  const values: number[] = []
  // A list per step, as map and filter make them, is felt where there are a million observations.
  for (const observation of observations) {
    const value = read(observation)
    if (value !== null) values.push(value)
  }
  return meanInterval(values)
}

/** That mean as the cells of an estimate called `name`, to spread into a row. */
export function meanCells<Name extends string, Observation>(
  name: Name,
  observations: readonly Observation[],
  read: (observation: Observation) => number | null,
): EstimateCells<Name> {
  return estimateCells(name, meanOf(observations, read))
}
