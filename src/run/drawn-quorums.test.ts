import { describe, expect, test } from "vitest"
import { quorumPlanFrom, quorumSystemFrom } from "../../quorums/from-text.ts"
import { nodeSet } from "../base/node-set.ts"
import { randomFromSeed } from "../base/random.ts"
import { constantPlan } from "../quorum/plan.ts"
import { inProportion, leastLoadStrategy } from "./drawn-quorums.ts"

describe("quorums in proportion to a strategy", () => {
  const thirds = [0, 1, 2].map((node) => ({ quorum: nodeSet([node]), probability: 1 / 3 }))

  test("each has its share, to the nearest one, in an order drawn by lot", () => {
    const list = inProportion(thirds, 100, randomFromSeed(1))
    const counts = [0, 1, 2].map((node) => list.filter((quorum) => quorum === nodeSet([node])).length)
    expect(counts.sort()).toEqual([33, 33, 34])
    expect(list).not.toEqual(inProportion(thirds, 100, randomFromSeed(2)))
    expect(list).toEqual(inProportion(thirds, 100, randomFromSeed(1)))
  })

  test("a wheel's strategy of least load for phase 2 uses its hub four times in seven", async () => {
    const strategy = await leastLoadStrategy(constantPlan(quorumSystemFrom("wheel(5)")), 0)
    const hub = strategy[2].filter(({ quorum }) => (Number(quorum) & 1) === 1)
    expect(hub.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(4 / 7, 9)
  })

  test("a plan with several systems has no one strategy", async () => {
    const plan = quorumPlanFrom("0: simple(3, 1, 3); 1..: majority(3)")
    await expect(leastLoadStrategy(plan, 0.5)).rejects.toThrow("a strategy is for one system")
  })
})
