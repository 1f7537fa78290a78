import { expect, test } from "vitest"
import { scatter } from "./figure.ts"

const axes = { x: "load", y: "failure probability" }

test("a plot has a letter where each point is, and says the ends of its axes", () => {
  const plot = scatter(
    [
      { x: 0.25, y: 0.1, letter: "a" },
      { x: 0.5, y: 0.001, letter: "b" },
      { x: 0.75, y: 0, letter: "c" },
    ],
    axes,
    40,
  )
  const lines = plot.split("\n")
  expect(lines[0]).toBe("failure probability (log scale)")
  expect(lines[1]).toBe("      0.1 │a")
  expect(lines[12]).toMatch(/^ {4}0.001 │ {14}b {12}c$/)
  expect(lines.at(-1)).toMatch(/^ {11}0.25 +0.75 {2}load$/)
})

test("a single point, and points in one place, are no trouble", () => {
  const point = { x: 1, y: 0.5, letter: "a" }
  expect(scatter([point, { ...point, letter: "b" }], axes, 80)).toContain("│a\n")
})
