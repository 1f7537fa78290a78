import { readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type TextBox, overlaps, textBoxes, viewBox } from "./support/svg-texts.ts"

const figures = readdirSync("results", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".svg"))
  .map((name) => join("results", name))
  .filter((path) => readFileSync(path, "utf8").includes('font-family="DejaVu Sans"'))
  .sort()

describe.each(figures)("%s", (path) => {
  const svg = readFileSync(path, "utf8")
  const texts = textBoxes(svg)

  test("has texts that neither overlap nor leave the picture", () => {
    const { width, height } = viewBox(svg)
    const outside = texts.filter(
      ({ left, top, right, bottom }) => left < -1 || top < -1 || right > width + 1 || bottom > height + 1,
    )
    expect(overlaps(texts)).toEqual([])
    expect(outside).toEqual([])
    expect(texts.length).toBeGreaterThan(5)
    // Every line there is was read: each text has one, and one more for each further tspan.
    expect(texts).toHaveLength(svg.match(/<text |<tspan x=/g)!.length)
  })
})

test("there are figures", () => {
  expect(figures.length).toBeGreaterThan(20)
})

describe("the reader of texts", () => {
  const box = (svg: string): TextBox => textBoxes(`<svg viewBox="0 0 100 100">${svg}</svg>`)[0]!

  test("finds a text where its groups, its anchor and its rotation put it", () => {
    const text = '<text text-anchor="end" transform="translate(50,20)" font-size="10px">ii</text>'
    const { left, right, bottom } = box(`<g transform="translate(10,5)"><g><path/></g>${text}</g>`)
    expect([left, right, bottom].map(Math.round)).toEqual([54, 60, 27])
    const turned = box(
      '<text text-anchor="middle" transform="translate(9,50) rotate(-90)" font-size="10px">iiii</text>',
    )
    expect(turned.bottom - turned.top).toBeGreaterThan(turned.right - turned.left)
  })

  test("tells texts that overlap from those that do not", () => {
    const at = (x: number): string =>
      `<text text-anchor="start" transform="translate(${x},9)" font-size="10px">wide</text>`
    expect(overlaps(textBoxes(`<svg>${at(0)}${at(10)}</svg>`))).toEqual(["wide / wide"])
    expect(overlaps(textBoxes(`<svg>${at(0)}${at(40)}</svg>`))).toEqual([])
  })
})
