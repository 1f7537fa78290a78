import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { oncePer } from "../base/memo.ts"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"
import { type QuorumPlan, constantPlan } from "../quorum/plan.ts"
import type { LatencyChoice } from "../world/simulate/latency.ts"
import { latencyNamed } from "../../experiments/data/latencies.ts"

/** The plan of one system for every epoch, by its expression; read once. */
export const planFrom = oncePer((system: string): QuorumPlan => constantPlan(quorumSystemFrom(system)))

/** The latency of a text: a shipped name such as paxi, or a model such as `constant(10)` in milliseconds one way. */
export function latencyFrom(text: string): LatencyChoice {
  return latencyNamed(text)
}

/** A setup by the texts of its system and latency, and what differs from the defaults. */
export function setupFrom(system: string, latency: string, more: Partial<DecreeSetup> = {}): DecreeSetup {
  return { ...decreeDefaults, plan: planFrom(system), latency: latencyNamed(latency, more), ...more }
}
