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
import { renderInline } from "./inline.ts"
import {
  type GroupLine,
  type Ruler,
  groupLines,
  lineUp,
  rowTexts,
  tableWidths,
  totalWidth,
} from "./layout.ts"
import { type Rounding, numberText } from "../column.ts"

/** A size of type: its command, how large an em is and how far apart lines are, both in points, and what parts columns. */
interface Size {
  readonly command: string
  readonly em: number
  readonly line: number
  readonly gap: number
}

/** The sizes a table may have, as the usual classes have them at eleven points. */
const sizes: readonly [Size, ...Size[]] = [
  { command: "", em: 10.95, line: 13.6, gap: 12 },
  { command: "\\small", em: 10, line: 12, gap: 12 },
  { command: "\\footnotesize\\setlength{\\tabcolsep}{4pt}", em: 9.25, line: 11, gap: 8 },
]

/** What a page of A4 with the usual margins has room for, in points, with something to spare. */
const page = { width: 406, height: 560 }

/**
 * The table as LaTeX, with booktabs' rules and siunitx' number columns: numbers
 * stand on their decimal point, and text is escaped. A table too large for a
 * page is set smaller, and its cells are broken at spaces; one that is still too
 * long goes over several pages, its headings repeated. The preamble needs what
 * the first line says.
 */
export function renderLatex(table: Table): string {
  const kinds = table.columns.map((_, i) => columnKind(table, i))
  const settings = sizes.map((size) => setIn(table, kinds, size))
  const fitting = settings.find(({ width, height }) => width <= page.width && height <= page.height)
  const smallest = settings.at(-1)!
  return smallest.height > page.height ? onPages(table, smallest) : afloat(table, fitting ?? smallest)
}

/** A table in a size of type. */
interface Setting {
  readonly size: Size
  /** How its columns are set. */
  readonly specification: string
  /** Its lines, those that only draw rules among them. */
  readonly headings: readonly string[]
  readonly body: readonly string[]
  /** In points; caption and notes are part of the height. */
  readonly width: number
  readonly height: number
}

/** As wide as it is in the larger sizes, broken to the width of the page in the smallest. */
function setIn(table: Table, kinds: readonly Kind[], size: Size): Setting {
  const ruler = { measure: (text: string) => size.em * latexWidth(text), gap: size.gap }
  const widths = tableWidths(table, size === sizes.at(-1) ? page.width - size.gap : Infinity, ruler)
  const lines = {
    headings: [...groupHeadings(table, widths, ruler), ...headings(table, widths, ruler), "\\midrule"],
    body: bodyLines(table, kinds, widths, ruler),
  }
  return {
    size,
    specification: kinds.map(({ specification }) => specification).join(" "),
    ...lines,
    width: totalWidth(widths, ruler) + size.gap,
    height: heightOf(table, lines, size),
  }
}

/** Caption, table and notes in points, about. */
function heightOf(table: Table, { headings, body }: Pick<Setting, "headings" | "body">, size: Size): number {
  const [normal, smallest] = [sizes[0], sizes.at(-1)!]
  const textLines = (texts: readonly string[], em: number): number =>
    texts.reduce((sum, text) => sum + Math.ceil((em * latexWidth(text)) / page.width), 0)
  const rows = [...headings, ...body]
  const between = rows.filter((line) => !line.endsWith("\\\\")).length + 2
  return (
    normal.line * (textLines([table.caption], normal.em) + 1) +
    size.line * (rows.length + 2 - between) +
    5 * between +
    smallest.line * textLines(table.notes, smallest.em)
  )
}

function afloat(table: Table, { size, specification, headings, body }: Setting): string {
  return [
    "% Needs \\usepackage{booktabs,siunitx}.",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${inlineLatex(table.caption)}}`,
    `  \\label{tab:${table.id}}`,
    "  \\smallskip",
    ...(size.command === "" ? [] : [`  ${size.command}`]),
    `  \\begin{tabular}{${specification}}`,
    ...["\\toprule", ...headings, ...body, "\\bottomrule"].map((line) => `    ${line}`),
    "  \\end{tabular}",
    ...notes(table),
    "\\end{table}",
    "",
  ].join("\n")
}

/** A float cannot be longer than a page. LaTeX takes two runs or three to make the pages' columns equally wide. */
function onPages(table: Table, { size, specification, headings, body }: Setting): string {
  const caption = inlineLatex(table.caption)
  return [
    "% Needs \\usepackage{booktabs,longtable,siunitx}.",
    "\\begingroup",
    ...(size.command === "" ? [] : [size.command]),
    "\\setlength{\\LTcapwidth}{\\linewidth}",
    `\\begin{longtable}{${specification}}`,
    ...[
      `\\caption{${caption}}\\label{tab:${table.id}} \\\\`,
      "\\toprule",
      ...headings,
      "\\endfirsthead",
      "\\toprule",
      ...headings,
      "\\endhead",
      "\\bottomrule",
      "\\endfoot",
      ...body,
    ].map((line) => `  ${line}`),
    "\\end{longtable}",
    ...(table.notes.length === 0 ? [] : ["\\footnotesize\\raggedright"]),
    ...table.notes.map((note) => `\\noindent ${inlineLatex(note)}\\par`),
    "\\endgroup",
    "",
  ].join("\n")
}

/** How LaTeX sets a column: `S` aligns numbers at the decimal point, other letters align whole cells. */
interface Kind {
  readonly specification: string
  readonly numeric: boolean
}

function columnKind(table: Table, position: number): Kind {
  const column = table.columns[position]!
  const cells = bodyRows(table).map((row) => row[position] ?? null)
  const numbers = cells.filter((cell) => typeof cell === "number")
  const numeric = numbers.length > 0 && cells.every((cell) => cell === null || typeof cell === "number")
  if (!numeric || column.align !== undefined) {
    return { specification: alignment(table, position)[0]!, numeric: false }
  }
  const format = numberFormat(numbers, column)
  return { specification: `S[table-format=${format}]`, numeric }
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

/** The headings above the headings, in lines, each over a rule as wide as its columns. */
function groupHeadings(table: Table, widths: readonly number[], ruler: Ruler): string[] {
  if (!hasGroups(table)) return []
  const cell = ({ group, span }: GroupLine): string =>
    group === "" && span === 1 ? "" : `\\multicolumn{${span}}{c}{${escapeLatex(group)}}`
  const rules: string[] = []
  let from = 1
  for (const { group, span } of headingGroups(table)) {
    if (group !== "") rules.push(`\\cmidrule(lr){${from}-${from + span - 1}}`)
    from += span
  }
  const lines = groupLines(table, widths, ruler)
  return [...lines.map((groups) => `${groups.map(cell).join(" & ")} \\\\`), rules.join(" ")]
}

/** In braces, because a number column takes anything else for a number. */
function headings(table: Table, widths: readonly number[], ruler: Ruler): string[] {
  return lineUp(table.columns.map(headingText), widths, ruler).map((parts) =>
    latexRow(parts.map((part) => `{${escapeLatex(part)}}`)),
  )
}

/** Where a row takes several lines, some space parts it from its neighbours. */
function bodyLines(table: Table, kinds: readonly Kind[], widths: readonly number[], ruler: Ruler): string[] {
  const blocks = rowTexts(table).map((texts, i) => {
    const row = table.rows[i]!
    return texts === "rule" || row === "rule"
      ? ["\\midrule"]
      : lineUp(texts, widths, ruler).map((parts) =>
          latexRow(parts.map((part, j) => latexPart(part, row[j] ?? null, kinds[j]!))),
        )
  })
  return blocks.flatMap((block, i) => {
    const next = blocks[i + 1] ?? []
    const areRows = next.length > 0 && ![block[0], next[0]].includes("\\midrule")
    const parted = areRows && Math.max(block.length, next.length) > 1
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

/** On one line: fractions with a bar touch those of the next row. */
function latexFraction(numerator: number, denominator: number): string {
  return denominator === 1 ? `$${numerator}$` : `$${numerator}/${denominator}$`
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
  return renderInline(text, { words: escapeWords, code: (code) => `\\texttt{${escapeCode(code)}}` })
}

/** A number and its unit stay on one line. */
function escapeWords(text: string): string {
  return escapeLatex(text).replace(/(\d) (\\%|ms\b|s\b|kB\b|Mbit)/g, "$1~$2")
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
  "≡": "$\\equiv$",
  "≪": "$\\ll$",
  α: "$\\alpha$",
  β: "$\\beta$",
  γ: "$\\gamma$",
  δ: "$\\delta$",
  ε: "$\\varepsilon$",
  λ: "$\\lambda$",
  π: "$\\pi$",
  σ: "$\\sigma$",
  τ: "$\\tau$",
  µ: "$\\mu$",
  μ: "$\\mu$",
  "𝓔": "$\\mathcal{E}$",
  "𝒬": "$\\mathcal{Q}$",
  ...raisedOrLowered("^", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵉ", "0123456789-e"),
  ...raisedOrLowered("_", "₀₁₂₃₄₅₆₇₈₉ᵢ", "0123456789i"),
}

/** Signs that stand higher or lower than the line, as the plain ones they are. */
function raisedOrLowered(command: "^" | "_", signs: string, plain: string): Record<string, string> {
  return Object.fromEntries(Array.from(signs, (sign, i) => [sign, `$${command}${plain[i]!}$`]))
}

/** Text as LaTeX prints it: what is special there is escaped, common signs become mathematics. */
export function escapeLatex(text: string): string {
  return text.replace(/./gu, (char) => latexEscapes[char] ?? char)
}

/**
 * Widths of Computer Modern Roman, the font of LaTeX, in thousandths of an em:
 * the digits and letters of cmr10 by its font metrics, rounded. What is not
 * listed is as wide as a sign of mathematics.
 */
const widths: Readonly<Record<number, string>> = {
  278: "ijlI.,:;!'[]|",
  333: " -",
  389: "rt()s",
  444: "aecz⌊⌋⌈⌉",
  500: "0123456789gov*/–{}_ky",
  528: "bdhnpqux",
  681: "CEFLPSJTB",
  750: "ADGHKNOQRUVXYZ&w",
  833: "m%M#",
}

const widthOf = new Map(
  Object.entries(widths).flatMap(([width, chars]) => Array.from(chars, (char) => [char, Number(width)])),
)
const signWidth = 778

/** The width of a text of a table set by LaTeX, in ems: an estimate, within a few per cent. */
export function latexWidth(text: string): number {
  // "1.37e-2" is printed as 1.37 × 10⁻², the exponent in two thirds of the size and of wider letters.
  const [, mantissa, sign = "", exponent] = /^(-?\d+(?:\.\d+)?)e(-?)(\d+)$/.exec(text) ?? []
  if (mantissa === undefined) return sumOf(text) / 1000
  const raised = 0.67 * (exponent!.length * 611 + (sign === "" ? 0 : 890))
  return (sumOf(mantissa) + signWidth + 444 + 1000 + raised) / 1000
}

function sumOf(text: string): number {
  let sum = 0
  for (const char of text) sum += widthOf.get(char) ?? signWidth
  return sum
}
