import { textWidth } from "../../src/experiment/figure/layout.ts"

/** A line of text in an SVG and the box it fills, in pixels from the top left corner. */
export interface TextBox {
  readonly text: string
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Width and height of an SVG as its viewBox says. */
export function viewBox(svg: string): { width: number; height: number } {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!
  return { width: Number(width), height: Number(height) }
}

/** Every line of text of an SVG made by Vega, which places them by translate and rotate(-90) alone. */
export function textBoxes(svg: string): TextBox[] {
  const boxes: TextBox[] = []
  const groups: (readonly [number, number])[] = [[0, 0]]
  for (const [, name, attributes, content] of svg.matchAll(element)) {
    const [x, y] = groups.at(-1)!
    const [dx, dy] = translation(attributes!)
    if (name === "g") groups.push([x + dx, y + dy])
    else if (name === "/g") groups.pop()
    else
      linesOf(content ?? "").forEach(({ text, below }) =>
        boxes.push(boxOf(text, attributes!, [x + dx, y + dy + below])),
      )
  }
  return boxes
}

/** Groups, their ends, and whole texts. No attribute of these has a ">" in it, and none of these groups is empty. */
const element = /<(g|\/g|text)(?![a-z])([^>]*)>(?:((?:[^<]|<\/?tspan[^>]*>)*)<\/text>)?/g

/** The lines of a text: itself, or one for each `tspan`, each so far below the one before. */
function linesOf(content: string): { text: string; below: number }[] {
  if (!content.includes("<tspan")) return content === "" ? [] : [{ text: unescaped(content), below: 0 }]
  let below = 0
  return [...content.matchAll(/<tspan([^>]*)>([^<]*)<\/tspan>/g)].map(([, attributes, text]) => {
    below += Number(/dy="([\d.]+)"/.exec(attributes!)?.[1] ?? 0)
    return { text: unescaped(text!), below }
  })
}

function boxOf(text: string, attributes: string, [x, y]: readonly [number, number]): TextBox {
  const size = fontSize(attributes)
  const width = textWidth(text, size)
  const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? "start"
  const before = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0
  // From the baseline: most of a line is above it.
  const [above, below] = [0.75 * size, 0.2 * size]
  return attributes.includes("rotate(-90)")
    ? { text, left: x - above, right: x + below, top: y - (width - before), bottom: y + before }
    : { text, left: x - before, right: x - before + width, top: y - above, bottom: y + below }
}

function translation(attributes: string): readonly [number, number] {
  const [, x = "0", y = "0"] = /translate\((-?[\d.]+),(-?[\d.]+)\)/.exec(attributes) ?? []
  return [Number(x), Number(y)]
}

function fontSize(attributes: string): number {
  return Number(/font-size="([\d.]+)px"/.exec(attributes)?.[1] ?? 11)
}

function unescaped(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
}

/** Pairs of texts that share more than a hair's breadth. */
export function overlaps(boxes: readonly TextBox[]): string[] {
  const hair = 0.5
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter(
        (b) =>
          a.left + hair < b.right &&
          b.left + hair < a.right &&
          a.top + hair < b.bottom &&
          b.top + hair < a.bottom,
      )
      .map((b) => `${a.text} / ${b.text}`),
  )
}
