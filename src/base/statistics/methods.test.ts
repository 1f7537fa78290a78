import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { randomFromSeed } from "../random.ts"
import { bootstrapIntervals, quantileInterval } from "./bootstrap.ts"
import {
  differenceOfEstimates,
  mean,
  movedFromZero,
  pairedDifference,
  proportionInterval,
} from "./estimates.ts"
import { warmUpLength } from "./warm-up.ts"

const random = () => randomFromSeed(3)

describe("the bootstrap", () => {
  test("is the same interval for the same stream, and holds the quantile", () => {
    const values = [5, 1, 4, 2, 3, 9, 8, 7, 6, 10, 12, 11]
    const [a, b] = [1, 2].map(() => quantileInterval(values, 0.5, "linear", { random: random() }))
    expect(a).toEqual(b)
    expect(a).toMatchObject({ value: 6.5, count: 12 })
    expect(a!.low).toBeLessThan(6.5)
    expect(a!.high).toBeGreaterThan(6.5)
    expect(values.slice(0, 3)).toEqual([5, 1, 4])
  })

  test("has no interval of one sample, of none, or where a statistic has no value", () => {
    const options = { random: random() }
    expect(quantileInterval([3], 0.5, "linear", options)).toEqual({
      value: 3,
      low: null,
      high: null,
      count: 1,
    })
    expect(quantileInterval([], 0.5, "linear", options).value).toBeNull()
    const sometimes = (drawn: readonly number[]) => [drawn.includes(0) ? 1 : null]
    expect(bootstrapIntervals(5, sometimes, options)[0]).toMatchObject({ value: 1, low: null })
  })
})

describe("differences", () => {
  test("of pairs are those of their members, and a pair with a gap is none", () => {
    expect(pairedDifference([5, null, 7], [4, 1, null])).toMatchObject({ value: 1, count: 1 })
    expect(pairedDifference([1, 2, 3], [1, 2, 3])).toMatchObject({ value: 0, low: 0, high: 0 })
    expect(() => pairedDifference([1], [1, 2])).toThrow("no pairs")
  })

  // Newcombe 1998, table II, example a (56/70 against 48/80), method 10: 0.0524 to 0.3339.
  test("of two shares have Newcombe's interval", () => {
    const { value, low, high } = differenceOfEstimates(proportionInterval(56, 70), proportionInterval(48, 80))
    expect([value, low, high].map((x) => Number(x!.toFixed(4)))).toEqual([0.2, 0.0524, 0.3339])
  })

  test("are turned round when their samples are", () => {
    const estimate = fc
      .tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.double({ min: 0, max: 9, noNaN: true }))
      .map(([value, half]) => ({ value, low: value - half, high: value + 2 * half, count: 9 }))
    fc.assert(
      fc.property(estimate, estimate, (a, b) => {
        const [there, back] = [differenceOfEstimates(a, b), differenceOfEstimates(b, a)]
        expect(there.low).toBeCloseTo(-back.high!, 9)
        expect(there.low! <= there.value! && there.value! <= there.high!).toBe(true)
      }),
    )
  })
})

describe("what moved", () => {
  const difference = (value: number, half: number) => ({
    value,
    low: value - half,
    high: value + half,
    count: 9,
  })

  test("is farther off the more there are to look at", () => {
    const one = difference(1.1, 1)
    expect(movedFromZero([one])).toEqual([true])
    expect(movedFromZero([one, ...Array.from({ length: 19 }, () => difference(0.1, 1))])[0]).toBe(false)
    expect(
      movedFromZero([difference(2, 1), ...Array.from({ length: 19 }, () => difference(0.1, 1))])[0],
    ).toBe(true)
  })

  test("is nothing of what has no interval, and in the order given", () => {
    const none = { value: 5, low: null, high: null, count: 1 }
    expect(movedFromZero([none, difference(0, 1), difference(-9, 1)])).toEqual([false, false, true])
  })

  test("is named in error in about one of twenty comparisons of equal things", () => {
    const stream = random()
    let wrong = 0
    for (let trial = 0; trial < 1000; trial++) {
      const standardNormal = (): number =>
        Array.from({ length: 12 }, () => stream.unit()).reduce((a, b) => a + b) - 6
      const differences = Array.from({ length: 10 }, () => difference(standardNormal(), 1.959963984540054))
      if (movedFromZero(differences).includes(true)) wrong++
    }
    expect(wrong / 1000).toBeGreaterThan(0.02)
    expect(wrong / 1000).toBeLessThan(0.07)
  })
})

describe("warm-up", () => {
  /** The definition, word for word, over every cut. */
  function slowTwin(values: readonly number[]): number | null {
    const batches = Array.from({ length: Math.floor(values.length / 5) }, (_, i) =>
      mean(values.slice(5 * i, 5 * i + 5))!,
    )
    if (batches.length < 2) return null
    const cuts = batches.map((_, cut) => cut).filter((cut) => cut === 0 || batches.length - cut >= 5)
    const error = (cut: number): number => {
      const rest = batches.slice(cut)
      const center = mean(rest)!
      return rest.reduce((sum, value) => sum + (value - center) ** 2, 0) / rest.length ** 2
    }
    const min = Math.min(...cuts.map(error))
    const best = cuts.find((cut) => error(cut) <= min)!
    return best > batches.length / 2 ? null : best * 5
  }

  test("is what its definition says", () => {
    const run = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 10, maxLength: 90 })
    const property = fc.property(run, (values) => {
      expect(warmUpLength(values)).toBe(slowTwin(values))
    })
    fc.assert(property, { seed: 1 })
  })

  test("ends where a run has settled, and there is none where it has from the start", () => {
    const stream = random()
    const noise = (): number => stream.unit()
    const settled = Array.from({ length: 1000 }, noise)
    const rising = Array.from({ length: 1000 }, (_, i) => noise() - 20 * Math.exp(-i / 20))
    expect(warmUpLength(settled)).toBeLessThan(100)
    expect(warmUpLength(rising)).toBeGreaterThan(50)
    expect(warmUpLength(rising)).toBeLessThan(250)
    expect(warmUpLength(Array.from({ length: 50 }, () => 4))).toBe(0)
  })

  test("is not known of a run that never settles, or is too short", () => {
    expect(warmUpLength(Array.from({ length: 400 }, (_, i) => i ** 3))).toBeNull()
    expect(warmUpLength([1, 2, 3])).toBeNull()
  })
})
