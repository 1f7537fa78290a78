import { type Table, bodyRows, headingGroups, headingText, isInterval, plainCell } from "../table.ts"
import { fitWidths } from "./fit-widths.ts"
import { type Ruler, characters, totalWidth } from "./ruler.ts"
import { widest, words, wordsOutsideBrackets, wrap } from "./wrap.ts"

/** The rows of a table as people read them, and the rules between them. */
export function rowTexts(table: Table): (string[] | "rule")[] {
  return table.rows.map((row) =>
    row === "rule" ? row : table.columns.map((column, i) => plainCell(row[i] ?? null, column)),
  )
}

/** The widths of a table's columns, within `width` where the words allow it. */
export function tableWidths(table: Table, width: number, ruler: Ruler = characters): number[] {
  const rows = rowTexts(table).filter((row) => row !== "rule")
  const columns = table.columns.map((column, i) => [headingText(column), ...rows.map((row) => row[i]!)])
  const widths = evenWidths(table, columns, width, ruler)
  let from = 0
  for (const { group, span } of headingGroups(table)) {
    // A heading over several columns needs its room, too, and breaks where there is none: the last column gives it.
    const now = totalWidth(widths.slice(from, from + span), ruler)
    const spare = Math.max(0, width - totalWidth(widths, ruler))
    const least = widest(words(group), ruler.measure)
    from += span
    widths[from - 1]! += Math.max(0, Math.min(ruler.measure(group), Math.max(least, now + spare)) - now)
  }
  return widths
}

/** The widths that fit; where some intervals have to stand below their values, all do: numbers are compared. */
function evenWidths(
  table: Table,
  columns: readonly (readonly string[])[],
  width: number,
  ruler: Ruler,
): number[] {
  const fitted = fitWidths(columns, width, ruler)
  const ofIntervals = table.columns.map((_, i) => bodyRows(table).some((row) => isInterval(row[i] ?? null)))
  const areBroken = columns.some(
    (cells, i) => ofIntervals[i] === true && widest(cells.slice(1), ruler.measure) > fitted[i]!,
  )
  if (!areBroken) return fitted
  const parted = columns.map((cells, i) =>
    ofIntervals[i] === true ? cells.map((cell) => longest(wordsOutsideBrackets(cell), ruler)) : cells,
  )
  return fitWidths(parted, width, ruler)
}

function longest(parts: readonly string[], { measure }: Ruler): string {
  return parts.reduce((one, other) => (measure(other) > measure(one) ? other : one))
}

/**
 * One row as several: each cell broken to its width, the first lines side by
 * side, then the second, and so on, with nothing below a cell that has ended.
 */
export function lineUp(
  cells: readonly string[],
  widths: readonly number[],
  ruler: Ruler = characters,
): string[][] {
  const broken = cells.map((cell, i) => wrap(cell, widths[i]!, ruler.measure))
  const height = Math.max(...broken.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => broken.map((lines) => lines[line] ?? ""))
}

/** A heading above headings, in lines, over columns of this many places. */
export interface GroupLine {
  readonly group: string
  readonly span: number
  /** Of the columns below, the gaps between them included. */
  readonly width: number
}

/** The headings above the headings, line by line: what takes fewer lines than its neighbours stands below. */
export function groupLines(
  table: Table,
  widths: readonly number[],
  ruler: Ruler = characters,
): GroupLine[][] {
  let from = 0
  const groups = headingGroups(table).map(({ group, span }) => {
    const width = totalWidth(widths.slice(from, (from += span)), ruler)
    return { span, width, lines: wrap(group, width, ruler.measure) }
  })
  const height = Math.max(...groups.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    groups.map(({ span, width, lines }) => ({
      group: lines[line - height + lines.length] ?? "",
      span,
      width,
    })),
  )
}
