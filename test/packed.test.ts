import { spawnSync } from "node:child_process"
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { afterAll, describe, expect, test } from "vitest"
import { blocksOf } from "./support/documents.ts"
import { installPacked } from "./support/packed.ts"

const documents = ["README.md", "experiments/data/README.md"].concat(
  readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
)
const blocks = documents.flatMap((path) =>
  blocksOf(readFileSync(path, "utf8"))
    .filter(({ language }) => language === "ts")
    .map(({ text, line }) => ({ where: `${path}:${line}`, text })),
)

const folder = installPacked()
afterAll(() => rmSync(folder, { recursive: true }))

/** What the compiler says of modules in the folder, under `strict`, by the name of each. */
function complaints(modules: ReadonlyMap<string, string>): string[] {
  const files = [...modules].map(([name, text], i) => {
    const path = join(folder, `block-${i}.ts`)
    // A block without imports is a module all the same: it may await.
    writeFileSync(path, `${text}\nexport {}\n`)
    return { name, path }
  })
  const program = ts.createProgram(
    files.map(({ path }) => path),
    {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ["node"],
      typeRoots: [join(folder, "node_modules/@types")],
    },
  )
  return files.flatMap(({ name, path }) => {
    const file = program.getSourceFile(path)!
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText, start = 0 }) =>
        `${name}+${file.getLineAndCharacterOfPosition(start).line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    )
  })
}

describe("the package as a user has it", () => {
  test("passes the compiler's strict checks in every block of the documents", { timeout: 120_000 }, () => {
    expect(blocks.length).toBeGreaterThan(15)
    expect(complaints(new Map(blocks.map(({ where, text }) => [where, text])))).toEqual([])
  })

  test("is all that the blocks import", () => {
    const imports = blocks.flatMap(({ where, text }) =>
      [...text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)]
        .map(([, from, lazily]) => from ?? lazily!)
        .filter((name) => name !== "quorate")
        .map((name) => `${where}: ${name}`),
    )
    expect(imports).toEqual([])
  })

  test("runs, and has its parser in one file", () => {
    const script =
      'import { load, check } from "quorate"; console.log(await load("a*b + c*d"), check("majority(3)").verdict)'
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
      encoding: "utf8",
    })
    expect([stdout, stderr]).toEqual(["0.5 holds\n", ""])
    const parser = readFileSync(
      join(folder, "node_modules/quorate/dist/src/quorum/notation/mathjs-parser.js"),
      "utf8",
    )
    expect(ts.preProcessFile(parser).importedFiles).toEqual([])
    expect(parser.length).toBeLessThan(200_000)
    expect(parser.includes("Apache-2.0")).toBe(true)
  })

  test("is not passed by what is wrong", () => {
    const wrong = complaints(
      new Map([
        ["untyped", 'import { load } from "quorate"\nexport const f = (x) => load(x)'],
        ["unknown", 'import { loads } from "quorate"\nloads("majority(3)")'],
        ["mistaken", 'import { load } from "quorate"\nexport const half: string = await load("majority(3)")'],
        ["right", 'import { load } from "quorate"\nexport const half: number = await load("majority(3)")'],
      ]),
    )
    expect(wrong.map((one) => one.split("+")[0])).toEqual(["untyped", "unknown", "mistaken"])
  })
})
