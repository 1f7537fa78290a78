import { expect, test } from "vitest"
import { Facts } from "../check/property.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import { constantLatency } from "../world/simulate/latency.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { phasesBegun } from "./decree-measures.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"
import { decreeScenario } from "./decree.ts"

function phases(variant: string, more: Partial<DecreeSetup> = {}): readonly (number | null)[] {
  const latency = { kind: "everywhere", model: constantLatency(10) } as const
  const { cluster, scenario } = decreeScenario(
    { ...decreeDefaults, plan: variantNamed(variant).plan(3), latency, variant, ...more },
    1,
  )
  const facts = new Facts(cluster, [phasesBegun])
  simulate(scenario, facts.observe)
  return phasesBegun.read(facts)
}

test("two phases of classic Paxos, one of revision B, one more to ask an allocator", () => {
  expect(phases("classic")).toEqual([2])
  expect(phases("revision-b")).toEqual([1])
  expect(phases("allocator")).toEqual([2])
  expect(phases("classic", { quorumSelection: "ring" })).toEqual([2])
})

test("attempts that fail count, and a proposer that never learns has none", () => {
  // Told at 20 ms that epoch 0 is too old: prepare(0), prepare(2), propose(2).
  expect(phases("nacks", { proposers: 2, backOff: { kind: "none" }, staggerMs: 100 })).toEqual([2, 2])
  expect(
    phases("classic", { distinguished: "p1", proposers: 2, faults: parseFaults("crash p1 @0") }),
  ).toEqual([null, 3])
})
