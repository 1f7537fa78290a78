import { acceptorNames } from "./define.ts"
import { type NodeId, type QuorumExpr, and, node, weighted } from "./expression.ts"

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

/**
 * One full row of a wall and one brick from each row below it: acceptors laid
 * row by row, rows of these widths from the top.
 *
 * Built from the top down: with a row of width w below it, a wall is either the whole row, or one brick
 * of it and a quorum of the wall above. As votes that is w out of 1 for each brick and w − 1 for the
 * wall above, so that no node occurs twice and no enumeration is needed. A row of width 1 below the top
 * is a quorum by itself: the rows above it are redundant.
 *
 * Peleg and Wool 1997, "Crumbling walls": any two such walls meet, since of two full rows the lower one
 * has a brick of every wall whose full row is higher. Widths must be positive and there must be at least
 * one.
 *
 * @example formatExpr(wallFormula([1, 2])) // => "weightedChoose(2, [1, 1, 1], a1, a2, a3)"
 */
export function wallFormula(widths: readonly number[]): QuorumExpr {
  const bricks = acceptorNames(widths.reduce((sum, width) => sum + width, 0)).map(node)
  const [top, ...below] = widths as readonly [number, ...number[]]
  let laid = top
  let wall = and(...bricks.slice(0, top))
  for (const width of below) {
    const row = bricks.slice(laid, laid + width)
    wall = width === 1 ? row[0]! : weighted([width - 1, ...row.map(() => 1)], width, [wall, ...row])
    laid += width
  }
  return wall
}
