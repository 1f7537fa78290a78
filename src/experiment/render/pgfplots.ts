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
import {
  type Hatch,
  type Ink,
  type Mark,
  areMarksFilled,
  channels,
  darkShade,
  inksFor,
  ordered,
  shadeColor,
  shadeOf,
} from "../figure/ink.ts"
import { placeLabels } from "../figure/labels.ts"
import { type PanelLayout, legendLayout, lineShare, marksEvery, panelLayout } from "../figure/layout.ts"
import { type Scale, isShown } from "../figure/scale.ts"
import { plainTexts } from "./inline.ts"
import { inlineLatex } from "./latex.ts"

/**
 * The figure as LaTeX, drawn by pgfplots from the data in the file itself, with
 * caption, label and legend. It is as wide as the text and needs two runs of
 * LaTeX, as references do. The preamble needs what its first lines say.
 */
export function renderPgfplots(figure: Figure): string {
  const names = seriesNames(figure)
  const layout = panelLayout(plainTexts(figure))
  const plots = { names, inks: inksFor(names, figure.id), layout }
  const panels = figure.kind === "scatter" ? [""] : figure.panels.map(({ title }) => title)
  return [
    "% Needs \\usepackage{pgfplots}, \\pgfplotsset{compat=1.17},",
    "% \\usepgfplotslibrary{groupplots} and \\usetikzlibrary{patterns}.",
    "\\begin{figure}",
    "  \\centering",
    "  \\begin{tikzpicture}",
    `    \\begin{groupplot}[${groupOptions(figure, layout, panels.length).join(", ")}]`,
    ...panels.flatMap((title, i) => [
      `      \\nextgroupplot[${panelOptions(figure, plots, i, title).join(", ")}]`,
      ...(i === 0 && names.length > 1 ? legend(figure, plots) : []).map((line) => `      ${line}`),
      ...plotsOf(figure, plots, i).map((line) => `      ${line}`),
    ]),
    "    \\end{groupplot}",
    "  \\end{tikzpicture}",
    ...(names.length > 1 ? [`  \\par\\smallskip\\pgfplotslegendfromname{legend:${figure.id}}`] : []),
    `  \\caption[${inlineLatex(figure.caption)}]{${inlineLatex([figure.caption, ...notesOf(figure)].join(" "))}}`,
    `  \\label{fig:${figure.id}}`,
    "\\end{figure}",
    "",
  ].join("\n")
}

function notesOf(figure: Figure): readonly string[] {
  return figure.kind === "heat"
    ? [`Shade and number: ${axisText(figure.value)}.`, ...figure.notes]
    : figure.notes
}

function groupOptions(figure: Figure, layout: PanelLayout, panels: number): string[] {
  const { columns, width, height, left, lying } = layout
  const rows = Math.ceil(panels / columns)
  const apart = lying ? 24 : left + 12
  return [
    `group style={group size=${columns} by ${rows}, horizontal sep=${lineShare(apart)}, vertical sep=2.1cm}`,
    "scale only axis",
    `width=${lineShare(width)}`,
    `height=${lineShare(height)}`,
    "tick label style={font=\\scriptsize}",
    "label style={font=\\footnotesize}",
    "title style={font=\\footnotesize}",
    "axis x line*=bottom",
    "axis y line*=left",
    "tick align=outside",
    ...(figure.kind === "heat" ? [] : ["grid=major", "grid style={black!12}"]),
    "clip=false",
  ]
}

function panelOptions(figure: Figure, { layout, names }: Plots, index: number, title: string): string[] {
  const first = index % layout.columns === 0
  return [
    ...(title === "" ? [] : [`title={${inlineLatex(title)}}`]),
    ...axesOf(figure, layout, first),
    ...(index === 0 && names.length > 1
      ? [
          `legend to name=legend:${figure.id}`,
          `legend columns=${legendLayout(names).columns}`,
          "legend style={draw=none, font=\\scriptsize, /tikz/every even column/.append style={column sep=6pt}}",
          "legend cell align=left",
        ]
      : []),
  ]
}

function axesOf(figure: Figure, layout: PanelLayout, first: boolean): string[] {
  switch (figure.kind) {
    case "lines":
    case "scatter":
      return [
        ...measured("x", layout.x!, axisText(figure.x)),
        ...measured("y", layout.y!, first ? axisText(figure.y) : ""),
      ]
    case "bars": {
      const groups = distinct(figure.panels.flatMap(({ bars }) => bars.map(({ group }) => group)))
      const value = axisText(figure.value)
      return layout.lying
        ? [...measured("x", layout.x!, value), ...named("y", groups, figure.groups, first), "y dir=reverse"]
        : [...named("x", groups, figure.groups, true), ...measured("y", layout.y!, first ? value : "")]
    }
    case "heat":
      return [
        ...named("x", ordered(figure, "x").map(String), axisText(figure.x), true),
        ...named("y", ordered(figure, "y").map(String), first ? axisText(figure.y) : "", true),
      ]
  }
}

/** An axis of numbers, with the labels of the SVG. */
function measured(axis: "x" | "y", scale: Scale, title: string): string[] {
  const ticks = scale.ticks.map(({ value }) => value).join(",")
  const labels = scale.ticks.map(({ label }) => `{${raisedInLatex(label)}}`).join(",")
  return [
    ...(scale.log ? [`${axis}mode=log`] : []),
    `${axis}min=${scale.low}`,
    `${axis}max=${scale.high}`,
    `${axis}tick={${ticks}}`,
    `${axis}ticklabels={${labels}}`,
    ...titled(axis, title),
  ]
}

/** 10⁻³ as LaTeX sets it. */
function raisedInLatex(label: string): string {
  return label
    .split(/([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/)
    .map((part, i) =>
      i % 2 === 0
        ? inlineLatex(part)
        : `$^{${part.replace(/./gu, (digit) => (digit === "⁻" ? "-" : String("⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(digit))))}}$`,
    )
    .join("")
}

/** An axis of names: they stand at 0, 1, 2 and so on. */
function named(axis: "x" | "y", names: readonly string[], title: string, shown: boolean): string[] {
  const labels = shown ? names.map((name) => `{${inlineLatex(name)}}`).join(",") : ""
  return [
    `${axis}min=-0.5`,
    `${axis}max=${names.length - 0.5}`,
    `${axis}tick={${names.map((_, i) => i).join(",")}}`,
    `${axis}ticklabels={${labels}}`,
    `${axis} tick style={draw=none}`,
    `${axis}majorgrids=false`,
    ...titled(axis, shown ? title : ""),
  ]
}

function titled(axis: "x" | "y", title: string): string[] {
  return title === "" ? [] : [`${axis}label={${inlineLatex(title)}}`]
}

function legend(figure: Figure, { names, inks }: Plots): string[] {
  return names.flatMap((name, i) => [
    `\\addlegendimage{${legendImage(figure, inks[i]!)}}`,
    `\\addlegendentry{${inlineLatex(name)}}`,
  ])
}

function plotsOf(figure: Figure, plots: Plots, index: number): string[] {
  switch (figure.kind) {
    case "lines":
      return linePlots(figure, figure.panels[index]!, plots)
    case "bars":
      return barPlots(figure, figure.panels[index]!, plots)
    case "heat":
      return heatPlots(figure, figure.panels[index]!)
    case "scatter":
      return scatterPlots(figure, plots)
  }
}

/** What the plots of a panel are made from. */
export interface Plots {
  readonly names: readonly string[]
  readonly inks: readonly Ink[]
  readonly layout: PanelLayout
}

/** Events behind everything, then bands, then lines with their marks and intervals. */
export function linePlots(figure: LineFigure, panel: LinePanel, { names, inks, layout }: Plots): string[] {
  const { low: bottom, high: top } = layout.y!
  const events = (figure.events ?? []).map(
    ({ x, label }) =>
      `\\draw[black!60, dashed] ({axis cs:${x},${bottom}}|-{rel axis cs:0,0}) -- ({axis cs:${x},${bottom}}|-{rel axis cs:0,1}) ` +
      `node[anchor=north west, font=\\scriptsize]{${inlineLatex(label)}};`,
  )
  const series = panel.series.flatMap(({ name, points }) => {
    const ink = inks[names.indexOf(name)]!
    const shown = points.filter(({ x, y }) => isShown(figure.x, x) && isShown(figure.y, y))
    if (shown.length === 0) return []
    const within = shown.map((point) => ({ ...point, ...intervalWithin(point, bottom, top) }))
    const band = figure.interval === "band" ? bandPlot(within, ink) : []
    return [...band, ...linePlot(figure, within, ink)]
  })
  return [...events, ...series]
}

/** The ends of an interval, cut off where the axis ends. */
function intervalWithin(
  { low, high }: Point,
  bottom: number,
  top: number,
): { low: number | null; high: number | null } {
  if (low === null || low === undefined || high === null || high === undefined)
    return { low: null, high: null }
  return { low: Math.max(low, bottom), high: Math.min(high, top) }
}

function linePlot(figure: LineFigure, points: readonly Point[], ink: Ink): string[] {
  const bars = figure.interval === "bars" && points.some(hasInterval)
  const options = [
    lineStyle(ink),
    markStyle(ink),
    ...(figure.join === "step" ? ["const plot"] : []),
    ...(marksEvery(points.length) > 1 ? [`mark repeat=${marksEvery(points.length)}`] : []),
    ...(bars ? ["error bars/.cd, y dir=both, y explicit, error bar style={solid}"] : []),
  ]
  const columns = bars ? "x=x, y=y, y error plus=plus, y error minus=minus" : "x=x, y=y"
  const rows = points.map((point) => {
    const ends = hasInterval(point) ? [point.high! - point.y, point.y - point.low!] : [0, 0]
    return row([point.x, point.y, ...(bars ? ends : [])])
  })
  const header = bars ? "x y plus minus \\\\" : "x y \\\\"
  return [`\\addplot[${options.join(", ")}] table[row sep=\\\\, ${columns}] {${header}`, ...rows, "};"]
}

/** Along the lower ends and back along the upper ones. */
function bandPlot(points: readonly Point[], { color }: Ink): string[] {
  const wide = points.filter(hasInterval)
  if (wide.length === 0) return []
  const low = wide.map(({ x, low }) => row([x, low!]))
  const high = wide.map(({ x, high }) => row([x, high!])).reverse()
  const options = `draw=none, fill=${rgb(color)}, fill opacity=0.22`
  return [`\\addplot[${options}] table[row sep=\\\\] {x y \\\\`, ...low, ...high, "};"]
}

const hasInterval = ({ low, high }: Point): boolean => (low ?? null) !== null && (high ?? null) !== null

/** One plot for each series, every bar in its place beside those of the other series. */
export function barPlots(figure: BarFigure, { bars }: BarPanel, { names, inks, layout }: Plots): string[] {
  const groups = distinct(figure.panels.flatMap((panel) => panel.bars.map(({ group }) => group)))
  // In units of the axis: pgfplots shifts bars, but not their error bars.
  const width = 0.8 / names.length
  const [along, across] = layout.lying ? ["x", "y"] : ["y", "x"]
  const reference = figure.reference === undefined ? [] : [referenceLine(figure.reference, layout)]
  const plots = names.flatMap((name, i) => {
    const own = bars.filter(({ series, value }) => series === name && value !== null)
    if (own.length === 0) return []
    const offset = (i - (names.length - 1) / 2) * width
    const options = [
      ...(figure.mark === "point"
        ? [`only marks, ${lineStyle(inks[i]!)}, ${markStyle(inks[i]!)}`]
        : [
            layout.lying ? "xbar" : "ybar",
            `bar width=${numeral(width)}`,
            "bar shift=0pt",
            barStyle(inks[i]!),
          ]),
      `error bars/.cd, ${along} dir=both, ${along} explicit, error bar style={black, solid}`,
    ]
    const columns = `${across}=group, ${along}=value, ${along} error plus=plus, ${along} error minus=minus`
    const rows = own.map(({ group, value, low, high }) =>
      row([
        groups.indexOf(group) + offset,
        value!,
        high === null ? 0 : high - value!,
        low === null ? 0 : value! - low,
      ]),
    )
    const header = "group value plus minus \\\\"
    return [`\\addplot[${options.join(", ")}] table[row sep=\\\\, ${columns}] {${header}`, ...rows, "};"]
  })
  return [...reference, ...plots]
}

function referenceLine(value: number, { lying }: PanelLayout): string {
  const at = (share: number): string =>
    lying
      ? `{axis cs:${value},0}|-{rel axis cs:0,${share}}`
      : `{rel axis cs:${share},0}|-{axis cs:0,${value}}`
  return `\\draw[black!60, dashed] (${at(0)}) -- (${at(1)});`
}

/** A rectangle for each cell, and its value. */
export function heatPlots(figure: HeatFigure, { cells }: HeatPanel): string[] {
  const [across, up] = [ordered(figure, "x"), ordered(figure, "y")]
  const shade = shadeOf(figure)
  return cells.flatMap(({ x, y, value }) => {
    const [column, line] = [across.indexOf(x), up.indexOf(y)]
    const [red, green, blue] = shadeColor(shade(value))
    const ink = shade(value) > darkShade ? "white" : "black"
    return [
      `\\fill[fill={rgb,255:red,${red};green,${green};blue,${blue}}] ` +
        `(axis cs:${column - 0.48},${line - 0.48}) rectangle (axis cs:${column + 0.48},${line + 0.48});`,
      `\\node[text=${ink}, font=\\scriptsize] at (axis cs:${column},${line}) {$${value.toFixed(figure.digits)}$};`,
    ]
  })
}

/** The front as stairs, the points, and their labels where the SVG has them. */
export function scatterPlots(figure: ScatterFigure, { names, inks, layout }: Plots): string[] {
  const shown = <P extends { x: number; y: number }>(points: readonly P[]): P[] =>
    points.filter(({ x, y }) => isShown(figure.x, x) && isShown(figure.y, y))
  const stairs = shown(figure.front).sort((a, b) => a.x - b.x)
  const plot = (options: string, points: readonly { x: number; y: number }[]): string[] =>
    points.length === 0
      ? []
      : [
          `\\addplot[${options}] table[row sep=\\\\, x=x, y=y] {x y \\\\`,
          ...points.map(({ x, y }) => row([x, y])),
          "};",
        ]
  return [
    ...(stairs.length > 1 ? plot("black!50, const plot", stairs) : []),
    ...figure.series.flatMap(({ name, points }) => {
      const ink = inks[names.indexOf(name)]!
      return plot(`only marks, ${lineStyle(ink)}, ${markStyle(ink, areMarksFilled(figure))}`, shown(points))
    }),
    ...placeLabels(figure, layout).flatMap(({ x, y, label, leader }) => [
      ...(leader === undefined
        ? []
        : [`\\draw[black!60, very thin] (${axisPlace(leader[0])}) -- (${axisPlace(leader[1])});`]),
      `\\node[anchor=west, inner sep=0pt, font=\\scriptsize] at (${axisPlace({ x, y })}) {${inlineLatex(label)}};`,
    ]),
  ]
}

function axisPlace({ x, y }: { readonly x: number; readonly y: number }): string {
  return `axis cs:${numeral(x)},${numeral(y)}`
}

/** How a series looks in the legend. */
export function legendImage(figure: Figure, ink: Ink): string {
  if (figure.kind === "bars" && figure.mark !== "point") return `area legend, ${barStyle(ink)}`
  return `${figure.kind !== "lines" ? "only marks, " : ""}${lineStyle(ink)}, ${markStyle(ink, areMarksFilled(figure))}`
}

function lineStyle({ color, dash }: Ink): string {
  const strokes = dash.map((pixels, i) => `${i % 2 === 0 ? "on" : "off"} ${pixels * 0.75}pt`).join(" ")
  return [`color=${rgb(color)}`, "thick", ...(dash.length === 0 ? [] : [`dash pattern=${strokes}`])].join(
    ", ",
  )
}

const marks: Readonly<Record<Mark, readonly [filled: string, hollow: string, rotate: number]>> = {
  circle: ["*", "o", 0],
  square: ["square*", "square", 0],
  triangle: ["triangle*", "triangle", 0],
  diamond: ["diamond*", "diamond", 0],
  cross: ["+", "+", 0],
  star: ["asterisk", "asterisk", 0],
  down: ["triangle*", "triangle", 180],
  right: ["triangle*", "triangle", 270],
}

function markStyle({ mark }: Ink, isFilled = true): string {
  const [filled, hollow, rotate] = marks[mark]
  const name = isFilled ? filled : hollow
  const turned = rotate === 0 ? "" : `, rotate=${rotate}`
  return `mark=${name}, mark size=1.8pt, mark options={solid${turned}}`
}

const patterns: Readonly<Record<Hatch, string>> = {
  none: "",
  rising: "north east lines",
  falling: "north west lines",
  crossed: "crosshatch",
  level: "horizontal lines",
  upright: "vertical lines",
  grid: "grid",
  dots: "dots",
}

function barStyle({ color, hatch }: Ink): string {
  const fill = `draw=black, very thin, fill=${rgb(color)}`
  if (hatch === "none") return fill
  const over = color === "#202020" ? "white" : "black"
  return `${fill}, postaction={pattern=${patterns[hatch]}, pattern color=${over}}`
}

function rgb(color: string): string {
  const [red, green, blue] = channels(color)
  return `{rgb,255:red,${red};green,${green};blue,${blue}}`
}

/** Seven digits are more than paper shows. */
function numeral(value: number): string {
  return String(Number(value.toPrecision(7)))
}

function row(values: readonly number[]): string {
  return `  ${values.map(numeral).join(" ")} \\\\`
}
