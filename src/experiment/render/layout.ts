import stringWidth from "string-width"
import { type Measure, wrap } from "../../base/text.ts"
import { type Table, bodyRows, headingGroups, headingText, isInterval, plainCell } from "../table.ts"

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
  const broken = cells.map((cell, i) => wrapText(cell, widths[i]!, ruler.measure))
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
    return { span, width, lines: wrapText(group, width, ruler.measure) }
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
export function fitWidths(columns: readonly (readonly string[])[], width: number, ruler: Ruler): number[] {
  const broken = columns.map((cells) => naturally(cells, ruler))
  for (;;) {
    const excess =
      totalWidth(
        broken.map((column) => column.width),
        ruler,
      ) - width
    if (excess <= 1e-9) break
    const best = cheapestBreak(columns, broken, excess, ruler)
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

function naturally(cells: readonly string[], { measure }: Ruler): Broken {
  return { width: widest(cells, measure), lines: cells.map(() => 1), inBrackets: 0 }
}

function cheapestBreak(
  columns: readonly (readonly string[])[],
  broken: readonly Broken[],
  excess: number,
  ruler: Ruler,
): { position: number; column: Broken } | undefined {
  const now = costOf(broken)
  let best: { position: number; column: Broken; price: number } | undefined
  columns.forEach((cells, position) => {
    const column = narrower(cells, broken[position]!.width, ruler)
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
function narrower(cells: readonly string[], width: number, { measure }: Ruler): Broken | undefined {
  const target = width - 1e-6
  const lines = cells.map((cell) => wrapText(cell, target, measure))
  const now = widest(lines.flat(), measure)
  if (now > target) return undefined
  const inBrackets = cells.filter((cell) => widest(wordsOutsideBrackets(cell), measure) > target).length
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

/** How wide texts are in a medium, and how far apart its columns stand, in the same unit. */
export interface Ruler {
  readonly measure: Measure
  readonly gap: number
}

/** A font of fixed width, in characters. */
export const characters: Ruler = { measure: (text) => stringWidth(text), gap: 2 }

/** The width of a row of columns this wide, the gaps between them included. */
export function totalWidth(widths: readonly number[], { gap }: Ruler = characters): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1)
}

/** A text in lines of at most `width`: broken at spaces, inside brackets only if necessary, never inside `code`. */
export function wrapText(text: string, width: number, measure: Measure = stringWidth): string[] {
  const whole = wordsOutsideBrackets(text)
  return wrap(widest(whole, measure) <= width ? whole : words(text), width, measure)
}

export function widest(parts: readonly string[], measure: Measure): number {
  return Math.max(...parts.map((part) => measure(part)))
}

/** Split at spaces, but a command between backquotes stays whole: broken, it could not be copied. */
export function words(text: string): string[] {
  return splitAtSpaces(text, "`", "`")
}

/** The same, and `grid(2, 3)` or `[0.1, 0.2]` stay whole, too. */
export function wordsOutsideBrackets(text: string): string[] {
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
