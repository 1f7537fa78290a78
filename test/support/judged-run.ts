import { randomFromSeed } from "../../src/base/random.ts"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import type { PaxosProperty } from "../../src/check/paxos/facts.ts"
import { Facts, judge } from "../../src/check/property.ts"
import { randomDecree } from "../../src/run/random-decree.ts"
import { decreeScenario } from "../../src/run/decree.ts"
import type { Cluster } from "../../src/protocol/paxos/cluster.ts"
import { type QuorumPlan, constantPlan } from "../../src/quorum/plan.ts"
import { simulate } from "../../src/world/simulate/simulate.ts"

/** The plan of a system by name, the same in every epoch. */
export const planOf = (system: string): QuorumPlan => constantPlan(quorumSystemFrom(system))

/** Runs a random scenario, with a mutant if one is given, and names the properties that were violated. */
export function violatedProperties(
  plan: QuorumPlan,
  seed: number,
  propertiesFor: (cluster: Cluster) => readonly PaxosProperty[],
  mutant: string | null = null,
  variant = "classic",
): string[] {
  const { cluster, scenario } = decreeScenario(randomDecree(plan, seed, { variant, mutant }), seed)
  const properties = propertiesFor(cluster)
  const facts = new Facts(cluster, properties)
  simulate(scenario, facts.observe)
  return judge(properties, facts)
    .filter(({ verdict }) => verdict.verdict === "violated")
    .map(({ name }) => name)
}

/** Seeds for random runs, drawn from one. */
export function runSeeds(root: number, count: number): number[] {
  const random = randomFromSeed(root).fork("runs")
  return Array.from({ length: count }, () => random.uint32())
}
