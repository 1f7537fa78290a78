import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { thesisTables } from "../../experiments/thesis/index.ts"
import { figures } from "../../src/protocol/figures/index.ts"
import { variants } from "../../src/protocol/paxos/variants.ts"

const page = readFileSync("docs/thesis.md", "utf8")

/** The numbers in the first column of the rows of a section. */
function firstColumn(heading: string): string[] {
  const [, section = ""] = page.split(`## ${heading}\n`)
  const rows = section
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| "))
  return rows.slice(2).flatMap((line) =>
    line
      .split("|")[1]!
      .trim()
      .split(/[,\s]+/),
  )
}

describe("docs/thesis.md", () => {
  test("has a line for every algorithm", () => {
    const numbers = firstColumn("Algorithms").map(Number)
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1))
  })
  test("has every figure and every table", () => {
    for (const { id } of figures) expect(firstColumn("Figures")).toContain(id)
    for (const id of thesisTables.keys()) expect(firstColumn("Tables")).toContain(id.replace("thesis-", ""))
  })
  test("names every named variant, and only files that exist", () => {
    for (const { id } of variants) expect(page).toContain(`\`${id}\``)
    const folders = ["", "src/protocol/paxos/", "src/protocol/figures/", "src/"]
    const files = page.match(/[\w./-]+\.(?:test\.)?ts\b/g) ?? []
    const missing = files
      .map((file) => file.replace(/^\.\.\//, ""))
      .filter((file) => !folders.some((folder) => existsSync(folder + file)))
    expect(missing).toEqual([])
  })
  test("names tests that exist", () => {
    const tests = readFileSync("src/protocol/paxos/algorithms.test.ts", "utf8")
    const named = page.match(/Algorithms? \d+(?:(?:, \d+)* and \d+)?(?= *[|;])/g) ?? []
    expect(named.length).toBeGreaterThan(15)
    for (const name of named) expect(tests).toContain(`"${name}`)
  })
})
