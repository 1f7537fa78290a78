import { UsageError } from "../../base/errors.ts"
import type { Figure } from "../figure.ts"

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

/** The shape of a point: series are told apart without colour too. */
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

/** The most series a figure may have: more can no longer be told apart. */
export const mostSeries = inks.length

/** The ink of each series, in order; more than eight are refused. */
export function inksFor(names: readonly string[], figureId: string): readonly Ink[] {
  if (names.length > mostSeries) {
    throw new UsageError(
      `Figure ${figureId} has ${names.length} series; at most ${mostSeries} can be told apart. ` +
        `Show fewer, or part them over panels.`,
    )
  }
  return inks.slice(0, names.length)
}

/** The colours of a heat map, from little to much: their lightness falls steadily, as it must in grey. */
export const heatColors = ["#f7fbff", "#c6dbef", "#6baed6", "#2171b5", "#08306b"] as const
