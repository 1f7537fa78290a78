import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { allSubsets, formulas } from "../../test/support/formulas.ts"
import { members } from "../base/node-set.ts"
import { randomFromSeed } from "../base/random.ts"
import { quorumSystem } from "../quorum/system.ts"
import {
  type DelayDistribution,
  constantDelay,
  erlangDelay,
  exponentialDelay,
  lognormalDelay,
  lossy,
  measuredDelay,
  normalDelay,
  uniformDelay,
} from "./delay-law.ts"
import { delayQuantile, meanDelay, quorumDelay, quorumLatency } from "./latency.ts"

const nodes = ["a", "b", "c", "d", "e", "f"]

describe("quorumLatency", () => {
  test("is the least over the quorums of the last answer in each", () => {
    fc.assert(
      fc.property(
        formulas({ constants: true }),
        fc.array(fc.nat(20), { minLength: 6, maxLength: 6 }),
        (phase1, delays) => {
          const system = quorumSystem({ phase1, nodes })
          const quorums = allSubsets(6).filter((set) => system.isQuorum(1, set))
          const last = quorums.map((set) => Math.max(0, ...members(set).map((x) => delays[x]!)))
          expect(quorumLatency(system, 1, delays)).toBe(Math.min(...last))
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  test("of a majority is the middle answer; of the empty quorum, none at all", () => {
    expect(quorumLatency(quorumSystemFrom("majority(5)"), 1, [9, 1, 7, 3, 5])).toBe(5)
    expect(quorumLatency(quorumSystemFrom("explicit([[]], [[1, 2, 3]])"), 1, [9, 1, 7])).toBe(0)
    expect(quorumLatency(quorumSystemFrom("majority(3)"), 1, [9, Infinity, Infinity])).toBe(Infinity)
  })
})

describe("quorumDelay", () => {
  test("of exponentials has the mean of an order statistic", () => {
    // The k-th smallest of n exponentials: 1/n + 1/(n-1) + … + 1/(n-k+1) means.
    const system = quorumSystemFrom("majority(5)")
    const delay = quorumDelay(system, 1, Array<DelayDistribution>(5).fill(exponentialDelay(12)))
    expect(meanDelay(delay)).toBeCloseTo(12 * (1 / 5 + 1 / 4 + 1 / 3), 6)
  })

  test("of constants is the constant case", () => {
    const system = quorumSystemFrom("grid(2, 3)")
    const delays = [4, 1, 9, 2, 2, 7]
    for (const phase of [1, 2] as const) {
      const delay = quorumDelay(system, phase, delays.map(constantDelay))
      const expected = quorumLatency(system, phase, delays)
      expect(delayQuantile(delay, 0.5)).toBeCloseTo(expected, 9)
      expect(meanDelay(delay)).toBeCloseTo(expected, 6)
    }
  })

  test("agrees with drawing the delays and waiting, repeated nodes or not", () => {
    const random = randomFromSeed(3).fork("delays")
    const means = [1, 2, 3, 4, 5, 6]
    for (const text of ["majority(6)", "classicGrid(2, 3)", "a1*a2 + a2*a3 + a4*(a5 + a6)*a1"]) {
      const system = quorumSystemFrom(text)
      const delay = quorumDelay(
        system,
        1,
        means.map((mean) => exponentialDelay(mean)),
      )
      const t = delayQuantile(delay, 0.7)
      let within = 0
      for (let i = 0; i < 20_000; i++) {
        const drawn = means.map((mean) => -mean * Math.log(1 - random.unit()))
        if (quorumLatency(system, 1, drawn) <= t) within++
      }
      // Four standard deviations of a frequency of 20,000.
      expect(Math.abs(within / 20_000 - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / 20_000))
    }
  })

  test("is never completed as often as a needed message is lost", () => {
    const system = quorumSystemFrom("simple(3, 3, 1)")
    const delays = Array<DelayDistribution>(3).fill(lossy(constantDelay(10), 0.1))
    expect(quorumDelay(system, 1, delays).cdf(1e9)).toBeCloseTo(0.9 ** 3, 12)
    expect(delayQuantile(quorumDelay(system, 1, delays), 0.9)).toBe(Infinity)
    expect(meanDelay(quorumDelay(system, 1, delays))).toBe(Infinity)
  })
})

describe("delay distributions", () => {
  test("have their textbook quantiles", () => {
    expect(delayQuantile(uniformDelay(10, 30), 0.25)).toBeCloseTo(15, 9)
    expect(delayQuantile(normalDelay(100, 10), 0.975)).toBeCloseTo(119.59963984540054, 8)
    expect(delayQuantile(normalDelay(100, 10), 0.0001)).toBeCloseTo(62.80983514, 6)
    expect(delayQuantile(lognormalDelay(20, 0.5), 0.5)).toBeCloseTo(20, 9)
    expect(delayQuantile(measuredDelay([5, 1, 3, 2, 4]), 0.5)).toBeCloseTo(3, 9)
    expect(delayQuantile(exponentialDelay(10, 5), 0.5)).toBeCloseTo(5 + 10 * Math.LN2, 9)
  })

  test("have their textbook means", () => {
    expect(meanDelay(uniformDelay(10, 30))).toBeCloseTo(20, 6)
    expect(meanDelay(erlangDelay(2, 10))).toBeCloseTo(20, 6)
    expect(erlangDelay(1, 10).cdf(7)).toBeCloseTo(exponentialDelay(10).cdf(7), 14)
    expect(meanDelay(normalDelay(100, 5))).toBeCloseTo(100, 5)
    expect(meanDelay(lognormalDelay(20, 0.5))).toBeCloseTo(20 * Math.exp(0.125), 5)
    expect(meanDelay(measuredDelay([5, 1, 3, 2, 4]))).toBeCloseTo(3, 6)
  })
})
