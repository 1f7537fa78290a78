import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeEach, describe, expect, test } from "vitest"
import { compareResults } from "./compare-results.ts"

const root = mkdtempSync(join(tmpdir(), "quorate-compare-"))
const [before, after] = [join(root, "before"), join(root, "after")]
const csv = "systems/systems.csv"
const renamed = { columns: { runs: "n" }, kept: {}, texts: { "majority(6)": "majority(6) of six" } }

beforeEach(() => {
  for (const folder of [before, after]) {
    rmSync(folder, { recursive: true, force: true })
    cpSync("results/systems", join(folder, "systems"), { recursive: true })
  }
})
afterAll(() => rmSync(root, { recursive: true }))

function edit(name: string, from: string | RegExp, to: string): void {
  const file = join(after, name)
  const text = readFileSync(file, "utf8")
  expect(text).toMatch(from)
  writeFileSync(file, text.replace(from, to))
}

const compare = () => compareResults(before, after, renamed)

describe("two folders of results", () => {
  test("that differ in names alone have no number that moved", () => {
    edit(csv, ",runs,", ",n,")
    edit(csv, "majority(6)", "majority(6) of six")
    const { cells, renamedCells, renamedColumns, moved, missing } = compare()
    expect(cells).toBeGreaterThan(500)
    expect(renamedCells).toBe(1)
    expect([...renamedColumns]).toEqual(["systems: runs -> n"])
    expect([moved, missing]).toEqual([[], []])
  })

  test("tell a number that moved in the CSV, and one in a table", () => {
    edit(csv, ",runs,", ",n,")
    edit(csv, ",30.000,", ",30.001,")
    edit("systems/systems-lan.md", / 0\.\d+ /, " 9.99 ")
    expect(compare().moved).toEqual([
      'systems:2 decide_ms: "30.000" -> "30.001"',
      expect.stringMatching(/^systems-lan\.md:1 \d: /),
    ])
  })

  test("tell a column, a row and an experiment that is gone", () => {
    edit(csv, /\n[^\n]*\n$/, "\n")
    expect(compare().missing).toEqual([
      expect.stringContaining("systems: columns"),
      expect.stringMatching(/\d+ rows \| \d+/),
    ])
    rmSync(join(after, "systems"), { recursive: true })
    expect(compare().missing).toEqual(["systems"])
  })
})
