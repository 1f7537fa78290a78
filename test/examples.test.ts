import { readFileSync, readdirSync } from "node:fs"
import { dirname } from "node:path"
import { describe, expect, test } from "vitest"
import * as library from "../src/index.ts"
import { runBlock } from "./support/documents.ts"

/** An `@example` of a doc comment that says what it comes to: `@example f(1) // => 2`. */
interface Example {
  readonly file: string
  readonly line: number
  readonly text: string
}

const files = ["src", "quorums"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name}`)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts")),
)
const examples = files.flatMap((file) => examplesOf(file, readFileSync(file, "utf8")))

describe("every @example with a => comes to what it says", () => {
  test.each(examples.map((example) => ({ ...example, where: `${example.file}:${example.line}` })))(
    "$where",
    async (example) => {
      const { wrong, checked } = await runExample(example, readFileSync(example.file, "utf8"))
      expect(wrong).toEqual([])
      expect(checked).toBe(1)
    },
  )

  test("finds them, and one that is not so", async () => {
    const source = "/**\n * Twice.\n *\n * @example twice(2) // => 5\n */\nexport const twice = 1\n"
    const [example] = examplesOf("src/base/twice.ts", source)
    expect(example).toEqual({ file: "src/base/twice.ts", line: 4, text: "twice(2) // => 5" })
    const { wrong } = await runExample({ ...example!, text: "1 + 1 // => 3" }, "")
    expect(wrong).toEqual(["line 2: 2, not 3"])
  })
})

function examplesOf(file: string, source: string): Example[] {
  return source.split("\n").flatMap((content, i) => {
    const text = /^\s*(?:\/\*)?\*+ @example (.* \/\/ => .*?)(?: \*\/)?$/.exec(content)?.[1]
    return text === undefined ? [] : [{ file, line: i + 1, text }]
  })
}

/** An example sees what its own file exports, then what the others of its folder do, then the library. */
async function runExample({ file, text }: Example, source: string) {
  const folder = dirname(file)
  const others = files.filter((other) => dirname(other) === folder && other !== file)
  const taken = new Set<string>()
  const imports = [
    { from: file, names: exportsOf(source) },
    ...others.map((from) => ({ from, names: exportsOf(readFileSync(from, "utf8")) })),
    { from: "src/index.ts", names: Object.keys(library) },
  ]
    .map(({ from, names }) => {
      const fresh = names.filter((name) => !taken.has(name))
      fresh.forEach((name) => taken.add(name))
      return fresh.length === 0 ? "" : `import { ${fresh.join(", ")} } from "../${from}"`
    })
    .join("; ")
  return runBlock({ language: "ts", text: `${imports}\n${text}`, line: 1 })
}

const exportsOf = (source: string): string[] =>
  [...source.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(([, name]) => name!)
