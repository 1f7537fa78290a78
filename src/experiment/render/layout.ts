import stringWidth from "string-width"
import { type Table, headingGroups, headingText, plainCell } from "../table.ts"

/** Columns of a table stand this many characters apart. */
export const columnGap = 2

/** The width of a row of columns this wide, the gaps included. */
export function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + columnGap * Math.max(0, widths.length - 1)
}

/** The rows of a table as people read them, and the rules between them. */
export function rowTexts(table: Table): (string[] | "rule")[] {
  return table.rows.map((row) =>
    row === "rule" ? row : table.columns.map((column, i) => plainCell(row[i] ?? null, column)),
  )
}

/** The widths of a table's columns, in characters, within `width` where the words allow it. */
export function tableWidths(table: Table, width: number): number[] {
  const rows = rowTexts(table).filter((row) => row !== "rule")
  const columns = table.columns.map((column, i) => [headingText(column), ...rows.map((row) => row[i]!)])
  const widths = fitWidths(columns, width)
  let from = 0
  for (const { group, span } of headingGroups(table)) {
    // A heading over several columns needs its room, too: the last of them gives it.
    const missing = stringWidth(group) - totalWidth(widths.slice(from, from + span))
    from += span
    if (missing > 0) widths[from - 1]! += missing
  }
  return widths
}

/**
 * The widths of the columns: as wide as their cells; where that is too wide, the
 * widest made narrower while there is a space to break at, first outside
 * brackets, then anywhere.
 */
function fitWidths(columns: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => stringWidth(cell))))
  for (const split of [wordsOutsideBrackets, words]) {
    const least = columns.map((cells) => Math.max(...cells.map((cell) => widest(split(cell)))))
    while (totalWidth(widths) > width) {
      const shrinkable = widths.map((w, i) => (w > least[i]! ? w : 0))
      const position = shrinkable.indexOf(Math.max(...shrinkable))
      if (shrinkable[position] === 0) break
      widths[position]!--
    }
  }
  return widths
}

/**
 * One row as several: each cell broken to its width, the first lines side by
 * side, then the second, and so on, with nothing below a cell that has ended.
 */
export function lineUp(cells: readonly string[], widths: readonly number[]): string[][] {
  const broken = cells.map((cell, i) => wrap(cell, widths[i]!))
  const height = Math.max(...broken.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) => broken.map((lines) => lines[line] ?? ""))
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
