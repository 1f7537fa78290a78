import { describe, expect, test } from "vitest"
import { count, estimateColumns, measure, text } from "./column.ts"
import { type Compared, type Outcome, compareRows } from "./compare.ts"
import type { RowOf } from "./define.ts"

const columns = [
  text("system", "A system."),
  count("n", "A size."),
  count("runs", "Runs."),
  ...estimateColumns("ms", "A mean.", { unit: "ms" }),
  measure("load", "An exact value."),
]
const row = (system: string, n: number, ms: number, half: number, load = 0.5): RowOf => ({
  system,
  n,
  runs: 20,
  ms,
  msLow: ms - half,
  msHigh: ms + half,
  load,
})
const result = (rows: readonly RowOf[], rootSeed = 1): Compared => ({ rows, rootSeed, runs: 20 })
const outcomes = (before: Compared, after: Compared): Record<string, Outcome> =>
  Object.fromEntries(
    compareRows(columns, before, after).values.map(({ row: key, column, outcome }) => [
      `${String(key["system"])} ${String(key["n"])} ${column.name}`,
      outcome,
    ]),
  )

describe("two results", () => {
  const before = result([row("a", 3, 10, 1), row("a", 5, 20, 1), row("b", 3, 30, 1)])

  test("are the same as themselves, by the columns that tell their rows apart", () => {
    const { keys, values } = compareRows(columns, before, before)
    expect(keys).toEqual(["system", "n"])
    expect(values.map(({ column }) => column.name)).toEqual(["ms", "load", "ms", "load", "ms", "load"])
    expect(new Set(values.map(({ outcome }) => outcome))).toEqual(new Set(["same"]))
  })

  test("differ within chance, or beyond it, by the interval of the difference", () => {
    const after = result([row("a", 3, 11, 1), row("a", 5, 26, 1), row("b", 3, 30, 1)], 2)
    expect(outcomes(before, after)).toMatchObject({
      "a 3 ms": "within chance",
      "a 5 ms": "moved",
      "b 3 ms": "same",
    })
    const { difference } = compareRows(columns, before, after).values[0]!
    expect(difference).toMatchObject({ value: 1, low: 1 - Math.SQRT2, high: 1 + Math.SQRT2 })
  })

  test("of other samples tell nothing without an interval; of the same sample everything should be as it was", () => {
    const rows = [row("a", 3, 10, 1, 0.6), row("a", 5, 20, 1), row("b", 3, 30, 1)]
    expect(outcomes(before, result(rows, 2))).toMatchObject({ "a 3 load": "unknown" })
    expect(outcomes(before, result(rows, 1))).toMatchObject({ "a 3 load": "changed" })
  })

  test("of certain values have changed if they differ at all", () => {
    const certain = (ms: number): Compared => result([row("a", 3, ms, 0), row("a", 5, 1, 0)], ms)
    expect(outcomes(certain(10), certain(10.001))["a 3 ms"]).toBe("changed")
  })

  test("need not have the same rows, and those of one alone are named", () => {
    const after = result([...before.rows.slice(1), row("c", 3, 1, 1)])
    const { values, onlyBefore, onlyAfter } = compareRows(columns, before, after)
    expect([onlyBefore, onlyAfter]).toEqual([[{ system: "a", n: 3 }], [{ system: "c", n: 3 }]])
    expect(values).toHaveLength(4)
  })
})
