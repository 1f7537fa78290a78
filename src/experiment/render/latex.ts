import {
  type Table,
  type TableCell,
  type TableRow,
  alignment,
  bodyRows,
  hasGroups,
  headingGroups,
  headingText,
  isInterval,
  isRatio,
  plainCell,
} from "../table.ts"
import { renderInline } from "./inline.ts"

/**
 * The table as LaTeX, with booktabs' rules and siunitx' number columns: numbers
 * stand on their decimal point, text is escaped, fractions are set as such.
 * The preamble needs `\usepackage{booktabs,siunitx}` and nothing else.
 */
export function renderLatex(table: Table): string {
  const kinds = table.columns.map((_, i) => columnKind(table, i))
  const body = table.rows.map((row) => (row === "rule" ? "\\midrule" : latexRow(table, kinds, row)))
  return [
    "% Needs \\usepackage{booktabs,siunitx}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${inline(table.caption)}}`,
    `  \\label{tab:${table.id}}`,
    `  \\begin{tabular}{${kinds.map(({ specification }) => specification).join(" ")}}`,
    ...["\\toprule", ...groupHeadings(table), headings(table), "\\midrule", ...body, "\\bottomrule"].map(
      (line) => `    ${line}`,
    ),
    "  \\end{tabular}",
    ...table.notes.map((note) => `  \\par\\smallskip{\\footnotesize ${inline(note)}}`),
    "\\end{table}",
    "",
  ].join("\n")
}

/** How LaTeX sets a column: `S` aligns numbers at the decimal point, other letters align whole cells. */
interface Kind {
  readonly specification: string
  readonly digits: number
  readonly numeric: boolean
}

function columnKind(table: Table, position: number): Kind {
  const column = table.columns[position]!
  const digits = column.digits ?? 0
  const cells = bodyRows(table).map((row) => row[position] ?? null)
  const numbers = cells.filter((cell) => typeof cell === "number")
  const numeric = numbers.length > 0 && cells.every((cell) => cell === null || typeof cell === "number")
  if (!numeric || column.align !== undefined) {
    return { specification: alignment(table, position)[0]!, digits, numeric: false }
  }
  return { specification: `S[table-format=${numberFormat(numbers, digits)}]`, digits, numeric }
}

/** "-3.2": a sign where one occurs, digits before the point, digits after it. */
function numberFormat(numbers: readonly number[], digits: number): string {
  const texts = numbers.map((value) => value.toFixed(digits))
  const sign = texts.some((value) => value.startsWith("-")) ? "-" : ""
  const whole = Math.max(...texts.map((value) => value.replace("-", "").split(".")[0]!.length))
  return `${sign}${whole}.${digits}`
}

function groupHeadings(table: Table): string[] {
  if (!hasGroups(table)) return []
  const groups = headingGroups(table)
  const cells = groups.map(({ group, span }) =>
    group === ""
      ? span === 1
        ? ""
        : `\\multicolumn{${span}}{c}{}`
      : `\\multicolumn{${span}}{c}{${escapeLatex(group)}}`,
  )
  const rules: string[] = []
  let from = 1
  for (const { group, span } of groups) {
    if (group !== "") rules.push(`\\cmidrule(lr){${from}-${from + span - 1}}`)
    from += span
  }
  return [`${cells.join(" & ")} \\\\`, rules.join(" ")]
}

/** In braces, because a number column takes anything else for a number. */
function headings(table: Table): string {
  return `${table.columns.map((column) => `{${escapeLatex(headingText(column))}}`).join(" & ")} \\\\`
}

function latexRow(table: Table, kinds: readonly Kind[], row: TableRow): string {
  const cells = table.columns.map((_, i) => latexCell(row[i] ?? null, kinds[i]!))
  return `${protectStart(cells.join(" & "))} \\\\`
}

/** After the \\ of the row before, a bracket or a star at the start of this one would be taken for its argument. */
function protectStart(row: string): string {
  return /^[[*]/.test(row) ? `{${row[0]!}}${row.slice(1)}` : row
}

function latexCell(cell: TableCell, { digits, numeric }: Kind): string {
  if (cell === null) return numeric ? "{--}" : "--"
  if (typeof cell === "number") return numeric ? cell.toFixed(digits) : `\\num{${cell.toFixed(digits)}}`
  if (isRatio(cell)) return latexFraction(cell.numerator, cell.denominator)
  if (isInterval(cell)) return latexInterval(cell, digits)
  return escapeLatex(plainCell(cell))
}

function latexFraction(numerator: number, denominator: number): string {
  if (denominator === 1) return `$${numerator}$`
  const sign = numerator < 0 ? "-" : ""
  return `$${sign}\\frac{${Math.abs(numerator)}}{${denominator}}$`
}

function latexInterval(
  { value, low, high }: { value: number | null; low: number | null; high: number | null },
  digits: number,
): string {
  const show = (end: number | null): string => (end === null ? "--" : `\\num{${end.toFixed(digits)}}`)
  return low === null && high === null ? show(value) : `${show(value)} [${show(low)}, ${show(high)}]`
}

function inline(text: string): string {
  return renderInline(text, { words: escapeLatex, code: (code) => `\\texttt{${escapeLatex(code)}}` })
}

/** What TeX would read as a command, and the signs its older fonts lack. */
const latexEscapes: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  "%": "\\%",
  _: "\\_",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "''",
  "`": "\\textasciigrave{}",
  "–": "--",
  "—": "---",
  "…": "\\ldots{}",
  "−": "$-$",
  "±": "$\\pm$",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "≠": "$\\ne$",
  "→": "$\\to$",
  "∞": "$\\infty$",
  "∅": "$\\emptyset$",
  "∩": "$\\cap$",
  "∪": "$\\cup$",
  "⌊": "$\\lfloor$",
  "⌋": "$\\rfloor$",
  "⌈": "$\\lceil$",
  "⌉": "$\\rceil$",
  σ: "$\\sigma$",
  µ: "$\\mu$",
  μ: "$\\mu$",
  "²": "$^2$",
  "³": "$^3$",
}

/** Text as LaTeX prints it: what is special there is escaped, common signs become mathematics. */
export function escapeLatex(text: string): string {
  return text.replace(/./gu, (char) => latexEscapes[char] ?? char)
}
