import { expect, test } from "vitest"
import type { RowOf } from "../../experiment/define.ts"
import { type BarFigure, distinct } from "../../experiment/figure/figure.ts"
import { sweepFigures, sweepTables } from "./output.ts"
import type { SweepData } from "./document.ts"

const measure = {
  ...{ name: "learnMs", heading: "learned after", unit: "ms", digits: 1 },
  figure: { id: "learned" },
}
const data = (system: readonly string[], latency: readonly string[]): SweepData => ({
  id: "mine",
  matrix: { system, latency },
  latencyFiles: {},
})
const rows = (system: readonly string[], latency: readonly string[]): RowOf[] =>
  system.flatMap((s) =>
    latency.map((l) => ({ system: s, latency: l, runs: 7, learnMs: 5, learnMsLow: 4, learnMsHigh: 6 })),
  )

function figureOf(system: readonly string[], latency: readonly string[]): BarFigure | undefined {
  return sweepFigures(data(system, latency), [measure])[0]?.(rows(system, latency)) as BarFigure | undefined
}

test("systems stand side by side for each value of the axes that vary", () => {
  const { bars } = figureOf(["majority(3)", "majority(5)"], ["paxi", "lan"])!.panels[0]!
  expect(distinct(bars.map(({ group }) => group))).toEqual(["paxi", "lan"])
  expect(distinct(bars.map(({ series }) => series))).toEqual(["majority(3)", "majority(5)"])
  expect(bars[0]).toMatchObject({ value: 5, low: 4, high: 6 })
})

test("systems are groups where nothing else varies, and the note counts the runs", () => {
  const figure = figureOf(["majority(3)", "majority(5)"], ["paxi"])!
  expect(figure.panels[0]!.bars.map(({ group }) => group)).toEqual(["majority(3)", "majority(5)"])
  expect(figure.notes[0]).toContain("means of 7 runs")
})

test("a sweep of more than a figure can hold has none", () => {
  const many = Array.from({ length: 9 }, (_, i) => `majority(${i + 3})`)
  expect(figureOf(many, ["paxi", "lan"])).toBeUndefined()
  expect(figureOf(many, ["paxi"])).toBeDefined()
})

test("a sweep's caption, label and names of systems are those of its tables and figures; rows keep the expression", () => {
  const named: SweepData = {
    ...data([], ["paxi"]),
    caption: "Time to learn, paxi.",
    label: "learning",
    matrix: {
      system: [{ system: "simple(5, 4, 2)", name: "FPaxos" }, "majority(5)"],
      latency: "paxi",
    },
  }
  const written = rows(["simple(5, 4, 2)", "majority(5)"], ["paxi"])
  const figure = sweepFigures(named, [measure])[0]!(written) as BarFigure
  expect([figure.id, figure.caption]).toEqual(["learning-learned", "Time to learn, paxi."])
  expect(figure.panels[0]!.bars.map(({ group }) => group)).toEqual(["FPaxos", "majority(5)"])
  const table = sweepTables(named, [{ name: "learnMs", heading: "learned", digits: 1 }])[0]!(written)
  expect([table.id, table.caption]).toEqual(["learning", "Time to learn, paxi."])
  expect(table.rows.map((row) => (row as readonly unknown[])[0])).toEqual(["FPaxos", "majority(5)"])
  const plain = sweepTables(data(["majority(5)"], ["paxi"]), [])[0]!(rows(["majority(5)"], ["paxi"]))
  expect([plain.id, plain.caption]).toEqual(["mine", "How do the cases of mine compare?"])
})
