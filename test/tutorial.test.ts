import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, expect, test } from "vitest"
import { type Block, blocksOf, isAsShown, shellWords, transcriptsOf } from "./support/documents.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-tutorial-"))
afterAll(() => rmSync(folder, { recursive: true }))

const blocks = blocksOf(readFileSync("docs/tutorial.md", "utf8"))
const loader = createRequire(import.meta.url).resolve("tsx/esm")
const main = resolve("src/cli/main.ts")

/** Runs a quorate command in the folder, as a user would; what goes to stderr counts where stdout has nothing. */
function quorate(command: string): { status: number | null; printed: string } {
  const words = shellWords(command).slice(1)
  const env = { ...process.env, NO_COLOR: "1" }
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", loader, main, ...words], {
    cwd: folder,
    encoding: "utf8",
    env,
  })
  return { status, printed: stdout === "" ? stderr : stdout }
}

/** The file a block is, by the comment on its first line; the comment of a CSV is not part of it. */
function fileOf({ language, text }: Block): { name: string; content: string } | undefined {
  const name = /^[#%] (\S+\.\w+)\n/.exec(text)?.[1]
  if (name === undefined) return undefined
  return { name, content: language === "csv" ? text.slice(text.indexOf("\n") + 1) : text }
}

test(
  "the tutorial works in an empty folder, from top to bottom, and prints what it shows",
  { timeout: 300_000 },
  () => {
    let commands = 0
    for (const block of blocks) {
      const file = fileOf(block)
      if (file !== undefined) writeFileSync(join(folder, file.name), `${file.content}\n`)
      else expect(block.language, `line ${block.line}: neither a named file nor commands`).toBe("sh")
      for (const { command, output, line } of block.language === "sh" ? transcriptsOf(block) : []) {
        const { status, printed } = quorate(command)
        expect(status, `line ${line}: ${command}\n${printed}`).toBe(0)
        if (!isAsShown(output, printed)) expect(printed.trimEnd(), `line ${line}: ${command}`).toBe(output)
        commands++
      }
    }
    expect(commands).toBeGreaterThan(7)
    for (const made of ["gap.png", "five-regions.html", "results/five-regions/five-regions-latency.tex"])
      expect(existsSync(join(folder, made)), made).toBe(true)
  },
)

const hasLatex = ["pgfplots.sty", "booktabs.sty", "siunitx.sty"].every(
  (file) => spawnSync("kpsewhich", [file]).status === 0,
)

// Needs texlive-pictures and texlive-science; where they are missing the test is reported as skipped.
test.skipIf(!hasLatex)(
  "the paper of the tutorial compiles, its references found",
  { timeout: 120_000 },
  () => {
    const latex = () =>
      spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", "paper.tex"], { cwd: folder })
    expect([latex().status, latex().status]).toEqual([0, 0])
    const log = readFileSync(join(folder, "paper.log"), "latin1")
    expect(log.split("\n").filter((line) => /^!|Overfull|Missing character|undefined on/.test(line))).toEqual(
      [],
    )
  },
)
