import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { dice } from "../../test/support/dice.ts"
import { UsageError } from "../base/errors.ts"
import { count, flag, fraction, isCamelCase, measure, snakeCase, text } from "./column.ts"
import { rowsFromCsv, rowsToCsv } from "./csv.ts"
import { storedRow, sweep } from "./sweep.ts"

const columns = [
  text("system", "…"),
  measure("latencyMsP50", "…", { digits: 2, empty: "undecided" }),
  count("runs", "…"),
  flag("safe", "…", { empty: "unknown" }),
  fraction("load", "…", { empty: "none" }),
  text("remark", "…", { empty: "none" }),
]

describe("rows as CSV", () => {
  test("have a header in snake_case, fixed digits, true and false, and a line feed after every line", () => {
    const row = { system: "a*b, c", latencyMsP50: 1.5, runs: 3, safe: true, load: "3/8", remark: 'say "x"' }
    const empty = { system: "b", latencyMsP50: null, runs: 0, safe: null, load: null, remark: null }
    expect(rowsToCsv(columns, [row, empty])).toBe(
      'system,latency_ms_p50,runs,safe,load,remark\n"a*b, c",1.50,3,true,3/8,"say ""x"""\nb,,0,,,\n',
    )
    expect(rowsToCsv(columns, [])).toBe("system,latency_ms_p50,runs,safe,load,remark\n")
  })

  test("come back as they were stored", () => {
    const anyText = fc.string({ minLength: 1, unit: fc.constantFrom(...Array.from("a,\"'\n\r;=≥ \\")) })
    const row = fc.record({
      system: anyText,
      latencyMsP50: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      runs: fc.integer(),
      safe: fc.option(fc.boolean()),
      load: fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1 })).map(([a, b]) => `${a}/${b}`)),
      remark: fc.option(anyText),
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
        const stored = rows.map((r) => storedRow({ id: "x", columns }, r))
        const csv = rowsToCsv(columns, stored)
        expect(rowsFromCsv(columns, csv, "x.csv")).toEqual(stored)
        expect(rowsToCsv(columns, rowsFromCsv(columns, csv, "x.csv"))).toBe(csv)
      }),
    )
  })

  test("of an experiment make the same tables when read back", async () => {
    const rows = await sweep(dice, { rootSeed: 3 })
    const again = rowsFromCsv(dice.columns, rowsToCsv(dice.columns, rows), "two-dice.csv")
    expect(dice.tables[0]!(again as never)).toEqual(dice.tables[0]!(rows as never))
  })

  test.each([
    ["", "x.csv:1: the columns are missing"],
    ["a,b\n", "x.csv:1: the columns are a, b; they must be system, latency_ms_p50"],
    ["system,latency_ms_p50,runs,safe,load,remark\na,1,x,,,\n", "x.csv:2: runs is x; must be a number."],
    ["system,latency_ms_p50,runs,safe,load,remark\na,1,1,,,\na,1,,,,\n", "x.csv:3: runs is empty;"],
    ["system,latency_ms_p50,runs,safe,load,remark\na,NaN,1,,,\n", "x.csv:2: latency_ms_p50 is NaN;"],
    [
      "system,latency_ms_p50,runs,safe,load,remark\na,1,1,yes,,\n",
      "x.csv:2: safe is yes; must be true or false.",
    ],
    ["system,latency_ms_p50,runs,safe,load,remark\na,1,1,,1/0,\n", "x.csv:2: load is 1/0;"],
    ["system,latency_ms_p50,runs,safe,load,remark\na,1\n", "x.csv: not a CSV: "],
  ])("a file that is not theirs is refused: %j", (csv, start) => {
    expect(() => rowsFromCsv(columns, csv, "x.csv")).toThrow(UsageError)
    expect(() => rowsFromCsv(columns, csv, "x.csv")).toThrow(start)
  })
})

test("a header tells its name, and the name its header", () => {
  const humps = fc.array(fc.stringMatching(/^[a-z][a-z0-9]{0,4}$/), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(humps, (parts) => {
      const name = parts.map((part, i) => (i === 0 ? part : part[0]!.toUpperCase() + part.slice(1))).join("")
      expect(isCamelCase(name)).toBe(true)
      expect(snakeCase(name)).toBe(parts.join("_"))
    }),
  )
})

test("a text that a spreadsheet would take for a formula is written as a text, and read back as it was", () => {
  const columns = [text("name", "A name.")]
  const names = ["=1+1", "+1 (555)", "-x", "@a", "\t=1", "'=1", "''=1", "'quoted'", "-3", "+4.5e-3", "a=b"]
  const csv = rowsToCsv(
    columns,
    names.map((name) => ({ name })),
  )
  expect(csv.split("\n").slice(1, -1)).toEqual([
    "'=1+1",
    "'+1 (555)",
    "'-x",
    "'@a",
    "'\t=1",
    "''=1",
    "'''=1",
    "'quoted'",
    "-3",
    "+4.5e-3",
    "a=b",
  ])
  expect(rowsFromCsv(columns, csv, "x.csv").map(({ name }) => name)).toEqual(names)
})
