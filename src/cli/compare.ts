import { Command } from "commander"
import { UsageError } from "../base/errors.ts"
import { type Cell, type Column, numberText, snakeCase } from "../experiment/column.ts"
import type { ComparedValue, Comparison, Estimated, Outcome } from "../experiment/compare.ts"
import type { Result } from "../experiment/result.ts"
import { cautionNotes, cautionsOfRows, withCautions } from "../experiment/safety.ts"
import { type Table, type TableCell, emptyMark } from "../experiment/table.ts"
import type { ReadResult } from "./shared/read-result.ts"
import { type Context, type ExitCode, exitCodes } from "./shared/context.ts"
import { type Format, formatOption, moduleOption } from "./shared/options.ts"
import { printJson, printTables } from "./shared/output.ts"

interface CompareOptions {
  readonly from: string
  readonly module: readonly string[]
  readonly all: boolean
  readonly format: Format
}

/** `quorate compare`: what moved between two results of an experiment. */
export function compareCommand(context: Context): Command {
  const { io } = context
  return new Command("compare")
    .summary("compare two results: which values changed significantly")
    .description(
      "Compares two results of the same experiment value by value. For estimates it tests whether the change is significant " +
        "(95 % family-wise by Holm 1979, from the CI of the difference).",
    )
    .argument("<before>", "folder or CSV file of a result, or an experiment id")
    .argument("<after>", "the same")
    .option("--from <folder>", "folder in which results are found by id", "results")
    .option("--all", "show every value, not only those that changed", false)
    .addOption(moduleOption())
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (before: string, after: string, { all, format, ...reading }: CompareOptions) => {
      const { readResults } = await import("./shared/read-result.ts")
      const { compareRows } = await import("../experiment/compare.ts")
      const [old, now] = (await readResults([before, after], reading, io)) as [ReadResult, ReadResult]
      if (old.experiment.id !== now.experiment.id) {
        throw new UsageError(
          `${before} is a result of ${old.experiment.id} and ${after} of ${now.experiment.id}; only results of the same experiment can be compared.`,
        )
      }
      const comparison = compareRows(old.experiment.columns, old, now)
      if (format === "json") printJson(io, comparisonJson(comparison, old, now))
      else
        await printTables(io, format, [
          markedComparison(comparisonTable(comparison, old, now, all), old, now),
        ])
      context.end(exitCodeFor(comparison))
    })
}

const help = `
Exit codes: 0 nothing moved; 1 something moved by more than chance, or changed
where chance is no excuse, or a row is missing; 2 usage or internal error;
3 nothing moved, but values without an interval differ, of which nothing is known.

Examples:
  $ quorate run phase2-size --seed 2 --out /tmp/results
  $ quorate compare phase2-size /tmp/results/phase2-size
  $ quorate compare before/systems after/systems --all --format csv`

/** A move outweighs an open question. */
function exitCodeFor({ values, onlyBefore, onlyAfter }: Comparison): ExitCode {
  const found = (...wanted: Outcome[]): boolean => values.some(({ outcome }) => wanted.includes(outcome))
  if (onlyBefore.length + onlyAfter.length > 0 || found("moved", "changed")) return exitCodes.violated
  return found("unknown") ? exitCodes.unknown : exitCodes.fine
}

function comparisonJson(comparison: Comparison, before: Result, after: Result): object {
  const sample = ({ rootSeed, runs }: Result): object => ({ seed: rootSeed, runs })
  return {
    experiment: before.experiment.id,
    before: sample(before),
    after: sample(after),
    safety: cautionsOfRows([...before.rows, ...after.rows]),
    ...comparison,
    values: comparison.values.map((value) => ({ ...value, column: value.column.name })),
  }
}

function comparisonTable(comparison: Comparison, before: Result, after: Result, all: boolean): Table {
  const { keys, values } = comparison
  const shown = values.filter(({ outcome }) => all || outcome === "moved" || outcome === "changed")
  return {
    id: `${before.experiment.id}-compared`,
    caption: `${before.experiment.id}: ${all ? "every value" : shown.length === 0 ? "nothing moved" : "what moved"} between two results.`,
    columns: [
      ...keys.map((key) => ({ heading: snakeCase(key) })),
      { heading: "value" },
      { heading: "before", align: "right" },
      { heading: "after", align: "right" },
      { heading: "difference", align: "right" },
      { heading: "outcome" },
    ],
    rows: [
      ...shown.map((value) => comparedRow(keys, value)),
      ...comparison.onlyBefore.map((row) => missingRow(keys, row, "only before")),
      ...comparison.onlyAfter.map((row) => missingRow(keys, row, "only after")),
    ],
    notes: [summary(values), sampleNote(before, after)],
  }
}

/** The table with unsafe systems marked; they are named below it also where it has no row of them. */
function markedComparison(table: Table, before: Result, after: Result): Table {
  const rows = [...before.rows, ...after.rows]
  const { notes, ...marked } = withCautions({ ...table, notes: [] }, rows)
  return {
    ...marked,
    notes: [...table.notes, ...(notes.length > 0 ? notes : cautionNotes(cautionsOfRows(rows)))],
  }
}

function comparedRow(
  keys: readonly string[],
  { row, column, before, after, difference, outcome }: ComparedValue,
): TableCell[] {
  return [
    ...keys.map((key) => keyText(row[key]!)),
    snakeCase(column.name),
    estimateText(before, column),
    estimateText(after, column),
    difference?.value === null || difference === null || outcome === "same"
      ? null
      : estimateText(difference, column),
    outcome,
  ]
}

function missingRow(keys: readonly string[], row: ComparedValue["row"], outcome: string): TableCell[] {
  return [...keys.map((key) => keyText(row[key]!)), null, null, null, null, outcome]
}

function keyText(cell: Cell): string {
  return cell === null ? emptyMark : String(cell)
}

function estimateText({ value, low, high }: Estimated, column: Column): string {
  const text = (cell: Estimated["value"]): string =>
    typeof cell === "number" ? numberText(cell, column) : cell === null ? emptyMark : String(cell)
  return low === null || high === null ? text(value) : `${text(value)} [${text(low)}, ${text(high)}]`
}

function summary(values: readonly ComparedValue[]): string {
  const number = (wanted: Outcome): number => values.filter(({ outcome }) => outcome === wanted).length
  const [moved, changed, unknown] = [number("moved"), number("changed"), number("unknown")]
  return [
    `Of ${values.length} values ${number("same")} are the same and ${number("within chance")} differ within chance.`,
    `${moved} moved by more than chance, ${changed} changed where chance is no excuse.`,
    ...(unknown === 0
      ? []
      : [`${unknown} differ without an interval, of which nothing can be said (--all shows them).`]),
  ].join(" ")
}

function sampleNote(before: Result, after: Result): string {
  const sample = ({ rootSeed, runs }: Result): string => `seed ${rootSeed}, ${runs} runs per configuration`
  const shared =
    before.rootSeed === after.rootSeed
      ? " They share their random numbers, so that the intervals of differences are wider than they need be."
      : ""
  return `Before: ${sample(before)}; after: ${sample(after)}. Intervals are 95 %; moved is at 95 % over all values together.${shared}`
}
