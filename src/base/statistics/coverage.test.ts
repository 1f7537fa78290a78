import { randomExponential, randomLogNormal, randomNormal } from "d3-random"
import { describe, expect, test } from "vitest"
import { type Random, randomFromSeed } from "../random.ts"
import { quantileInterval } from "./bootstrap.ts"
import {
  type Estimate,
  differenceOfEstimates,
  meanInterval,
  pairedDifference,
  shareInterval,
} from "./estimates.ts"

/** The share of intervals, of so many samples, that contain the true value. */
function coverage(truth: number, trials: number, interval: (random: Random) => Estimate): number {
  const root = randomFromSeed(7)
  let covered = 0
  for (let trial = 0; trial < trials; trial++) {
    const { low, high } = interval(root.fork(String(trial)))
    if (low! <= truth && truth <= high!) covered++
  }
  return covered / trials
}

/** Four standard deviations of a share of 95 % over so many trials: a right interval misses this once in sixteen thousand tests. */
const tolerance = (trials: number): number => 4 * Math.sqrt((0.95 * 0.05) / trials)

const draw = (random: Random, n: number, sampler: (source: () => number) => () => number): number[] => {
  const next = sampler(() => random.unit())
  return Array.from({ length: n }, () => next())
}
const normal = (mean: number, deviation: number) => (source: () => number) =>
  randomNormal.source(source)(mean, deviation)
const exponential = (mean: number) => (source: () => number) => randomExponential.source(source)(1 / mean)
const skewed = (source: () => number) => randomLogNormal.source(source)(0, 0.6)

describe("an interval at 95 % covers the true value about 95 times in a hundred:", () => {
  const trials = 4000

  test.each([3, 10, 40])("Student's of a mean, %i normal samples: exactly", (n) => {
    const covered = coverage(5, trials, (random) => meanInterval(draw(random, n, normal(5, 2))))
    expect(Math.abs(covered - 0.95)).toBeLessThan(tolerance(trials))
  })

  test("Student's of a mean, 40 exponential samples: somewhat less, as is known", () => {
    const covered = coverage(3, trials, (random) => meanInterval(draw(random, 40, exponential(3))))
    expect(covered).toBeGreaterThan(0.92)
    expect(covered).toBeLessThan(0.96)
  })

  test.each([
    [0.5, 100],
    [0.1, 100],
    [0.02, 300],
    [0.98, 300],
  ])("Wilson's of a share of %f among %i: within 3 % of it, whatever the share", (p, n) => {
    const covered = coverage(p, trials, (random) =>
      shareInterval(Array.from({ length: n }, () => random.unit() < p)),
    )
    expect(Math.abs(covered - 0.95)).toBeLessThan(0.03)
  })

  test.each([
    [0.5, 1],
    [0.9, Math.exp(0.6 * 1.2815515655446004)],
  ])("the bootstrap's of the quantile %f of 80 skewed samples", (p, truth) => {
    const few = 500
    const covered = coverage(truth, few, (random) =>
      quantileInterval(draw(random, 80, skewed), p, "linear", {
        random: random.fork("bootstrap"),
        resamples: 200,
      }),
    )
    expect(Math.abs(covered - 0.95)).toBeLessThan(tolerance(few))
  })

  test("of paired differences, and it is narrower than that of separate samples by what they share", () => {
    const widths = { paired: 0, separate: 0 }
    const covered = coverage(1, trials, (random) => {
      const shared = draw(random.fork("shared"), 20, normal(0, 5))
      const sample = (name: string, mean: number): number[] =>
        draw(random.fork(name), 20, normal(mean, 1)).map((value, i) => value + shared[i]!)
      const [a, b] = [sample("a", 4), sample("b", 3)]
      const separate = differenceOfEstimates(meanInterval(a), meanInterval(b))
      const paired = pairedDifference(a, b)
      widths.paired += paired.high! - paired.low!
      widths.separate += separate.high! - separate.low!
      return paired
    })
    expect(Math.abs(covered - 0.95)).toBeLessThan(tolerance(trials))
    expect(widths.separate / widths.paired).toBeGreaterThan(4)
  })

  test("of the difference of two means of unequal samples: at least that", () => {
    const covered = coverage(1, trials, (random) =>
      differenceOfEstimates(
        meanInterval(draw(random.fork("a"), 12, normal(4, 3))),
        meanInterval(draw(random.fork("b"), 30, normal(3, 1))),
      ),
    )
    expect(covered).toBeGreaterThan(0.95 - tolerance(trials))
    expect(covered).toBeLessThan(0.98)
  })

  test("of the difference of two shares", () => {
    const share = (random: Random, p: number) =>
      shareInterval(Array.from({ length: 80 }, () => random.unit() < p))
    const covered = coverage(0.2, trials, (random) =>
      differenceOfEstimates(share(random.fork("a"), 0.3), share(random.fork("b"), 0.1)),
    )
    expect(Math.abs(covered - 0.95)).toBeLessThan(0.02)
  })
})

describe("the measure of coverage", () => {
  test("finds an interval that is too narrow", () => {
    const covered = coverage(5, 2000, (random) => meanInterval(draw(random, 10, normal(5, 2)), 0.9))
    expect(Math.abs(covered - 0.95)).toBeGreaterThan(tolerance(2000))
  })
})
