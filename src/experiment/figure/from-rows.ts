import { ParetoFront } from "../../base/pareto.ts"
import { type Interval, intervalOf } from "../table.ts"
import { type Bar, type Point, type Series, distinct } from "./figure.ts"

/** Rows whose columns `Name`, `${Name}Low` and `${Name}High` hold an estimate. */
export type WithEstimate<Name extends string> = Readonly<
  Record<Name | `${Name}Low` | `${Name}High`, number | null>
>

/** The points of an estimate by a numeric column; rows where the estimate is empty have none. */
export function estimatePoints<X extends string, Name extends string>(
  rows: readonly (Readonly<Record<X, number>> & WithEstimate<Name>)[],
  x: X,
  name: Name,
): Point[] {
  return rows.flatMap((row) => {
    const { value, low, high } = intervalOf(row as WithEstimate<Name>, name)
    return value === null ? [] : [{ x: row[x], y: value, low, high }]
  })
}

/** A series for each name of the rows, in the order of first appearance; those without points are left out. */
export function seriesBy<Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  points: (rows: readonly Row[]) => readonly Point[],
): Series[] {
  return distinct(rows.map(nameOf))
    .map((name) => ({ name, points: points(rows.filter((row) => nameOf(row) === name)) }))
    .filter((series) => series.points.length > 0)
}

/** A bar for each row. */
export function barsOf<Row>(
  rows: readonly Row[],
  {
    group,
    series,
    value,
  }: { group: (row: Row) => string; series: (row: Row) => string; value: (row: Row) => Interval },
): Bar[] {
  return rows.map((row) => ({ group: group(row), series: series(row), ...value(row) }))
}

/** A number without an interval. */
export function exactly(value: number | null): Interval {
  return { value, low: null, high: null }
}

/** Those of the points that no other beats in both directions, less being better, from left to right. */
export function paretoFront<P extends { readonly x: number; readonly y: number }>(points: readonly P[]): P[] {
  const front = new ParetoFront<P>()
  for (const point of points) front.add([point.x, point.y], point)
  return front.items.sort((a, b) => a.x - b.x || a.y - b.y)
}
