import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { renderLatex } from "../src/experiment/render/latex.ts"
import type { Table } from "../src/experiment/table.ts"

const hasLatex = ["pdflatex", "kpsewhich"].every((tool) => spawnSync(tool, ["--version"]).status === 0)
const hasPackages =
  hasLatex && spawnSync("kpsewhich", ["booktabs.sty", "siunitx.sty"]).stdout.toString().split("\n").length > 2

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

// Needs texlive-latex-base and texlive-science; where they are missing the test is reported as skipped.
test.skipIf(!hasPackages)(
  "every table of results/ compiles in a real LaTeX and keeps within the page",
  { timeout: 120_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "quorate-latex-"))
    const tables = readdirSync("results", { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".tex"),
    )
    const bodies = tables.map((name) => readFileSync(join("results", name), "utf8"))
    const preamble =
      "\\documentclass[11pt]{report}\n\\usepackage[a4paper]{geometry}\n\\usepackage{booktabs,siunitx}\n"
    const text = [...bodies, renderLatex(odd)].join("\n\\clearpage\n")
    writeFileSync(join(folder, "all.tex"), `${preamble}\\begin{document}\n${text}\\end{document}\n`)
    const { status } = spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", "all.tex"], {
      cwd: folder,
    })
    const log = readFileSync(join(folder, "all.log"), "latin1")
    rmSync(folder, { recursive: true })
    expect([status, ...log.split("\n").filter((line) => /^!|Overfull|Missing character/.test(line))]).toEqual(
      [0],
    )
    expect(tables.length).toBeGreaterThan(0)
  },
)
