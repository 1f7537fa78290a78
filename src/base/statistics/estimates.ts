import { InvariantError } from "../errors.ts"
import { normalQuantile, studentQuantile } from "./distributions.ts"

/**
 * An average and the interval around it: what a sample says of the whole.
 *
 * `value` is null where there are no samples, `low` and `high` where there are
 * too few to tell (a mean of one sample). Never NaN: null is an empty cell in a
 * CSV, and the column says what that means.
 */
export interface Estimate {
  /** The point estimate. */
  readonly value: number | null
  /** The ends of the interval at the stated level, 95 % unless said. */
  readonly low: number | null
  readonly high: number | null
  /** The number of samples it rests on. */
  readonly count: number
}

/** The share of intervals that cover the true value, unless another level is asked for. */
export const defaultLevel = 0.95

/** The arithmetic mean, or null of nothing. */
export function mean(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const first = values[0]!
  // Of the distances from the first value, not of the values: equal values have exactly that mean.
  return first + sumOfDistances(values, first, 1) / values.length
}

/** The unbiased sample variance (divisor n − 1), or null of fewer than two values. */
export function variance(values: readonly number[]): number | null {
  const center = mean(values)
  return center === null ? null : varianceAround(center, values)
}

function varianceAround(center: number, values: readonly number[]): number | null {
  if (values.length < 2) return null
  return sumOfDistances(values, center, 2) / (values.length - 1)
}

/** The square root of the unbiased sample variance, or null of fewer than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  const spread = variance(values)
  return spread === null ? null : Math.sqrt(spread)
}

/**
 * The mean of independent samples with Student's t interval (Student 1908):
 * exact for normal samples, close for the means of many others. The values must
 * be independent: give one per run, not several of one run.
 */
export function meanInterval(values: readonly number[], level = defaultLevel): Estimate {
  const [value, count] = [mean(values), values.length]
  const spread = value === null ? null : varianceAround(value, values)
  if (value === null || spread === null) return { value, low: null, high: null, count }
  const half = (studentQuantile((1 + level) / 2, count - 1) * Math.sqrt(spread)) / Math.sqrt(count)
  return { value, low: value - half, high: value + half, count }
}

/**
 * The mean of shares that were each measured from 0 to 1, such as of time. The
 * part of Student's interval outside [0, 1] is cut off: the mean cannot lie there,
 * so the interval covers it as often as before.
 */
export function meanShareInterval(shares: readonly number[], level = defaultLevel): Estimate {
  const { value, low, high, count } = meanInterval(shares, level)
  if (low === null || high === null) return { value, low, high, count }
  return { value, low: Math.max(0, low), high: Math.min(1, high), count }
}

/**
 * The share of `trials` that succeeded, with Wilson's score interval (Wilson
 * 1927). Unlike the textbook interval it never leaves [0, 1] and has a width
 * even when all trials or none succeeded. 0 ≤ successes ≤ trials.
 */
export function proportionInterval(successes: number, trials: number, level = defaultLevel): Estimate {
  if (trials === 0) return { value: null, low: null, high: null, count: 0 }
  const value = successes / trials
  const z2 = normalQuantile((1 + level) / 2) ** 2
  const center = (successes + z2 / 2) / (trials + z2)
  const half =
    (Math.sqrt(z2) / (trials + z2)) * Math.sqrt((successes * (trials - successes)) / trials + z2 / 4)
  return {
    value,
    // At the ends the exact bound is 0 or 1; rounding must not move it.
    low: successes === 0 ? 0 : center - half,
    high: successes === trials ? 1 : center + half,
    count: trials,
  }
}

/** `proportionInterval` of a list of outcomes. */
export function shareInterval(outcomes: readonly boolean[], level = defaultLevel): Estimate {
  return proportionInterval(outcomes.filter(Boolean).length, outcomes.length, level)
}

/**
 * How a quantile that falls between two samples is read (Hyndman and Fan 1996).
 *
 * - `nearestRank`, their type 1: the smallest sample that at least a share p of
 *   the samples does not exceed. Always one of the samples.
 * - `linear`, their type 7: on the line between the two samples beside position
 *   (n − 1)p. What R and NumPy do unless told otherwise.
 */
export type QuantileDefinition = "nearestRank" | "linear"

/** The quantile of a share 0 ≤ p ≤ 1 of the values, in any order; null of nothing. Cost: one sort. */
export function quantile(
  values: readonly number[],
  p: number,
  definition: QuantileDefinition,
): number | null {
  return quantileOfSorted(Float64Array.from(values).sort(), p, definition)
}

/** `quantile` of values already in increasing order: several quantiles for one sort. */
export function quantileOfSorted(
  sorted: ArrayLike<number>,
  p: number,
  definition: QuantileDefinition,
): number | null {
  const n = sorted.length
  if (n === 0) return null
  if (definition === "nearestRank") return sorted[Math.max(0, Math.ceil(toGrid(n * p)) - 1)]!
  const position = (n - 1) * p
  const below = Math.floor(position)
  const [left, right] = [sorted[below]!, sorted[Math.min(below + 1, n - 1)]!]
  return left + (position - below) * (right - left)
}

/** Undoes the rounding error of a product: 0.07 × 100 is 7, not 7.000000000000001. */
function toGrid(product: number): number {
  const nearest = Math.round(product)
  return Math.abs(product - nearest) <= 1e-12 * Math.max(1, product) ? nearest : product
}

/**
 * The sum of the distances from a center, or of their squares, its rounding
 * error kept small whatever the number of terms (Neumaier 1974). The order of
 * the values still matters in the last bit: callers give them in run order.
 *
 * One loop for both, without a list or a function per term: of a sweep of quick
 * runs this is a good part of what there is to do beside them.
 */
function sumOfDistances(values: readonly number[], center: number, power: 1 | 2): number {
  let [sum, lost] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    const distance = values[i]! - center
    const term = power === 1 ? distance : distance * distance
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  return sum + lost
}

/**
 * The mean of a − b over pairs, with Student's interval of the differences: how
 * two systems compare that were run with the same seeds. What delays both alike
 * cancels, so the interval is narrower than that of two separate samples, often
 * many times (common random numbers: Law 2015, §11.2). `a[i]` and `b[i]` are of
 * the same run; a pair with a null in it counts for neither.
 */
export function pairedDifference(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  level = defaultLevel,
): Estimate {
  if (a.length !== b.length)
    throw new InvariantError(`paired samples of ${a.length} and ${b.length} values are no pairs.`)
  const differences = a.flatMap((value, i) => {
    const other = b[i] ?? null
    return value === null || other === null ? [] : [value - other]
  })
  return meanInterval(differences, level)
}

/**
 * The difference a − b of two estimates from separate samples, its interval
 * from theirs alone (Zou and Donner 2008, "MOVER"; for two shares with Wilson's
 * intervals it is Newcombe's 1998 method 10). Any two intervals of the same
 * level will do, skewed ones too. Of two means with Student's intervals it is
 * never narrower than Welch's. Of samples that share random numbers it is too
 * wide: pair them instead, where their runs are at hand.
 */
export function differenceOfEstimates(a: Estimate, b: Estimate): Estimate {
  const count = Math.min(a.count, b.count)
  if (a.value === null || b.value === null) return { value: null, low: null, high: null, count }
  const value = a.value - b.value
  if (a.low === null || a.high === null || b.low === null || b.high === null)
    return { value, low: null, high: null, count }
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
    count,
  }
}

/**
 * Which of several differences are not zero, so that with probability `level`
 * none is named in error (Holm 1979): many are looked at, and of intervals at
 * 95 % one in twenty misses zero by chance. A difference counts by how many
 * times its half-width, on the side of zero, it is away from zero, taken as
 * normal; those without an interval are never named. Answers in their order.
 */
export function movedFromZero(differences: readonly Estimate[], level = defaultLevel): boolean[] {
  const tested = differences
    .map((difference, i) => ({ i, distance: distanceFromZero(difference, level) }))
    .filter(({ distance }) => distance !== null)
    .sort((a, b) => b.distance! - a.distance! || a.i - b.i)
  const moved = differences.map(() => false)
  for (const [rank, { i, distance }] of tested.entries()) {
    const needed = normalQuantile(1 - (1 - level) / (2 * (tested.length - rank)))
    if (distance! <= needed) break
    moved[i] = true
  }
  return moved
}

/** In standard errors, from the half-width on the side of zero. */
function distanceFromZero({ value, low, high }: Estimate, level: number): number | null {
  if (value === null || low === null || high === null) return null
  if (value === 0) return 0
  const half = value > 0 ? value - low : high - value
  return (normalQuantile((1 + level) / 2) * Math.abs(value)) / half
}

/** The values that are there. */
export function present(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null)
}
