import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { UsageError } from "../base/errors.ts"
import { analyse } from "./analyse.ts"

describe("analyse", () => {
  test("says everything of a small system", async () => {
    const analysis = await analyse(quorumSystemFrom("simple(5, 4, 2)"), {
      failureProbability: 0.1,
      phase1Fraction: 0.5,
    })
    expect(analysis).toMatchObject({
      system: "simple(5, 4, 2)",
      nodes: 5,
      load: 0.6,
      loadExact: "3/5",
      networkLoad: 3,
      latency: 0,
      resilience: 1,
      failureProbabilityIs: "exact",
      phase1: {
        quorums: 5,
        smallestQuorum: 4,
        largestQuorum: 4,
        resilience: 1,
        killingSet: ["a1", "a2"],
        loadExact: "4/5",
        liveCounts: [0, 0, 0, 0, 5, 1],
        formula: "tree",
      },
      phase2: {
        quorums: 10,
        smallestQuorum: 2,
        resilience: 3,
        loadExact: "2/5",
        liveCounts: [0, 0, 10, 10, 5, 1],
      },
    })
    expect(analysis.capacity).toBeCloseTo(5 / 3, 12)
    expect(analysis.phase1.failureProbability).toBeCloseTo(1 - 0.9 ** 5 - 5 * 0.1 * 0.9 ** 4, 14)
    // Four live nodes serve phase 2 as well.
    expect(analysis.failureProbability).toBe(analysis.phase1.failureProbability)
    expect(JSON.parse(JSON.stringify(analysis))).toEqual(analysis)
  })

  test("says what it can of a system without bounds: no phase 1 at all, one node", async () => {
    const skipping = await analyse(quorumSystemFrom("explicit([[]], [[1, 2, 3]])"), { phase1Fraction: 1 })
    expect(skipping).toMatchObject({ load: 0, capacity: null, resilience: 0 })
    expect(skipping.phase1).toMatchObject({
      quorums: 1,
      smallestQuorum: 0,
      resilience: 3,
      killingSet: null,
      load: 0,
    })
    const alone = await analyse(quorumSystemFrom("majority(1)"), { failureProbability: 1 })
    expect(alone).toMatchObject({ load: 1, capacity: 1, resilience: 0, failureProbability: 1 })
    expect((await analyse(quorumSystemFrom("majority(1)"))).failureProbability).toBe(0)
  })

  test("writes counts beyond doubles as text, and leaves out pages of them", async () => {
    const { phase1 } = await analyse(quorumSystemFrom("majority(101)"))
    expect(phase1.quorums).toBe("199804427433372226016001220056")
    expect(phase1.liveCounts).toBeNull()
  })

  test("takes a node named twice as one, and names that only look alike as two", async () => {
    expect(await analyse(quorumSystemFrom("a*b + a*c + b*c"))).toMatchObject({ nodes: 3, loadExact: "2/3" })
    const alike = await analyse(quorumSystemFrom('choose(2, "a-b", a_b, "a b")'))
    expect(alike).toMatchObject({ nodes: 3, loadExact: "2/3", resilience: 1 })
  })

  test("refuses nodes that are not there", async () => {
    await expect(analyse(quorumSystemFrom("majority(3)"), { nodes: { b1: {} } })).rejects.toThrow(UsageError)
  })
})
