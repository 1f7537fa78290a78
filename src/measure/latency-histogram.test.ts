import fc from "fast-check"
import { expect, test } from "vitest"
import { quantile } from "../base/statistics.ts"
import { LatencyHistogram } from "./latency-histogram.ts"

test("quantiles are exact below two milliseconds, and within 0.1 % of the sample above", () => {
  const latencies = fc.array(fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 1e9 })), {
    minLength: 1,
    maxLength: 200,
  })
  fc.assert(
    fc.property(latencies, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (values, p) => {
      const histogram = new LatencyHistogram()
      for (const value of values) histogram.add(value)
      const exact = quantile(values, p, "nearestRank")!
      const found = histogram.quantile(p)!
      if (exact < 2048) expect(found).toBe(exact)
      else expect(Math.abs(found / exact - 1)).toBeLessThan(0.001)
      expect(histogram.mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 3)
      expect(histogram.max).toBe(Math.max(...values))
    }),
    { seed: 1, numRuns: 300 },
  )
})

test("one latency over and over comes back as it was", () => {
  const histogram = new LatencyHistogram()
  for (let i = 0; i < 10; i++) histogram.add(40_000)
  histogram.add(7_777_777)
  expect([0, 0.5, 0.9, 1].map((p) => histogram.quantile(p))).toEqual([40_000, 40_000, 40_000, 7_777_777])
})

test("nothing has no quantiles", () => {
  const empty = new LatencyHistogram()
  expect([empty.mean, empty.quantile(0.5), empty.count]).toEqual([null, null, 0])
})
