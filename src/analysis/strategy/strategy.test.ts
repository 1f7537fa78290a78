import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { UsageError } from "../../base/errors.ts"
import { randomFromSeed } from "../../base/random.ts"
import { setOf } from "../../quorum/system.ts"
import { nodeTable } from "../nodes.ts"
import { measureStrategy, quorumSampler, strategyOf, uniformStrategy } from "./strategy.ts"
import { workloadOf } from "./workload.ts"

const grid = quorumSystemFrom("a*b*c + d*e*f")
const set = (...names: string[]) => setOf(grid, names)

describe("measureStrategy", () => {
  test("has the figures worked out by hand", () => {
    // Phase 1 uses {a b c} three times in four; phase 2 always {a d}.
    const strategy = strategyOf(grid, {
      1: [
        { quorum: set("a", "b", "c"), weight: 3 },
        { quorum: set("d", "e", "f"), weight: 1 },
      ],
      2: [{ quorum: set("a", "d"), weight: 1 }],
    })
    const table = nodeTable(grid, {
      nodes: { a: { latency: 5, capacity: 2 }, d: { latency: 7 }, f: { latency: 9 } },
    })
    const measures = measureStrategy(grid, strategy, workloadOf(0.5), table)
    expect(measures.nodeLoads).toEqual([(0.375 + 0.5) / 2, 0.375, 0.375, 0.125 + 0.5, 0.125, 0.125])
    expect(measures.load).toBe(0.625)
    expect(measures.capacity).toBe(1.6)
    expect(measures.networkLoad).toBe(2.5)
    expect(measures.latency).toBe(0.5 * (0.75 * 5 + 0.25 * 9) + 0.5 * 7)
  })

  test("counts the members that hold a quorum first, not all of them", () => {
    const majority = quorumSystemFrom("majority(3)")
    const all = strategyOf(majority, { 1: [{ quorum: 7, weight: 1 }], 2: [{ quorum: 7, weight: 1 }] })
    const table = nodeTable(majority, {
      nodes: { a1: { latency: 1 }, a2: { latency: 2 }, a3: { latency: 30 } },
    })
    expect(measureStrategy(majority, all, workloadOf(1), table)).toMatchObject({ latency: 2, networkLoad: 3 })
  })

  test("a uniform strategy of a majority is optimal, of a wheel it is not", () => {
    const load = (text: string): number => {
      const system = quorumSystemFrom(text)
      return measureStrategy(system, uniformStrategy(system), workloadOf(1), nodeTable(system)).load
    }
    expect(load("majority(5)")).toBeCloseTo(3 / 5, 12)
    expect(load("a*b + a*c + a*d + a*e + b*c*d*e")).toBeCloseTo(4 / 5, 12)
  })
})

describe("strategyOf", () => {
  test("refuses what is no strategy", () => {
    const phase2 = [{ quorum: set("a", "d"), weight: 1 }]
    const make = (quorum: number | bigint, weight: number) => () =>
      strategyOf(grid, { 1: [{ quorum, weight }], 2: phase2 })
    expect(make(set("a", "b"), 1)).toThrow("{a b} is not a phase-1 quorum of")
    expect(make(set("a", "b", "c"), -1)).toThrow(UsageError)
    expect(make(set("a", "b", "c"), 0)).toThrow("one must be greater than 0")
  })
})

describe("quorumSampler", () => {
  test("draws each quorum as often as the strategy says", () => {
    const strategy = strategyOf(grid, {
      1: [
        { quorum: set("a", "b", "c"), weight: 7 },
        { quorum: set("d", "e", "f"), weight: 3 },
      ],
      2: [{ quorum: set("a", "d"), weight: 1 }],
    })
    const draw = quorumSampler(strategy, 1)
    const random = randomFromSeed(1).fork("quorums")
    const drawn = Array.from({ length: 10_000 }, () => draw(random))
    const share = drawn.filter((quorum) => quorum === set("a", "b", "c")).length / 10_000
    // Four standard deviations.
    expect(Math.abs(share - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / 10_000))
    expect(quorumSampler(strategy, 2)(random)).toBe(set("a", "d"))
  })
})

describe("workloadOf", () => {
  test("scales weights, and refuses shares and weights out of range", () => {
    expect(
      workloadOf([
        { fraction: 0.1, weight: 3 },
        { fraction: 0.9, weight: 1 },
      ]).map(({ weight }) => weight),
    ).toEqual([0.75, 0.25])
    expect(() => workloadOf(1.5)).toThrow("the phase-1 fraction is 1.5; must be from 0")
    expect(() => workloadOf([])).toThrow(UsageError)
    expect(() => workloadOf([{ fraction: 0.5, weight: -1 }])).toThrow(UsageError)
  })
})
