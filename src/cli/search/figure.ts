import type { SearchResult } from "../../analysis/search.ts"
import type { ScatterFigure } from "../../experiment/figure/figure.ts"
import { paretoFront } from "../../experiment/figure/from-rows.ts"

/** The Pareto front of a search in the plane of load and failure probability; points are labelled as in the table. */
export function searchFigure(
  { front, complete, considered }: SearchResult,
  letterOf: (index: number) => string,
): ScatterFigure {
  const points = front.map(({ load, failureProbability }, i) => ({
    x: load,
    y: failureProbability,
    label: letterOf(i),
  }))
  const possible = points.some(({ y }) => y > 0)
  return {
    kind: "scatter",
    id: "search-front",
    caption: "Pareto-optimal systems: load against failure probability",
    x: { title: "load" },
    // A logarithmic axis needs a positive value: nodes may never fail.
    y: { title: "failure probability", ...(possible && { scale: "log" }) },
    series: [{ name: "systems", points }],
    front: paretoFront(points),
    notes: [
      "The formula is phase 1; phase 2 is its dual. Line: systems that are Pareto-optimal in these two measures; the others are better in latency, network load or resilience.",
      front.map(({ system }, i) => `${letterOf(i)}: ${system.name}`).join("; ") + ".",
      `${considered} systems considered; the search is ${complete ? "complete" : "incomplete"}. Values are exact.`,
    ],
  }
}

/** A point of a plot with its label. */
export interface ScatterPoint {
  readonly x: number
  readonly y: number
  readonly letter: string
}

/** The titles of the axes. */
export interface ScatterAxes {
  readonly x: string
  /** Logarithmic; zeros are drawn at the bottom. */
  readonly y: string
}

const height = 12

/**
 * A scatter plot in characters: x linear, y logarithmic, one letter per point.
 * Of coinciding points the first is drawn.
 */
export function scatter(points: readonly ScatterPoint[], axes: ScatterAxes, width: number): string {
  const positive = points.map(({ y }) => y).filter((y) => y > 0)
  const [bottom, top] = [Math.log10(Math.min(...positive, 1)), Math.log10(Math.max(...positive, 1e-300))]
  const [left, right] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))]
  const columns = Math.max(20, Math.min(width, 80) - 12)
  const place = (value: number, from: number, to: number, steps: number): number =>
    to > from ? Math.round(((value - from) / (to - from)) * (steps - 1)) : 0
  const grid = Array.from({ length: height }, () => Array<string>(columns).fill(" "))
  for (const { x, y, letter } of [...points].reverse()) {
    const row = y > 0 ? place(Math.log10(y), bottom, top, height) : 0
    grid[height - 1 - row]![place(x, left, right, columns)] = letter
  }
  const label = (row: number): string =>
    row === 0 ? short(10 ** top) : row === height - 1 ? short(10 ** bottom) : ""
  const lines = grid.map((cells, row) => `${label(row).padStart(9)} │${cells.join("").trimEnd()}`)
  const ends = `${short(left)}${short(right).padStart(columns - short(left).length)}`
  return [
    `${axes.y} (log scale)`,
    ...lines,
    `${" ".repeat(10)}└${"─".repeat(columns)}`,
    `${" ".repeat(11)}${ends}  ${axes.x}`,
  ].join("\n")
}

const short = (value: number): string => String(Number(value.toPrecision(3)))
