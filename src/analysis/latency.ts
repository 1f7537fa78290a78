import { UsageError } from "../base/errors.ts"
import type { Phase } from "../quorum/system.ts"
import type { DelayDistribution } from "./delay-law.ts"
import { type Analysed, type Formula, alwaysHolds, childWeight, formulaOf } from "./exact/formula.ts"
import { reliabilityOf } from "./exact/availability.ts"

/**
 * The time until the first quorum of the phase has replied, if node x replies after delays[x]: at a
 * gate, the time of its k-th child. Infinity where no quorum ever replies; 0 for the empty quorum.
 *
 * Exact for every formula, also with repeated nodes: only the order of times matters. Cost: O(n log n).
 */
export function quorumLatency(system: Analysed, phase: Phase, delays: readonly number[]): number {
  return completion(formulaOf(system, phase), delays)
}

/** The moment a formula begins to hold when node x arrives at delays[x]. */
export function completion(formula: Formula, delays: readonly number[]): number {
  if (formula.kind === "leaf") return delays[formula.position]!
  if (formula.need <= 0) return 0
  const arrivals = formula.children
    .map((child, i) => ({ at: completion(child, delays), weight: childWeight(formula, i) }))
    .sort((a, b) => a.at - b.at)
  let reached = 0
  for (const { at, weight } of arrivals) {
    reached += weight
    if (reached >= formula.need) return at
  }
  return Infinity
}

/**
 * The distribution of the time until the first quorum of the phase has replied, for independent delays
 * of the nodes: the delay of a proposer that broadcasts. Exact: the reliability recursion on P(delay ≤
 * t).
 */
export function quorumDelay(
  system: Analysed,
  phase: Phase,
  delays: readonly DelayDistribution[],
): DelayDistribution {
  const formula = formulaOf(system, phase)
  if (alwaysHolds(formula)) return { cdf: (t) => (t >= 0 ? 1 : 0) }
  const reliability = reliabilityOf(formula)
  if (reliability === undefined) {
    throw new UsageError(
      "the decision diagram of the formula is too large to compute the delay of a quorum; simulate instead.",
    )
  }
  return {
    cdf: (t) =>
      reliability(
        delays.map((delay) => {
          const holds = delay.cdf(t)
          return { holds, fails: 1 - holds }
        }),
      ).holds,
  }
}

/**
 * The smallest t with P(delay ≤ t) ≥ q, by bisection to a relative 1e-12;
 * Infinity where the delay exceeds 1e15 with a greater probability than 1 − q.
 */
export function delayQuantile(delay: DelayDistribution, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new UsageError(`the quantile is ${q}; must be from 0 to 1.`)
  return quantileWithin(delay, q, 1e-12)
}

function quantileWithin(delay: DelayDistribution, q: number, error: number): number {
  if (delay.cdf(0) >= q) return 0
  let high = 1
  while (delay.cdf(high) < q) {
    high *= 2
    if (high > 1e15) return Infinity
  }
  let low = 0
  while (high - low > error * high && high > 1e-12) {
    const middle = (low + high) / 2
    if (delay.cdf(middle) >= q) high = middle
    else low = middle
  }
  return high
}

/**
 * The expected delay, ∫ P(delay > t) dt, by adaptive Simpson quadrature to a
 * relative error of about 1e-8; Infinity where some delays are never completed.
 */
export function meanDelay(delay: DelayDistribution): number {
  const exceeds = (t: number): number => 1 - delay.cdf(t)
  const end = delayQuantile(delay, 1 - 1e-12)
  if (end === Infinity) return Infinity
  // Pieces end near quantiles, so that narrow features are not stepped over.
  const cuts = [0, ...Array.from({ length: 64 }, (_, i) => quantileWithin(delay, (i + 1) / 65, 1e-3)), end]
  const tolerance = 1e-10 * (cuts[32]! > 0 ? cuts[32]! : end)
  let mean = 0
  for (let i = 1; i < cuts.length; i++) {
    const [from, to] = [cuts[i - 1]!, cuts[i]!]
    if (to > from) mean += simpson(exceeds, from, to, Math.max(tolerance, Number.MIN_VALUE))
  }
  return mean
}

/** A piece of the integral: its ends and middle with the values there, and Simpson's estimate. */
interface Piece {
  readonly from: number
  readonly to: number
  readonly values: readonly [number, number, number]
  readonly estimate: number
}

function piece(from: number, to: number, values: readonly [number, number, number]): Piece {
  return { from, to, values, estimate: ((to - from) / 6) * (values[0] + 4 * values[1] + values[2]) }
}

function simpson(f: (t: number) => number, from: number, to: number, tolerance: number): number {
  const refine = (whole: Piece, depth: number): number => {
    const middle = (whole.from + whole.to) / 2
    const [first, center, last] = whole.values
    const left = piece(whole.from, middle, [first, f((whole.from + middle) / 2), center])
    const right = piece(middle, whole.to, [center, f((middle + whole.to) / 2), last])
    const halves = left.estimate + right.estimate
    const error = halves - whole.estimate
    if (depth === 0 || Math.abs(error) < 15 * tolerance) return halves + error / 15
    return refine(left, depth - 1) + refine(right, depth - 1)
  }
  return refine(piece(from, to, [f(from), f((from + to) / 2), f(to)]), 40)
}
