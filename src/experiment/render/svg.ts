import { View, parse, resetSVGDefIds, textMetrics } from "vega"
import { type TopLevelSpec, compile } from "vega-lite"
import { type Figure, seriesNames } from "../figure/figure.ts"
import { type Hatch, type Ink, channels, inksFor } from "../figure/ink.ts"
import { textWidth } from "../figure/layout.ts"
import { plainText } from "./inline.ts"
import { vegaLiteSpec } from "./vega-lite.ts"

/**
 * The figure as SVG, drawn by Vega: the same bytes whenever and wherever it is
 * drawn. Texts are measured by the widths of DejaVu Sans and not by the fonts
 * of the machine, and coordinates are rounded to hundredths of a pixel.
 *
 * Loading Vega takes about 0.2 s: import this file only when something is drawn.
 */
export async function renderSvg(figure: Figure): Promise<string> {
  // Vega would ask a canvas where there is one, and guess where there is none.
  textMetrics.width = (item, text) => textWidth(textOf(item, text), item.fontSize ?? 11)
  resetSVGDefIds()
  // A copy: Vega marks the rows of its data, and the figure is not ours to change.
  const { spec } = compile(structuredClone(vegaLiteSpec(figure)) as unknown as TopLevelSpec)
  const view = new View(parse(spec), { renderer: "none" })
  try {
    const svg = await view.toSVG()
    return `${described(hatched(roundedNumbers(svg), figure), figure)}\n`
  } finally {
    view.finalize()
  }
}

function textOf(item: { text?: unknown }, text?: unknown): string {
  const value = text ?? item.text
  return typeof value === "string" || typeof value === "number" ? String(value) : ""
}

/** Coordinates to hundredths of a pixel: what the last bits of a logarithm are may differ between versions of Node. */
function roundedNumbers(svg: string): string {
  return svg.replace(/ (?:d|transform|x|y|x1|y1|x2|y2|width|height|points|cx|cy|r)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{3,}(?:e-?\d+)?|-?\d+(?:\.\d+)?e-\d+/g, (number) =>
      String(Number(Number(number).toFixed(2)) + 0),
    ),
  )
}

/** With the caption as its title, for those who hear it and for file managers. */
function described(svg: string, { caption }: Figure): string {
  const text = plainText(caption).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("`", "")
  return svg.replace(/^(<svg[^>]*>)/, `$1<title>${text}</title>`)
}

/**
 * The SVG of a bar chart with its fills hatched, so that bars are distinguished
 * without colour: Vega knows no patterns. Other figures are left as they are.
 */
export function hatched(svg: string, figure: Figure): string {
  if (figure.kind !== "bars" || figure.mark === "point") return svg
  const inks = inksFor(seriesNames(figure), figure.id).filter(({ hatch }) => hatch !== "none")
  if (inks.length === 0) return svg
  const definitions = `<defs>${inks.map(pattern).join("")}</defs>`
  const filled = inks.reduce(
    (text, { color, hatch }) => text.replaceAll(`fill="${color}"`, `fill="url(#${hatch})"`),
    svg,
  )
  return filled.replace(/^(<svg[^>]*>)/, `$1${definitions}`)
}

/** A tile of six pixels: the colour, and dark lines over it. */
function pattern({ color, hatch }: Ink): string {
  const line = isDark(color) ? "#ffffff" : "#000000"
  return (
    `<pattern id="${hatch}" width="6" height="6" patternUnits="userSpaceOnUse">` +
    `<rect width="6" height="6" fill="${color}"/>` +
    `<path d="${strokes[hatch]}" fill="none" stroke="${line}" stroke-width="0.9"/></pattern>`
  )
}

const strokes: Readonly<Record<Hatch, string>> = {
  none: "",
  rising: "M-1,1L1,-1M0,6L6,0M5,7L7,5",
  falling: "M-1,5L1,7M0,0L6,6M5,-1L7,1",
  crossed: "M0,6L6,0M0,0L6,6",
  level: "M0,3H6",
  upright: "M3,0V6",
  grid: "M0,3H6M3,0V6",
  dots: "M2,3H4M5,6H7M-1,0H1",
}

function isDark(color: string): boolean {
  const [red, green, blue] = channels(color)
  return 0.299 * red + 0.587 * green + 0.114 * blue < 100
}
