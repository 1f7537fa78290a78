import stringWidth from "string-width"
import { type Table, alignment, hasGroups, headingGroups, headingText } from "../table.ts"
import { columnGap, lineUp, rowTexts, tableWidths, totalWidth, wrap } from "./layout.ts"

export interface TerminalOptions {
  /** The columns to keep within where the words allow it; 80 unless given. */
  readonly width?: number
  /** How to print the caption and the headings; as they are unless given. */
  readonly bold?: (text: string) => string
}

const gap = " ".repeat(columnGap)

/**
 * The table as text of a fixed-width font: caption, headings, a rule, rows,
 * notes. Cells that would make it too wide are broken at spaces; a word is
 * never broken, so a table of long words may exceed the width.
 */
export function renderTerminal(table: Table, options: TerminalOptions = {}): string {
  const { width = 80, bold = (text: string): string => text } = options
  const widths = tableWidths(table, width)
  const rule = "─".repeat(totalWidth(widths))
  const aligns = table.columns.map((_, i) => alignment(table, i))
  const line = (cells: readonly string[]): string[] =>
    lineUp(cells, widths).map((parts) =>
      parts
        .map((part, i) => pad(part, widths[i]!, aligns[i]!))
        .join(gap)
        .trimEnd(),
    )
  return [
    ...wrap(table.caption, width).map((part) => bold(part)),
    "",
    ...groupLines(table, widths),
    ...line(table.columns.map(headingText)).map((part) => bold(part)),
    rule,
    ...rowTexts(table).flatMap((row) => (row === "rule" ? [rule] : line(row))),
    rule,
    ...table.notes.flatMap((note) => wrap(note, width)),
    "",
  ].join("\n")
}

function pad(text: string, width: number, align: string): string {
  const missing = Math.max(0, width - stringWidth(text))
  const left = align === "right" ? missing : align === "center" ? Math.floor(missing / 2) : 0
  return " ".repeat(left) + text + " ".repeat(missing - left)
}

/** The headings above the headings, each over a rule as wide as its columns. */
function groupLines(table: Table, widths: readonly number[]): string[] {
  if (!hasGroups(table)) return []
  let from = 0
  const spans = headingGroups(table).map(({ group, span }) => {
    const covered = widths.slice(from, (from += span))
    return { group, width: totalWidth(covered) }
  })
  const names = spans.map(({ group, width }) => pad(group, width, "center")).join(gap)
  const rules = spans.map(({ group, width }) => (group === "" ? " " : "─").repeat(width)).join(gap)
  return [names.trimEnd(), rules.trimEnd()]
}
