import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { thesisTables } from "../../experiments/thesis/index.ts"
import { figures } from "../../src/run/figures/index.ts"
import { epochKinds } from "../../src/run/random-variant.ts"
import { planFamilies } from "../../src/protocol/paxos/plans.ts"
import { switchForms } from "../../src/protocol/paxos/switches.ts"
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

/** The titles of the tests of a file. */
function titlesOf(file: string): string[] {
  return [
    ...readFileSync(file, "utf8").matchAll(/\b(?:test|describe)(?:\.each\([^\n]*\))?\(\s*"([^"]*)"/g),
  ].map(([, title]) => title!)
}

const algorithmTests = titlesOf("src/protocol/paxos/algorithms.test.ts")

/** The algorithm numbers a title begins with: 16, 17 and 18 of "Algorithms 16, 17 and 18: …". */
function numbersIn(title: string): number[] {
  const [, list = ""] = /^Algorithms? ((?:\d+(?:, | and )?)+)/.exec(title) ?? []
  return (list.match(/\d+/g) ?? []).map(Number)
}

/**
 * Every row of the thesis that is no algorithm of its own, the words by which
 * docs/thesis.md knows it, and the file and the beginning of a test that holds it.
 */
const rows: readonly (readonly [row: string, onPage: string, file: string, title: string])[] = [
  ["distinguished proposer (§3.4)", "`distinguished`", "src/protocol/paxos/algorithms.test.ts", "§3.4"],
  ["phase ordering (§3.5)", "`phase-1-first`", "src/protocol/paxos/algorithms.test.ts", "§3.5"],
  ["Multi-Paxos (§3.6)", "Multi-Paxos", "src/run/log-latency.test.ts", "one client in each region"],
  ["co-located replica (§3.7)", "`colocated`", "src/protocol/paxos/algorithms.test.ts", "§3.7: a replica"],
  ["reader (§3.7)", "`readers`", "src/protocol/paxos/algorithms.test.ts", "§3.7: a reader"],
  [
    "recovery proposer (§3.7)",
    "`recoveryProposers`",
    "src/protocol/paxos/algorithms.test.ts",
    "§3.7: a recovery proposer",
  ],
  [
    "epoch sources and their writes (§3.8)",
    "| 3.8 |",
    "src/protocol/paxos/epochs.test.ts",
    "synchronous writes",
  ],
  [
    "(sid, pid, vid) (§3.8)",
    "`versioned-epochs`",
    "src/protocol/paxos/epochs.test.ts",
    "triples (sid, pid, vid)",
  ],
  ["messages of a phase (§3.12)", "| 3.12 |", "src/protocol/paxos/algorithms.test.ts", "§3.12: a ring"],
  ["stricter guards (§3.12)", "`strict`", "src/protocol/paxos/algorithms.test.ts", "§3.12: stricter"],
  ["fail-stop (§3.12)", "`fail-stop`", "src/protocol/paxos/algorithms.test.ts", "§3.12: with fail-stop"],
  ["Fast Paxos (§3.12)", "`fast-paxos`", "src/protocol/paxos/algorithms.test.ts", "§3.12: Fast Paxos"],
  ["table 4.2's phase 1 (E2)", "`transversals`", "src/protocol/paxos/phase1.test.ts", "erratum E2"],
  ["all aboard (§4.3.2)", "`all-aboard`", "src/protocol/paxos/algorithms.test.ts", "§4.3.2: all aboard"],
  ["singleton (§4.3.2)", "`singleton`", "src/protocol/paxos/algorithms.test.ts", "§4.3.2: singleton"],
  [
    "co-located majority (§4.3.2)",
    "`colocated-majorities`",
    "src/protocol/paxos/algorithms.test.ts",
    "§4.3.2: of co-located",
  ],
  ["early finishes (§5.4)", "§5.4", "src/protocol/paxos/phase1.test.ts", "§5.4"],
  ["worked examples (§6.1.3)", "§6.1.3", "src/protocol/paxos/value-selection.test.ts", "§6.1.3"],
  ["write-once register (§7.1)", "`register`", "src/protocol/paxos/algorithms.test.ts", "§7.1"],
  [
    "multi-path by value (§7.4.2)",
    "`multi-path-by-value`",
    "src/protocol/paxos/algorithms.test.ts",
    "§7.4.2",
  ],
  [
    "multi-path and revision C (§7.4.3)",
    "`multi-path-recovery-c`",
    "src/protocol/paxos/algorithms.test.ts",
    "§7.4.3",
  ],
  ["table 7.2", "| 7.2 |", "src/protocol/paxos/epochs.test.ts", "table 7.2"],
  ["the corrected threshold (E6)", "| E6 |", "experiments/thesis/tables.test.ts", "erratum E6"],
  [
    "the value with the prepare",
    "`value-with-prepare`",
    "src/protocol/paxos/algorithms.test.ts",
    "the value may travel",
  ],
]

describe("docs/thesis.md", () => {
  test("has a line for every algorithm", () => {
    const numbers = firstColumn("Algorithms").map(Number)
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1))
  })
  test("every algorithm has a test named after its number", () => {
    const tested = new Set(algorithmTests.flatMap(numbersIn))
    expect([...tested].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, i) => i + 1))
  })
  test.each(rows)("%s has a line and a test", (_, onPage, file, title) => {
    expect(page).toContain(onPage)
    expect(titlesOf(file).filter((known) => known.startsWith(title))).not.toEqual([])
  })
  test("has every figure and every table", () => {
    for (const { id } of figures) expect(firstColumn("Figures")).toContain(id)
    for (const id of thesisTables.keys()) expect(firstColumn("Tables")).toContain(id.replace("thesis-", ""))
  })
  test("names every variant, switch, way to have epochs and named plan", () => {
    for (const { id } of variants) expect(page).toContain(`\`${id}\``)
    for (const { id } of switchForms) expect(page).toMatch(new RegExp(`\\b${id}\\b`))
    for (const kind of epochKinds) expect(page).toContain(kind.split(" ").at(-1))
    for (const { id } of planFamilies) expect(page).toContain(`\`${id}(`)
  })
  test("names only files that exist", () => {
    const folders = ["", "src/protocol/paxos/", "src/run/figures/", "src/"]
    const files = page.match(/[\w./-]+\.(?:test\.)?ts\b/g) ?? []
    const missing = files
      .map((file) => file.replace(/^\.\.\//, ""))
      .filter((file) => !folders.some((folder) => existsSync(folder + file)))
    expect(missing).toEqual([])
  })
  test("names tests that exist", () => {
    const named = page.match(/Algorithms? \d+(?:(?:, \d+)* and \d+)?(?= *[|;])/g) ?? []
    expect(named.length).toBeGreaterThan(15)
    for (const name of named) {
      expect(
        algorithmTests.filter((title) => title.startsWith(name)),
        name,
      ).not.toEqual([])
    }
  })
})
