import { CsvError, parse } from "csv-parse/browser/esm/sync"
import { stringify } from "csv-stringify/browser/esm/sync"
import { UsageError } from "../base/errors.ts"
import { type Cell, type Column, type Rounding, cellText, snakeCase, storedCell } from "./column.ts"
import type { RowOf } from "./define.ts"
import { plainTexts } from "./render/inline.ts"
import { type Table, type TableCell, bodyRows, headingText, isInterval, plainCell } from "./table.ts"

/**
 * Rows as CSV: a header in snake_case, one line per row, each ended by a line
 * feed, numbers with exactly the digits of their column, empty cells empty.
 * The same rows give the same bytes.
 */
export function rowsToCsv(columns: readonly Column[], rows: readonly RowOf[]): string {
  const records = rows.map((row) => columns.map((column) => fieldText(column, row[column.name]!)))
  return recordsToCsv(
    columns.map(({ name }) => snakeCase(name)),
    records,
  )
}

function fieldText(column: Column, cell: Cell): string {
  const text = cellText(column, cell)
  return column.type === "text" ? literal(text) : text
}

/**
 * A text that a spreadsheet does not take for a formula: one that begins with
 * =, +, -, @, a tab or a carriage return, and is not a number, gets an
 * apostrophe in front, and so does one that already has it. `original` undoes it.
 */
function literal(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? `'${text}` : text
}

function original(field: string): string {
  return /^'+[=+\-@\t\r]/.test(field) ? field.slice(1) : field
}

/** Texts as CSV, quoted only where they must be. */
export function recordsToCsv(header: readonly string[], records: readonly (readonly string[])[]): string {
  return stringify(
    records.map((record) => [...record]),
    {
      header: true,
      columns: header.map((name, position) => ({ key: String(position), header: name })),
      record_delimiter: "\n",
      // Everything is text by now; were it not, these would not guess as the defaults do (true becomes 1).
      cast: { boolean: String, number: String, bigint: String },
    },
  )
}

/**
 * The rows a CSV of these columns holds: what `rowsToCsv` wrote, cell for cell.
 * A header that differs, or a cell that is not of its column's type, is a
 * UsageError that names the file and the line.
 */
export function rowsFromCsv(columns: readonly Column[], csv: string, fileName: string): RowOf[] {
  const [header = [], ...records] = recordsFromCsv(csv, fileName)
  const expected = columns.map(({ name }) => snakeCase(name))
  if (header.join() !== expected.join()) {
    throw new UsageError(
      `${fileName}:1: the columns are ${header.join(", ") || "missing"}; they must be ${expected.join(", ")}. ` +
        `The file may be of another version or experiment.`,
    )
  }
  return records.map((record, i) =>
    Object.fromEntries(
      columns.map((column, j) => [column.name, readCell(column, record[j]!, `${fileName}:${i + 2}`)]),
    ),
  )
}

/** The fields of a CSV, line by line, all of one length. */
export function recordsFromCsv(csv: string, fileName: string): string[][] {
  try {
    return parse(csv, { bom: true })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new UsageError(`${fileName}: not a CSV: ${error.message}.`)
  }
}

function readCell(column: Column, field: string, where: string): Cell {
  const value = fieldValue(column, field)
  if (value === undefined || (value === null && column.empty === undefined)) {
    throw new UsageError(
      `${where}: ${snakeCase(column.name)} is ${field === "" ? "empty" : field}; must be ${typeNames[column.type]}.`,
    )
  }
  return storedCell(column, value)
}

const typeNames: Readonly<Record<Column["type"], string>> = {
  text: "a text",
  number: "a number",
  boolean: "true or false",
  fraction: "a fraction such as 3/8",
}

/** The value of a field, or undefined where it is not of the column's type. */
function fieldValue(column: Column, field: string): Cell | undefined {
  if (field === "") return null
  if (column.type === "boolean") return field === "true" ? true : field === "false" ? false : undefined
  if (column.type === "number")
    return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(field) && Number.isFinite(Number(field))
      ? Number(field)
      : undefined
  if (column.type === "fraction") return /^-?\d+(\/[1-9]\d*)?$/.test(field) ? field : undefined
  return original(field)
}

/**
 * The table as CSV, as it is arranged: an interval takes three columns, an
 * empty cell is empty. Caption, notes and rules are left out; the tidy CSV of
 * the experiment is the place for data.
 */
export function renderCsv(shown: Table): string {
  const table = plainTexts(shown)
  const rows = bodyRows(table)
  const intervals = table.columns.map((_, i) => rows.some((row) => isInterval(row[i] ?? null)))
  const header = table.columns.flatMap((column, i) => {
    const name = literal([column.group, headingText(column)].filter((part) => part !== undefined).join(": "))
    return intervals[i] === true ? [name, `${name}, low`, `${name}, high`] : [name]
  })
  const records = rows.map((row) =>
    table.columns.flatMap((column, i) => {
      const cell = row[i] ?? null
      const parts =
        intervals[i] !== true
          ? [cell]
          : isInterval(cell)
            ? [cell.value, cell.low, cell.high]
            : [cell, null, null]
      return parts.map((part) => csvCell(part, column))
    }),
  )
  return recordsToCsv(header, records)
}

function csvCell(cell: TableCell, rounding: Rounding): string {
  if (typeof cell === "boolean") return String(cell)
  if (typeof cell === "string") return literal(cell)
  return cell === null ? "" : plainCell(cell, rounding)
}
