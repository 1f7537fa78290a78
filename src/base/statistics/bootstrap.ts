import type { Random } from "../random.ts"
import { type Estimate, type QuantileDefinition, quantileOfSorted, defaultLevel } from "./estimates.ts"

/** How a bootstrap is drawn: from which stream, how often, and how sure its intervals are. */
export interface BootstrapOptions {
  /** Where the draws come from: the same stream gives the same interval. */
  readonly random: Random
  readonly level?: number
  /** How many samples are drawn; 1000 unless given, enough for the ends of a 95 % interval. */
  readonly resamples?: number
}

/**
 * Estimates of several statistics of a sample, with percentile bootstrap
 * intervals (Efron 1979; Efron and Tibshirani 1993, §13.3): the quantiles of
 * the statistics over samples of the same size, drawn from the sample with
 * replacement.
 *
 * For quantiles, maxima excepted, and for whatever has no formula. The samples
 * must be independent: of long runs, draw whole runs and merge them, never
 * their requests. Of very few samples it is too narrow, as every bootstrap is:
 * below about ten, believe it little. A statistic that is null for some drawn
 * sample has no interval.
 *
 * `statistics` is given the positions of the samples drawn, so that what is
 * costly about a sample is computed once. Cost: `resamples` times theirs.
 */
export function bootstrapIntervals(
  count: number,
  statistics: (drawn: readonly number[]) => readonly (number | null)[],
  { random, level = defaultLevel, resamples = 1000 }: BootstrapOptions,
): Estimate[] {
  const values = statistics(Array.from({ length: count }, (_, i) => i))
  if (count < 2) return values.map((value) => ({ value, low: null, high: null, count }))
  const drawn = Array.from({ length: resamples }, () =>
    statistics(Array.from({ length: count }, () => random.below(count))),
  )
  return values.map((value, i) => {
    const found = drawn.map((statistic) => statistic[i] ?? null)
    const numbers = Float64Array.from(found.filter((x) => x !== null)).sort()
    if (value === null || numbers.length < found.length) return { value, low: null, high: null, count }
    const end = (p: number): number => quantileOfSorted(numbers, p, "linear")!
    return { value, low: end((1 - level) / 2), high: end((1 + level) / 2), count }
  })
}

/** The quantile of a share 0 ≤ p ≤ 1 of independent samples, with its bootstrap interval. */
export function quantileInterval(
  values: readonly number[],
  p: number,
  definition: QuantileDefinition,
  options: BootstrapOptions,
): Estimate {
  const of = (drawn: readonly number[]): [number | null] => {
    const sorted = Float64Array.from(drawn, (i) => values[i]!).sort()
    return [quantileOfSorted(sorted, p, definition)]
  }
  return bootstrapIntervals(values.length, of, options)[0]!
}
