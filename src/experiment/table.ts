import type { Estimate } from "../base/statistics/estimates.ts"
import { type Cell, type Rounding, numberText } from "./column.ts"

/**
 * A table as a thesis prints it: a value that knows nothing of the medium. The
 * folder `render/` turns it into text for a terminal, Markdown, CSV and LaTeX.
 */
export interface Table {
  /** The name of its file and its LaTeX label, in kebab-case. */
  readonly id: string
  /** A sentence above the table. */
  readonly caption: string
  readonly columns: readonly TableColumn[]
  /** The rows; "rule" is a line that parts one group of rows from the next. */
  readonly rows: readonly (TableRow | "rule")[]
  /** Sentences below the table. */
  readonly notes: readonly string[]
}

/** Cells in the order of the columns. */
export type TableRow = readonly TableCell[]

/** How a column is headed, and how its numbers are rounded. */
export interface TableColumn extends Rounding {
  readonly heading: string
  /** Printed in parentheses after the heading. */
  readonly unit?: string
  /** Neighbouring columns with the same group share a heading above theirs. */
  readonly group?: string
  /** Text is flush left and numbers are aligned at the right, unless said. */
  readonly align?: "left" | "right" | "center"
}

/** A plain value, an exact fraction, or an average with the ends of its interval. */
export type TableCell = Cell | Ratio | Interval

/** An exact fraction: `denominator` positive, in lowest terms or not, as it should be shown. */
export interface Ratio {
  readonly numerator: number
  readonly denominator: number
}

/** A value and its interval: shown as 12.3 [11.9, 12.7]. */
export type Interval = Pick<Estimate, "value" | "low" | "high">

/** The fraction of a stored cell such as "3/8"; whole numbers have denominator 1. */
export function ratio(cell: string): Ratio {
  const [numerator, denominator = "1"] = cell.split("/")
  return { numerator: Number(numerator), denominator: Number(denominator) }
}

/** The interval in the columns `Name`, `${Name}Low`, `${Name}High` of a row. */
export function intervalOf<Name extends string>(
  row: Readonly<Record<Name | `${Name}Low` | `${Name}High`, number | null>>,
  name: Name,
): Interval {
  return { value: row[name], low: row[`${name}Low`], high: row[`${name}High`] }
}

/** Whether a cell is an exact fraction. */
export function isRatio(cell: TableCell): cell is Ratio {
  return typeof cell === "object" && cell !== null && "numerator" in cell
}

/** Whether a cell is a value with an interval. */
export function isInterval(cell: TableCell): cell is Interval {
  return typeof cell === "object" && cell !== null && "low" in cell
}

/** How a column's cells stand: as it says, else numbers right and text left, by its first cell that is not empty. */
export function alignment(table: Table, position: number): "left" | "right" | "center" {
  const stated = table.columns[position]?.align
  if (stated !== undefined) return stated
  const cells = bodyRows(table).map((row) => row[position] ?? null)
  const first = cells.find((cell) => cell !== null)
  return first === undefined || typeof first === "string" || typeof first === "boolean" ? "left" : "right"
}

/** The rows without the rules between them. */
export function bodyRows(table: Table): TableRow[] {
  return table.rows.filter((row) => row !== "rule")
}

/** The headings above the headings: runs of neighbouring columns with the same group. */
export function headingGroups(table: Table): readonly { readonly group: string; readonly span: number }[] {
  const runs: { group: string; span: number }[] = []
  for (const { group = "" } of table.columns) {
    const last = runs.at(-1)
    if (last?.group === group) last.span++
    else runs.push({ group, span: 1 })
  }
  return runs
}

/** Whether any column has a heading above its heading. */
export function hasGroups(table: Table): boolean {
  return table.columns.some(({ group }) => group !== undefined)
}

/** "latency (ms)". */
export function headingText({ heading, unit }: TableColumn): string {
  return unit === undefined ? heading : `${heading} (${unit})`
}

/** What stands for an empty cell where people read. */
export const emptyMark = "–"

/** A cell as people read it, its numbers rounded as its column says. */
export function plainCell(cell: TableCell, rounding: Rounding = {}): string {
  if (cell === null) return emptyMark
  if (typeof cell === "number") return numberText(cell, rounding)
  if (typeof cell === "boolean") return cell ? "yes" : "no"
  if (typeof cell === "string") return cell
  if (isRatio(cell))
    return cell.denominator === 1 ? String(cell.numerator) : `${cell.numerator}/${cell.denominator}`
  const ends = [cell.low, cell.high].map((end) => plainCell(end, rounding)).join(", ")
  if (cell.low === null && cell.high === null) return plainCell(cell.value, rounding)
  return `${plainCell(cell.value, rounding)} [${ends}]`
}
