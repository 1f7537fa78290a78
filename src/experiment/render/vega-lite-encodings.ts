import type { Ink } from "../figure/ink.ts"
import type { PanelLayout } from "../figure/layout.ts"

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
