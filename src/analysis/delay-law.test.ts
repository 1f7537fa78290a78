import { describe, expect, test } from "vitest"
import { delayQuantile, meanDelay } from "./latency.ts"
import { type DelayLaw, meanOf, roundTrip } from "./delay-law.ts"

const laws: readonly DelayLaw[] = [
  { kind: "constant", delay: 7 },
  { kind: "uniform", min: 2, max: 9 },
  { kind: "exponential", mean: 3 },
  { kind: "normal", mean: 10, deviation: 2 },
  { kind: "normal", mean: 1, deviation: 4 },
  { kind: "lognormal", median: 10, sigma: 0.2 },
  { kind: "lognormal", median: 10, sigma: 1.5 },
]

describe("there and back", () => {
  test.each(laws)("takes twice the mean of $kind", (law) => {
    expect(meanDelay(roundTrip(law, law)) / (2 * meanOf(law))).toBeCloseTo(1, 7)
  })

  test("of different sizes: the means add, whichever is the larger", () => {
    const [near, far]: DelayLaw[] = [
      { kind: "lognormal", median: 1, sigma: 0.3 },
      { kind: "lognormal", median: 80, sigma: 0.3 },
    ]
    const both = meanDelay(roundTrip(near!, far!))
    expect(both).toBeCloseTo(meanOf(near!) + meanOf(far!), 6)
    expect(meanDelay(roundTrip(far!, near!))).toBe(both)
  })

  test("two normals that stay above zero are a normal: the quartile of N(20, 8)", () => {
    const delay = roundTrip(
      { kind: "normal", mean: 10, deviation: 1 },
      { kind: "normal", mean: 10, deviation: 1 },
    )
    expect(delayQuantile(delay, 0.75)).toBeCloseTo(20 + 0.674489750196082 * Math.SQRT2, 9)
  })

  test("two lognormals against a slow sum over one of them", () => {
    const [median, sigma, other] = [10, 1.2, 25]
    const delay = roundTrip({ kind: "lognormal", median, sigma }, { kind: "lognormal", median: other, sigma })
    const one = roundTrip({ kind: "constant", delay: 0 }, { kind: "lognormal", median: other, sigma })
    for (const t of [5, 20, 35, 70, 400]) {
      const steps = 40_000
      let sum = 0
      for (let i = 0; i < steps; i++) {
        const z = -9 + (18 * (i + 0.5)) / steps
        const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)
        sum += one.cdf(t - median * Math.exp(sigma * z)) * density * (18 / steps)
      }
      expect(delay.cdf(t)).toBeCloseTo(sum, 7)
    }
  })

  test("nothing is jittered where there is no way to go", () => {
    const here: DelayLaw = { kind: "lognormal", median: 0, sigma: 0.5 }
    expect([-1e-9, 0].map((t) => roundTrip(here, here).cdf(t))).toEqual([0, 1])
  })
})
