import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
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
  caption: 'Signs: \\{}$&#%_^~<>|" ≤≥≠×±…–—−·→∞⌊⌋⌈⌉∩∪∅σµ²³ `a_b --c "d"`.',
  columns: [
    { heading: "[x] 100 %" },
    { heading: "n_1", digits: 1, group: "a & b" },
    { heading: "mixed", digits: 2 },
  ],
  rows: [["[1, 2]", -1.5, null], ["*", 22, 3], "rule", ["é", null, { numerator: -3, denominator: 8 }]],
  notes: ["A $ note & more."],
}

const texts = readdirSync("results", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".tex"))
  .sort()
  .map((name) => readFileSync(join("results", name), "utf8"))
const isFigure = (text: string): boolean => text.includes("\\begin{tikzpicture}")

/** What LaTeX says of these texts, each on pages of its own: nothing but its exit code 0, if all is well. */
function complaints(bodies: readonly string[], packages: readonly string[], runs: number): unknown[] {
  const folder = mkdtempSync(join(tmpdir(), "quorate-latex-"))
  const preamble = ["\\documentclass[11pt]{report}", "\\usepackage[a4paper]{geometry}", ...packages]
  const document = [...preamble, "\\begin{document}", bodies.join("\n\\clearpage\n"), "\\end{document}", ""]
  writeFileSync(join(folder, "all.tex"), document.join("\n"))
  const options = ["-interaction=nonstopmode", "-halt-on-error", "all.tex"]
  const codes = Array.from({ length: runs }, () => spawnSync("pdflatex", options, { cwd: folder }).status)
  const log = readFileSync(join(folder, "all.log"), "latin1")
  rmSync(folder, { recursive: true })
  return [
    ...codes,
    ...log.split("\n").filter((line) => /^!|Overfull|Missing character|Reference .* undefined/.test(line)),
  ]
}

// Needs texlive-latex-base and texlive-science; where they are missing the test is reported as skipped.
test.skipIf(!hasPackages("booktabs.sty", "siunitx.sty"))(
  "every table of results/ compiles in a real LaTeX and keeps within the page",
  { timeout: 120_000 },
  () => {
    const tables = texts.filter((text) => !isFigure(text))
    expect(complaints([...tables, renderLatex(odd)], ["\\usepackage{booktabs,siunitx}"], 1)).toEqual([0])
    expect(tables.length).toBeGreaterThan(0)
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
