import { InvariantError, UsageError } from "../base/errors.ts"
import { countAtMost } from "../base/sorted.ts"
import { normalShare } from "../base/statistics/distributions.ts"

/** How long a message takes one way, as data: the law its delays are drawn by, in any unit of time. */
export type DelayLaw =
  | { readonly kind: "constant"; readonly delay: number }
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  | { readonly kind: "exponential"; readonly mean: number }
  /** What falls below zero is moved to zero. */
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "lognormal"; readonly median: number; readonly sigma: number }

/**
 * The distribution of there and back: two independent delays of one kind of
 * law, of a constant or a lognormal each with its own size. Closed forms where
 * there are any; else an integral, to about 1e-10.
 */
export function roundTrip(there: DelayLaw, back: DelayLaw): DelayDistribution {
  const [small, large] = sizeOf(there) <= sizeOf(back) ? [there, back] : [back, there]
  const fixed = fixedDelay(small)
  if (fixed !== undefined) return later(distributionOf(large), fixed)
  if (small.kind === "exponential" && sizeOf(large) === small.mean) return erlangDelay(2, small.mean)
  if (small.kind === "uniform") return twoUniformDelays(small.min, small.max)
  const [x, y] = [functionOfZ(small), functionOfZ(large)]
  if (x !== undefined && y !== undefined) return sum(x, y)
  throw new InvariantError("the two ways of a round trip are exponential with different means.")
}

/** The expected delay of a law. */
export function meanOf(law: DelayLaw): number {
  if (law.kind === "constant") return law.delay
  if (law.kind === "uniform") return (law.min + law.max) / 2
  if (law.kind === "exponential") return law.mean
  if (law.kind === "lognormal") return law.median * Math.exp(law.sigma ** 2 / 2)
  const { mean, deviation } = law
  if (deviation === 0) return mean
  // Of max(0, N): the part above zero.
  const z = mean / deviation
  return mean * normalShare(z) + deviation * density(z)
}

/** The law's delays by their distribution. */
function distributionOf(law: DelayLaw): DelayDistribution {
  const fixed = fixedDelay(law)
  if (fixed !== undefined) return constantDelay(fixed)
  if (law.kind === "normal") return normalDelay(law.mean, law.deviation)
  if (law.kind === "lognormal") return lognormalDelay(law.median, law.sigma)
  throw new InvariantError(`a round trip of a constant and a ${law.kind} way is not known.`)
}

/** The only delay of a law that has just one. */
function fixedDelay(law: DelayLaw): number | undefined {
  if (law.kind === "constant") return law.delay
  if (law.kind === "uniform") return law.min === law.max ? law.min : undefined
  if (law.kind === "exponential") return law.mean === 0 ? 0 : undefined
  if (law.kind === "normal") return law.deviation === 0 ? law.mean : undefined
  return law.sigma === 0 || law.median === 0 ? law.median : undefined
}

function sizeOf(law: DelayLaw): number {
  return law.kind === "lognormal" ? law.median : meanOf(law)
}

function later(delay: DelayDistribution, by: number): DelayDistribution {
  return { cdf: (t) => delay.cdf(t - by) }
}

function functionOfZ(law: DelayLaw): InZ | undefined {
  if (law.kind === "normal") return normalInZ(law.mean, law.deviation)
  return law.kind === "lognormal" ? lognormalInZ(law.median, law.sigma) : undefined
}

/** A delay as a function of a standard normal variable, increasing, and its inverse. */
interface InZ {
  /** P(delay = 0). */
  readonly atZero: number
  readonly delay: (z: number) => number
  readonly z: (delay: number) => number
}

const normalInZ = (mean: number, deviation: number): InZ => ({
  atZero: normalShare(-mean / deviation),
  delay: (z) => mean + deviation * z,
  z: (delay) => (delay - mean) / deviation,
})

const lognormalInZ = (median: number, sigma: number): InZ => ({
  atZero: 0,
  delay: (z) => median * Math.exp(sigma * z),
  z: (delay) => Math.log(delay / median) / sigma,
})

/** The probability beyond this many standard deviations is less than 1e-18. */
const farZ = 8.8

/**
 * P(X + Y ≤ t): one of the two is at most t/2, so it is the probability with X ≤ t/2 plus that with Y ≤
 * t/2, minus that with both. With this split the distribution of the other is never evaluated near its
 * steep lower end.
 */
function sum(x: InZ, y: InZ): DelayDistribution {
  const [xs, ys] = [inZ(x), inZ(y)]
  return {
    cdf: (t) => {
      if (t < 0) return 0
      const counted = shareBelow(x, ys, t) + shareBelow(y, xs, t) - xs.cdf(t / 2) * ys.cdf(t / 2)
      return Math.min(1, Math.max(0, counted))
    },
  }
}

/** P(X ≤ t/2 and X + Y ≤ t) = P(X = 0)·G(t) + ∫ G(t − x(z)) φ(z) dz over 0 < x(z) ≤ t/2. */
function shareBelow(x: InZ, y: DelayDistribution, t: number): number {
  const from = Math.max(-farZ, x.z(0))
  const to = Math.min(farZ, x.z(t / 2))
  const moving = to > from ? integral((z) => y.cdf(t - x.delay(z)) * density(z), from, to) : 0
  return x.atZero * y.cdf(t) + moving
}

function inZ({ z }: InZ): DelayDistribution {
  return { cdf: (t) => (t < 0 ? 0 : normalShare(z(t))) }
}

/** Points of the rule; φ over 17 deviations is smooth enough for it to be exact to about 1e-12. */
const rule = gaussLegendre(56)

function integral(f: (z: number) => number, from: number, to: number): number {
  const [middle, half] = [(from + to) / 2, (to - from) / 2]
  return half * rule.reduce((total, { at, weight }) => total + weight * f(middle + half * at), 0)
}

interface RulePoint {
  readonly at: number
  readonly weight: number
}

/** Gauss and Legendre's quadrature on [−1, 1]: at the zeros of the Legendre polynomial, found by Newton's method. */
function gaussLegendre(points: number): RulePoint[] {
  return Array.from({ length: points }, (_, i) => {
    let at = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5))
    for (let round = 0; round < 100; round++) {
      const { value, slope } = legendre(points, at)
      const step = value / slope
      at -= step
      if (Math.abs(step) < 1e-16) break
    }
    const { slope } = legendre(points, at)
    return { at, weight: 2 / ((1 - at * at) * slope * slope) }
  })
}

function legendre(degree: number, x: number): { value: number; slope: number } {
  let [before, value] = [1, x]
  for (let k = 2; k <= degree; k++)
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k]
  return { value, slope: (degree * (x * value - before)) / (x * x - 1) }
}

function density(z: number): number {
  return Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI)
}

/** The distribution of a link's delay: the probability that it is at most t. */
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

/**
 * The sum of `stages` independent exponentials of the given mean each: a round trip is two of them
 * (Erlang 1909).
 */
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
  if (samples.length === 0) throw new UsageError("the measured delay has no samples; give at least one.")
  const sorted = Float64Array.from(samples).sort()
  return { cdf: (t) => countAtMost(sorted, t) / sorted.length }
}

/** The delay lost with the given probability, and otherwise as before. */
export const lossy = (delay: DelayDistribution, loss: number): DelayDistribution => ({
  cdf: (t) => (1 - loss) * delay.cdf(t),
})
