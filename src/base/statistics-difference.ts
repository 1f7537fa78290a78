import { InvariantError } from "./errors.ts"
import { type Estimate, meanInterval, usualLevel } from "./statistics.ts"

/**
 * The mean of a − b over pairs, with Student's interval of the differences: how
 * two systems compare that were run with the same seeds. What delays both alike
 * cancels, so the interval is narrower than that of two separate samples, often
 * many times (common random numbers: Law 2015, §11.2). `a[i]` and `b[i]` are of
 * the same replica; a pair with a null in it counts for neither.
 */
export function pairedDifference(
  a: readonly (number | null)[],
  b: readonly (number | null)[],
  level = usualLevel,
): Estimate {
  if (a.length !== b.length)
    throw new InvariantError(`Paired samples of ${a.length} and ${b.length} values are no pairs.`)
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
 * wide: pair them instead, where their replicas are at hand.
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
