import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { paxosCluster } from "../protocol/paxos/cluster.ts"
import { constantPlan } from "../quorum/plan.ts"
import { exploreActors } from "../world/explore/breadth-first.ts"
import { exploreDepthFirst } from "../world/explore/depth-first.ts"
import { forecastStates, probeDepth, refuseStates } from "../world/explore/forecast.ts"
import { type ExploredPaxos, type PaxosModel, paxosModel } from "./explored-paxos.ts"

function modelOf(system: string, bounds: Partial<ExploredPaxos> = {}): PaxosModel {
  const cluster = paxosCluster({
    plan: constantPlan(quorumSystemFrom(system)),
    proposers: 2,
    timeout: { min: 1, max: 1 },
    backOff: { kind: "none" },
  })
  return paxosModel({ cluster, candidates: ["A", "B"], epochs: 2, network: "unordered", ...bounds })
}

/** The first levels, as far as a search has come that has seen so many states. */
function firstLevels(levels: readonly number[], pilot: number): number[] {
  const first: number[] = []
  for (let seen = 0, i = 0; i < levels.length && seen < pilot; i++) {
    first.push(levels[i]!)
    seen += levels[i]!
  }
  return first
}

describe("the number of states of actors, before they are explored", () => {
  it.each<[string, Partial<ExploredPaxos>]>([
    ["majority(3)", { network: "duplicating" }],
    ["majority(3)", { crashes: 1 }],
    ["simple(4, 3, 2)", {}],
  ])("is forecast within a factor of two: %s %j", (system, bounds) => {
    const model = modelOf(system, bounds)
    const { distinct, levels } = exploreActors(model, [])
    expect(distinct).toBeGreaterThan(400_000)
    const forecast = forecastStates(firstLevels(levels, 200_000), probeDepth(model, [], false))
    expect(forecast / distinct).toBeGreaterThan(0.5)
    expect(forecast / distinct).toBeLessThan(2)
  })

  it("is forecast however large it is", () => {
    const model = modelOf("majority(5)", { epochs: 3 })
    for (const explore of [exploreActors, exploreDepthFirst]) {
      expect(() => explore(model, [])).toThrow(/about 1\.\de\+\d+ states and take about 2\.\d+ TiB of memory/)
    }
    const { distinct, complete } = exploreActors(model, [], { maxStates: 1000 })
    expect([complete, distinct >= 1000]).toEqual([false, true])
  })

  it("refuses nothing that may fit: a forecast has to be four times too large, an exact number too large", () => {
    const budget = { bytesPerState: 10, maxBytes: 1000 }
    expect(() => refuseStates(400, false, budget)).not.toThrow()
    expect(() => refuseStates(401, false, budget)).toThrow("about 4.0e+2 states")
    expect(() => refuseStates(100, true, budget)).not.toThrow()
    expect(() => refuseStates(1234, true, budget)).toThrow(
      "would visit 1,234 states and take 12.1 KiB of memory",
    )
    expect(() => refuseStates(1e9, false, { ...budget, maxStates: 100 })).not.toThrow()
  })

  it("is known where the pilot has seen them all", () => {
    expect(() => exploreActors(modelOf("majority(3)"), [], { maxBytes: 2 ** 20 })).toThrow(
      "would visit 51,529 states and take 4.88 MiB of memory; 1.00 MiB are allowed",
    )
  })
})
