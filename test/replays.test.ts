import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { parse } from "csv-parse/sync"
import { shellWords } from "./support/documents.ts"
import { quorate } from "./support/listen.ts"

interface BugRow {
  readonly bug: string
  readonly check: string
  readonly replay: string
  readonly trace_hash: string
}

const rows = parse<BugRow>(readFileSync("results/seeded-bugs/seeded-bugs.csv", "utf8"), { columns: true })

describe("the replay of each seeded bug shows it again: the same check, the same run", () => {
  test.each(rows)("$replay", async ({ check, replay, trace_hash }) => {
    const { code, out } = await quorate(...shellWords(replay).slice(1), "--format", "json")
    const tally = JSON.parse(out) as {
      failures: { violations: { name: string }[] }[]
      lastTraceHash: string
    }
    expect(code).toBe(1)
    expect(tally.failures[0]!.violations.map(({ name }) => name)).toContain(check)
    expect(tally.lastTraceHash).toBe(trace_hash)
  })
})

test("there are at least fifteen, and every one was noticed", () => {
  expect(rows.length).toBeGreaterThanOrEqual(15)
  expect(rows.filter(({ check }) => check === "")).toEqual([])
})
