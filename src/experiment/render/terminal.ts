import stringWidth from "string-width"
import { type Table, alignment, hasGroups, headingGroups, headingText, plainCell } from "../table.ts"

export interface TerminalOptions {
  /** The columns to keep within where the words allow it; 80 unless given. */
  readonly width?: number
  /** How to print the caption and the headings; as they are unless given. */
  readonly bold?: (text: string) => string
}

const gap = "  "

/**
 * The table as text of a fixed-width font: caption, headings, a rule, rows,
 * notes. Cells that would make it too wide are broken at spaces; a word is
 * never broken, so a table of long words may exceed the width.
 */
export function renderTerminal(table: Table, options: TerminalOptions = {}): string {
  const { width = 80, bold = (text: string): string => text } = options
  const headings = table.columns.map(headingText)
  const rows = table.rows.map((row) =>
    row === "rule" ? row : table.columns.map(({ digits }, i) => plainCell(row[i] ?? null, digits)),
  )
  const columns = headings.map((heading, i) => [
    heading,
    ...rows.flatMap((row) => (row === "rule" ? [] : [row[i]!])),
  ])
  const widths = fitWidths(columns, width)
  const rule = "─".repeat(widths.reduce((sum, w) => sum + w, 0) + gap.length * (widths.length - 1))
  const aligns = table.columns.map((_, i) => alignment(table, i))
  const line = (cells: readonly string[]): string[] => layOut(cells, widths, aligns)
  return [
    ...wrap(table.caption, width).map((part) => bold(part)),
    "",
    ...groupLines(table, widths),
    ...line(headings).map((part) => bold(part)),
    rule,
    ...rows.flatMap((row) => (row === "rule" ? [rule] : line(row))),
    rule,
    ...table.notes.flatMap((note) => wrap(note, width)),
    "",
  ].join("\n")
}

/**
 * The widths of the columns: as wide as their cells; where that is too wide, the
 * widest made narrower while there is a space to break at, first outside
 * brackets, then anywhere.
 */
function fitWidths(columns: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => stringWidth(cell))))
  const total = (): number => widths.reduce((sum, w) => sum + w, 0) + gap.length * (widths.length - 1)
  for (const split of [wordsOutsideBrackets, words]) {
    const least = columns.map((cells) => Math.max(...cells.map((cell) => widest(split(cell)))))
    while (total() > width) {
      const shrinkable = widths.map((w, i) => (w > least[i]! ? w : 0))
      const position = shrinkable.indexOf(Math.max(...shrinkable))
      if (shrinkable[position] === 0) break
      widths[position]!--
    }
  }
  return widths
}

/** One row as lines: cells broken to their widths, the first lines side by side, then the second. */
function layOut(cells: readonly string[], widths: readonly number[], aligns: readonly string[]): string[] {
  const broken = cells.map((cell, i) => wrap(cell, widths[i]!))
  const height = Math.max(...broken.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    broken
      .map((lines, i) => pad(lines[line] ?? "", widths[i]!, aligns[i]!))
      .join(gap)
      .trimEnd(),
  )
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
    return { group, width: covered.reduce((sum, w) => sum + w, 0) + gap.length * (span - 1) }
  })
  const names = spans.map(({ group, width }) => pad(group, width, "center")).join(gap)
  const rules = spans.map(({ group, width }) => (group === "" ? " " : "─").repeat(width)).join(gap)
  return [names.trimEnd(), rules.trimEnd()]
}

/** The text in lines of at most `width`: broken at spaces, inside brackets only if need be, never inside `code`. */
export function wrap(text: string, width: number): string[] {
  const whole = wordsOutsideBrackets(text)
  const lines: string[] = []
  let line = ""
  for (const word of widest(whole) <= width ? whole : words(text)) {
    const longer = line === "" ? word : `${line} ${word}`
    if (line !== "" && stringWidth(longer) > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}

function widest(parts: readonly string[]): number {
  return Math.max(...parts.map((part) => stringWidth(part)))
}

/** Split at spaces, but a command between backquotes stays whole: broken, it could not be copied. */
function words(text: string): string[] {
  return splitAtSpaces(text, "`", "`")
}

/** The same, and `grid(2, 3)` or `[0.1, 0.2]` stay whole, too. */
function wordsOutsideBrackets(text: string): string[] {
  return splitAtSpaces(text, "([{`", ")]}`")
}

function splitAtSpaces(text: string, openers: string, closers: string): string[] {
  const parts: string[] = []
  let [part, depth, inCode] = ["", 0, false]
  for (const char of text) {
    if (char === "`") inCode = !inCode
    else if (openers.includes(char)) depth++
    else if (closers.includes(char)) depth = Math.max(0, depth - 1)
    if (char === " " && depth === 0 && !inCode) {
      parts.push(part)
      part = ""
    } else part += char
  }
  return [...parts, part]
}
