import type { Interval } from "../table.ts"

/**
 * A figure as a thesis prints it: a value that knows nothing of the medium. The
 * folder `render/` turns it into a Vega-Lite specification, an SVG and pgfplots.
 *
 * Everything distinguished by colour is distinguished by a mark, a dash or a hatching
 * too, so that it can be read in grey; see `figure/ink.ts`.
 */
export type Figure = LineFigure | BarFigure | HeatFigure | ScatterFigure

export interface FigureFrame {
  /** The name of its files and its LaTeX label, in kebab-case; not that of a table of the same experiment. */
  readonly id: string
  /** A sentence that says what is shown. */
  readonly caption: string
  /** Sentences below it: how many runs a point stands for, and what its interval is. */
  readonly notes: readonly string[]
}

/** What an axis measures, and how. */
export interface Axis {
  readonly title: string
  /** Printed in parentheses after the title. */
  readonly unit?: string
  /** Linear unless said. On a logarithmic axis nothing can stand that is not above zero: it is left out. */
  readonly scale?: "linear" | "log"
  /** Whether a linear axis begins at zero; the y axes do unless said, the x axes do not. */
  readonly zero?: boolean
  /** The greatest value there can be, as 1 is of shares: the axis does not go beyond it, nor do intervals. */
  readonly max?: number
}

/** Curves of measured points: latency by size, a distribution, throughput over time. */
export interface LineFigure extends FigureFrame {
  readonly kind: "lines"
  readonly x: Axis
  readonly y: Axis
  /** How a point is joined with the next: by a line, or level until the next (a distribution). */
  readonly join: "line" | "step"
  /** How intervals are drawn: bars at each point, or a band where points are dense. */
  readonly interval: "bars" | "band"
  /** Side by side, with the same axes; the title of a single panel may be empty. */
  readonly panels: readonly LinePanel[]
  /** Moments marked by a vertical line, such as a crash. */
  readonly events?: readonly FigureEvent[]
}

/** One of the panels of a figure of lines; they share their axes. */
export interface LinePanel {
  readonly title: string
  readonly series: readonly Series[]
}

/** Points that belong together, in the order they are joined. */
export interface Series {
  readonly name: string
  readonly points: readonly Point[]
}

/** A point and, where y is an estimate, the interval of it. */
export interface Point {
  readonly x: number
  readonly y: number
  /** The ends of the interval of y, where it has one. */
  readonly low?: number | null
  readonly high?: number | null
}

/** Something that happened at an x, such as a crash: drawn as a line across with its name. */
export interface FigureEvent {
  readonly x: number
  readonly label: string
}

/** Bars side by side in groups: one for each series. */
export interface BarFigure extends FigureFrame {
  readonly kind: "bars"
  /** Points instead of bars, for values whose distance from zero says nothing; bars unless said. */
  readonly mark?: "bar" | "point"
  /** A line across all groups, such as the value that was predicted. */
  readonly reference?: number
  /** What the groups are; may be empty where their names say it. */
  readonly groups: string
  readonly value: Axis
  readonly panels: readonly BarPanel[]
}

/** One of the panels of a figure of bars; they share their axis. */
export interface BarPanel {
  readonly title: string
  readonly bars: readonly Bar[]
}

/** One bar, in the group and the series of these names; both are ordered by first appearance. */
export interface Bar extends Interval {
  readonly group: string
  readonly series: string
}

/** Values over two discrete quantities, each in its cell. */
export interface HeatFigure extends FigureFrame {
  readonly kind: "heat"
  readonly x: Axis
  readonly y: Axis
  readonly value: Axis
  /** Decimals shown in a cell. */
  readonly digits: number
  readonly panels: readonly HeatPanel[]
}

/** One of the panels of a heat map; they share their scale. */
export interface HeatPanel {
  readonly title: string
  readonly cells: readonly HeatCell[]
}

/** Numbers are in increasing order along their axis, texts in the order of first appearance. */
export interface HeatCell {
  readonly x: number | string
  readonly y: number | string
  readonly value: number
}

/** Points in the plane of two measures, and the front of those that no other beats in both. */
export interface ScatterFigure extends FigureFrame {
  readonly kind: "scatter"
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly ScatterSeries[]
  /** Joined as stairs, where there is one. */
  readonly front: readonly Place[]
}

/** Points of one colour. */
export interface ScatterSeries {
  readonly name: string
  readonly points: readonly ScatterPoint[]
}

export interface Place {
  readonly x: number
  readonly y: number
}

/** A point that may have a name. */
export interface ScatterPoint extends Place {
  /** Printed beside the point. */
  readonly label?: string
}

/** "latency (ms)". */
export function axisText({ title, unit }: Axis): string {
  return unit === undefined ? title : `${title} (${unit})`
}

/** The names of a figure's series, in the order of their first appearance over its panels. */
export function seriesNames(figure: Figure): string[] {
  switch (figure.kind) {
    case "lines":
      return distinct(figure.panels.flatMap(({ series }) => series.map(({ name }) => name)))
    case "bars":
      return distinct(figure.panels.flatMap(({ bars }) => bars.map(({ series }) => series)))
    case "scatter":
      return distinct(figure.series.map(({ name }) => name))
    case "heat":
      return []
  }
}

/** The values without repetition, in the order of their first appearance. */
export function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
