import { readFileSync, readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  type Source,
  closure,
  cycles,
  floorViolations,
  floors,
  folderOf,
  importsOf,
  longFunctions,
  nodeImports,
  outsideUses,
  target,
} from "./support/architecture.ts"

const everything: Source[] = ["src", "quorums", "experiments"]
  .flatMap((top) => readdirSync(top, { recursive: true, encoding: "utf8" }).map((name) => `${top}/${name}`))
  .filter((path) => path.endsWith(".ts"))
  .sort()
  .map((path) => ({ path, text: readFileSync(path, "utf8") }))
const sources = everything.filter(({ path }) => !path.endsWith(".test.ts") && !path.endsWith(".d.ts"))
const belowCli = sources.filter(({ path }) => folderOf(path) !== "cli")
const byPath = new Map(sources.map(({ path, text }) => [path, text]))

describe("the house", () => {
  test("has every folder on a floor", () => {
    expect(
      [...new Set(sources.map(({ path }) => folderOf(path)))].filter((f) => !floors.flat().includes(f)),
    ).toEqual([])
  })

  test("has imports that point downwards only", () => {
    expect(floorViolations(sources)).toEqual([])
  })

  test("has no import cycles", () => {
    expect(cycles(byPath)).toEqual([])
  })

  test("reaches for files, clock, chance and process in cli alone", () => {
    expect(nodeImports(belowCli)).toEqual([])
    expect(belowCli.flatMap(outsideUses)).toEqual([])
  })

  test("simulates and explores no protocol by name", () => {
    const named = sources
      .filter(({ path }) => folderOf(path) === "world" && !path.startsWith("src/world/step/"))
      .flatMap((source) => importsOf(source).map(({ specifier }) => target(source.path, specifier) ?? ""))
      .filter((to) => to.startsWith("src/protocol/") && to !== "src/protocol/actor.ts")
    expect(named).toEqual([])
  })

  test("has functions of at most 70 lines", () => {
    expect(sources.flatMap((source) => longFunctions(source, 70))).toEqual([])
  })

  test("checks a plain system without importing parsers, CSV, renderers or samplers", () => {
    const needed = [...closure("src/cli/main.ts", byPath), ...closure("src/cli/check/command.ts", byPath)]
    const packages = needed.filter(
      (name) => !name.includes("/src/") && !name.startsWith("src/") && !name.startsWith("quorums/"),
    )
    expect([...new Set(packages)].sort()).toEqual(["commander", "node:fs", "node:path", "node:url"])
  })

  test.each(["quorums", "experiments"])("lists every definition of %s/ in its index", (folder) => {
    const index = importsOf({ path: `${folder}/index.ts`, text: byPath.get(`${folder}/index.ts`)! })
    const listed = index.map(({ specifier }) => target(`${folder}/index.ts`, specifier))
    const defined = sources.filter(
      ({ path, text }) => path.startsWith(`${folder}/`) && /^export default define/m.test(text),
    )
    expect(defined.map(({ path }) => path).filter((path) => !listed.includes(path))).toEqual([])
    expect(defined.length).toBeGreaterThan(3)
  })
})

describe("the checks of the house", () => {
  test("find an import upwards, sideways, or of a folder that is on no floor", () => {
    const wrong = [
      { path: "src/quorum/a.ts", text: 'import type { X } from "../world/x.ts"' },
      { path: "src/analysis/a.ts", text: 'const x = await import("../protocol/x.ts")' },
      { path: "src/world/a.ts", text: 'export { x } from "../attic/x.ts"' },
      { path: "quorums/a.ts", text: 'import { x } from "../experiments/x.ts"' },
    ]
    expect(floorViolations(wrong)).toHaveLength(wrong.length)
    expect(
      floorViolations([
        { path: "src/world/a.ts", text: 'import { x } from "../base/x.ts"\nimport "vitest"' },
      ]),
    ).toEqual([])
  })

  test("find the outside world, but not a simulated process", () => {
    const uses = (text: string) => outsideUses({ path: "a.ts", text }).length
    for (const text of [
      "Math.random()",
      "new Date()",
      "Date.now()",
      "process.env",
      "setTimeout(f, 1)",
      "performance.now()",
    ]) {
      expect(uses(text)).toBe(1)
    }
    expect(uses("process.actor; Math.max(1, 2); // Date.now()\n'Math.random()'")).toBe(0)
    expect(nodeImports([{ path: "a.ts", text: 'import fs from "node:fs"' }])).toHaveLength(1)
  })

  test("find cycles of values, not of types, and long functions", () => {
    const pair = (word: string) =>
      new Map([
        ["src/a.ts", 'import { b } from "./b.ts"'],
        ["src/b.ts", `import ${word} { a } from "./a.ts"`],
      ])
    expect(cycles(pair(""))).toEqual(["src/a.ts → src/b.ts → src/a.ts"])
    expect(cycles(pair("type"))).toEqual([])
    expect(longFunctions({ path: "a.ts", text: `function f() {\n${"x\n".repeat(70)}}` }, 70)).toEqual([
      "a.ts:1: 72 lines",
    ])
  })
})
