import { View, parse, resetSVGDefIds, textMetrics } from "vega"
import { type TopLevelSpec, compile } from "vega-lite"
import type { Figure } from "../figure.ts"
import { textWidth } from "../figure/text-width.ts"
import { hatched } from "./hatching.ts"
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
  const text = caption.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("`", "")
  return svg.replace(/^(<svg[^>]*>)/, `$1<title>${text}</title>`)
}
