import {
  type BarFigure,
  type BarPanel,
  type Figure,
  type HeatFigure,
  type HeatPanel,
  type LineFigure,
  type LinePanel,
  type Point,
  type ScatterFigure,
  axisText,
  distinct,
  seriesNames,
} from "../figure/figure.ts"
import { type Ink, areMarksFilled, darkShade, heatColors, inksFor, ordered, shadeOf } from "../figure/ink.ts"
import { type PlacedLabel, placeLabels } from "../figure/labels.ts"
import {
  type PanelLayout,
  evenLines,
  figureWidth,
  fontFamily,
  fontSizes,
  legendLayout,
  legendSample,
  marksEvery,
  panelLayout,
  wrapInFont,
} from "../figure/layout.ts"
import { type Scale, isShown } from "../figure/scale.ts"
import { plainTexts } from "./inline.ts"

/**
 * The figure as a specification of Vega-Lite 6: caption, panels, legend and
 * notes, with its data. The legend is a view of its own, because Vega-Lite's
 * shows either the dash of a line or its mark.
 */
export function vegaLiteSpec(shown: Figure): Spec {
  const figure = plainTexts(shown)
  const names = seriesNames(figure)
  const drawing = { names, inks: inksFor(names, figure.id), layout: panelLayout(figure) }
  const caption = evenLines(withoutCode(figure.caption), fontSizes.caption, figureWidth)
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    description: figure.caption,
    title: { text: caption, anchor: "start", frame: "bounds", offset: 10 },
    background: "white",
    padding: 8,
    vconcat: [panels(figure, drawing), below(figure, drawing)],
    spacing: 14,
    config,
  }
}

const config: Spec = {
  aria: false,
  font: fontFamily,
  view: { stroke: null },
  title: { fontSize: fontSizes.caption, fontWeight: "normal", lineHeight: 16 },
  axis: {
    labelFontSize: fontSizes.label,
    titleFontSize: fontSizes.title,
    titleFontWeight: "normal",
    titlePadding: 7,
    labelLimit: 0,
    titleLimit: 0,
    gridColor: "#e4e4e4",
    domainColor: "#606060",
    tickColor: "#606060",
    // Where the values are, and not on the nearest whole pixel: marks stand on their grid lines.
    tickRound: false,
    translate: 0,
    labelOverlap: false,
    labelFlush: false,
  },
}

/** The panels in rows; the title of the vertical axis stands in the first column alone. */
function panels(figure: Figure, drawing: Drawing): Spec {
  const { columns } = drawing.layout
  const titles = figure.kind === "scatter" ? [""] : figure.panels.map(({ title }) => title)
  const views = titles.map((title, i) => panel(figure, drawing, i, title))
  return { concat: views, columns, spacing: 24 }
}

function panel(figure: Figure, drawing: Drawing, index: number, title: string): Spec {
  const { width, height, columns } = drawing.layout
  const axes = axesOf(figure, drawing.layout, index % columns === 0)
  return {
    width,
    height,
    ...(title === ""
      ? {}
      : { title: { text: title, fontSize: fontSizes.title, anchor: "middle", offset: 6 } }),
    layer: layersOf(figure, drawing, index, axes),
  }
}

function axesOf(figure: Figure, layout: PanelLayout, first: boolean): Axes {
  switch (figure.kind) {
    case "lines":
    case "scatter":
      return {
        x: { field: "x", ...quantitative(layout.x!, axisText(figure.x)) },
        y: { field: "y", ...quantitative(layout.y!, first ? axisText(figure.y) : "") },
      }
    case "bars": {
      const groups = distinct(figure.panels.flatMap(({ bars }) => bars.map(({ group }) => group)))
      const names = discrete("group", groups, layout.lying && !first ? null : figure.groups)
      const value = axisText(figure.value)
      return layout.lying
        ? { x: { field: "value", ...quantitative(layout.x!, value) }, y: names }
        : { x: names, y: { field: "value", ...quantitative(layout.y!, first ? value : "") } }
    }
    case "heat":
      return {
        x: discrete("x", ordered(figure, "x"), axisText(figure.x)),
        y: discrete("y", ordered(figure, "y").reverse(), first ? axisText(figure.y) : ""),
      }
  }
}

function quantitative(scale: Scale, title: string): Spec {
  const values = scale.ticks.map(({ value }) => value)
  const labels = scale.ticks.map(({ label }) => label)
  return {
    type: "quantitative",
    scale: {
      domain: [scale.low, scale.high],
      nice: false,
      ...(scale.log ? { type: "log" } : { zero: false }),
    },
    axis: {
      title,
      // Said, because Vega-Lite gives no grid to an axis whose first layer shows a constant.
      grid: true,
      values,
      labelExpr: `${JSON.stringify(labels)}[indexof(${JSON.stringify(values)}, datum.value)]`,
    },
  }
}

/** Without a title there are no labels either: they stand beside the panel before. */
function discrete(field: string, values: readonly (number | string)[], title: string | null): Spec {
  const labels = title !== null
  return {
    field,
    type: "ordinal",
    sort: values,
    axis: { title, labels, labelAngle: 0, grid: false, ticks: false },
  }
}

function layersOf(figure: Figure, drawing: Drawing, index: number, axes: Axes): Spec[] {
  switch (figure.kind) {
    case "lines":
      return lineLayers(figure, figure.panels[index]!, drawing, axes)
    case "bars":
      return barLayers(figure, figure.panels[index]!, drawing, axes)
    case "heat":
      return heatLayers(figure, figure.panels[index]!, axes)
    case "scatter":
      return scatterLayers(figure, drawing, axes)
  }
}

function scatterLayers(figure: ScatterFigure, drawing: Drawing, axes: Axes): Spec[] {
  const points = figure.series.flatMap(({ name, points }) =>
    points
      .filter(({ x, y }) => isShown(figure.x, x) && isShown(figure.y, y))
      .map(({ x, y }) => ({ series: name, x, y })),
  )
  const front = figure.front.filter(({ x, y }) => isShown(figure.x, x) && isShown(figure.y, y))
  const labels = placeLabels(figure, drawing.layout)
  return [
    ...(front.length < 2
      ? []
      : [
          {
            data: { values: front },
            mark: { type: "line", interpolate: "step-after", color: "#909090", strokeWidth: 1 },
            encoding: { ...axes, order: { field: "x" } },
          },
        ]),
    ...leaderLayers(labels, axes),
    {
      data: { values: points },
      mark: { ...pointMark, filled: areMarksFilled(figure) },
      encoding: { ...axes, ...markEncoding(drawing, areMarksFilled(figure)) },
    },
    {
      data: { values: labels },
      mark: { type: "text", fontSize: fontSizes.label, align: "left", baseline: "middle" },
      encoding: { ...axes, text: { field: "label" } },
    },
  ]
}

function leaderLayers(labels: readonly PlacedLabel[], { x, y }: Axes): Spec[] {
  const values = labels.flatMap(({ leader }) => {
    if (leader === undefined) return []
    const [from, to] = leader
    return [{ x: from.x, y: from.y, x2: to.x, y2: to.y }]
  })
  if (values.length === 0) return []
  const encoding = { x, y, x2: { field: "x2" }, y2: { field: "y2" } }
  return [{ data: { values }, mark: { type: "rule", strokeWidth: 0.6, color: "#606060" }, encoding }]
}

const [legendLine, noteLine] = [17, 13]

/** Legend and notes, in pixels from the left edge of the figure. */
function below(figure: Figure, drawing: Drawing): Spec {
  const { names, layout } = drawing
  const { columns, cellWidth, rows } = legendLayout(names)
  const legendHeight = names.length > 1 ? rows * legendLine + 4 : 0
  const notes = [
    ...(figure.kind === "heat" ? [`Shade and number: ${axisText(figure.value)}.`] : []),
    ...figure.notes,
  ]
  const lines = notes.flatMap((note) => wrapInFont(withoutCode(note), fontSizes.note, figureWidth))
  const height = legendHeight + lines.length * noteLine
  const at = (scale: Spec): Spec => ({
    type: "quantitative",
    axis: null,
    scale: { nice: false, zero: false, ...scale },
  })
  const x = at({ domain: [layout.left, layout.left + layout.width] })
  const y = at({ domain: [height, 0] })
  const cells = names.map((series, i) => ({
    series,
    left: (i % columns) * cellWidth,
    middle: (i % columns) * cellWidth + 14,
    right: (i % columns) * cellWidth + 28,
    text: (i % columns) * cellWidth + legendSample,
    row: Math.floor(i / columns) * legendLine + 7,
  }))
  const written = lines.map((text, i) => ({ text, row: legendHeight + i * noteLine + 5 }))
  const row = { ...y, field: "row" }
  return {
    width: layout.width,
    height,
    layer: [
      ...(names.length > 1 ? legendLayers(figure, drawing, cells, x, row) : []),
      {
        data: { values: written },
        mark: { type: "text", fontSize: fontSizes.note, align: "left", baseline: "middle", color: "#404040" },
        encoding: { x: { ...x, datum: 0 }, y: row, text: { field: "text" } },
      },
    ],
  }
}

function legendLayers(figure: Figure, drawing: Drawing, values: readonly Spec[], x: Spec, row: Spec): Spec[] {
  const data = { values }
  const text = {
    data,
    mark: { type: "text", fontSize: fontSizes.label, align: "left", baseline: "middle" },
    encoding: { x: { ...x, field: "text" }, y: row, text: { field: "series" } },
  }
  if (figure.kind === "bars" && figure.mark !== "point") {
    const swatch = { type: "bar", height: 10, stroke: "#202020", strokeWidth: 0.6 }
    const encoding = { x: { ...x, field: "left" }, x2: { field: "right" }, y: row, ...colorEncoding(drawing) }
    return [{ data, mark: swatch, encoding }, text]
  }
  const line = {
    data,
    mark: { type: "rule", strokeWidth: 1.6 },
    encoding: {
      x: { ...x, field: "left" },
      x2: { field: "right" },
      y: row,
      ...colorEncoding(drawing),
      ...dashEncoding(drawing),
    },
  }
  const mark = {
    data,
    mark: { ...pointMark, filled: areMarksFilled(figure) },
    encoding: { x: { ...x, field: "middle" }, y: row, ...markEncoding(drawing, areMarksFilled(figure)) },
  }
  return [...(figure.kind === "lines" ? [line] : []), mark, text]
}

/** Captions and notes have `code` between backquotes. */
function withoutCode(text: string): string {
  return text.replaceAll("`", "")
}

/** A Vega-Lite view or a part of one: JSON. */
export type Spec = Readonly<Record<string, unknown>>

/** What the layers of a panel are made from. */
export interface Drawing {
  readonly names: readonly string[]
  readonly inks: readonly Ink[]
  readonly layout: PanelLayout
}

/** The encodings of the two directions of a panel. */
export interface Axes {
  readonly x: Spec
  readonly y: Spec
}

/** How a point is drawn, whatever its shape. */
export const pointMark: Spec = { type: "point", filled: true, size: 42, strokeWidth: 1.3, opacity: 1 }

/** A star that vega has not: three strokes through the middle. */
const paths: Readonly<Record<string, string>> = {
  triangle: "triangle-up",
  down: "triangle-down",
  right: "triangle-right",
  star: "M-1.3,0H1.3M-0.65,-1.1L0.65,1.1M0.65,-1.1L-0.65,1.1",
}

/** Colour and mark of a series; the strokes of a star have their colour even where marks are filled. */
export function markEncoding({ names, inks }: Drawing, areFilled = true): Spec {
  const scale = { domain: names, range: inks.map(({ mark }) => paths[mark] ?? mark) }
  const { color } = colorEncoding({ names, inks })
  return {
    color,
    ...(areFilled && { stroke: color }),
    shape: { field: "series", type: "nominal", scale, legend: null },
  }
}

/** The colour of each series, in the order of the legend. */
export function colorEncoding({ names, inks }: Pick<Drawing, "names" | "inks">): Spec {
  const scale = { domain: names, range: inks.map(({ color }) => color) }
  return { color: { field: "series", type: "nominal", scale, legend: null } }
}

/** A continuous line is a dash without gaps. */
export function dashEncoding({ names, inks }: Pick<Drawing, "names" | "inks">): Spec {
  const scale = { domain: names, range: inks.map(({ dash }) => (dash.length === 0 ? [1, 0] : dash)) }
  return { strokeDash: { field: "series", type: "nominal", scale, legend: null } }
}

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
