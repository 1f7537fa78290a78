import { type HeatFigure, distinct } from "../figure.ts"
import { heatColors } from "./ink.ts"

/** The values along one direction of a heat map: numbers in increasing order, texts as they come. */
export function ordered(figure: HeatFigure, direction: "x" | "y"): (number | string)[] {
  const values = distinct(figure.panels.flatMap(({ cells }) => cells.map((cell) => cell[direction])))
  return values.every((value) => typeof value === "number") ? values.sort((a, b) => a - b) : values
}

/** How dark a cell of this value is: 0 for the least value of the figure, 1 for the greatest. */
export function shadeOf({ panels, value: axis }: HeatFigure): (value: number) => number {
  const all = panels.flatMap(({ cells }) => cells.map(({ value }) => value))
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const of = axis.scale === "log" ? Math.log : (x: number): number => x
  return (value) => (most > least ? Number(((of(value) - of(least)) / (of(most) - of(least))).toFixed(4)) : 0)
}

/** From this shade on, what is written in a cell is white: there white and black are equally far from it. */
export const darkShade = 0.7

/** The red, green and blue of a shade, each from 0 to 255, between the two nearest colours. */
export function shadeColor(shade: number): readonly [number, number, number] {
  const at = shade * (heatColors.length - 1)
  const below = Math.min(Math.floor(at), heatColors.length - 2)
  const [from, to] = [channels(heatColors[below]!), channels(heatColors[below + 1]!)]
  const between = (i: 0 | 1 | 2): number => Math.round(from[i] + (at - below) * (to[i] - from[i]))
  return [between(0), between(1), between(2)]
}

/** The red, green and blue of a colour such as #0072b2. */
export function channels(color: string): [number, number, number] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16)) as [number, number, number]
}
