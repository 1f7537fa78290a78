import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Scale, isShown, position, scaleFor, valueAt } from "./scale.ts"

const options = { ticks: 6, zero: false, round: true }
const labels = (scale: Scale): string[] => scale.ticks.map(({ label }) => label)

describe("a linear scale", () => {
  test("has round ends and ticks, with the digits they need", () => {
    expect(labels(scaleFor({ title: "x" }, [3, 47], { ...options, zero: true }))).toEqual([
      "0",
      "10",
      "20",
      "30",
      "40",
      "50",
    ])
    expect(labels(scaleFor({ title: "x" }, [0.91, 1.002], options))).toEqual([
      "0.90",
      "0.92",
      "0.94",
      "0.96",
      "0.98",
      "1.00",
      "1.02",
    ])
    expect(labels(scaleFor({ title: "x" }, [-12_000, 12_000], options))).toContain("−10,000")
  })

  test("may end where the values end, a little further out", () => {
    const { low, high, ticks } = scaleFor({ title: "x" }, [1, 5], { ticks: 4, zero: false, round: false })
    expect([low, high, ticks.map(({ value }) => value)]).toEqual([0.88, 5.12, [1, 2, 3, 4, 5]])
  })

  test("is there for one value, and for none", () => {
    for (const values of [[], [0], [7], [7, 7]]) {
      const { low, high, ticks } = scaleFor({ title: "x" }, values, options)
      expect(high).toBeGreaterThan(low)
      expect(ticks.length).toBeGreaterThan(1)
    }
  })
})

describe("a logarithmic scale", () => {
  const log = { title: "p", scale: "log" } as const

  test("has whole decades, thinned where there are many", () => {
    expect(labels(scaleFor(log, [2e-5, 0.5], options))).toEqual(["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"])
    expect(labels(scaleFor(log, [1e-30, 1], options))).toHaveLength(7)
  })

  test("has 1, 2 and 5 times each power within less than two decades", () => {
    expect(labels(scaleFor(log, [3, 40], options))).toEqual(["2", "5", "10", "20", "50"])
  })

  test("has multiples between the powers where they can be written out, and not beside raised ones", () => {
    expect(labels(scaleFor(log, [0.02, 20], options))).toEqual([
      "0.01",
      "0.03",
      "0.1",
      "0.3",
      "1",
      "3",
      "10",
      "30",
      "100",
    ])
    expect(labels(scaleFor(log, [2e-4, 0.5], options))).toEqual(["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"])
  })

  test("leaves out what it cannot show", () => {
    expect([0, -1, 1e-300].map((value) => isShown(log, value))).toEqual([false, false, true])
    expect(scaleFor(log, [0, 1e-3, 1], options).low).toBe(1e-3)
    expect(scaleFor(log, [0], options).high).toBe(1)
  })
})

test("values that differ by rounding alone are one value", () => {
  expect(scaleFor({ title: "x" }, [1e-9, 1.0000000000000003e-9], options)).toEqual(
    scaleFor({ title: "x" }, [1e-9], options),
  )
})

test("every scale covers its values, with a few different ticks in increasing order between its ends", () => {
  const values = fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 8 })
  const axis = fc.constantFrom<"linear" | "log">("linear", "log")
  // Between tight ends a logarithmic axis may lie within a decade, and show it by its title alone.
  const fewest = { linear: { round: 3, tight: 2 }, log: { round: 2, tight: 0 } }
  fc.assert(
    fc.property(values, axis, fc.boolean(), (numbers, scale, round) => {
      const found = scaleFor({ title: "x", scale }, numbers, { ...options, round })
      // A billionth of the axis, or the rounding of logarithms where that is more.
      const slack = Math.max((found.high - found.low) * 1e-9, found.high * 1e-13)
      for (const number of numbers) {
        expect(found.low - slack <= number && number <= found.high + slack).toBe(true)
        expect(Math.abs(valueAt(found, position(found, number)) - number)).toBeLessThanOrEqual(slack)
      }
      const ticks = found.ticks.map(({ value }) => value)
      expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b))
      expect(new Set(labels(found)).size).toBe(ticks.length)
      expect(ticks.length).toBeGreaterThanOrEqual(fewest[scale][round ? "round" : "tight"])
      expect(ticks.length).toBeLessThanOrEqual(9)
      expect(ticks.every((tick) => tick >= found.low - slack && tick <= found.high + slack)).toBe(true)
    }),
  )
})
