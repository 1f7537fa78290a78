import { quorumSystemFrom } from "../quorums/from-text.ts"
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
