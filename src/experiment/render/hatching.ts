import { type Figure, seriesNames } from "../figure.ts"
import { channels } from "../figure/heat.ts"
import { type Hatch, type Ink, inksFor } from "../figure/ink.ts"

/**
 * The SVG of a bar chart with its fills hatched, so that bars are told apart
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
