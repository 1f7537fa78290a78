import { normalQuantile } from "./normal.ts"
import { type Estimate, usualLevel } from "./statistics.ts"

/**
 * Which of several differences are not zero, so that with probability `level`
 * none is named in error (Holm 1979): many are looked at, and of intervals at
 * 95 % one in twenty misses zero by chance. A difference counts by how many
 * times its half-width, on the side of zero, it is away from zero, taken as
 * normal; those without an interval are never named. Answers in their order.
 */
export function movedFromZero(differences: readonly Estimate[], level = usualLevel): boolean[] {
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
