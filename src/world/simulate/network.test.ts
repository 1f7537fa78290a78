import { describe, expect, test } from "vitest"
import { randomFromSeed } from "../../base/random.ts"
import {
  type LatencyModel,
  constantLatency,
  exponentialLatency,
  lognormalLatency,
  matrixLatency,
  normalLatency,
  uniformLatency,
} from "./latency.ts"
import { duplicating, lossy, reliable, reordering } from "./network.ts"

const draws = 20_000

function sampleMs(model: LatencyModel): number[] {
  const delay = model.sampler(randomFromSeed(1).fork("test"))
  return Array.from({ length: draws }, () => delay(0, 1) / 1000)
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const deviation = (values: readonly number[]): number => {
  const average = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - average) ** 2)))
}
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length / 2]!

describe("latency models have the moments they state", () => {
  test("uniform(5, 15)", () => {
    const values = sampleMs(uniformLatency(5, 15))
    expect(Math.min(...values)).toBeGreaterThanOrEqual(5)
    expect(Math.max(...values)).toBeLessThanOrEqual(15)
    expect(mean(values)).toBeCloseTo(10, 1)
    expect(deviation(values)).toBeCloseTo(10 / Math.sqrt(12), 1)
  })

  test("exponential(10)", () => {
    const values = sampleMs(exponentialLatency(10))
    expect(Math.abs(mean(values) - 10)).toBeLessThan(0.3)
    expect(Math.abs(deviation(values) - 10)).toBeLessThan(0.4)
  })

  test("normal(10, 2)", () => {
    const values = sampleMs(normalLatency(10, 2))
    expect(Math.abs(mean(values) - 10)).toBeLessThan(0.06)
    expect(Math.abs(deviation(values) - 2)).toBeLessThan(0.05)
  })

  test("lognormal(10, 0.5) has median 10 and the mean it expects", () => {
    const model = lognormalLatency(10, 0.5)
    const values = sampleMs(model)
    expect(Math.abs(median(values) - 10)).toBeLessThan(0.15)
    expect(Math.abs(mean(values) - model.expected(0, 1) / 1000)).toBeLessThan(0.2)
  })

  test("a delay is never negative", () => {
    expect(Math.min(...sampleMs(normalLatency(1, 5)))).toBe(0)
  })

  test("a matrix is asymmetric where its regions are", () => {
    const oneWayMicros = (from: number, to: number): number => 100 * from + to
    const model = matrixLatency("m", { regions: ["x", "y"], oneWayMicros }, [1, 0, 1])
    const delay = model.sampler(randomFromSeed(1))
    expect([delay(0, 1), delay(1, 0), delay(2, 0)]).toEqual([100, 1, 101])
  })

  test("negative or missing durations are refused", () => {
    expect(() => constantLatency(-1)).toThrow(/-1 is not a duration/)
    expect(() => uniformLatency(3, 2)).toThrow(/must not exceed/)
    expect(() => exponentialLatency(NaN)).toThrow(/NaN is not a duration/)
  })
})

describe("networks", () => {
  const base = reliable(uniformLatency(1, 9))

  test("loss and duplication happen as often as they say", () => {
    const copies = (probability: number, kind: typeof lossy): number => {
      const route = kind(probability, base)(randomFromSeed(1))
      return mean(Array.from({ length: draws }, () => route(0, 1, 0).length))
    }
    expect(copies(0.2, lossy)).toBeCloseTo(0.8, 2)
    expect(copies(0.2, duplicating)).toBeCloseTo(1.2, 2)
    expect(copies(1, lossy)).toBe(0)
    expect(copies(1, duplicating)).toBe(2)
  })

  test("adding loss, duplication or delay moves no other message's latency", () => {
    const models = {
      lossy: lossy(0.3, base),
      duplicating: duplicating(0.3, base),
      late: reordering(0.3, 0, base),
    }
    const plain = base(randomFromSeed(1))
    const routes = Object.values(models).map((model) => model(randomFromSeed(1)))
    for (let i = 0; i < 200; i++) {
      const delay = plain(0, 1, 0)[0]
      for (const route of routes) expect([delay, undefined]).toContain(route(0, 1, 0)[0])
    }
  })

  test("a probability outside [0, 1] is refused", () => {
    expect(() => lossy(1.2, base)).toThrow(/probability of loss is 1.2/)
    expect(() => duplicating(-0.1, base)).toThrow(/from 0 to 1/)
  })
})
