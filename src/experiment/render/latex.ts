import {
  type Table,
  type TableCell,
  alignment,
  bodyRows,
  hasGroups,
  headingGroups,
  headingText,
  isInterval,
  isRatio,
} from "../table.ts"
import { type Rounding, numberText } from "../rounding.ts"
import { renderInline } from "./inline.ts"
import { lineUp, rowTexts, tableWidths, totalWidth } from "./layout.ts"

/** The sizes of type a table may have, and about how many characters a line of a page takes in each. */
const sizes = [
  { command: "\\normalsize", characters: 66 },
  { command: "\\small", characters: 76 },
  // With its columns a little closer together than the usual 6pt.
  { command: "\\footnotesize\\setlength{\\tabcolsep}{4pt}", characters: 92 },
] as const

/** How many characters wider than "e-2" its "× 10⁻²" is. */
const powersOfTen = 5

/**
 * The table as LaTeX, with booktabs' rules and siunitx' number columns: numbers
 * stand on their decimal point, text is escaped, fractions are set as such. A
 * table too wide for a page is set smaller, and its cells are broken at spaces.
 * The preamble needs `\usepackage{booktabs,siunitx}` and nothing else.
 */
export function renderLatex(table: Table): string {
  const kinds = table.columns.map((_, i) => columnKind(table, i))
  const natural = totalWidth(tableWidths(table, Infinity))
  const powers = powersOfTen * kinds.filter(({ scientific }) => scientific).length
  const size = sizes.find(({ characters }) => natural + powers <= characters) ?? sizes[2]
  const widths = tableWidths(table, size.characters - powers)
  return [
    "% Needs \\usepackage{booktabs,siunitx}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${inlineLatex(table.caption)}}`,
    `  \\label{tab:${table.id}}`,
    "  \\smallskip",
    ...(size === sizes[0] ? [] : [`  ${size.command}`]),
    `  \\begin{tabular}{${kinds.map(({ specification }) => specification).join(" ")}}`,
    ...[
      "\\toprule",
      ...groupHeadings(table),
      ...headings(table, widths),
      "\\midrule",
      ...bodyLines(table, kinds, widths),
      "\\bottomrule",
    ].map((line) => `    ${line}`),
    "  \\end{tabular}",
    ...notes(table),
    "\\end{table}",
    "",
  ].join("\n")
}

/** How LaTeX sets a column: `S` aligns numbers at the decimal point, other letters align whole cells. */
interface Kind {
  readonly specification: string
  readonly numeric: boolean
  /** Whether its numbers have powers of ten. */
  readonly scientific: boolean
}

function columnKind(table: Table, position: number): Kind {
  const column = table.columns[position]!
  const cells = bodyRows(table).map((row) => row[position] ?? null)
  const numbers = cells.filter((cell) => typeof cell === "number")
  const numeric = numbers.length > 0 && cells.every((cell) => cell === null || typeof cell === "number")
  if (!numeric || column.align !== undefined) {
    return { specification: alignment(table, position)[0]!, numeric: false, scientific: false }
  }
  const format = numberFormat(numbers, column)
  return { specification: `S[table-format=${format}]`, numeric, scientific: format.includes("e") }
}

/** "-3.2e-1": a sign where one occurs, digits before the point, digits after it, digits of the exponent. */
function numberFormat(numbers: readonly number[], rounding: Rounding): string {
  const [texts, exponents] = parted(numbers.map((value) => numberText(value, rounding)))
  const sign = texts.some((value) => value.startsWith("-")) ? "-" : ""
  const whole = Math.max(...texts.map((value) => value.replace("-", "").split(".")[0]!.length))
  const decimals = Math.max(...texts.map((value) => value.split(".")[1]?.length ?? 0))
  return `${sign}${whole}.${decimals}${exponentFormat(exponents)}`
}

/** Numbers before their "e", and the exponents after it. */
function parted(texts: readonly string[]): readonly [string[], string[]] {
  const parts = texts.map((text) => text.split("e"))
  return [parts.map(([mantissa]) => mantissa!), parts.flatMap(([, exponent]) => exponent ?? [])]
}

function exponentFormat(exponents: readonly string[]): string {
  if (exponents.length === 0) return ""
  const sign = exponents.some((exponent) => exponent.startsWith("-")) ? "-" : ""
  return `e${sign}${Math.max(...exponents.map((exponent) => exponent.replace(/[-+]/, "").length))}`
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
function headings(table: Table, widths: readonly number[]): string[] {
  return lineUp(table.columns.map(headingText), widths).map((parts) =>
    latexRow(parts.map((part) => `{${escapeLatex(part)}}`)),
  )
}

/** Where a row takes several lines, some space parts it from the next. */
function bodyLines(table: Table, kinds: readonly Kind[], widths: readonly number[]): string[] {
  const blocks = rowTexts(table).map((texts, i) => {
    const row = table.rows[i]!
    return texts === "rule" || row === "rule"
      ? ["\\midrule"]
      : lineUp(texts, widths).map((parts) =>
          latexRow(parts.map((part, j) => latexPart(part, row[j] ?? null, kinds[j]!))),
        )
  })
  const broken = blocks.some((block) => block.length > 1)
  return blocks.flatMap((block, i) => {
    const next = blocks[i + 1]
    const parted = broken && next !== undefined && ![block[0], next[0]].includes("\\midrule")
    return parted ? [...block, "\\addlinespace"] : block
  })
}

function latexRow(parts: readonly string[]): string {
  return `${protectStart(parts.join(" & ").trimEnd())} \\\\`
}

/** After the \\ of the row before, a bracket or a star at the start of this one would be taken for its argument. */
function protectStart(row: string): string {
  return /^[[*]/.test(row) ? `{${row[0]!}}${row.slice(1)}` : row
}

/** One line of a cell: of intervals and texts there may be several, of numbers and fractions there is one. */
function latexPart(part: string, cell: TableCell, { numeric }: Kind): string {
  if (part === "") return ""
  if (cell === null) return numeric ? "{--}" : "--"
  if (typeof cell === "number") return numeric ? part : `\\num{${part}}`
  if (isRatio(cell)) return latexFraction(cell.numerator, cell.denominator)
  if (isInterval(cell)) return escapeLatex(part).replace(/-?\d+(\.\d+)?/g, "\\num{$&}")
  return escapeLatex(part)
}

function latexFraction(numerator: number, denominator: number): string {
  if (denominator === 1) return `$${numerator}$`
  const sign = numerator < 0 ? "-" : ""
  return `$${sign}\\frac{${Math.abs(numerator)}}{${denominator}}$`
}

/** Flush left below the table, smaller than the text. */
function notes(table: Table): string[] {
  if (table.notes.length === 0) return []
  return [
    "  \\par\\smallskip",
    "  \\begin{minipage}{\\linewidth}",
    "    \\footnotesize\\raggedright",
    ...table.notes.map((note) => `    ${inlineLatex(note)}\\par`),
    "  \\end{minipage}",
  ]
}

/** A caption or a note in LaTeX: its `code` in a typewriter face. */
export function inlineLatex(text: string): string {
  return renderInline(text, { words: escapeLatex, code: (code) => `\\texttt{${escapeCode(code)}}` })
}

/** As it is typed: straight quotes, and hyphens that do not join into a dash. */
function escapeCode(code: string): string {
  return escapeLatex(code).replaceAll("''", "\\char34{}").replaceAll("--", "-{}-")
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
