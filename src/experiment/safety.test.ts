import { describe, expect, test } from "vitest"
import { text } from "./column.ts"
import { type CaseSafety, type RowOf, defineExperiment } from "./define.ts"
import type { BarFigure } from "./figure/figure.ts"
import { cautionNotes, cautionsOf, cautionsOfRows, safeColumns, withCautions } from "./safety.ts"
import { sweep } from "./sweep.ts"
import type { Table } from "./table.ts"

const apart = "{a1 a2} and {a3 a4} do not intersect (requirement 4.4)"
const row = (system: string, variant: string, safe = "holds", safeBecause: string | null = null): RowOf => ({
  ...{ system, variant, safe, safeBecause },
})
const rows = [
  row("simple(4, 2, 2)", "classic", "violated", apart),
  row("simple(4, 2, 2)", "careful"),
  row("hard(9)", "classic", "unknown", "the search stopped (requirement 4.4)"),
  row("hard(9)", "careful", "unknown", "the search stopped (requirement 4.4)"),
  row("empty", "classic", "holds", "vacuously true: one side has no quorum (requirement 4.4)"),
  row("empty", "careful"),
  row("majority(4)", "classic"),
  row("majority(4)", "careful"),
]

const table: Table = {
  id: "t",
  caption: "Two values by simple(4, 2, 2).",
  columns: [{ heading: "system" }, { heading: "variant" }],
  rows: ["rule", ...rows.map(({ system, variant }) => [system!, variant!])],
  notes: ["first"],
}

describe("a table of systems", () => {
  const { rows: lines, notes, caption } = withCautions(table, rows)

  test("marks what is unsafe, unknown or vacuous, and only under the variants that are", () => {
    expect(lines.map((line) => line[0])).toEqual([
      ...["r", "simple(4, 2, 2)†", "simple(4, 2, 2)", "hard(9)‡", "hard(9)‡"],
      ...["empty§", "empty", "majority(4)", "majority(4)"],
    ])
    expect(caption).toBe("Two values by simple(4, 2, 2)†.")
  })

  test("has a note for each mark, after its own, with the quorums or the reason", () => {
    expect(notes).toEqual([
      "first",
      `† UNSAFE quorum system simple(4, 2, 2) (classic): ${apart}; two values may be decided.`,
      "‡ Safety unknown: hard(9) (classic): the search stopped (requirement 4.4); hard(9) (careful): the search stopped (requirement 4.4).",
      "§ Vacuously safe quorum system empty (classic): one side has no quorum (requirement 4.4).",
    ])
  })

  test("of safe systems only stays the same value, and one without the suspects has no notes of them", () => {
    expect(withCautions(table, rows.slice(6))).toBe(table)
    const other = { ...table, caption: "", rows: [["majority(4)", "classic"]] }
    expect(withCautions(other, rows).notes).toEqual(["first"])
  })

  test("where a variant is not shown, the mark stands wherever the system does", () => {
    const short = {
      ...table,
      rows: [["simple(4, 2, 2)"], ["simple(4, 2, 2), thrifty"], ["simple(4, 2, 2)0"]],
    }
    expect(withCautions(short, rows).rows).toEqual([
      ...[["simple(4, 2, 2)†"], ["simple(4, 2, 2)†, thrifty"], ["simple(4, 2, 2)0"]],
    ])
  })

  test("uses the names that are given to systems", () => {
    const named = { ...table, caption: "Halves", rows: [["Halves", "classic"]] }
    const marked = withCautions(named, rows, (system) => (system === "simple(4, 2, 2)" ? "Halves" : system))
    expect(marked.rows).toEqual([["Halves†", "classic"]])
    expect(marked.notes[1]).toContain("UNSAFE quorum system Halves (classic)")
  })
})

test("a figure has the mark in its legend, and the note in its caption", () => {
  const bar = { value: 1, low: null, high: null }
  const figure: BarFigure = {
    ...{ kind: "bars", id: "f", caption: "Latency", groups: "", value: { title: "ms" }, notes: [] },
    panels: [
      {
        title: "",
        bars: rows.map(({ system, variant }) => ({ ...bar, series: String(system), group: String(variant) })),
      },
    ],
  }
  const marked = withCautions(figure, rows)
  expect(marked.panels[0]!.bars.map(({ series }) => series)).toEqual([
    ...["simple(4, 2, 2)†", "simple(4, 2, 2)†", "hard(9)‡", "hard(9)‡"],
    ...["empty§", "empty§", "majority(4)", "majority(4)"],
  ])
  expect(marked.notes[0]).toContain(`† UNSAFE quorum system simple(4, 2, 2) (classic): ${apart}`)
  expect([marked.id, marked.caption, marked.groups]).toEqual(["f", "Latency", ""])
})

test("many systems are counted, not listed", () => {
  const many = Array.from({ length: 30 }, (_, i) => row(`s${i}(1)`, "classic", "violated", apart))
  const [note] = cautionNotes(cautionsOfRows(many))
  expect(note).toContain("s7(1): {a1 a2}")
  expect(note).not.toContain("s8(1)")
  expect(note).toContain("and 22 more, see column safe_because; two values may be decided")
})

describe("an experiment", () => {
  const judged: string[] = []
  const safetyOf = (system: string): CaseSafety =>
    system === "bad" ? { verdict: "violated", because: [apart] } : { verdict: "holds", because: [] }
  const experiment = defineExperiment<string, null, RowOf>({
    ...{ id: "mine", question: "?", reference: "–", runs: 3, tables: [] },
    columns: [text("system", "The system."), ...safeColumns],
    cases: () => ["good", "bad"],
    safety: (system) => {
      judged.push(system)
      return { system, ...safetyOf(system) }
    },
    observe: () => null,
    summarise: (system) => [{ system }],
  })

  test("has the safety of its cases in its rows, asked once for a case and not for a run", async () => {
    judged.length = 0
    expect(await sweep(experiment, { rootSeed: 1 })).toEqual([
      { system: "good", safe: "holds", safeBecause: null },
      { system: "bad", safe: "violated", safeBecause: apart },
    ])
    expect(judged).toEqual(["good", "bad"])
    expect(cautionsOf(experiment)).toEqual([{ system: "bad", safe: "violated", because: apart }])
  })

  test("that has only the columns, or only the safety, is refused", () => {
    const unjudged = { ...experiment }
    delete unjudged.safety
    expect(() => defineExperiment(unjudged)).toThrow("require each other")
    expect(() => defineExperiment({ ...experiment, columns: [text("system", "The system.")] })).toThrow(
      "require each other",
    )
  })
})
