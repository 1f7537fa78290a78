import { type Column, count, text } from "../../experiment/column.ts"
import type { RowOf, TableSpec } from "../../experiment/define.ts"
import { type Table, type TableCell, type TableColumn, intervalOf } from "../../experiment/table.ts"
import { type SweepCase, sweepCases } from "./sweep-cases.ts"
import type { SweepData } from "./sweep-data.ts"

/** What every sweep has, whatever it sweeps over. */
export function sweepHead(data: SweepData): {
  id: string
  question: string
  reference: string
  replicas: number
} {
  const {
    id,
    question = `How do the cases of ${id} compare?`,
    reference = "A sweep of the user's own.",
    replicas = 100,
  } = data
  return { id, question, reference, replicas }
}

/** The columns that say which case a row is. */
export function axisColumns(data: SweepData): Column[] {
  return [
    text("system", "The quorum system."),
    text("latency", "The latency model or matrix."),
    text("faults", "What goes wrong."),
    text("workload", "What is asked for."),
    ...(hasSeeds(data) ? [count("seed", "The further root seed of the case.")] : []),
  ]
}

/** The cells that say which case a row is of. */
export function axisCells(data: SweepData, { system, latency, faults, workload, seed }: SweepCase): RowOf {
  return { system, latency, faults, workload, ...(hasSeeds(data) && { seed }) }
}

function hasSeeds({ matrix }: SweepData): boolean {
  return matrix.seed !== undefined
}

/** The runs in which nothing was violated: the only ones that are averaged. */
export function safeOnes<T extends { readonly violation: string | null }>(observations: readonly T[]): T[] {
  return observations.filter(({ violation }) => violation === null)
}

/** A measure of a sweep's table: with its interval, unless it is plain. */
interface TableMeasure {
  readonly name: string
  readonly heading: string
  readonly unit?: string
  readonly digits: number
  readonly plain?: boolean
}

/** A table longer than this is read by programs, from the CSV; without one, rows need not be in memory together. */
const mostTableRows = 200

/** One table of all cases. The axes that do not vary are said below it. */
export function sweepTables(data: SweepData, measures: readonly TableMeasure[]): TableSpec<RowOf>[] {
  return numberOfCases(data) > mostTableRows ? [] : [(rows) => sweepTable(data, measures, rows)]
}

function numberOfCases(data: SweepData): number {
  return sweepCases(data).length
}

const axes = ["system", "variant", "latency", "faults", "workload", "seed"]

function sweepTable(data: SweepData, measures: readonly TableMeasure[], rows: readonly RowOf[]): Table {
  const first = rows[0]!
  const known = axes.filter((axis) => axis in first)
  const varying = known.filter((axis) => rows.some((row) => row[axis] !== first[axis]))
  const shown = varying.length === 0 ? ["system"] : varying
  const same = known.filter((axis) => !shown.includes(axis)).map((axis) => `${axis} ${String(first[axis])}`)
  return {
    id: data.id,
    caption: sweepHead(data).question,
    columns: [
      ...shown.map((heading): TableColumn => ({ heading, align: "left" })),
      ...measures.map(({ heading, unit, digits }): TableColumn => ({
        heading,
        digits,
        ...(unit && { unit }),
      })),
    ],
    rows: rows.map((row) => [
      ...shown.map((axis) => row[axis]!),
      ...measures.map((measure): TableCell =>
        measure.plain ? row[measure.name]! : intervalOf(row as never, measure.name as never),
      ),
    ]),
    notes: [
      ...(same.length === 0 ? [] : [`Of all: ${same.join("; ")}.`]),
      "Means with 95 % intervals.",
      ...violationNote(rows),
    ],
  }
}

/** What was violated is said first of all. */
function violationNote(rows: readonly RowOf[]): string[] {
  const broken = rows.filter((row) => Number(row["violations"]) > 0)
  if (broken.length === 0) return []
  const systems = [...new Set(broken.map((row) => String(row["system"])))]
  return [
    `Safety was violated in some runs of ${systems.join(", ")}; they are in no average, and the CSV says how to replay them.`,
  ]
}
