import { type Table, alignment, hasGroups, headingGroups, headingText, plainCell } from "../table.ts"
import { plainTexts, renderInline } from "./inline.ts"

/** The table as HTML: a `figure` with its caption, the table, and its notes. */
export function renderHtml(shown: Table): string {
  const table = plainTexts(shown)
  const aligns = table.columns.map((_, i) => alignment(table, i))
  const row = (cells: readonly string[], tag: "td" | "th"): string =>
    `<tr>${cells.map((cell, i) => `<${tag} class="${aligns[i]!}">${escapeHtml(cell)}</${tag}>`).join("")}</tr>`
  const groups = headingGroups(table).map(
    ({ group, span }) => `<th colspan="${span}" class="group">${escapeHtml(group)}</th>`,
  )
  const bodies: string[][] = [[]]
  for (const cells of table.rows) {
    if (cells === "rule") bodies.push([])
    else
      bodies.at(-1)!.push(
        row(
          table.columns.map((column, i) => plainCell(cells[i] ?? null, column)),
          "td",
        ),
      )
  }
  return [
    `<figure id="table-${table.id}">`,
    `<figcaption>${inlineHtml(table.caption)}</figcaption>`,
    "<table>",
    "<thead>",
    ...(hasGroups(table) ? [`<tr>${groups.join("")}</tr>`] : []),
    row(table.columns.map(headingText), "th"),
    "</thead>",
    ...bodies.flatMap((rows) => ["<tbody>", ...rows, "</tbody>"]),
    "</table>",
    ...table.notes.map((note) => `<p class="note">${inlineHtml(note)}</p>`),
    "</figure>",
  ].join("\n")
}

/** A sentence with its `code`. */
export function inlineHtml(text: string): string {
  return renderInline(text, { words: escapeHtml, code: (code) => `<code>${escapeHtml(code)}</code>` })
}

/** What HTML would read as markup. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
}
