import { UsageError } from "../../base/errors.ts"
import type { Phase } from "../../quorum/system.ts"

/**
 * How much of the work is phase 1: a share from 0 to 1, or several shares with
 * weights, such as a day of mostly phase 2 and a restart of all phase 1.
 * "Work" is what the caller counts: in a store, reads and writes.
 */
export type Phase1Fraction = number | readonly { readonly fraction: number; readonly weight: number }[]

/** One share of phase 1 and how often it prevails; the weights of a workload sum to 1. */
export interface WorkloadPoint {
  readonly phase1Fraction: number
  readonly weight: number
  /** The weight as it was given, before scaling: what exact arithmetic scales for itself. */
  readonly given: number
}

/** The points of a workload, their weights scaled to sum to 1. Shares outside [0, 1] are UsageErrors. */
export function workloadOf(given: Phase1Fraction): WorkloadPoint[] {
  const points = typeof given === "number" ? [{ fraction: given, weight: 1 }] : given
  const total = points.reduce((sum, { weight }) => sum + weight, 0)
  const odd = points.find(({ weight }) => !(weight >= 0 && weight < Infinity))
  if (odd !== undefined || !(total > 0)) {
    throw new UsageError(
      `the weights of the workload are ${points.map(({ weight }) => weight).join(", ")}; ` +
        `they must be at least 0, and one of them greater.`,
    )
  }
  for (const { fraction } of points) {
    if (fraction >= 0 && fraction <= 1) continue
    throw new UsageError(
      `the phase-1 fraction is ${fraction}; must be from 0 (all phase 2) to 1 (all phase 1).`,
    )
  }
  return points
    .filter(({ weight }) => weight > 0)
    .map(({ fraction, weight }) => ({ phase1Fraction: fraction, weight: weight / total, given: weight }))
}

/** The share of one phase at a point. */
export function shareOf(point: WorkloadPoint, phase: Phase): number {
  return phase === 1 ? point.phase1Fraction : 1 - point.phase1Fraction
}

/** The share of one phase over all points. */
export function meanShare(workload: readonly WorkloadPoint[], phase: Phase): number {
  return workload.reduce((sum, point) => sum + point.weight * shareOf(point, phase), 0)
}
