import { type Figure, type ScatterFigure, axisText, distinct, seriesNames } from "../figure.ts"
import { ordered } from "../figure/heat.ts"
import { areMarksFilled, inksFor } from "../figure/ink.ts"
import { type PlacedLabel, placeLabels } from "../figure/labels.ts"
import {
  type PanelLayout,
  figureWidth,
  fontSizes,
  legendLayout,
  legendSample,
  panelLayout,
} from "../figure/layout.ts"
import { type Scale, isShown } from "../figure/scale.ts"
import { evenLines, fontFamily, wrapText } from "../figure/text-width.ts"
import {
  type Axes,
  type Drawing,
  type Spec,
  colorEncoding,
  dashEncoding,
  markEncoding,
  pointMark,
} from "./vega-lite-encodings.ts"
import { barLayers, heatLayers, lineLayers } from "./vega-lite-layers.ts"

/**
 * The figure as a specification of Vega-Lite 6: caption, panels, legend and
 * notes, with its data. The legend is a view of its own, because Vega-Lite's
 * shows either the dash of a line or its mark.
 */
export function vegaLiteSpec(figure: Figure): Spec {
  const names = seriesNames(figure)
  const drawing = { names, inks: inksFor(names, figure.id), layout: panelLayout(figure) }
  const caption = evenLines(plainText(figure.caption), fontSizes.caption, figureWidth)
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
  const lines = notes.flatMap((note) => wrapText(plainText(note), fontSizes.note, figureWidth))
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
function plainText(text: string): string {
  return text.replaceAll("`", "")
}
