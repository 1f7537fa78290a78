import type { BarFigure, BarPanel, HeatFigure, HeatPanel, LineFigure, LinePanel, Point } from "../figure.ts"
import { darkShade, shadeOf } from "../figure/heat.ts"
import { heatColors } from "../figure/ink.ts"
import { fontSizes, marksEvery } from "../figure/layout.ts"
import { type Scale, isShown } from "../figure/scale.ts"
import {
  type Axes,
  type Drawing,
  type Spec,
  colorEncoding,
  dashEncoding,
  markEncoding,
  pointMark,
} from "./vega-lite-encodings.ts"

/** Events behind everything, then intervals, lines and marks. */
export function lineLayers(figure: LineFigure, panel: LinePanel, drawing: Drawing, axes: Axes): Spec[] {
  const { y: scale } = drawing.layout
  const values = panel.series.flatMap(({ name, points }) => {
    const every = marksEvery(points.length)
    return points
      .filter(({ x, y }) => isShown(figure.x, x) && isShown(figure.y, y))
      .map((point, i) => ({
        series: name,
        x: point.x,
        y: point.y,
        ...ends(point, scale!),
        marked: i % every === 0,
      }))
  })
  const data = { values }
  const interpolate = figure.join === "step" ? "step-after" : "linear"
  const ofSeries = { ...colorEncoding(drawing), detail: { field: "series" } }
  return [
    ...eventLayers(figure, drawing, axes),
    ...(values.some(({ low }) => low !== null) ? intervalLayers(figure, data, drawing, axes) : []),
    {
      data,
      mark: { type: "line", strokeWidth: 1.6, interpolate },
      encoding: { ...axes, ...ofSeries, ...dashEncoding(drawing), order: { field: "x" } },
    },
    {
      data,
      transform: [{ filter: "datum.marked" }],
      mark: pointMark,
      encoding: { ...axes, ...markEncoding(drawing) },
    },
  ]
}

/** The ends of an interval, cut off where the axis ends. */
function ends({ low, high }: Point, scale: Scale): { low: number | null; high: number | null } {
  if (low === null || low === undefined || high === null || high === undefined)
    return { low: null, high: null }
  return { low: Math.max(low, scale.low), high: Math.min(high, scale.high) }
}

function intervalLayers(figure: LineFigure, data: Spec, drawing: Drawing, axes: Axes): Spec[] {
  const transform = [{ filter: "datum.low !== null" }]
  const y = { ...axes.y, field: "low" }
  const encoding = { x: axes.x, y, y2: { field: "high" }, ...colorEncoding(drawing) }
  if (figure.interval === "band") {
    const interpolate = figure.join === "step" ? "step-after" : "linear"
    return [{ data, transform, mark: { type: "area", opacity: 0.22, interpolate }, encoding }]
  }
  const cap = { type: "tick", orient: "horizontal", size: 6, thickness: 1 }
  const capAt = (field: string): Spec => ({
    data,
    transform,
    mark: cap,
    encoding: { x: axes.x, y: { ...axes.y, field }, ...colorEncoding(drawing) },
  })
  return [{ data, transform, mark: { type: "rule", strokeWidth: 1 }, encoding }, capAt("low"), capAt("high")]
}

function eventLayers({ events = [] }: LineFigure, { layout }: Drawing, axes: Axes): Spec[] {
  if (events.length === 0) return []
  const data = { values: events }
  return [
    {
      data,
      mark: { type: "rule", strokeDash: [3, 3], color: "#606060", strokeWidth: 1 },
      encoding: { x: axes.x },
    },
    {
      data,
      mark: {
        type: "text",
        align: "left",
        baseline: "top",
        dx: 4,
        dy: 2,
        fontSize: fontSizes.label,
        color: "#404040",
      },
      encoding: {
        x: axes.x,
        y: { ...axes.y, field: undefined, datum: layout.y!.high },
        text: { field: "label" },
      },
    },
  ]
}

/** A bar or a point for each value, and a line for its interval. */
export function barLayers(figure: BarFigure, { bars }: BarPanel, drawing: Drawing, axes: Axes): Spec[] {
  const { lying } = drawing.layout
  const [along, across] = lying ? (["x", "yOffset"] as const) : (["y", "xOffset"] as const)
  const names = drawing.names
  const offset = { [across]: { field: "series", type: "nominal", sort: names, scale: { domain: names } } }
  const data = { values: bars.filter(({ value }) => value !== null) }
  const place = { ...axes, ...offset }
  const interval = {
    data,
    transform: [{ filter: "datum.low !== null && datum.high !== null" }],
    mark: { type: "rule", strokeWidth: 1.2, color: "#000000" },
    encoding: { ...place, [along]: { ...axes[along], field: "low" }, [`${along}2`]: { field: "high" } },
  }
  const reference = {
    data: { values: [{}] },
    mark: { type: "rule", strokeDash: [3, 3], color: "#606060", strokeWidth: 1 },
    encoding: { [along]: { ...axes[along], field: undefined, datum: figure.reference } },
  }
  const shown =
    figure.mark === "point"
      ? [interval, { data, mark: pointMark, encoding: { ...place, ...markEncoding(drawing) } }]
      : [
          {
            data,
            mark: { type: "bar", stroke: "#202020", strokeWidth: 0.6 },
            encoding: { ...place, ...colorEncoding(drawing) },
          },
          interval,
        ]
  return [...(figure.reference === undefined ? [] : [reference]), ...shown]
}

/** Cells shaded by their value, with the value in them. */
export function heatLayers(figure: HeatFigure, { cells }: HeatPanel, axes: Axes): Spec[] {
  const shade = shadeOf(figure)
  const values = cells.map(({ x, y, value }) => ({
    x,
    y,
    shade: shade(value),
    text: value.toFixed(figure.digits),
  }))
  const scale = {
    domain: heatColors.map((_, i) => i / (heatColors.length - 1)),
    range: heatColors,
    interpolate: "rgb",
  }
  return [
    {
      data: { values },
      mark: { type: "rect", stroke: "white", strokeWidth: 1 },
      encoding: { ...axes, color: { field: "shade", type: "quantitative", scale, legend: null } },
    },
    {
      data: { values },
      mark: { type: "text", fontSize: fontSizes.label },
      encoding: {
        ...axes,
        text: { field: "text" },
        color: { condition: { test: `datum.shade > ${darkShade}`, value: "white" }, value: "black" },
      },
    },
  ]
}
