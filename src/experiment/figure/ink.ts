import { UsageError } from "../../base/errors.ts"
import { type Figure, type HeatFigure, distinct } from "./figure.ts"

/**
 * How a series is drawn. Each of colour, dash, mark and hatching tells it from
 * the others by itself, so that a copy in grey loses nothing.
 */
export interface Ink {
  /** As #rrggbb; from the palette of Okabe and Ito 2008, in an order of changing lightness. */
  readonly color: string
  /** Lengths of strokes and gaps in pixels; nothing for a continuous line. */
  readonly dash: readonly number[]
  readonly mark: Mark
  readonly hatch: Hatch
}

/** The shape of a point: series are distinguished without colour too. */
export type Mark = "circle" | "square" | "triangle" | "diamond" | "cross" | "star" | "down" | "right"

/** Whether marks are filled: not those of several clouds of points, where one must not hide another. */
export function areMarksFilled(figure: Figure): boolean {
  return figure.kind !== "scatter" || figure.series.length < 2
}

/** Lines over a filled bar. */
export type Hatch = "none" | "rising" | "falling" | "crossed" | "level" | "upright" | "grid" | "dots"

const inks: readonly Ink[] = [
  { color: "#0072b2", dash: [], mark: "circle", hatch: "none" },
  { color: "#e69f00", dash: [6, 3], mark: "square", hatch: "rising" },
  { color: "#202020", dash: [2, 2], mark: "triangle", hatch: "falling" },
  { color: "#56b4e9", dash: [8, 3, 2, 3], mark: "diamond", hatch: "crossed" },
  { color: "#d55e00", dash: [12, 3], mark: "cross", hatch: "level" },
  { color: "#009e73", dash: [4, 2, 1, 2, 1, 2], mark: "star", hatch: "upright" },
  { color: "#cc79a7", dash: [1, 3], mark: "down", hatch: "grid" },
  { color: "#999999", dash: [10, 2, 4, 2], mark: "right", hatch: "dots" },
]

/** The most series a figure may have: more can no longer be distinguished. */
export const maxSeries = inks.length

/** The ink of each series, in order; more than eight are refused. */
export function inksFor(names: readonly string[], figureId: string): readonly Ink[] {
  if (names.length > maxSeries) {
    throw new UsageError(
      `figure ${figureId} has ${names.length} series; at most ${maxSeries} are distinguishable. ` +
        `Show fewer, or split them over panels.`,
    )
  }
  return inks.slice(0, names.length)
}

/** The colours of a heat map, from little to much: their lightness falls steadily, as it must in grey. */
export const heatColors = ["#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"] as const

/** The values along one direction of a heat map: numbers in increasing order, texts as they come. */
export function ordered(figure: HeatFigure, direction: "x" | "y"): (number | string)[] {
  const values = distinct(figure.panels.flatMap(({ cells }) => cells.map((cell) => cell[direction])))
  return values.every((value) => typeof value === "number") ? values.sort((a, b) => a - b) : values
}

/** How dark a cell of this value is: 0 for the least value of the figure, 1 for the greatest. */
export function shadeOf({ panels, value: axis }: HeatFigure): (value: number) => number {
  const all = panels.flatMap(({ cells }) => cells.map(({ value }) => value))
  const [min, max] = [Math.min(...all), Math.max(...all)]
  const of = axis.scale === "log" ? Math.log : (x: number): number => x
  return (value) => (max > min ? Number(((of(value) - of(min)) / (of(max) - of(min))).toFixed(4)) : 0)
}

/** From this shade on, what is written in a cell is white: there white and black are equally far from it. */
export const darkShade = 0.7

/** The red, green and blue of a shade, each from 0 to 255, between the two nearest colours. */
export function shadeColor(shade: number): readonly [number, number, number] {
  const at = shade * (heatColors.length - 1)
  const below = Math.min(Math.floor(at), heatColors.length - 2)
  const [from, to] = [channels(heatColors[below]!), channels(heatColors[below + 1]!)]
  const between = (i: 0 | 1 | 2): number => Math.round(from[i] + (at - below) * (to[i] - from[i]))
  return [between(0), between(1), between(2)]
}

/** The red, green and blue of a colour such as #0072b2. */
export function channels(color: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) as [number, number, number]
}
