import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { fitWidths, totalWidth, wrapText } from "./terminal.ts"

const widthsOf = (columns: string[][], width: number): number[] => fitWidths(columns, width, 2)

/** The lines all rows but the headings take together. */
function height(columns: readonly (readonly string[])[], widths: readonly number[]): number {
  return columns[0]!
    .slice(1)
    .map((_, row) => Math.max(...columns.map((cells, i) => wrapText(cells[row + 1]!, widths[i]!).length)))
    .reduce((sum, lines) => sum + lines, 0)
}

describe("the widths of columns", () => {
  test("are those of their cells where there is room", () => {
    const system = ["system", "majority(3)"]
    expect(widthsOf([system, ["n", "3"]], 80)).toEqual([11, 1])
  })

  test("break a long text rather than many short ones, and headings first", () => {
    const text = "a sentence that is longer than all the names beside it together"
    const columns = [
      ["mistake", text, "short"],
      ["quorums of both phases", "grid(2, 3)", "grid(3, 3)"],
    ]
    const widths = widthsOf(columns, 50)
    expect(totalWidth(widths)).toBeLessThanOrEqual(50)
    expect(wrapText(columns[1]![1]!, widths[1]!)).toEqual(["grid(2, 3)"])
    expect(wrapText(text, widths[0]!)).toHaveLength(2)
  })

  test("never break a word, even where there is no room", () => {
    const long = ["h", "unbreakable"]
    expect(widthsOf([long, ["h", "neither"]], 5)).toEqual([11, 7])
  })

  test("break inside brackets rather than let one text make a column narrow for all", () => {
    const sum = "split(choose(2, a1, a2, a3), choose(4, a1, a2, a3, a4, a5, a6))"
    const columns = [
      ["mistake", "Half of an even number taken for a majority", "Rows of a grid in both phases", "One more"],
      ["quorums", "simple(4, 2, 2)", sum, "grid(2, 2)"],
    ]
    const widths = widthsOf(columns, 70)
    expect(totalWidth(widths)).toBeLessThanOrEqual(70)
    expect(widths[0]).toBeGreaterThan(25)
  })
})

const cell = fc
  .array(fc.constantFrom("a", "bcd", "efghi", "(x,", "y)", "jklmnopq"), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(" "))
const grid = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .chain(([columns, rows]) =>
    fc.array(fc.array(cell, { minLength: rows + 1, maxLength: rows + 1 }), {
      minLength: columns,
      maxLength: columns,
    }),
  )

test("a table that can be made to fit fits, and is seldom taller than it must be", () => {
  let [taller, seen] = [0, 0]
  fc.assert(
    fc.property(grid, fc.integer({ min: 8, max: 60 }), (columns, width) => {
      const widths = widthsOf(columns, width)
      const best = leastHeight(columns, width)
      expect(totalWidth(widths) <= width).toBe(best !== undefined)
      if (best === undefined) return
      seen++
      if (height(columns, widths) > best + 1) taller++
    }),
    { seed: 1, numRuns: 300 },
  )
  expect(seen).toBeGreaterThan(50)
  expect(taller / seen).toBeLessThan(0.1)
})

/** By trying all widths: the fewest lines within a width; nothing where some word is too long. */
function leastHeight(columns: string[][], width: number): number | undefined {
  const least = columns.map((cells) =>
    Math.max(...cells.flatMap((text) => text.split(" ")).map((w) => w.length)),
  )
  const heights: number[] = []
  const place = (widths: readonly number[]): void => {
    const next = widths.length
    const rest = totalWidth([...widths, ...least.slice(next)])
    if (rest > width) return
    if (next === columns.length) heights.push(height(columns, widths))
    else for (let w = least[next]!; w <= least[next]! + width - rest; w++) place([...widths, w])
  }
  place([])
  return heights.length === 0 ? undefined : Math.min(...heights)
}
