import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { randomFromSeed } from "../random.ts"
import { normalQuantile, studentQuantile } from "./distributions.ts"
import {
  mean,
  meanInterval,
  meanShareInterval,
  proportionInterval,
  quantile,
  quantileOfSorted,
  shareInterval,
  standardDeviation,
  variance,
} from "./estimates.ts"

describe("the normal quantile", () => {
  // From Python's statistics.NormalDist().inv_cdf, an independent program.
  const published: [number, number][] = [
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798405],
    [1e-5, -4.2648907939228256],
    [0.025, -1.9599639845400538],
    [0.3, -0.5244005127080407],
    [0.5, 0],
    [0.9, 1.2815515655446008],
    [0.975, 1.9599639845400536],
    [0.9999999, 5.199337582290662],
  ]
  test.each(published)("of %d is %d", (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 13)
  })
})

describe("Student's t quantile", () => {
  // Fisher's table: degrees of freedom, then t at 0.90, 0.95, 0.975, 0.99 and 0.995.
  const table = [
    [1, 3.078, 6.314, 12.706, 31.821, 63.657],
    [2, 1.886, 2.92, 4.303, 6.965, 9.925],
    [3, 1.638, 2.353, 3.182, 4.541, 5.841],
    [4, 1.533, 2.132, 2.776, 3.747, 4.604],
    [5, 1.476, 2.015, 2.571, 3.365, 4.032],
    [9, 1.383, 1.833, 2.262, 2.821, 3.25],
    [10, 1.372, 1.812, 2.228, 2.764, 3.169],
    [19, 1.328, 1.729, 2.093, 2.539, 2.861],
    [25, 1.316, 1.708, 2.06, 2.485, 2.787],
    [29, 1.311, 1.699, 2.045, 2.462, 2.756],
    [30, 1.31, 1.697, 2.042, 2.457, 2.75],
    [100, 1.29, 1.66, 1.984, 2.364, 2.626],
  ] as const
  test.each(table)("with %d degrees of freedom is as printed", (degrees, ...ts) => {
    const printed = [0.9, 0.95, 0.975, 0.99, 0.995].map((p) => Number(studentQuantile(p, degrees).toFixed(3)))
    expect(printed).toEqual(ts)
  })

  test("is the Cauchy quantile at 1 degree and algebraic at 2", () => {
    for (const p of [0.01, 0.2, 0.6, 0.975, 0.9995]) {
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 8)
      const x = 2 * p - 1
      expect(studentQuantile(p, 2)).toBeCloseTo((x * Math.SQRT2) / Math.sqrt(1 - x * x), 8)
    }
  })

  test("does not jump where the expansion takes over, and tends to the normal quantile", () => {
    const [before, at, after] = [999, 1000, 1001].map((degrees) => studentQuantile(0.975, degrees))
    expect(before! - at!).toBeCloseTo(at! - after!, 8)
    expect(studentQuantile(0.975, 1e9)).toBeCloseTo(normalQuantile(0.975), 8)
  })
})

describe("averages", () => {
  test("of nothing are null, and one value has a mean but no spread", () => {
    expect([mean([]), variance([]), standardDeviation([]), quantile([], 0.5, "linear")]).toEqual(
      Array(4).fill(null),
    )
    expect(meanInterval([])).toEqual({ value: null, low: null, high: null, count: 0 })
    expect(meanInterval([7])).toEqual({ value: 7, low: null, high: null, count: 1 })
    expect(proportionInterval(0, 0)).toEqual({ value: null, low: null, high: null, count: 0 })
  })

  test("of equal values are that value, exactly, without spread", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.integer({ min: 2, max: 50 }),
        (x, n) => {
          const estimate = meanInterval(Array.from({ length: n }, () => x))
          expect([estimate.value, estimate.low, estimate.high]).toEqual([x, x, x].map((v) => v + 0))
        },
      ),
    )
  })

  test("of whole numbers agree with exact arithmetic", () => {
    const whole = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(whole, (values) => {
        const n = values.length
        const sum = values.reduce((a, b) => a + b, 0)
        const squares = values.reduce((a, b) => a + b * b, 0)
        expect(mean(values)).toBeCloseTo(sum / n, 9)
        const exact = Number(BigInt(n) * BigInt(squares) - BigInt(sum) ** 2n) / (n * (n - 1))
        expect(Math.abs(variance(values)! - exact)).toBeLessThanOrEqual(1e-9 * exact)
      }),
    )
  })

  test("keep the small digits of large numbers", () => {
    expect(variance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16])).toBe(30)
    expect(mean([1e16, 1, -1e16])).toBeCloseTo(1 / 3, 0)
  })
})

describe("the t interval", () => {
  test("of NIST's heat flow meter data is the published one", () => {
    // NIST/SEMATECH e-Handbook §1.3.5.2, data set ZARR13.DAT: 195 values with this mean and deviation.
    const [center, deviation, n] = [9.26146, 0.02278881, 195]
    const half = (studentQuantile(0.975, n - 1) * deviation) / Math.sqrt(n)
    expect([(center - half).toFixed(5), (center + half).toFixed(5)]).toEqual(["9.25824", "9.26468"])
  })

  test("covers the mean of normal samples 95 % of the time", () => {
    const random = randomFromSeed(1).fork("coverage")
    const normal = () => normalQuantile((random.uint32() + 0.5) / 2 ** 32)
    const runs = 4000
    const covered = Array.from({ length: runs }, () => {
      const { low, high } = meanInterval(Array.from({ length: 5 }, () => 3 + 2 * normal()))
      return low! <= 3 && 3 <= high!
    })
    // 99.9 % of the binomial distribution lies within this band; an interval of normal quantiles would cover 88 %.
    const share = covered.filter(Boolean).length / runs
    expect(share).toBeGreaterThan(0.938)
    expect(share).toBeLessThan(0.962)
  })
})

describe("Wilson's interval", () => {
  test("has the ends published by Newcombe (1998), table I", () => {
    const published: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ]
    for (const [successes, trials, low, high] of published) {
      const interval = proportionInterval(successes, trials)
      expect([interval.low!.toFixed(4), interval.high!.toFixed(4)]).toEqual([low.toFixed(4), high.toFixed(4)])
    }
  })

  test("stays within [0, 1], contains the estimate, and mirrors", () => {
    const counts = fc
      .integer({ min: 1, max: 400 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const { value, low, high } = proportionInterval(k, n)
        expect(0 <= low! && low! <= value! && value! <= high! && high! <= 1).toBe(true)
        const mirrored = proportionInterval(n - k, n)
        expect(mirrored.low).toBeCloseTo(1 - high!, 12)
      }),
    )
  })

  test("covers about 95 % on average over the true shares, by exact enumeration", () => {
    const n = 50
    const coverages = Array.from({ length: 99 }, (_, i) => coverage((i + 1) / 100, n))
    expect(mean(coverages)).toBeGreaterThan(0.945)
    expect(mean(coverages)).toBeLessThan(0.96)
    expect(Math.min(...coverages)).toBeGreaterThan(0.83)
  })

  test("of outcomes counts them", () => {
    expect(shareInterval([true, false, true, true])).toEqual(proportionInterval(3, 4))
  })
})

/** The probability that Wilson's interval from n trials contains the true share p. */
function coverage(p: number, n: number): number {
  let [total, probability] = [0, (1 - p) ** n]
  for (let k = 0; k <= n; k++) {
    const { low, high } = proportionInterval(k, n)
    if (low! <= p && p <= high!) total += probability
    probability *= ((n - k) / (k + 1)) * (p / (1 - p))
  }
  return total
}

describe("quantiles", () => {
  test("are those of R's quantile(c(1, 2, 4, 8), …, type = 7 and 1)", () => {
    const values = [8, 1, 4, 2]
    const at = (definition: "linear" | "nearestRank") =>
      [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map((p) => quantile(values, p, definition))
    expect(at("linear").map((v) => Number(v!.toFixed(6)))).toEqual([1, 1.3, 1.75, 3, 5, 6.8, 8])
    expect(at("nearestRank")).toEqual([1, 1, 1, 2, 4, 8, 8])
  })

  test("by nearest rank are the definition, computed slowly", () => {
    const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (sample, percent) => {
        const enough = (x: number) => sample.filter((v) => v <= x).length * 100 >= percent * sample.length
        const slow = Math.min(...sample.filter(enough))
        expect(quantile(sample, percent / 100, "nearestRank")).toBe(slow)
      }),
    )
  })

  test("grow with p and stay among the samples", () => {
    const values = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (sample, p) => {
        const sorted = Float64Array.from(sample).sort()
        const value = quantileOfSorted(sorted, p, "linear")!
        expect(value).toBeGreaterThanOrEqual(sorted[0]!)
        expect(value).toBeLessThanOrEqual(sorted.at(-1)!)
        expect(value).toBeGreaterThanOrEqual(quantileOfSorted(sorted, p / 2, "linear")!)
      }),
    )
  })
})

test("the interval of a mean share is that of a mean, cut off where no share lies", () => {
  const inside = [0.2, 0.4, 0.6]
  expect(meanShareInterval([...inside, 0.4, 0.4])).toEqual(meanInterval([...inside, 0.4, 0.4]))
  const { low, high } = meanShareInterval([1, 1, 0.9])
  expect(meanInterval([1, 1, 0.9]).high).toBeGreaterThan(1)
  expect([low, high]).toEqual([meanInterval([1, 1, 0.9]).low, 1])
  expect(meanShareInterval([0, 0, 0.1]).low).toBe(0)
  expect(meanShareInterval([0.5])).toEqual({ value: 0.5, low: null, high: null, count: 1 })
})
