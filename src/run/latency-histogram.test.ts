import { DDSketch } from "@datadog/sketches-js"
import fc from "fast-check"
import { expect, test } from "vitest"
import { quantile } from "../base/statistics/estimates.ts"
import { type LatencyCounts, LatencyHistogram } from "./latency-histogram.ts"

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

const latencyLists = fc.array(fc.array(fc.integer({ min: 0, max: 1e8 }), { maxLength: 60 }), {
  minLength: 1,
  maxLength: 6,
})

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.add(value)
  return histogram
}

test("histograms merge to that of all samples, to the byte, in any order and by way of JSON", () => {
  const property = fc.property(latencyLists, fc.integer({ min: 0, max: 5 }), (lists, turn) => {
    const whole = JSON.stringify(histogramOf(lists.flat()))
    const turned = [...lists.slice(turn), ...lists.slice(0, turn)]
    for (const order of [lists, [...lists].reverse(), turned]) {
      const merged = order
        .map((list) => JSON.stringify(histogramOf(list)))
        .reduce(
          (all, json) => all.merge(LatencyHistogram.fromJSON(JSON.parse(json) as LatencyCounts)),
          new LatencyHistogram(),
        )
      expect(JSON.stringify(merged)).toBe(whole)
    }
  })
  fc.assert(property, { seed: 1, numRuns: 100 })
})

test("merged histograms agree with a merged DDSketch within the errors both state", () => {
  const [a, b] = [0, 1].map((start) =>
    Array.from({ length: 5000 }, (_, i) => Math.round(1000 * 1.002 ** (2 * i + start))),
  )
  const sketches = [a!, b!].map((values) => {
    const sketch = new DDSketch({ relativeAccuracy: 0.005 })
    for (const value of values) sketch.accept(value)
    return sketch
  })
  sketches[0]!.merge(sketches[1]!)
  const merged = histogramOf(a!).merge(histogramOf(b!))
  for (const p of [0.01, 0.25, 0.5, 0.9, 0.99, 0.999]) {
    expect(Math.abs(merged.quantile(p)! / sketches[0]!.getValueAtQuantile(p) - 1)).toBeLessThan(0.0075)
  }
})
