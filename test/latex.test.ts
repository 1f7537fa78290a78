import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { thesisTables } from "../experiments/thesis/index.ts"
import { renderLatex } from "../src/experiment/render/latex.ts"
import type { Table } from "../src/experiment/table.ts"

const hasLatex = ["pdflatex", "kpsewhich"].every((tool) => spawnSync(tool, ["--version"]).status === 0)

/** Whether LaTeX has all of these. */
function hasPackages(...files: readonly string[]): boolean {
  return hasLatex && files.every((file) => spawnSync("kpsewhich", [file]).status === 0)
}

/** Every sign TeX could stumble over, in every place a table has. */
const odd: Table = {
  id: "odd",
  caption: 'Signs: \\{}$&#%_^~<>|" ≤≥≠×±…–—−·→∞⌊⌋⌈⌉∩∪∅≡≪αβγδεσµ²³⁻₁ 𝓔𝒬ᵢᵉ `a_b --c "d"`.',
  columns: [
    { heading: "[x] 100 %" },
    { heading: "n_1", digits: 1, group: "a & b" },
    { heading: "mixed", digits: 2 },
  ],
  rows: [["[1, 2]", -1.5, null], ["*", 22, 3], "rule", ["é", null, { numerator: -3, denominator: 8 }]],
  notes: ["A $ note & more, with $|Q2| ≥ ⌊n/2⌋ + f·σ² − 10⁻³$ and $x ∩ y ≠ ∅ <> #%&_~^$."],
}

/** Longer than a page in any size of type: it goes over two. */
const long: Table = {
  ...odd,
  id: "long",
  rows: Array.from({ length: 70 }, (_, i) => [`row ${i}`, i, i / 7]),
}

const texts = readdirSync("results", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".tex"))
  .sort()
  .map((name) => readFileSync(join("results", name), "utf8"))
const isFigure = (text: string): boolean => text.includes("\\begin{tikzpicture}")

const thesis = ["\\documentclass[11pt]{report}", "\\usepackage[a4paper]{geometry}"]

/** As conferences have it: two columns of 3.33 inches. */
const twoColumns = [
  "\\documentclass[10pt,twocolumn]{article}",
  "\\usepackage[letterpaper,margin=0.75in,columnsep=0.33in]{geometry}",
]

/** What LaTeX says of these texts, each on pages of its own: nothing but its exit code 0, if all is well. */
function complaints(
  bodies: readonly string[],
  packages: readonly string[],
  runs: number,
  paper: readonly string[] = thesis,
): unknown[] {
  const folder = mkdtempSync(join(tmpdir(), "quorate-latex-"))
  const preamble = [...paper, ...packages]
  const document = [...preamble, "\\begin{document}", bodies.join("\n\\clearpage\n"), "\\end{document}", ""]
  writeFileSync(join(folder, "all.tex"), document.join("\n"))
  const options = ["-interaction=nonstopmode", "-halt-on-error", "all.tex"]
  const codes = Array.from({ length: runs }, () => spawnSync("pdflatex", options, { cwd: folder }).status)
  const log = readFileSync(join(folder, "all.log"), "latin1")
  rmSync(folder, { recursive: true })
  return [
    ...codes,
    ...log
      .split("\n")
      .filter((line) => /^!|Overfull|too large|Missing character|Reference .* undefined/.test(line)),
  ]
}

const tablePackages = ["\\usepackage{array,booktabs,longtable,makecell,siunitx,tabulary}"]
const hasTablePackages = hasPackages(
  "booktabs.sty",
  "longtable.sty",
  "makecell.sty",
  "siunitx.sty",
  "tabulary.sty",
)

// Needs texlive-latex-extra and texlive-science; where they are missing the test is reported as skipped.
test.skipIf(!hasTablePackages).each([
  { name: "a thesis", paper: thesis },
  { name: "a paper in two columns", paper: twoColumns },
])(
  "every table of results/ and of the thesis compiles in a real LaTeX and keeps within $name",
  { timeout: 120_000 },
  ({ paper }) => {
    const tables = texts.filter((text) => !isFigure(text))
    const computed = [...[...thesisTables.values()].map((make) => make()), odd, long].map(renderLatex)
    expect(complaints([...tables, ...computed], tablePackages, 2, paper)).toEqual([0, 0])
    expect(tables.length).toBeGreaterThan(0)
  },
)

// What the test above must notice: this was set for a page of A4.
test.skipIf(!hasTablePackages)(
  "a table wider than the column it is in is complained about",
  { timeout: 60_000 },
  () => {
    const float = `\\begin{table}\\begin{tabular}{l}${"wide ".repeat(30)}\\end{tabular}\\end{table}`
    expect(complaints([float], tablePackages, 1, twoColumns).slice(1)).toEqual([
      expect.stringContaining("Overfull"),
    ])
  },
)

test.skipIf(!hasTablePackages)(
  "a table as long as a page, that does not know it, is complained about",
  { timeout: 60_000 },
  () => {
    const text = renderLatex(long)
    expect(text).toContain("\\begin{longtable}")
    const rows = text.split("\n").filter((line) => line.trim().startsWith("row "))
    expect(rows).toHaveLength(70)
    const float = `\\begin{table}\\begin{tabular}{lrr}${rows.join("\n")}\\end{tabular}\\end{table}`
    expect(complaints([float], tablePackages, 1).slice(1)).toEqual([expect.stringContaining("too large")])
  },
)

// Needs texlive-pictures, too. Two runs: the legends are references.
test.skipIf(!hasPackages("pgfplots.sty"))(
  "every figure of results/ compiles in a real LaTeX and keeps within the page",
  { timeout: 240_000 },
  () => {
    const figures = texts.filter(isFigure)
    const needs = figures[0]!.match(/\\use\w+\{\w+\}|\\pgfplotsset\{[^}]*\}/g)!
    expect(complaints(figures, needs, 2)).toEqual([0, 0])
    expect(figures.length).toBeGreaterThan(0)
  },
)
