import { randomFromSeed } from "../../src/base/random.ts"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import type { TraceCheck } from "../../src/check/check.ts"
import { randomSetup } from "../../src/run/random-setup.ts"
import { decreeScenario } from "../../src/run/decree.ts"
import type { Cluster } from "../../src/protocol/paxos/cluster.ts"
import { type QuorumPlan, constantPlan } from "../../src/quorum/plan.ts"
import { simulate } from "../../src/world/simulate/simulate.ts"

/** The plan of a system by name, the same in every epoch. */
export const planOf = (system: string): QuorumPlan => constantPlan(quorumSystemFrom(system))

/** Runs a random scenario, with a mutant if one is given, and names the checks that were violated. */
export function violatedChecks(
  plan: QuorumPlan,
  seed: number,
  checksFor: (cluster: Cluster) => readonly TraceCheck[],
  mutant: string | null = null,
  variant = "classic",
): string[] {
  const { cluster, scenario } = decreeScenario(randomSetup(plan, seed, { variant, mutant }), seed)
  const checks = checksFor(cluster)
  simulate(scenario, (event) => {
    for (const check of checks) check.observe(event)
  })
  return checks.filter((check) => check.verdict().verdict === "violated").map(({ name }) => name)
}

/** Seeds for random runs, drawn from one. */
export function runSeeds(root: number, count: number): number[] {
  const random = randomFromSeed(root).fork("runs")
  return Array.from({ length: count }, () => random.uint32())
}
