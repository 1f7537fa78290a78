import { expect, test } from "vitest"
import { planOf, runSeeds } from "../../test/support/judged-run.ts"
import { silenced } from "../../test/support/silenced.ts"
import { Facts, judge } from "../check/property.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import { constantLatency } from "../world/simulate/latency.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"
import { livenessOf } from "./liveness.ts"
import { randomDecree } from "./random-decree.ts"
import { decreeScenario } from "./decree.ts"

const calm: DecreeSetup = {
  ...decreeDefaults,
  plan: planOf("majority(3)"),
  latency: { kind: "everywhere", model: constantLatency(10) },
}

function verdictsOf(
  setup: DecreeSetup,
  seed = 1,
  change: (cluster: Cluster) => Cluster = (same) => same,
): string[] {
  const { cluster: given, scenario } = decreeScenario(setup, seed)
  const cluster = change(given)
  const properties = livenessOf(setup, cluster)
  const facts = new Facts(cluster, properties)
  simulate({ ...scenario, processes: cluster.processes }, facts.observe)
  return judge(properties, facts).map(({ verdict }) => verdict.verdict)
}

test("progress and eventual learning are never violated, whatever befalls a run", () => {
  const seen: Record<string, number> = { holds: 0, unknown: 0, violated: 0 }
  for (const seed of runSeeds(11, 400)) {
    const system = ["majority(3)", "simple(5, 4, 2)", "grid(2, 2)"][seed % 3]!
    const variant = ["classic", "nacks", "strict", "revision-c", "reserved-epochs"][seed % 5]!
    const setup = { ...randomDecree(planOf(system), seed), variant, quorumSelection: "broadcast" as const }
    for (const verdict of verdictsOf(setup, seed)) seen[verdict]!++
  }
  expect(seen["violated"]).toBe(0)
  expect(Math.min(seen["holds"]!, seen["unknown"]!)).toBeGreaterThan(50)
})

test("a proposer that keeps what it learns to itself violates eventual learning", () => {
  expect(verdictsOf(calm)).toEqual(["holds", "holds"])
  expect(verdictsOf(calm, 1, silenced)).toEqual(["holds", "violated"])
})

test("acceptors that answer nothing in time, or a proposer that crashes, leave both unknown", () => {
  expect(verdictsOf({ ...calm, timeoutMs: 15 })).toEqual(["unknown", "unknown"])
  expect(verdictsOf({ ...calm, faults: parseFaults("crash p1 @5") })).toEqual(["unknown", "unknown"])
})

test("what asks one quorum only, or shares epochs, is claimed nothing of", () => {
  expect(verdictsOf({ ...calm, quorumSelection: "closest" })).toEqual([])
  expect(verdictsOf({ ...calm, variant: "recovery" })).toEqual([])
  expect(verdictsOf({ ...calm, horizonMs: 100 })).toEqual([])
})
