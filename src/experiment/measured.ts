import {
  type Estimate,
  meanInterval,
  meanShareInterval,
  pairedDifference,
  shareInterval,
} from "../base/statistics/estimates.ts"
import { type Column, type EstimateCells, count, estimateCells, estimateColumns, measure } from "./column.ts"

export interface MeasureDetails {
  readonly unit?: string
  /** Decimals kept; 3 unless said. */
  readonly digits?: number
  /** What an empty cell means. */
  readonly empty?: string
}

/** One quantity that every run of a case is observed for, and how its values are summarised over the runs. */
export interface Measure<Value, Interval extends boolean = true> {
  readonly meaning: string
  readonly details: MeasureDetails
  /** Whether the row has the ends of a 95 % interval beside the value. */
  readonly interval: Interval
  estimate(values: readonly Value[]): Estimate
}

const measureOf =
  <Value, Interval extends boolean>(
    interval: Interval,
    estimate: (values: readonly Value[]) => Estimate,
  ): ((meaning: string, details?: MeasureDetails) => Measure<Value, Interval>) =>
  (meaning, details = {}) => ({ meaning, details, interval, estimate })

const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null)

/** The mean over the runs that have a value (null where one has none), with its interval (Student t). */
export const mean = measureOf(true, (values: readonly (number | null)[]) => meanInterval(present(values)))

/** The same without an interval, for numbers that hardly differ between runs. */
export const plainMean = measureOf(false, (values: readonly number[]) => meanInterval(values))

/** The share of the runs for which something holds, with its interval (Wilson). */
export const share = measureOf(true, (values: readonly boolean[]) => shareInterval(values))

/** The mean of numbers that are shares themselves: its interval (Student t) stays between 0 and 1. */
export const meanShare = measureOf(true, (values: readonly number[]) => meanShareInterval(values))

/** The mean of differences run by run, first less second, under common random numbers; pairs with a null are left out. */
export const meanDifference = measureOf(true, (pairs: readonly (readonly [number | null, number | null])[]) =>
  pairedDifference(
    pairs.map(([first]) => first),
    pairs.map(([, second]) => second),
  ),
)

/**
 * What is estimated over all runs at once, such as a quantile of everything they saw: the experiment makes
 * the estimate itself and gives it to `cells` as the one observation of the row, with the number of runs beside it.
 */
export const estimated = measureOf(true, ([only]: readonly Estimate[]) => only!)

/** Measures by name: the names of their columns in camelCase, and of their values in an observation. */
export type Measures = Readonly<Record<string, Measure<unknown, boolean>>>

export type ValueOf<M> = M extends Measure<infer Value, boolean> ? Value : never
export type WithInterval<M extends Measures> = {
  [K in keyof M]: M[K]["interval"] extends true ? K : never
}[keyof M] &
  string
export type WithoutInterval<M extends Measures> = Exclude<keyof M & string, WithInterval<M>>

/** What is observed in a run: a value for each measure. */
export type ObservationOf<T> =
  T extends Measured<infer M> ? { readonly [K in keyof M]: ValueOf<M[K]> } : never

/** The cells of the measures in a row, and the number of runs they were observed in. */
export type CellsOf<T> =
  T extends Measured<infer M>
    ? Readonly<EstimateCells<WithInterval<M>>> &
        Readonly<Record<WithoutInterval<M>, number>> & { readonly runs: number }
    : never

/** What follows from measures: their columns, and their cells from the observations of a case. */
export interface Measured<M extends Measures> {
  /** Three columns for each measure with an interval, one for others, in the order of the measures. */
  readonly columns: readonly Column[]
  /** The cells of those columns, and `runs`. Cost: one pass over the observations for each measure. */
  cells(observations: readonly ObservationOf<Measured<M>>[]): CellsOf<Measured<M>>
}

/**
 * The measures of an experiment, each named once: columns, the type of an
 * observation, the type of a row and its cells follow.
 *
 * @example
 * const measures = measured({
 *   learnMs: mean("Mean time until the proposer learns the value.", { unit: "ms" }),
 *   decided: share("Share of runs that decide.", { digits: 4 }),
 * })
 * type Row = CellsOf<typeof measures> & { readonly system: string }
 * // columns: [text("system", …), runsColumn, ...measures.columns]
 * // observe: … => ({ learnMs, decided: learnMs !== null })
 * // summarise: (c, observations) => [{ ...c, ...measures.cells(observations) }]
 */
export function measured<const M extends Measures>(measures: M): Measured<M> {
  const entries = Object.entries(measures)
  return {
    columns: entries.flatMap(([name, { meaning, details, interval }]) =>
      interval ? estimateColumns(name, meaning, details) : [measure(name, meaning, details)],
    ),
    cells: (observations) => {
      const cells = entries.map(([name, one]) => {
        const estimated = one.estimate(observations.map((observation) => observation[name]))
        return one.interval ? estimateCells(name, estimated) : { [name]: estimated.value }
      })
      return Object.assign({ runs: observations.length }, ...cells) as CellsOf<Measured<M>>
    },
  }
}

/** The column of `runs`. */
export const runsColumn = count("runs", "Number of independent runs.")

/** "Means of 100 runs with 95 % CI (Student t)": what a caption or note says of the numbers of these rows. */
export function meansOf(rows: readonly { readonly runs: number }[], level = "95 %"): string {
  return `Means of ${runsOf(rows)} with ${level} CI (Student t)`
}

/** "Shares of 100 runs with 95 % CI (Wilson)". */
export function sharesOf(rows: readonly { readonly runs: number }[]): string {
  return `Shares of ${runsOf(rows)} with 95 % CI (Wilson)`
}

/** "100 runs", of the first of these rows; all rows of a table have the same number unless a sweep stops early. */
export function runsOf(rows: readonly { readonly runs: number }[]): string {
  const runs = rows[0]?.runs ?? 0
  return `${runs.toLocaleString("en")} run${runs === 1 ? "" : "s"}`
}
