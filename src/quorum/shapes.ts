import { acceptorNames } from "./define.ts"
import type { NodeId } from "./expression.ts"

/** The rows of a rectangle of acceptors numbered row by row. */
export function gridRows(rows: number, columns: number): NodeId[][] {
  const names = acceptorNames(rows * columns)
  return Array.from({ length: rows }, (_, r) => names.slice(r * columns, (r + 1) * columns))
}

/** The columns of the same rectangle. */
export function gridColumns(rows: number, columns: number): NodeId[][] {
  const byRow = gridRows(rows, columns)
  return Array.from({ length: columns }, (_, c) => byRow.map((row) => row[c]!))
}
