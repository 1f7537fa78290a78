import { UsageError } from "../base/errors.ts"
import { normalShare } from "../base/normal.ts"

/** The delay of a link, as far as analysis needs it: how likely it is to be at most t. */
export interface DelayDistribution {
  /** P(delay ≤ t): from 0, non-decreasing. It may stay below 1: then the message is lost with the rest. */
  cdf(t: number): number
}

/** Always exactly `delay`. */
export const constantDelay = (delay: number): DelayDistribution => ({ cdf: (t) => (t >= delay ? 1 : 0) })

/** A delay that is uniform between two bounds. */
export const uniformDelay = (min: number, max: number): DelayDistribution => ({
  cdf: (t) => (t >= max ? 1 : t <= min ? 0 : (t - min) / (max - min)),
})

/** `base` plus an exponential of the given mean. */
export const exponentialDelay = (mean: number, base = 0): DelayDistribution => ({
  cdf: (t) => (t <= base ? 0 : -Math.expm1(-(t - base) / mean)),
})

/** The sum of so many independent exponentials of the given mean each: a round trip is two of them (Erlang 1909). */
export const erlangDelay = (stages: number, mean: number): DelayDistribution => ({
  cdf: (t) => {
    if (t <= 0) return 0
    const x = t / mean
    let term = Math.exp(-x)
    let exceeds = 0
    for (let k = 0; k < stages; k++) {
      exceeds += term
      term *= x / (k + 1)
    }
    return 1 - exceeds
  },
})

/** Normal, cut off below 0, which then counts as 0. */
export const normalDelay = (mean: number, deviation: number): DelayDistribution => ({
  cdf: (t) => (t < 0 ? 0 : normalShare((t - mean) / deviation)),
})

/** The sum of two independent delays, each uniform between the same bounds: Simpson's triangle (1755). */
export const twoUniformDelays = (min: number, max: number): DelayDistribution => ({
  cdf: (t) => {
    const x = (t - 2 * min) / (max - min)
    if (x <= 0) return 0
    if (x >= 2) return 1
    return x <= 1 ? (x * x) / 2 : 1 - ((2 - x) * (2 - x)) / 2
  },
})

/** exp of a normal: `median` is e^μ, `sigma` the deviation of the logarithm. */
export const lognormalDelay = (median: number, sigma: number): DelayDistribution => ({
  cdf: (t) => (t <= 0 ? 0 : normalShare(Math.log(t / median) / sigma)),
})

/** The empirical distribution of measured delays. */
export function measuredDelay(samples: readonly number[]): DelayDistribution {
  if (samples.length === 0) throw new UsageError("A measured delay needs at least one sample.")
  const sorted = Float64Array.from(samples).sort()
  return { cdf: (t) => countAtMost(sorted, t) / sorted.length }
}

/** The delay lost with the given probability, and otherwise as before. */
export const lossy = (delay: DelayDistribution, loss: number): DelayDistribution => ({
  cdf: (t) => (1 - loss) * delay.cdf(t),
})

function countAtMost(sorted: Float64Array, t: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= t) low = middle + 1
    else high = middle
  }
  return low
}
