import { wrap } from "../../base/text.ts"
import { type Axis, type Figure, axisText, distinct } from "./figure.ts"
import { type Scale, position, scaleFor } from "./scale.ts"

/** Pixels from the left edge of a figure to its right edge. */
export const figureWidth = 520
/** Of tick labels, legends, and cells; of axis titles; of the caption; of notes. */
export const fontSizes = { label: 10, title: 11, caption: 12, note: 9.5 } as const

/** Sizes in pixels and scales of a figure's panels, which all have the same ones. */
export interface PanelLayout {
  readonly columns: number
  /** Of the plot without its axes. */
  readonly width: number
  readonly height: number
  /** Room for the labels and the title of the vertical axis. */
  readonly left: number
  /** For bars: whether they lie, because the names of the groups are too long to stand below. */
  readonly lying: boolean
  readonly x: Scale | null
  readonly y: Scale | null
}

const gap = 24

/** How a figure is laid out: decided once, the same for every renderer. */
export function panelLayout(figure: Figure): PanelLayout {
  const panels = figure.kind === "scatter" ? 1 : figure.panels.length
  const columns = Math.min(2, panels)
  const room = (labels: readonly string[], title: string): number =>
    Math.ceil(
      Math.max(...labels.map((label) => textWidth(label, fontSizes.label))) + (title === "" ? 12 : 32),
    )
  const sized = (left: number): { columns: number; left: number; width: number } => ({
    columns,
    left,
    width: Math.floor((figureWidth - 8 - columns * left - (columns - 1) * gap) / columns),
  })
  const of = (scale: Scale): string[] => scale.ticks.map(({ label }) => label)
  const tall = panels === 1 ? 260 : 180
  switch (figure.kind) {
    case "lines":
    case "scatter": {
      const points = pointsOf(figure)
      const y = scaleFor(figure.y, points.y, { ticks: 6, zero: figure.kind === "lines", round: true })
      const size = sized(room(of(y), axisText(figure.y)))
      const x = horizontalScale(figure.x, points.x, size.width)
      return { ...size, height: tall, lying: false, x, y }
    }
    case "bars":
      return barLayout(figure, sized, room, tall)
    case "heat": {
      const rows = Math.max(...figure.panels.map(({ cells }) => distinct(cells.map(({ y }) => y)).length))
      const names = figure.panels.flatMap(({ cells }) => cells.map(({ y }) => String(y)))
      return {
        ...sized(room(names, axisText(figure.y))),
        height: Math.max(60, rows * 24),
        lying: false,
        x: null,
        y: null,
      }
    }
  }
}

function barLayout(
  figure: Extract<Figure, { kind: "bars" }>,
  sized: (left: number) => Pick<PanelLayout, "columns" | "left" | "width">,
  room: (labels: readonly string[], title: string) => number,
  tall: number,
): PanelLayout {
  const bars = figure.panels.flatMap((panel) => panel.bars)
  const groups = distinct(bars.map(({ group }) => group))
  const series = distinct(bars.map((bar) => bar.series))
  const ends = bars.flatMap(({ value, low, high }) => [value, low, high].filter((end) => end !== null))
  ends.push(...(figure.reference === undefined ? [] : [figure.reference]))
  const zero = figure.mark !== "point"
  const upright = scaleFor(figure.value, ends, { ticks: 6, zero, round: true })
  const size = sized(
    room(
      upright.ticks.map(({ label }) => label),
      axisText(figure.value),
    ),
  )
  const slot = size.width / groups.length - 6
  if (groups.every((group) => textWidth(group, fontSizes.label) <= slot))
    return { ...size, height: tall, lying: false, x: null, y: upright }
  // The names stand once, before the first column.
  const left = room(groups, figure.groups)
  const { columns } = size
  const lyingSize = {
    columns,
    left,
    width: Math.floor((figureWidth - 8 - left - (columns - 1) * gap) / columns),
  }
  return {
    ...lyingSize,
    height: groups.length * (series.length * 9 + 5),
    lying: true,
    x: fittingScale(figure.value, ends, lyingSize.width, { max: 8, zero, round: true }),
    y: null,
  }
}

/** A horizontal axis of few whole numbers has a tick at each; others have what there is room for, within reason. */
function horizontalScale(axis: Axis, values: readonly number[], width: number): Scale {
  const whole = distinct(values).sort((a, b) => a - b)
  const span = whole.at(-1)! - whole[0]!
  const few = axis.scale !== "log" && whole.every(Number.isInteger) && span > 0 && span <= width / 24
  return fittingScale(axis, values, width, { max: few ? span : 8, zero: false, round: axis.zero === true })
}

/** The scale of this width with the most ticks, at most about `max`, whose labels stand apart. */
function fittingScale(
  axis: Axis,
  values: readonly number[],
  width: number,
  { max, zero, round }: { max: number; zero: boolean; round: boolean },
): Scale {
  let scale = scaleFor(axis, values, { ticks: max, zero, round })
  for (let ticks = max - 1; ticks >= 2 && !standApart(scale, width); ticks--) {
    scale = scaleFor(axis, values, { ticks, zero, round })
  }
  return scale
}

/** Whether the labels below an axis of this width keep a letter's distance from each other. */
function standApart(scale: Scale, width: number): boolean {
  const boxes = scale.ticks.map(({ value, label }) => {
    const [middle, half] = [position(scale, value) * width, textWidth(label, fontSizes.label) / 2]
    return { left: middle - half, right: middle + half }
  })
  return boxes.slice(1).every(({ left }, i) => left - boxes[i]!.right >= fontSizes.label)
}

function pointsOf(figure: Extract<Figure, { kind: "lines" | "scatter" }>): { x: number[]; y: number[] } {
  if (figure.kind === "scatter") {
    const points = [...figure.series.flatMap((series) => series.points), ...figure.front]
    return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) }
  }
  const points = figure.panels.flatMap(({ series }) => series.flatMap((one) => one.points))
  const ends = points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y])
  return { x: [...points.map(({ x }) => x), ...(figure.events ?? []).map(({ x }) => x)], y: ends }
}

/** So many points to a mark: where points are dense, a line has about a dozen. */
export function marksEvery(points: number): number {
  return Math.max(1, Math.ceil(points / 15))
}

/** Pixels of a figure as LaTeX has them: as a share of the line, which it fills but for what its larger letters need. */
export function lineShare(pixels: number): string {
  return `${Number(((0.97 * pixels) / figureWidth).toFixed(4))}\\linewidth`
}

/** Where each name of a legend stands: row and column of a grid whose columns are equally wide. */
export interface LegendLayout {
  readonly columns: number
  readonly cellWidth: number
  readonly rows: number
}

/** Room for the sample of a line or a bar, before the name. */
export const legendSample = 34

/** The grid for a legend: as many columns as the width has room for, all as wide as the longest name. */
export function legendLayout(names: readonly string[]): LegendLayout {
  const widest = Math.max(0, ...names.map((name) => textWidth(name, fontSizes.label)))
  const cellWidth = Math.ceil(widest) + legendSample + 14
  const columns = Math.max(1, Math.min(names.length, Math.floor(figureWidth / cellWidth)))
  return { columns, cellWidth, rows: Math.ceil(names.length / columns) }
}

/** The font of the figures; its widths are below, and it comes with this package (dejavu-fonts-ttf). */
export const fontFamily = "DejaVu Sans"

/** Advance widths of DejaVu Sans from the space to the tilde, of 2048 to an em. */
const widths = [
  651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303,
  1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577,
  1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401,
  2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569,
  569, 1186, 569, 1995, 1298, 1253, 1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,
  1303, 1716,
]

/** Signs beyond ASCII are mostly as wide as a plus sign, those of raised digits as narrow as they look. */
const otherWidths = new Map([
  ...Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹", (digit): [string, number] => [digit, 821]),
  ["⁻", 1081],
])
const otherWidth = 1716

/**
 * The width of a text in pixels, set in DejaVu Sans of this size. The same on
 * every machine, whatever fonts it has: layout must not depend on it.
 */
export function textWidth(text: string, size: number): number {
  let sum = 0
  for (const char of text) {
    sum += widths[char.codePointAt(0)! - 32] ?? otherWidths.get(char) ?? otherWidth
  }
  return (sum / 2048) * size
}

/** A text in the fewest lines of at most `width` pixels, of lengths as even as possible: no word alone on the last line. */
export function evenLines(text: string, size: number, width: number): string[] {
  const lines = (room: number): string[] => wrapInFont(text, size, room)
  const fewest = lines(width).length
  let min = Math.floor(width / 2)
  while (lines(min).length > fewest) min += 4
  return lines(Math.min(min, width))
}

/** A text set in DejaVu Sans of this size, in lines of at most `width` pixels. */
export function wrapInFont(text: string, size: number, width: number): string[] {
  return wrap(text.split(" "), width, (line) => textWidth(line, size))
}
