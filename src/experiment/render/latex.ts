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
  plainCell,
} from "../table.ts"
import { wrap } from "../../base/text.ts"
import { type Rounding, numberText } from "../column.ts"
import { plainText, renderInline } from "./inline.ts"

/**
 * The table as LaTeX. TeX sets the columns: numbers take the width they need, and
 * `tabulary` breaks texts where the line is too narrow for them, so that the same file
 * serves a thesis and a paper in two columns. A wide table spans both of those
 * (`table*`), and a long one is broken over pages (`longtable`), its headings repeated.
 *
 * Numbers are siunitx', their decimal points below each other. The preamble needs
 * what the first line says.
 */
export function renderLatex(table: Table): string {
  const layout = layoutOf(table)
  return layout.isLong ? onPages(table, layout) : afloat(table, layout)
}

/** What a table is by its contents alone, whatever the page. */
interface Layout {
  readonly kinds: readonly Kind[]
  /** Whether its texts can be broken as much as they like and it still asks for more than a narrow column. */
  readonly isWide: boolean
  /** Whether intervals stand below their values, because side by side they would be too many. */
  readonly areStacked: boolean
  readonly isLong: boolean
}

/**
 * In characters: what is wide for a table, what is too wide for one, how narrow a text
 * may become. In lines: what is long. Authors decide alike before they know the page.
 */
const [wide, tooWide, narrowText, long] = [54, 92, 14, 42]

function layoutOf(table: Table): Layout {
  const kinds = table.columns.map((_, i) => columnKind(table, i))
  const rows = bodyRows(table)
  const width = (areStacked: boolean): number =>
    table.columns.reduce((sum, column, i) => {
      const texts = rows.map((row) => plainCell(row[i] ?? null, column))
      const parts = areStacked ? texts.flatMap((text) => text.split(beforeInterval)) : texts
      const cells = kinds[i]!.isText ? Math.min(narrowText, longest(texts)) : longest(parts)
      return sum + Math.max(cells, longest(headingText(column).split(" "))) + 1.5
    }, 0)
  const areStacked = width(false) > tooWide
  const lines = rows.map((row) =>
    Math.ceil(row.map((cell, i) => plainCell(cell, table.columns[i])).join("  ").length / tooWide),
  )
  return {
    kinds,
    areStacked,
    isWide: width(areStacked) > wide,
    isLong: lines.reduce((sum, count) => sum + count, 0) * (areStacked ? 2 : 1) > long,
  }
}

const beforeInterval = / (?=\[)/

/** Characters of the longest of these, as they are printed: 1.4e-2 as 1.4 × 10⁻². */
function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => plainText(text).replace(/(\d)e(?=-?\d+$)/, "$1 × 1").length))
}

function afloat(table: Table, layout: Layout): string {
  const float = layout.isWide ? "table*" : "table"
  const specification = layout.kinds.map(({ specification, isText }) => (isText ? "L" : specification))
  return [
    "% Needs \\usepackage{booktabs,makecell,siunitx,tabulary}.",
    `\\begin{${float}}`,
    "  \\centering",
    `  \\caption{${inlineLatex(table.caption)}}`,
    `  \\label{tab:${table.id}}`,
    "  \\smallskip",
    `  ${size}${gap(table)}`,
    `  \\begin{tabulary}{\\linewidth}{${specification.join(" ")}}`,
    ...[
      "\\toprule",
      ...headings(table, layout),
      "\\midrule",
      ...bodyLines(table, layout),
      "\\bottomrule",
    ].map((line) => `    ${line}`),
    "  \\end{tabulary}",
    ...notes(table),
    `\\end{${float}}`,
    "",
  ].join("\n")
}

/** The size of type of tables, and of the notes below them. */
const size = "\\footnotesize"

/** Many columns stand closer, by the width of the line. */
function gap({ columns }: Table): string {
  return columns.length < 5
    ? ""
    : `\\setlength{\\tabcolsep}{${(0.08 / columns.length).toFixed(4)}\\linewidth}`
}

/**
 * A float cannot be longer than a page. A paper in two columns goes over to one for
 * the table, as `longtable` needs. LaTeX takes two runs or three to make the pages' columns equally wide.
 */
function onPages(table: Table, layout: Layout): string {
  const head = ["\\toprule", ...headings(table, layout), "\\midrule"]
  return [
    "% Needs \\usepackage{array,booktabs,longtable,makecell,siunitx}.",
    "\\begingroup",
    "\\expandafter\\let\\expandafter\\ifTwoColumns\\csname if@twocolumn\\endcsname",
    "\\ifTwoColumns\\onecolumn\\fi",
    `${size}${gap(table)}`,
    "\\setlength{\\LTcapwidth}{\\linewidth}",
    `\\begin{longtable}{${longColumns(table, layout).join(" ")}}`,
    ...[
      `\\caption{${inlineLatex(table.caption)}}\\label{tab:${table.id}} \\\\`,
      ...head,
      "\\endfirsthead",
      ...head,
      "\\endhead",
      "\\bottomrule",
      "\\endfoot",
      ...bodyLines(table, layout),
    ].map((line) => `  ${line}`),
    "\\end{longtable}",
    ...(table.notes.length === 0 ? [] : ["\\raggedright"]),
    ...table.notes.map((note) => `\\noindent ${inlineLatex(note)}\\par`),
    "\\ifTwoColumns\\twocolumn\\fi",
    "\\endgroup",
    "",
  ].join("\n")
}

/** Texts have shares of the line, by how long they are; those of sentences are cut to what sentences need. */
function longColumns(table: Table, { kinds }: Layout): string[] {
  const widths = table.columns.map((column, i) => {
    const texts = bodyRows(table).map((row) => plainCell(row[i] ?? null, column))
    return Math.max(longest(headingText(column).split(" ")), Math.min(longest(texts), 32)) + 4
  })
  const total = Math.max(
    tooWide,
    widths.reduce((sum, width) => sum + width, 0),
  )
  return kinds.map(({ specification, isText }, i) =>
    isText
      ? `>{\\raggedright\\arraybackslash}p{\\dimexpr${(widths[i]! / (1.1 * total)).toFixed(2)}\\linewidth-2\\tabcolsep}`
      : specification,
  )
}

/** How LaTeX sets a column: `S` aligns numbers at the decimal point, other letters align whole cells. */
interface Kind {
  readonly specification: string
  readonly isNumeric: boolean
  /** Whether its cells may be broken into lines. */
  readonly isText: boolean
}

function columnKind(table: Table, position: number): Kind {
  const column = table.columns[position]!
  const cells = bodyRows(table).map((row) => row[position] ?? null)
  const numbers = cells.filter((cell) => typeof cell === "number")
  if (
    numbers.length > 0 &&
    column.align === undefined &&
    numbers.length === cells.filter((cell) => cell !== null).length
  ) {
    return {
      specification: `S[table-format=${numberFormat(numbers, column)}]`,
      isNumeric: true,
      isText: false,
    }
  }
  const isText =
    alignment(table, position) === "left" &&
    longest(cells.map((cell) => plainCell(cell, column))) > narrowText
  return { specification: alignment(table, position)[0]!, isNumeric: false, isText }
}

/** "-3.2e-1": a sign where one occurs, digits before the point, digits after it, digits of the exponent. */
function numberFormat(numbers: readonly number[], rounding: Rounding): string {
  const parts = numbers.map((value) => numberText(value, rounding).split("e"))
  const mantissas = parts.map(([mantissa]) => mantissa!)
  const exponents = parts.flatMap(([, exponent]) => exponent ?? [])
  const sign = (texts: readonly string[]): string => (texts.some((text) => text.startsWith("-")) ? "-" : "")
  const digits = (texts: readonly string[]): number => longest(texts.map((text) => text.replace(/^[-+]/, "")))
  const whole = digits(mantissas.map((text) => text.split(".")[0]!))
  const decimals = digits(mantissas.map((text) => text.split(".")[1] ?? ""))
  const exponent = exponents.length === 0 ? "" : `e${sign(exponents)}${digits(exponents)}`
  return `${sign(mantissas)}${whole}.${decimals}${exponent}`
}

/** The headings, and the headings above them, each over a rule as wide as its columns. */
function headings(table: Table, layout: Layout): string[] {
  const own = latexRow(table.columns.map((_, i) => heading(table, i, layout)))
  if (!hasGroups(table)) return [own]
  const groups = headingGroups(table)
  const cells = groups.map(({ group, span }) =>
    group === "" && span === 1 ? "" : `\\multicolumn{${span}}{c}{${inlineLatex(group)}}`,
  )
  const ends = groups.map((_, i) => groups.slice(0, i + 1).reduce((sum, { span }) => sum + span, 0))
  const rules = groups.flatMap(({ group, span }, i) =>
    group === "" ? [] : [`\\cmidrule(lr){${ends[i]! - span + 1}-${ends[i]!}}`],
  )
  return [latexRow(cells), rules.join(" "), own]
}

/**
 * A heading that is wider than all cells below it stands in several lines, no wider than
 * they or its longest word. In braces, because a number column takes anything else for a number.
 */
function heading(table: Table, position: number, { kinds, areStacked }: Layout): string {
  const column = table.columns[position]!
  const { isText, isNumeric } = kinds[position]!
  const cells = bodyRows(table).map((row) => plainCell(row[position] ?? null, column))
  const parts = areStacked ? cells.flatMap((cell) => cell.split(beforeInterval)) : cells
  const words = headingText(column).split(" ")
  const width = Math.max(longest(parts), longest(words))
  const lines = wrap(words, width, (line) => longest([line])).map(inlineLatex)
  if (isText || lines.length === 1) return `{${inlineLatex(headingText(column))}}`
  return `{\\makecell[b${isNumeric ? "c" : alignment(table, position)[0]!}]{${lines.join(" \\\\ ")}}}`
}

function bodyLines(table: Table, { kinds, areStacked }: Layout): string[] {
  return table.rows.map((row) =>
    row === "rule"
      ? "\\midrule"
      : latexRow(
          table.columns.map((column, i) => latexCell(row[i] ?? null, column, { ...kinds[i]!, areStacked })),
        ),
  )
}

function latexRow(cells: readonly string[]): string {
  return `${protectStart(cells.join(" & ").trimEnd())} \\\\`
}

/** After the \\ of the row before, a bracket or a star at the start of this one would be taken for its argument. */
function protectStart(row: string): string {
  return /^[[*]/.test(row) ? `{${row[0]!}}${row.slice(1)}` : row
}

function latexCell(
  cell: TableCell,
  rounding: Rounding,
  { isNumeric, areStacked }: Pick<Kind, "isNumeric"> & Pick<Layout, "areStacked">,
): string {
  if (cell === null) return isNumeric ? "{--}" : "--"
  const text = plainCell(cell, rounding)
  if (typeof cell === "number") return isNumeric ? text : `\\num{${text}}`
  if (isRatio(cell)) return latexFraction(cell.numerator, cell.denominator)
  if (!isInterval(cell)) return inlineLatex(text)
  const [value, ends] = text
    .replaceAll("–", "--")
    .replace(/-?\d+(\.\d+)?(e-?\d+)?/g, "\\num{$&}")
    .split(beforeInterval)
  if (ends === undefined) return value!
  return areStacked ? `\\makecell[tr]{${value!} \\\\ {${ends}}}` : `${value!} ${ends}`
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
    `    ${size}\\raggedright`,
    ...table.notes.map((note) => `    ${inlineLatex(note)}\\par`),
    "  \\end{minipage}",
  ]
}

/** A text of a table or a figure in LaTeX: its `code` in a typewriter face, its maths as maths. */
export function inlineLatex(text: string): string {
  const code = (part: string): string => `\\texttt{${escapeCode(part)}}`
  return renderInline(text, { words: escapeWords, code, maths: (part) => `$${mathsLatex(part)}$` })
}

/** A number and its unit stay on one line. */
function escapeWords(text: string): string {
  return escapeLatex(text).replace(/(\d) (\\%|ms\b|s\b|kB\b|Mbit)/g, "$1~$2")
}

/** Maths as plain text writes it, such as `|Q2| = ⌊n/2⌋ + 1`, in TeX: digits after a letter are its index, words are upright. */
function mathsLatex(text: string): string {
  const raised = /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/.source
  const lexer = new RegExp(`(\\p{L})(\\d+)|(${raised})|[A-Za-z]{2,}|.`, "gu")
  return text
    .replace(lexer, (token, letter?: string, index?: string, exponent?: string) => {
      if (letter !== undefined) return `${mathsSign(letter)}_{${index!}}`.replace(/_\{(\d)\}$/, "_$1")
      if (exponent !== undefined)
        return `^{${Array.from(exponent, (sign) => raisedSigns.get(sign)).join("")}}`
      return token.length > 1 && /^[A-Za-z]/.test(token) ? `\\mathrm{${token}}` : mathsSign(token)
    })
    .replace(/(\\[a-zA-Z]+) (?![A-Za-z])/g, "$1 ")
}

const raisedSigns = new Map(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", (sign, i) => [sign, "0123456789-"[i]!]))

/** A sign within maths: what stands between dollar signs elsewhere, a bar as it is. */
function mathsSign(sign: string): string {
  if (sign === "|" || sign === "<" || sign === ">" || sign === " ") return sign
  const own = mathsCommands.get(sign)
  if (own !== undefined) return own
  const escaped = latexEscapes[sign] ?? sign
  const command = /^\$(.*)\$$/.exec(escaped)?.[1] ?? escaped
  return /\\[a-zA-Z]+$/.test(command) ? `${command} ` : command
}

/** Signs whose commands for text are errors in maths. */
const mathsCommands: ReadonlyMap<string, string> = new Map([
  ["\\", "\\backslash "],
  ["^", "\\wedge "],
  ["~", "\\sim "],
  ["–", "-"],
  ["—", "-"],
])

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
  "†": "$\\dagger$",
  "‡": "$\\ddagger$",
  "§": "\\S{}",
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
