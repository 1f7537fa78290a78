import { markdownTable } from "markdown-table"
import stringWidth from "string-width"
import { type Table, type TableColumn, alignment, bodyRows, headingText, plainCell } from "../table.ts"
import { plainTexts, renderInline } from "./inline.ts"

/** The table as GitHub's Markdown: caption in bold, then the table, then its notes. */
export function renderMarkdown(shown: Table): string {
  const table = plainTexts(shown)
  const header = table.columns.map((column) => escapeMarkdown(headingWithGroup(column)))
  const rows = bodyRows(table).map((row) =>
    row.map((cell, i) => escapeMarkdown(plainCell(cell, table.columns[i]))),
  )
  const align = table.columns.map((_, i) => alignment(table, i))
  const body = markdownTable([header, ...rows], { align, stringLength: stringWidth })
  const notes = table.notes.map((note) => inline(note))
  return [`**${inline(table.caption)}**`, body, ...notes].join("\n\n") + "\n"
}

/** Markdown has no cells that span columns: the group goes before the heading. */
function headingWithGroup(column: TableColumn): string {
  return column.group === undefined ? headingText(column) : `${column.group}: ${headingText(column)}`
}

function inline(text: string): string {
  return renderInline(text, { words: escapeMarkdown, code: (code) => `\`${code}\`` })
}

/** Expressions are full of stars, cells must not end early, and a name is no link. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_<>|~]/g, (char) => `\\${char}`)
    .replace(/\](?=[([])/g, "\\]")
    .replace(/\s*\n\s*/g, " ")
}
