import stringWidth from "string-width"
import { visible, wrap } from "../../base/text.ts"
import {
  type Table,
  alignment,
  bodyRows,
  hasGroups,
  headingGroups,
  headingText,
  isInterval,
  plainCell,
} from "../table.ts"
import { plainTexts } from "./inline.ts"

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
export function renderTerminal(shown: Table, options: TerminalOptions = {}): string {
  const table = visibleTexts(plainTexts(shown))
  const { width = 80, bold = (text: string): string => text } = options
  const { widths, gap } = columnsWithin(table, width)
  const space = " ".repeat(gap)
  const rule = "─".repeat(totalWidth(widths, gap))
  const aligns = table.columns.map((_, i) => alignment(table, i))
  const line = (cells: readonly string[]): string[] =>
    lineUp(cells, widths).map((parts) =>
      parts
        .map((part, i) => pad(part, widths[i]!, aligns[i]!))
        .join(space)
        .trimEnd(),
    )
  return [
    ...wrapText(table.caption, width).map((part) => bold(part)),
    "",
    ...groupHeadings(table, widths, gap),
    ...line(table.columns.map(headingText)).map((part) => bold(part)),
    rule,
    ...rowTexts(table).flatMap((row) => (row === "rule" ? [rule] : line(row))),
    rule,
    ...table.notes.flatMap((note) => wrapText(note, width)),
    "",
  ].join("\n")
}

/** The table with nothing in it that a terminal would obey: names may come from anybody's file. */
function visibleTexts(table: Table): Table {
  const paragraph = (text: string): string => visible(text.trim().replaceAll(/\s+/g, " "))
  return {
    ...table,
    caption: paragraph(table.caption),
    notes: table.notes.map(paragraph),
    columns: table.columns.map((column) => ({
      ...column,
      heading: visible(column.heading),
      ...(column.group !== undefined && { group: visible(column.group) }),
    })),
    rows: table.rows.map((row) =>
      row === "rule" ? row : row.map((cell) => (typeof cell === "string" ? visible(cell) : cell)),
    ),
  }
}

/** Columns the usual two characters apart; one where only then they fit, or many fewer of their cells break. */
function columnsWithin(table: Table, width: number): { widths: number[]; gap: number } {
  const [usual, close] = [defaultGap, 1].map((gap) => {
    const widths = tableWidths(table, width, gap)
    const lines = rowTexts(table).map((row) => (row === "rule" ? 1 : lineUp(row, widths).length))
    const fits = totalWidth(widths, gap) <= width
    return { widths, gap, fits, height: lines.reduce((sum, count) => sum + count, 0) }
  }) as [Columns, Columns]
  return close.fits && (!usual.fits || close.height <= 0.75 * usual.height) ? close : usual
}

interface Columns {
  readonly widths: number[]
  readonly gap: number
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
function groupHeadings(table: Table, widths: readonly number[], gap: number): string[] {
  if (!hasGroups(table)) return []
  const space = " ".repeat(gap)
  const lines = groupLines(table, widths, gap)
  const names = lines.map((spans) =>
    spans
      .map(({ group, width }) => pad(group, width, "center"))
      .join(space)
      .trimEnd(),
  )
  const rules = lines.at(-1)!.map(({ group, width }) => (group === "" ? " " : "─").repeat(width))
  return [...names, rules.join(space).trimEnd()]
}

/** The rows of a table as people read them, and the rules between them. */
function rowTexts(table: Table): (string[] | "rule")[] {
  return table.rows.map((row) =>
    row === "rule" ? row : table.columns.map((column, i) => plainCell(row[i] ?? null, column)),
  )
}

/** The widths of a table's columns, within `width` where the words allow it. */
function tableWidths(table: Table, width: number, gap = defaultGap): number[] {
  const rows = rowTexts(table).filter((row) => row !== "rule")
  const columns = table.columns.map((column, i) => [headingText(column), ...rows.map((row) => row[i]!)])
  const widths = evenWidths(table, columns, width, gap)
  let from = 0
  for (const { group, span } of headingGroups(table)) {
    // A heading over several columns needs its room, too, and breaks where there is none: the last column gives it.
    const now = totalWidth(widths.slice(from, from + span), gap)
    const spare = Math.max(0, width - totalWidth(widths, gap))
    const min = widest(words(group))
    from += span
    widths[from - 1]! += Math.max(0, Math.min(stringWidth(group), Math.max(min, now + spare)) - now)
  }
  return widths
}

/** The widths that fit; where some intervals have to stand below their values, all do: numbers are compared. */
function evenWidths(
  table: Table,
  columns: readonly (readonly string[])[],
  width: number,
  gap: number,
): number[] {
  const fitted = fitWidths(columns, width, gap)
  const ofIntervals = table.columns.map((_, i) => bodyRows(table).some((row) => isInterval(row[i] ?? null)))
  const areBroken = columns.some((cells, i) => ofIntervals[i] === true && widest(cells.slice(1)) > fitted[i]!)
  if (!areBroken) return fitted
  const parted = columns.map((cells, i) =>
    ofIntervals[i] === true ? cells.map((cell) => longest(wordsOutsideBrackets(cell))) : cells,
  )
  return fitWidths(parted, width, gap)
}

function longest(parts: readonly string[]): string {
  return parts.reduce((one, other) => (stringWidth(other) > stringWidth(one) ? other : one))
}

/**
 * One row as several: each cell broken to its width, the first lines side by
 * side, then the second, and so on, with nothing below a cell that has ended.
 */
function lineUp(cells: readonly string[], widths: readonly number[]): string[][] {
  const broken = cells.map((cell, i) => wrapText(cell, widths[i]!))
  const height = Math.max(...broken.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => broken.map((lines) => lines[line] ?? ""))
}

/** A heading above headings, in lines, over columns of this many places. */
interface GroupLine {
  readonly group: string
  readonly span: number
  /** Of the columns below, the gaps between them included. */
  readonly width: number
}

/** The headings above the headings, line by line: what takes fewer lines than its neighbours stands below. */
function groupLines(table: Table, widths: readonly number[], gap = defaultGap): GroupLine[][] {
  let from = 0
  const groups = headingGroups(table).map(({ group, span }) => {
    const width = totalWidth(widths.slice(from, (from += span)), gap)
    return { span, width, lines: wrapText(group, width) }
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

/** What a broken line costs in the headings, where it is seen once, and what it costs to break inside brackets. */
const [headingLine, insideBrackets] = [0.5, 2]

/**
 * The widths of columns whose first cells are headings: as wide as their cells;
 * where that is too wide, narrower by one break after the other, always the one
 * that makes the table the least taller for the room it gains. Words are never
 * broken, so that the result may still be wider than asked.
 *
 * Cost: the number of breaks times the number of cells.
 */
export function fitWidths(columns: readonly (readonly string[])[], width: number, gap: number): number[] {
  const broken = columns.map((cells) => naturally(cells))
  for (;;) {
    const now = broken.map((column) => column.width)
    const excess = totalWidth(now, gap) - width
    if (excess <= 1e-9) break
    const best = cheapestBreak(columns, broken, excess)
    if (best === undefined) break
    broken[best.position] = best.column
  }
  return broken.map((column) => column.width)
}

/** A column broken to a width: how many lines each of its cells takes, and how many break inside brackets. */
interface Broken {
  readonly width: number
  readonly lines: readonly number[]
  readonly inBrackets: number
}

function naturally(cells: readonly string[]): Broken {
  return { width: widest(cells), lines: cells.map(() => 1), inBrackets: 0 }
}

function cheapestBreak(
  columns: readonly (readonly string[])[],
  broken: readonly Broken[],
  excess: number,
): { position: number; column: Broken } | undefined {
  const now = costOf(broken)
  let best: { position: number; column: Broken; price: number } | undefined
  columns.forEach((cells, position) => {
    const column = narrower(cells, broken[position]!.width)
    if (column === undefined) return
    const gain = Math.min(excess, broken[position]!.width - column.width)
    const price = (costOf(broken.with(position, column)) - now) / gain
    const isBetter = best === undefined || price < best.price - 1e-9
    const isWider =
      best !== undefined &&
      price < best.price + 1e-9 &&
      broken[position]!.width > broken[best.position]!.width
    if (isBetter || isWider) best = { position, column, price }
  })
  return best
}

/** The column at the next smaller width at which its words can be set; nothing where there is none. */
function narrower(cells: readonly string[], width: number): Broken | undefined {
  const target = width - 1e-6
  const lines = cells.map((cell) => wrapText(cell, target))
  const now = widest(lines.flat())
  if (now > target) return undefined
  const inBrackets = cells.filter((cell) => widest(wordsOutsideBrackets(cell)) > target).length
  return { width: now, lines: lines.map((parts) => parts.length), inBrackets }
}

/** The height of the table in lines, and what its breaks inside brackets count for. */
function costOf(broken: readonly Broken[]): number {
  const rows = broken[0]?.lines.length ?? 0
  let height = 0
  for (let row = 0; row < rows; row++) {
    let tallest = 1
    for (const { lines } of broken) tallest = Math.max(tallest, lines[row]!)
    height += row === 0 ? headingLine * tallest : tallest
  }
  return height + broken.reduce((sum, column) => sum + insideBrackets * column.inBrackets, 0)
}

/** Characters between columns, unless there is little room. */
const defaultGap = 2

/** The width of a row of columns this wide, the gaps between them included. */
export function totalWidth(widths: readonly number[], gap = defaultGap): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1)
}

/** A text in lines of at most `width`: broken at spaces, inside brackets only if necessary, never inside `code`. */
export function wrapText(text: string, width: number): string[] {
  const whole = wordsOutsideBrackets(text)
  return wrap(widest(whole) <= width ? whole : words(text), width, stringWidth)
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
