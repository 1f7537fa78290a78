import { describe, expect, it } from "vitest"
import { UsageError } from "./errors.ts"
import { type Random, randomFromSeed } from "./random.ts"

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uint32())

describe("a stream is decided by its seed and its name", () => {
  it("the first numbers of some streams, for good: a change here changes every published result", () => {
    const first = (seed: number, ...names: string[]) =>
      draw(
        names.reduce((random, name) => random.fork(name), randomFromSeed(seed)),
        3,
      )
    expect({
      "1": first(1),
      "2": first(2),
      "1 / network": first(1, "network"),
      "1 / network / loss": first(1, "network", "loss"),
    }).toMatchInlineSnapshot(`
      {
        "1": [
          4153813537,
          3628471152,
          1486041559,
        ],
        "1 / network": [
          2992438885,
          2371560915,
          2460470294,
        ],
        "1 / network / loss": [
          3812580222,
          482969053,
          3586901928,
        ],
        "2": [
          2538877610,
          1922985173,
          1877180689,
        ],
      }
    `)
  })

  it("drawing from a parent or a sibling moves nothing in a fork", () => {
    const untouched = draw(randomFromSeed(7).fork("network"), 20)
    const parent = randomFromSeed(7)
    draw(parent, 5)
    draw(parent.fork("clients"), 3)
    expect(draw(parent.fork("network"), 20)).toEqual(untouched)
    expect(draw(parent.fork("clients"), 20)).not.toEqual(untouched)
  })

  it("a fork of a fork is none of the forks with a longer name", () => {
    const streams = [
      randomFromSeed(1).fork("a").fork("b"),
      randomFromSeed(1).fork("a/b"),
      randomFromSeed(1).fork("a").fork("").fork("b"),
      randomFromSeed(1).fork("a//b"),
      randomFromSeed(1).fork("ab"),
    ]
    expect(new Set(streams.map((random) => draw(random, 4).join())).size).toBe(streams.length)
  })

  it("ten thousand seeds and names begin with different numbers", () => {
    const starts = new Set<string>()
    for (let i = 0; i < 5000; i++) {
      starts.add(draw(randomFromSeed(i), 2).join())
      starts.add(draw(randomFromSeed(0).fork(`n${i}`), 2).join())
    }
    expect(starts.size).toBe(10_000)
  })
})

describe("the numbers are uniform", () => {
  const cases = [1, 2, 3, 6, 7, 10, 100, 1000]
  it.each(cases)("below(%i) favours no value", (n) => {
    const random = randomFromSeed(42).fork(`below ${n}`)
    const draws = 1000 * n
    const counts = Array<number>(n).fill(0)
    for (let i = 0; i < draws; i++) counts[random.below(n)]!++
    expect(chiSquareSigmas(counts, draws / n)).toBeLessThan(4)
  })

  it("below favours no third where a third of all values would not fit: n = 3 · 2³⁰", () => {
    // Taken modulo n without drawing again, the first third would come up twice as often as the others.
    const random = randomFromSeed(42).fork("thirds")
    const counts = [0, 0, 0]
    for (let i = 0; i < 30_000; i++) counts[Math.floor(random.below(3 * 2 ** 30) / 2 ** 30)]!++
    expect(chiSquareSigmas(counts, 10_000)).toBeLessThan(4)
  })

  it("the first number of many streams favours no value either, high bits and low", () => {
    const high = Array<number>(64).fill(0)
    const low = Array<number>(64).fill(0)
    for (let i = 0; i < 64_000; i++) {
      const value = randomFromSeed(i).fork("x").uint32()
      high[value >>> 26]!++
      low[value & 63]!++
    }
    expect(chiSquareSigmas(high, 1000)).toBeLessThan(4)
    expect(chiSquareSigmas(low, 1000)).toBeLessThan(4)
  })

  it("unit is in [0, 1) with mean 1/2 and variance 1/12", () => {
    const random = randomFromSeed(42).fork("unit")
    const values = Array.from({ length: 100_000 }, () => random.unit())
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / values.length))
    expect(variance).toBeCloseTo(1 / 12, 3)
  })

  it("between reaches both ends and nothing beyond", () => {
    const random = randomFromSeed(42).fork("between")
    const seen = new Set(Array.from({ length: 1000 }, () => random.between(-2, 3)))
    expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3])
    expect(random.between(5, 5)).toBe(5)
  })
})

describe("what is refused", () => {
  it.each([-1, 1.5, NaN, Infinity, 2 ** 53])("the seed %d", (seed) => {
    expect(() => randomFromSeed(seed)).toThrow(UsageError)
    expect(() => randomFromSeed(seed)).toThrow("--seed 1")
  })

  it.each([0, -1, 2.5, NaN, 2 ** 32 + 1])("a draw below %d", (n) => {
    expect(() => randomFromSeed(1).below(n)).toThrow(UsageError)
  })

  it("but not the largest range there is", () => {
    const value = randomFromSeed(1).below(2 ** 32)
    expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true)
  })
})

/** How many standard deviations Pearson's statistic lies above its mean, by Wilson and Hilferty's cube root. */
function chiSquareSigmas(counts: readonly number[], expected: number): number {
  const freedom = counts.length - 1
  if (freedom === 0) return counts[0] === expected ? 0 : Infinity
  const statistic = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const variance = 2 / (9 * freedom)
  return (Math.cbrt(statistic / freedom) - (1 - variance)) / Math.sqrt(variance)
}
