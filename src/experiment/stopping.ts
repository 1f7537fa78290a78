import { UsageError } from "../base/errors.ts"
import type { AnyExperiment, RowOf } from "./define.ts"

/**
 * When a case has runs enough: when every interval of its rows is narrow
 * against its value, or when it has `maxRuns`.
 *
 * Runs come in rounds, each as many as all before it, so that the decision
 * depends on the observations alone and not on who computed them when. A rule
 * that looks at the data makes intervals a little too confident (Chow and
 * Robbins 1965: their coverage is right in the limit of narrow intervals); few
 * looks, each after doubling, keep that small.
 */
export interface Stopping {
  /** Half of the interval's width over the absolute value: 0.02 for two per cent. */
  readonly relativeHalfWidth: number
  readonly maxRuns: number
}

/** Runs of a case at the end of a round that began with so many; never above the most. */
export function nextRound(runs: number, { maxRuns }: Stopping): number {
  return Math.min(2 * runs, maxRuns)
}

/** Whether all intervals of these rows are narrow enough. A value that is not known, or exact, has nothing to narrow. */
export function isSettled(experiment: AnyExperiment, rows: readonly RowOf[], stopping: Stopping): boolean {
  const names = intervalColumns(experiment)
  return rows.every((row) => names.every((name) => isNarrow(row, name, stopping.relativeHalfWidth)))
}

/** The columns that have an interval: `x` where there are `${x}Low` and `${x}High`. */
export function intervalColumns(experiment: AnyExperiment): readonly string[] {
  const names = new Set(experiment.columns.map(({ name }) => name))
  return [...names].filter((name) => names.has(`${name}Low`) && names.has(`${name}High`))
}

/** An experiment without intervals would never know when to stop. */
export function checkHasIntervals(experiment: AnyExperiment): void {
  if (intervalColumns(experiment).length > 0) return
  throw new UsageError(
    `--until-ci requires results with CI, and ${experiment.id} has none: its values are exact, or of one run each.`,
  )
}

function isNarrow(row: RowOf, name: string, relativeHalfWidth: number): boolean {
  const [value, low, high] = [row[name], row[`${name}Low`], row[`${name}High`]]
  if (typeof value !== "number") return true
  // One sample has no interval: it is not known how wide it is.
  if (typeof low !== "number" || typeof high !== "number") return false
  return (high - low) / 2 <= relativeHalfWidth * Math.abs(value)
}
