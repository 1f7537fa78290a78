import { describe, expect, test } from "vitest"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"
import { setupFrom } from "./from-text.ts"
import { protocols } from "./protocols/index.ts"
import { paxos } from "./protocols/paxos.ts"
import { runProtocol, simulationOf } from "./simulation.ts"

/** What a run of Paxos is measured by, and its closed form. */
function bothOf(system: string, latency: string, more: Partial<DecreeSetup> = {}) {
  const setup = { ...decreeDefaults, ...setupFrom(system, latency, more) }
  const simulation = { protocol: paxos, conditions: setup, settings: setup }
  const simulated = simulationOf(simulation)(1)
  return {
    closedForm: paxos.closedForm!(simulated.run, setup),
    measures: runProtocol(simulation, simulated).measures,
  }
}

const systems = [
  "majority(1)",
  "majority(5)",
  "simple(5, 4, 2)",
  "simple(4, 2, 2)",
  "grid(2, 3)",
  "weighted([3, 1, 1, 1], 4, 3)",
  "wheel(5)",
]

describe("the closed form of a single decree", () => {
  test("is what every run comes to, on every latency, with and without writes", () => {
    for (const system of systems)
      for (const latency of ["constant(10)", "aws", "paxi"])
        for (const more of [{}, { writeMs: 3, startMs: 5 }, { proposerRegions: ["CA"] }]) {
          if ("proposerRegions" in more && latency !== "paxi") continue
          const { closedForm, measures } = bothOf(system, latency, { timeoutMs: 1000, ...more })
          expect(closedForm, `${system}, ${latency}`).toBeDefined()
          expect(measures, `${system}, ${latency}, ${JSON.stringify(more)}`).toMatchObject(closedForm!)
        }
  })

  test.each<[string, Partial<DecreeSetup>]>([
    ["a second proposer", { proposers: 2 }],
    ["another variant", { variant: "nacks" }],
    ["a switch", { switches: { nacks: "epoch" } }],
    ["faults", { faults: [{ type: "crash", process: "a1", at: 5, disk: "synced" }] }],
    ["loss", { lossProbability: 0.1 }],
    ["a time-out before phase 1 is over", { timeoutMs: 15 }],
    ["a horizon before all have answered", { horizonMs: 35 }],
    ["chosen quorums", { quorumSelection: "closest" }],
    ["learners", { learners: 1 }],
    ["a planted mistake", { mutant: "one-promise" }],
    ["links of limited capacity", { linkMbitPerSecond: 1 }],
  ])("is not known with %s", (_, more) => {
    expect(bothOf("majority(3)", "constant(10)", more).closedForm).toBeUndefined()
  })

  test("is not known where delays vary", () => {
    expect(bothOf("majority(3)", "exponential(10)").closedForm).toBeUndefined()
    expect(bothOf("majority(3)", "paxi", { jitterSigma: 0.1 }).closedForm).toBeUndefined()
  })

  test("names measures that its protocol declares", () => {
    const { closedForm } = bothOf("majority(3)", "constant(10)")
    for (const name of Object.keys(closedForm!)) expect(Object.keys(protocols[0]!.measures!)).toContain(name)
  })
})
