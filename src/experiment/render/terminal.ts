import stringWidth from "string-width"
import { type Table, alignment, hasGroups, headingText } from "../table.ts"
import {
  type Ruler,
  characters,
  groupLines,
  lineUp,
  rowTexts,
  tableWidths,
  totalWidth,
  wrapText,
} from "./layout.ts"

/** What the terminal can do. */
export interface TerminalOptions {
  /** The columns to keep within where the words allow it; 80 unless given. */
  readonly width?: number
  /** How to print the caption and the headings; as they are unless given. */
  readonly bold?: (text: string) => string
}

/**
 * The table as text of a fixed-width font: caption, headings, a rule, rows,
 * notes. What would make it too wide is broken at spaces, and if that is not
 * enough, columns move closer together; a word is never broken, so a table of
 * long words may exceed the width.
 */
export function renderTerminal(table: Table, options: TerminalOptions = {}): string {
  const { width = 80, bold = (text: string): string => text } = options
  const { widths, ruler } = columnsWithin(table, width)
  const gap = " ".repeat(ruler.gap)
  const rule = "─".repeat(totalWidth(widths, ruler))
  const aligns = table.columns.map((_, i) => alignment(table, i))
  const line = (cells: readonly string[]): string[] =>
    lineUp(cells, widths).map((parts) =>
      parts
        .map((part, i) => pad(part, widths[i]!, aligns[i]!))
        .join(gap)
        .trimEnd(),
    )
  return [
    ...wrapText(table.caption, width).map((part) => bold(part)),
    "",
    ...groupHeadings(table, widths, ruler),
    ...line(table.columns.map(headingText)).map((part) => bold(part)),
    rule,
    ...rowTexts(table).flatMap((row) => (row === "rule" ? [rule] : line(row))),
    rule,
    ...table.notes.flatMap((note) => wrapText(note, width)),
    "",
  ].join("\n")
}

/** Columns the usual two characters apart; one where only then they fit, or many fewer of their cells break. */
function columnsWithin(table: Table, width: number): { widths: number[]; ruler: Ruler } {
  const [usual, close] = [characters, { ...characters, gap: 1 }].map((ruler) => {
    const widths = tableWidths(table, width, ruler)
    const lines = rowTexts(table).map((row) => (row === "rule" ? 1 : lineUp(row, widths, ruler).length))
    const fits = totalWidth(widths, ruler) <= width
    return { widths, ruler, fits, height: lines.reduce((sum, count) => sum + count, 0) }
  }) as [Columns, Columns]
  return close.fits && (!usual.fits || close.height <= 0.75 * usual.height) ? close : usual
}

interface Columns {
  readonly widths: number[]
  readonly ruler: Ruler
  readonly fits: boolean
  /** Lines the rows take. */
  readonly height: number
}

function pad(text: string, width: number, align: string): string {
  const missing = Math.max(0, width - stringWidth(text))
  const left = align === "right" ? missing : align === "center" ? Math.floor(missing / 2) : 0
  return " ".repeat(left) + text + " ".repeat(missing - left)
}

/** The headings above the headings, each over a rule as wide as its columns. */
function groupHeadings(table: Table, widths: readonly number[], ruler: Ruler): string[] {
  if (!hasGroups(table)) return []
  const gap = " ".repeat(ruler.gap)
  const lines = groupLines(table, widths, ruler)
  const names = lines.map((spans) =>
    spans
      .map(({ group, width }) => pad(group, width, "center"))
      .join(gap)
      .trimEnd(),
  )
  const rules = lines.at(-1)!.map(({ group, width }) => (group === "" ? " " : "─").repeat(width))
  return [...names, rules.join(gap).trimEnd()]
}
