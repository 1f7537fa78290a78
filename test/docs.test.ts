import { readFileSync, readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { catalogue } from "../quorums/index.ts"
import { type AnyFamily, catalogueOf } from "../src/quorum/define.ts"
import { parseSystem } from "../src/quorum/notation/parse.ts"
import { constantPlan } from "../src/quorum/plan.ts"
import { requirementById } from "../src/quorum/meet/requirement.ts"
import { type Block, blocksOf, isAsShown, runBlock, shellWords, transcriptsOf } from "./support/documents.ts"
import { quorate } from "./support/listen.ts"

const documents = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((name) => `docs/${name}`),
]
  // The tutorial is run in a folder of its own, by tutorial.test.ts.
  .filter((path) => path.endsWith(".md") && path !== "docs/tutorial.md")
  .concat("experiments/data/README.md")
const blocks = documents.flatMap((path) =>
  blocksOf(readFileSync(path, "utf8")).map((block) => ({ path, ...block })),
)

const transcripts = blocks
  .filter(({ language }) => language === "sh")
  .flatMap((block) => transcriptsOf(block).map((one) => ({ ...one, where: `${block.path}:${one.line}` })))
  .filter(({ command }) => /^(npx )?quorate /.test(command))
  // What needs a file of the reader's own is run in a folder of its own, by adding.test.ts.
  .filter(({ command }) => !command.includes("--protocol ./"))

describe("every command whose output is shown prints just that", () => {
  test.each(transcripts)("$where $command", async ({ command, output }) => {
    const words = shellWords(command.replace(/^npx /, "")).slice(1)
    const { out, err } = await quorate(...words)
    const printed = out === "" ? err : out
    if (!isAsShown(output, printed)) expect(printed.trimEnd()).toBe(output)
  })

  test("there are some, on the first screen", () => {
    expect(transcripts.filter(({ where }) => where.startsWith("README.md:")).length).toBeGreaterThan(0)
  })
})

const code = blocks
  .filter(({ language }) => language === "ts")
  .map((block) => ({ ...block, where: `${block.path}:${block.line}` }))

describe("every block of TypeScript runs, and every => is so", () => {
  test.each(code)("$where", async (block) => {
    const { wrong, exports } = await runBlock(block)
    expect(wrong).toEqual([])
    if (isFamily(exports["default"])) keepsItsPromises(exports["default"])
  })
})

function isFamily(value: unknown): value is AnyFamily {
  return typeof value === "function" && "counterexamples" in value
}

/** A family shown as an example is held to its own examples, as the families of quorums/ are. */
function keepsItsPromises(family: AnyFamily): void {
  const known = catalogueOf([...catalogue.values(), family])
  const verdict = (text: string) =>
    requirementById("4.4")!.check(constantPlan(parseSystem(text, known))).verdict
  expect(family.examples.map(verdict)).toEqual(family.examples.map(() => "holds"))
  expect(family.counterexamples.map(verdict)).toEqual(family.counterexamples.map(() => "violated"))
}

describe("the test of the documents", () => {
  const block = (text: string, language = "ts"): Block => ({ text, language, line: 1 })

  test("runs what is not marked, knows where it is, and what is shown", () => {
    const fence = "```"
    const markdown = `a\n${fence}ts\n1 // => 1\n${fence}\n<!-- not run -->\n${fence}ts\nno\n${fence}\n${fence}sh\n$ quorate list\nx\n\ny\n$ quorate run\n${fence}`
    expect(blocksOf(markdown).map(({ language, line }) => [language, line])).toEqual([
      ["ts", 3],
      ["sh", 10],
    ])
    expect(transcriptsOf(blocksOf(markdown)[1]!)).toEqual([
      { command: "quorate list", output: "x\n\ny", line: 10 },
    ])
  })

  test("finds a value that is not so, an error that is not thrown, and one that is", async () => {
    const wrong = async (text: string) => (await runBlock(block(text))).wrong
    expect(await wrong("1 + 1 // => 3")).toEqual(["line 1: 2, not 3"])
    expect(await wrong("const x: number[] = [1]\nx // => [2]")).toEqual(["line 2: [1], not [2]"])
    expect(await wrong("const y = 5 // => 6")).toHaveLength(1)
    expect(await wrong("1 // => throws no")).toHaveLength(1)
    expect(await wrong("(() => { throw new Error('yes') })() // => 1")).toHaveLength(1)
  })

  test("accepts what is so", async () => {
    const text = [
      'import { holds, type Verdict } from "../src/base/verdict.ts"',
      'const verdict: Verdict<never> = holds("x") // => ({ verdict: "holds", because: "x" })',
      "Promise.resolve([1, 2]) // => [1, 2]",
      '"text" // => text',
      "JSON.parse('{') // => throws JSON",
      "export default verdict.verdict",
    ]
    expect(await runBlock(block(text.join("\n")))).toEqual({
      wrong: [],
      checked: 4,
      exports: { default: "holds" },
    })
  })

  test("compares outputs line by line, an ellipsis standing for any", () => {
    expect(isAsShown("a (1)\n…\nd", "a (1)\nb\nc\nd\n")).toBe(true)
    expect(isAsShown("a\nc", "a\nb\nc")).toBe(false)
    expect(isAsShown("a", "ab")).toBe(false)
  })
})
