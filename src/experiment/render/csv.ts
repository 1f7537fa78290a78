import { recordsToCsv } from "../csv.ts"
import { type Table, type TableCell, bodyRows, headingText, isInterval, plainCell } from "../table.ts"
import type { Rounding } from "../column.ts"

/**
 * The table as CSV, as it is arranged: an interval takes three columns, an
 * empty cell is empty. Caption, notes and rules are left out; the tidy CSV of
 * the experiment is the place for data.
 */
export function renderCsv(table: Table): string {
  const rows = bodyRows(table)
  const intervals = table.columns.map((_, i) => rows.some((row) => isInterval(row[i] ?? null)))
  const header = table.columns.flatMap((column, i) => {
    const name = [column.group, headingText(column)].filter((part) => part !== undefined).join(": ")
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
  return cell === null ? "" : plainCell(cell, rounding)
}
