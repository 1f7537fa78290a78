import fc from "fast-check"
import stringWidth from "string-width"
import { describe, expect, test } from "vitest"
import { dice } from "../../../test/support/dice.ts"
import { renderCsv } from "../csv.ts"
import { sweep } from "../sweep.ts"
import type { Table, TableCell } from "../table.ts"
import { renderHtml } from "./html.ts"
import { plainText } from "./inline.ts"
import { escapeLatex, inlineLatex, renderLatex } from "./latex.ts"
import { renderMarkdown } from "./markdown.ts"
import { renderTerminal } from "./terminal.ts"

const rows = await sweep(dice, { rootSeed: 1 })
const table = dice.tables[0]!(rows as never)

const small = (cells: readonly TableCell[], more: Partial<Table> = {}): Table => ({
  id: "small",
  caption: "Small.",
  columns: cells.map((_, i) => ({ heading: `c${i}`, digits: 1 })),
  rows: [cells],
  notes: [],
  ...more,
})

describe("on a terminal", () => {
  test("a table looks like this", () => {
    expect(renderTerminal({ ...table, notes: ["Reproduce with `quorate run two-dice`."] }))
      .toMatchInlineSnapshot(`
      "Two dice: 100 % of the throws & more.

                                  share reached
                           ───────────────────────────
      game         target  exact              observed              mean sum  certain
      ───────────────────────────────────────────────────────────────────────────────
      at least 2        2  36/36  1.000 [0.994, 1.000]     6.91 [6.72, 7.11]  yes
      at least 7        7  21/36  0.562 [0.522, 0.601]     8.64 [8.48, 8.80]  no
      at least 12      12   1/36  0.030 [0.019, 0.047]  12.00 [12.00, 12.00]  no
      ───────────────────────────────────────────────────────────────────────────────
      at least 13      13   0/36  0.000 [0.000, 0.006]                     –  no
      ───────────────────────────────────────────────────────────────────────────────
      Reproduce with \`quorate run two-dice\`.
      "
    `)
  })

  test("what is too wide is broken at spaces, and nothing is lost", () => {
    const words = fc
      .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 8 })
      .map((w) => w.join(" "))
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words, words), { minLength: 1, maxLength: 4 }), (body) => {
        const text = renderTerminal(small(["", "", ""], { rows: body }), { width: 40 })
        expect(Math.max(...text.split("\n").map((line) => stringWidth(line)))).toBeLessThanOrEqual(40)
        for (const cell of body.flat()) for (const word of cell.split(" ")) expect(text).toContain(word)
      }),
    )
  })

  test("calls and intervals stay whole where they can, and commands always", () => {
    const command = "`quorate run systems --seed 1 --runs 1000 --out elsewhere`"
    const text = renderTerminal(
      small(["grid(2, 3) and simple(5, 4, 2) and more"], { notes: [`See ${command}.`] }),
      {
        width: 20,
      },
    )
    expect(text.split("\n").slice(4, 8)).toEqual([
      "grid(2, 3) and",
      "simple(5, 4, 2) and",
      "more",
      "─".repeat(19),
    ])
    expect(text).toContain(command)
  })

  test("a heading over several columns has its room", () => {
    const columns = [
      { heading: "a" },
      { heading: "b", group: "long group" },
      { heading: "c", group: "long group" },
    ]
    const lines = renderTerminal(small([1, 2, 3], { columns })).split("\n")
    expect(lines.slice(2, 6)).toEqual(["   long group", "   ──────────", "a  b        c", "─".repeat(13)])
  })

  test("a heading over several columns breaks where there is no room, and columns move closer", () => {
    const columns = [{ heading: "a" }, { heading: "b", group: "long group" }]
    const lines = (width: number): string[] =>
      renderTerminal(small(["words", 2], { columns }), { width })
        .split("\n")
        .slice(2, -1)
    const rule = (width: number): string => "─".repeat(width)
    expect(lines(12)).toEqual([
      "       long",
      "       group",
      "       ─────",
      "a          b",
      rule(12),
      "words      2",
      rule(12),
    ])
    expect(lines(11)).toEqual([
      "      long",
      "      group",
      "      ─────",
      "a         b",
      rule(11),
      "words     2",
      rule(11),
    ])
  })

  test("headings can be printed bold", () => {
    expect(renderTerminal(small([1]), { bold: (text) => `<${text}>` })).toContain("<Small.>")
  })
})

describe("as Markdown", () => {
  test("a table looks like this", () => {
    expect(renderMarkdown(table)).toMatchInlineSnapshot(`
      "**Two dice: 100 % of the throws & more.**

      | game        | target | share reached: exact | share reached: observed |             mean sum | certain |
      | :---------- | -----: | -------------------: | ----------------------: | -------------------: | :------ |
      | at least 2  |      2 |                36/36 |    1.000 [0.994, 1.000] |    6.91 [6.72, 7.11] | yes     |
      | at least 7  |      7 |                21/36 |    0.562 [0.522, 0.601] |    8.64 [8.48, 8.80] | no      |
      | at least 12 |     12 |                 1/36 |    0.030 [0.019, 0.047] | 12.00 [12.00, 12.00] | no      |
      | at least 13 |     13 |                 0/36 |    0.000 [0.000, 0.006] |                    – | no      |

      Sums are of those throws that reached the target.
      "
    `)
  })

  test("expressions keep their stars, and no cell ends early", () => {
    const line = renderMarkdown(small(["a*b + c|d", "x_1"])).split("\n")[4]!
    expect(line).toBe("| a\\*b + c\\|d | x\\_1 |")
  })

  test("code in notes stays code", () => {
    expect(renderMarkdown(small([1], { notes: ['Run `check "a*b"`, *now*.'] }))).toContain(
      'Run `check "a*b"`, \\*now\\*.',
    )
  })
})

describe("as LaTeX", () => {
  test("a table looks like this", () => {
    expect(renderLatex({ ...table, notes: ['Reproduce with `quorate run "a_b"`.'] })).toMatchInlineSnapshot(`
      "% Needs \\usepackage{booktabs,makecell,siunitx,tabulary}.
      \\begin{table*}
        \\centering
        \\caption{Two dice: 100~\\% of the throws \\& more.}
        \\label{tab:two-dice}
        \\smallskip
        \\footnotesize\\setlength{\\tabcolsep}{0.0133\\linewidth}
        \\begin{tabulary}{\\linewidth}{l S[table-format=2.0] r r r l}
          \\toprule
          \\multicolumn{2}{c}{} & \\multicolumn{2}{c}{share reached} & \\multicolumn{2}{c}{} \\\\
          \\cmidrule(lr){3-4}
          {game} & {target} & {exact} & {observed} & {mean sum} & {certain} \\\\
          \\midrule
          at least 2 & 2 & $36/36$ & \\num{1.000} [\\num{0.994}, \\num{1.000}] & \\num{6.91} [\\num{6.72}, \\num{7.11}] & yes \\\\
          at least 7 & 7 & $21/36$ & \\num{0.562} [\\num{0.522}, \\num{0.601}] & \\num{8.64} [\\num{8.48}, \\num{8.80}] & no \\\\
          at least 12 & 12 & $1/36$ & \\num{0.030} [\\num{0.019}, \\num{0.047}] & \\num{12.00} [\\num{12.00}, \\num{12.00}] & no \\\\
          \\midrule
          at least 13 & 13 & $0/36$ & \\num{0.000} [\\num{0.000}, \\num{0.006}] & -- & no \\\\
          \\bottomrule
        \\end{tabulary}
        \\par\\smallskip
        \\begin{minipage}{\\linewidth}
          \\footnotesize\\raggedright
          Reproduce with \\texttt{quorate run \\char34{}a\\_b\\char34{}}.\\par
        \\end{minipage}
      \\end{table*}
      "
    `)
  })

  test("text never reaches TeX as a command", () => {
    const known =
      /\\(textbackslash|textasciicircum|textasciitilde|textless|textgreater|textbar|textasciigrave)\{\}|\\[{}$&#%_]/g
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("\\{}$&#%_^~<>|`ab \n")) }), (text) => {
        expect(escapeLatex(text).replaceAll(known, "")).not.toMatch(/[\\{}$&#%_^~<>|`]/)
      }),
    )
  })

  test("the signs of the thesis become mathematics", () => {
    expect(escapeLatex("|Q| ≥ ⌊n/2⌋ – 1")).toBe("\\textbar{}Q\\textbar{} $\\ge$ $\\lfloor$n/2$\\rfloor$ -- 1")
  })

  test("number columns state their format; empty and mixed ones do not break them", () => {
    const latex = renderLatex(
      small([], {
        columns: Array(4).fill({ heading: "x", digits: 2 }),
        rows: [
          [-12.5, null, "a", null],
          [3, 1, 2, null],
        ],
      }),
    )
    expect(latex).toContain("{S[table-format=-2.2] S[table-format=1.2] l l}")
    expect(latex).toContain("-12.50 & {--} & a & -- \\\\")
    expect(latex).toContain("3.00 & 1.00 & \\num{2.00} & -- \\\\")
  })

  test("a wide table spans both columns of a paper; where intervals side by side are too many they stand below their values", () => {
    const intervals = (count: number): TableCell[] =>
      Array.from({ length: count }, () => ({ value: 0.5, low: 0.25, high: 0.75 }))
    expect(renderLatex(small(intervals(3)))).toContain("\\begin{table}\n")
    const wide = renderLatex(small(intervals(4)))
    expect(wide).toContain("\\begin{table*}\n")
    expect(wide).toContain(Array(4).fill("\\num{0.5} [\\num{0.3}, \\num{0.8}]").join(" & "))
    const cell = "\\makecell[tr]{\\num{0.5} \\\\ {[\\num{0.3}, \\num{0.8}]}}"
    expect(renderLatex(small(intervals(6)))).toContain(`    ${Array(6).fill(cell).join(" & ")} \\\\`)
  })

  test("long texts are broken by TeX, and the headings of numbers here, no narrower than what is below them", () => {
    const latex = renderLatex(
      small(["a text that is longer than a name", 1234.5], {
        columns: [{ heading: "a text" }, { heading: "messages per decision", digits: 1 }],
      }),
    )
    expect(latex).toContain("\\begin{tabulary}{\\linewidth}{L S[table-format=4.1]}")
    expect(latex).toContain("{a text} & {\\makecell[bc]{messages \\\\ per \\\\ decision}} \\\\")
  })

  test("nothing in it knows the size of a page", () => {
    const sizes = /\d(pt|mm|cm|em|in)\b/
    const wide = Array.from({ length: 9 }, () => ({ value: 0.5, low: 0.25, high: 0.75 }))
    const long = Array.from({ length: 90 }, () => wide)
    for (const shown of [table, small(wide), small(wide, { rows: long })])
      expect(renderLatex(shown)).not.toMatch(sizes)
  })

  test("a command in a note can be copied: straight quotes, and hyphens that stay apart", () => {
    expect(renderLatex(small([1], { notes: ['Run `quorate run "x" --seed 1`.'] }))).toContain(
      "Run \\texttt{quorate run \\char34{}x\\char34{} -{}-seed 1}.",
    )
  })

  test("what is too long for a page goes over several, its headings repeated", () => {
    const rows = Array.from({ length: 60 }, (_, i) => [`row ${i}`])
    const latex = renderLatex(small([], { columns: [{ heading: "name" }], rows, notes: ["A note."] }))
    expect(latex.split("\n")[0]).toBe("% Needs \\usepackage{array,booktabs,longtable,makecell,siunitx}.")
    expect(latex.match(/\{name\}/g)).toHaveLength(2)
    expect(latex).toContain("  \\caption{Small.}\\label{tab:small} \\\\\n")
    expect(latex).toContain("\\end{longtable}\n\\raggedright\n\\noindent A note.\\par\n")
    expect(renderLatex(small([], { columns: [{ heading: "name" }], rows: rows.slice(20) }))).not.toContain(
      "longtable",
    )
  })

  test("a number stays on the line of its unit", () => {
    expect(renderLatex(small([1], { notes: ["A 95 % interval of 5 ms, and 3 seconds."] }))).toContain(
      "A 95~\\% interval of 5~ms, and 3 seconds.",
    )
  })

  test("fractions are set on one line", () => {
    const ratios = [
      [3, 8],
      [-1, 2],
      [5, 1],
      [0, 4],
    ].map(([numerator, denominator]) => ({ numerator: numerator!, denominator: denominator! }))
    expect(renderLatex(small(ratios))).toContain("$3/8$ & $-1/2$ & $5$ & $0/4$ \\\\")
  })

  test("a row that begins with a bracket is not taken for an argument of the row before", () => {
    expect(renderLatex(small(["[1, 2]", "x"]))).toContain("    {[}1, 2] & x \\\\")
    expect(renderLatex(small(["*", "x"]))).toContain("    {*} & x \\\\")
  })
})

describe("as CSV", () => {
  test("a table looks like this", () => {
    expect(renderCsv(table)).toMatchInlineSnapshot(`
      "game,target,share reached: exact,share reached: observed,"share reached: observed, low","share reached: observed, high",mean sum,"mean sum, low","mean sum, high",certain
      at least 2,2,36/36,1.000,0.994,1.000,6.91,6.72,7.11,true
      at least 7,7,21/36,0.562,0.522,0.601,8.64,8.48,8.80,false
      at least 12,12,1/36,0.030,0.019,0.047,12.00,12.00,12.00,false
      at least 13,13,0/36,0.000,0.000,0.006,,,,false
      "
    `)
  })

  test("empty cells are empty, and commas are quoted", () => {
    expect(renderCsv(small([null, "a, b", true]))).toBe('c0,c1,c2\n,"a, b",true\n')
  })
})

describe("maths in a text", () => {
  const shown = small(["$|Q2|$ = 1"], {
    caption: "Failures at $|Q2| = ⌊n/2⌋ + 1$, $λ$ and $10⁻³$, `$HOME`.",
    columns: [{ heading: "$f1$" }],
    notes: ["It costs $5 or $6."],
  })

  test("is maths in LaTeX: digits are indices, words upright, code and money left alone", () => {
    const latex = renderLatex(shown)
    expect(latex).toContain(
      "\\caption{Failures at $|Q_2| = \\lfloor n/2\\rfloor  + 1$, $\\lambda $ and $10^{-3}$, \\texttt{\\$HOME}.}",
    )
    expect(latex).toContain("{$f_1$} \\\\")
    expect(latex).toContain("$|Q_2|$ = 1 \\\\")
    expect(latex).toContain("It costs \\$5 or \\$6.")
    expect(inlineLatex("$minimum a12 × |Q1 ∩ Q2| ≥ 1$")).toBe(
      "$\\mathrm{minimum} a_{12} \\times  |Q_1 \\cap  Q_2| \\ge  1$",
    )
  })

  test("is plain text everywhere else, and code keeps its dollar signs", () => {
    for (const render of [renderTerminal, renderMarkdown, renderHtml, renderCsv]) {
      const text = render(shown).replaceAll("\\", "")
      expect(text).toContain("|Q2| = 1")
      expect(text).not.toContain("$|")
      expect(text).not.toContain("$f1")
    }
    expect(renderTerminal(shown)).toContain("Failures at |Q2| = ⌊n/2⌋ + 1, λ and 10⁻³, `$HOME`.")
    expect(renderMarkdown(shown)).toContain("It costs $5 or $6.")
  })

  test("survives whatever is written: a text without two dollar signs is unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("$`a 1|")) }), (text) => {
        const plain = plainText(text)
        if (!/\$.*\$/.test(text)) expect(plain).toBe(text)
        expect(plain.replaceAll("$", "")).toBe(text.replaceAll("$", ""))
      }),
    )
  })
})

test("in every medium a number has the digits of its column", () => {
  for (const render of [renderTerminal, renderMarkdown, renderLatex, renderCsv]) {
    expect(render(small([1.25, 2]))).toMatch(/1\.[23]\b/)
    expect(render(small([1.25, 2]))).toMatch(/2\.0\b/)
  }
})

test("names are text in every medium: no command of TeX, no markup, no link", () => {
  const name = "$\\write18{id}$ \\input{x} [a](javascript:b) [c][d] <script>"
  const table = { id: "t", caption: name, columns: [{ heading: name }], rows: [[name]], notes: [name] }
  expect(renderLatex(table)).not.toMatch(/\\(write18|input)\b/)
  expect(renderHtml(table)).not.toContain("<script>")
  expect(renderMarkdown(table)).not.toMatch(/[^\\](\]\(|\]\[|<script)/)
})
