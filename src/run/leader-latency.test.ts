import { describe, expect, test } from "vitest"
import { publishedChoice } from "../../experiments/data/latencies.ts"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { meanInterval } from "../base/statistics/estimates.ts"
import { constantPlan } from "../quorum/plan.ts"
import {
  type LatencyModel,
  constantLatency,
  exponentialLatency,
  lognormalLatency,
  normalLatency,
  uniformLatency,
} from "../world/simulate/latency.ts"
import { parseMatrixCsv } from "../world/simulate/latency-matrix.ts"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"
import { leaderLatencies } from "./closed-form.ts"
import { runSafeDecree } from "./decree.ts"

const paxi = publishedChoice("paxi")
const systems = ["majority(5)", "simple(5, 4, 2)", "grid(2, 3)", "a*b + c*d*e"]

/** Milliseconds of phase 1 and phase 2 in a simulated run. */
function simulated(system: string, seed: number, more: Partial<DecreeSetup>): [number, number] {
  const setup = {
    ...decreeDefaults,
    timeoutMs: 1e6,
    plan: constantPlan(quorumSystemFrom(system)),
    latency: paxi,
    ...more,
  }
  const { proposedAt, learnedAt } = runSafeDecree(setup, seed).measures
  return [proposedAt! / 1000, (learnedAt[0]! - proposedAt!) / 1000]
}

describe("waits over a matrix, against the simulator", () => {
  test.each(systems)("%s: exactly, for a leader in every region", (system) => {
    for (const { region, phase1, phase2 } of leaderLatencies(quorumSystemFrom(system), paxi)) {
      expect([phase1.p50, phase2.p99]).toEqual(simulated(system, 1, { proposerRegions: [region!] }))
    }
  })

  test("with jitter: the means are within the simulator's interval, the 99th percentiles where 1 % lies above", () => {
    const places = { acceptorRegions: ["VA", "OR", "JP"], jitterSigma: 0.4 }
    const [predicted] = leaderLatencies(quorumSystemFrom("majority(5)"), paxi, places)
    const runs = Array.from({ length: 3000 }, (_, seed) =>
      simulated("majority(5)", seed, { ...places, proposerRegions: [predicted!.region!] }),
    )
    for (const [i, wait] of [predicted!.phase1, predicted!.phase2].entries()) {
      const waits = runs.map((run) => run[i]!)
      const { low, high } = meanInterval(waits, 0.999)
      expect(wait.mean).toBeGreaterThan(low!)
      expect(wait.mean).toBeLessThan(high!)
      const share = (at: number): number => waits.filter((ms) => ms > at).length / waits.length
      expect(Math.abs(share(wait.p50) - 0.5)).toBeLessThan(0.03)
      expect(Math.abs(share(wait.p99) - 0.01)).toBeLessThan(0.008)
    }
  })

  test("a request is the mean way of the clients and phase 2 between, both ways of an asymmetric matrix", () => {
    const delays = parseMatrixCsv("from,to,rtt_ms\nA,B,10\nB,A,30\n", "two.csv")
    const [a, b] = leaderLatencies(quorumSystemFrom("majority(2)"), { kind: "matrix", name: "two", delays })
    // There and back is 5 + 15 ms; half of the clients are with the leader.
    expect([a!.phase2.mean, a!.request, b!.request]).toEqual([20, 30, 30])
  })
})

describe("waits that are the same everywhere", () => {
  const models: readonly LatencyModel[] = [
    constantLatency(10),
    uniformLatency(5, 15),
    exponentialLatency(10),
    normalLatency(10, 8),
    lognormalLatency(10, 0.7),
  ]
  test.each(models)("$name: the mean of both phases is within the simulator's interval", (model) => {
    const latency = { kind: "everywhere", model } as const
    const [predicted] = leaderLatencies(quorumSystemFrom("simple(5, 4, 2)"), latency)
    const runs = Array.from({ length: 2000 }, (_, seed) => simulated("simple(5, 4, 2)", seed, { latency }))
    for (const [i, wait] of [predicted!.phase1, predicted!.phase2].entries()) {
      const { value, low, high } = meanInterval(
        runs.map((run) => run[i]!),
        0.999,
      )
      if (model.name.startsWith("constant")) expect(wait.mean).toBe(value)
      else expect([wait.mean > low!, wait.mean < high!]).toEqual([true, true])
    }
  })

  test("have no regions to be placed in", () => {
    const latency = { kind: "everywhere", model: constantLatency(1) } as const
    expect(() =>
      leaderLatencies(quorumSystemFrom("majority(3)"), latency, { acceptorRegions: ["EU"] }),
    ).toThrow(/same everywhere/)
  })
})
