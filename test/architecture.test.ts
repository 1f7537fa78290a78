import { readFileSync, readdirSync } from "node:fs"
import { describe, expect, test } from "vitest"
import {
  type Source,
  closure,
  cycles,
  fileWriters,
  floorViolations,
  floors,
  folderOf,
  importsOf,
  longFunctions,
  nodeImports,
  outsideUses,
  target,
} from "./support/architecture.ts"
import { knownNames, unknownNames } from "./support/comment-names.ts"
import { moduleState } from "./support/module-state.ts"

const everything: Source[] = ["src", "quorums", "experiments"]
  .flatMap((top) => readdirSync(top, { recursive: true, encoding: "utf8" }).map((name) => `${top}/${name}`))
  .filter((path) => path.endsWith(".ts"))
  .sort()
  .map((path) => ({ path, text: readFileSync(path, "utf8") }))
const sources = everything.filter(({ path }) => !path.endsWith(".test.ts") && !path.endsWith(".d.ts"))
const belowCli = sources.filter(({ path }) => folderOf(path) !== "cli")
const byPath = new Map(sources.map(({ path, text }) => [path, text]))

/** The files that import a package when they run. */
const importersOf = (name: string): string[] =>
  sources
    .filter((source) => importsOf(source).some(({ specifier }) => specifier === name))
    .map(({ path }) => path)

describe("the house", () => {
  test("has every folder on a floor", () => {
    expect(
      [...new Set(sources.map(({ path }) => folderOf(path)))].filter((f) => !floors.flat().includes(f)),
    ).toEqual([])
  })

  test("has imports that point downwards only", () => {
    expect(floorViolations(sources)).toEqual([])
  })

  test("has no import cycles, of types or of import() either", () => {
    expect(cycles(byPath)).toEqual([])
  })

  test("keeps no state between calls outside of values, below cli", () => {
    expect(moduleState(belowCli)).toEqual([])
  })

  test("names nothing in backticks that does not exist", () => {
    const paths = ["src", "quorums", "experiments", "test", "bench", "docs", "schemas", "results"]
      .flatMap((top) =>
        readdirSync(top, { recursive: true, encoding: "utf8" }).map((name) => `${top}/${name}`),
      )
      .concat(readdirSync("."))
    const code = paths
      .filter((path) => /^(test|bench|src|quorums|experiments)\/.*\.ts$/.test(path))
      .map((path) => ({ path, text: byPath.get(path) ?? readFileSync(path, "utf8") }))
    expect(unknownNames(code, knownNames(code, paths))).toEqual([])
  })

  test("reaches for files, clock, chance and process in cli alone", () => {
    expect(nodeImports(belowCli)).toEqual([])
    expect(belowCli.flatMap(outsideUses)).toEqual([])
  })

  test("writes files by one function, which follows no links and leaves nothing half-written", () => {
    const elsewhere = sources.filter(({ path }) => path !== "src/cli/shared/files.ts")
    expect(elsewhere.flatMap(fileWriters)).toEqual([])
  })

  test("executes modules of the user's own where the command line named them, or their folder", () => {
    const executing = sources.filter((source) =>
      importsOf(source).some(
        ({ specifier }) => target(source.path, specifier) === "src/cli/execution/user-module.ts",
      ),
    )
    expect(executing.map(({ path }) => path)).toEqual([
      "src/cli/execution/allowed-modules.ts",
      "src/cli/execution/experiment-of-result.ts",
      "src/cli/execution/experiment-source.ts",
      "src/cli/shared/protocol-argument.ts",
      "src/cli/sweep/read-sweep.ts",
    ])
  })

  test("knows the state machines of a protocol by name in few places of run and cli", () => {
    const named = sources
      .filter(({ path }) => ["run", "cli"].includes(folderOf(path)))
      .filter((source) =>
        importsOf(source).some(({ specifier }) =>
          /^src\/protocol\/(paxos|log)\//.test(target(source.path, specifier) ?? ""),
        ),
      )
    const allowed = [
      // The values of protocols, planted bugs, and figures of the thesis.
      /^src\/run\/protocols\//,
      /^src\/run\/(bugs|figures\/|diagrams\/figure)/,
      // What is of single-decree Paxos or the log alone: their settings, measures, draws and reports.
      /^src\/run\/(common-settings|decree|decree-measures|decree-settings|liveness|random-decree|random-variant)\.ts$/,
      /^src\/run\/(log|log-measures|log-protocol|log-settings)\.ts$/,
      /^src\/run\/sweep\/document/,
      /^src\/cli\/(list|simulate\/(command|print|setup))/,
      /^src\/cli\/shared\/system-argument/,
    ]
    expect(named.map(({ path }) => path).filter((path) => !allowed.some((one) => one.test(path)))).toEqual([])
  })

  test("simulates, explores and steps no protocol by name", () => {
    const named = sources
      .filter(({ path }) => folderOf(path) === "world")
      .flatMap((source) => importsOf(source).map(({ specifier }) => target(source.path, specifier) ?? ""))
      .filter((to) => to.startsWith("src/protocol/") && to !== "src/protocol/actor.ts")
    expect(named).toEqual([])
  })

  test("has functions of at most 70 lines", () => {
    expect(sources.flatMap((source) => longFunctions(source, 70))).toEqual([])
  })

  test("checks a system without importing CSV, renderers or samplers, and parses it by one file of mathjs", () => {
    const packagesOf = (...entries: string[]) =>
      [...new Set(entries.flatMap((entry) => [...closure(entry, byPath)]))]
        .filter((name) => !/^(src|quorums)\//.test(name))
        .sort()
    const command = ["src/cli/main.ts", "src/cli/check/command.ts"]
    expect(packagesOf(...command)).toEqual(["commander", "node:fs", "node:path", "node:url"])
    // What readPlan imports once there is a text to read.
    const reading = ["quorums/from-text.ts", "src/protocol/paxos/plans.ts"]
    expect(packagesOf(...reading)).toEqual(["mathjs/number"])
    expect(importersOf("mathjs/number")).toEqual(["src/quorum/notation/mathjs-parser.ts"])
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

  test("find what writes files, however it is called there", () => {
    const writers = (text: string) => fileWriters({ path: "a.ts", text }).length
    expect(writers('import { existsSync, writeFileSync as w } from "node:fs"')).toBe(1)
    expect(writers('import * as fs from "fs"')).toBe(1)
    expect(writers('import { appendFile, open } from "node:fs/promises"')).toBe(2)
    expect(writers('import { readFileSync, rmSync } from "node:fs"')).toBe(0)
  })

  test("find state outside of values, wherever it is changed", () => {
    const state = (...texts: string[]) =>
      moduleState(texts.map((text, i) => ({ path: `src/${"ab"[i]!}.ts`, text })))
    expect(state("let count = 0")).toEqual(["src/a.ts:1: let count"])
    expect(state("const seen = new Set()\nexport const see = (x) => seen.add(x)")).toEqual([
      "src/a.ts:1: seen is changed",
    ])
    expect(state("const last = [0]\nfunction f() { last[0]++ }")).toHaveLength(1)
    expect(state("const last = {}\nfunction f() { last.time! = 1; delete last.x }")).toHaveLength(1)
    expect(state("const names = {}\nObject.assign(names, { a: 1 })")).toHaveLength(1)
    expect(state("class A { static count = 0; static readonly zero = 0 }")).toEqual([
      "src/a.ts:1: static count",
    ])
    expect(state("class Pool {}\nexport const pool = new Pool()")).toEqual(["src/a.ts:2: pool is new Pool()"])
    expect(
      state(
        "export const table = new Map()",
        'import { table as t } from "./a.ts"\nexport const f = () => t.set(1, 2)',
      ),
    ).toEqual(["src/a.ts:1: table is changed"])
  })

  test("find no state where nothing outlives a call", () => {
    const innocent = [
      "export const primes = [2, 3, 5]\nexport const all = primes.map((p) => p + 1)",
      "export function f() { let n = 0; const seen = new Set(); seen.add(n++); return seen }",
      "const seen = new Set([1])\nexport function f(seen) { seen.add(2); for (const x of []) x.push(1) }",
      "const encoder = new TextEncoder()\nexport const f = (text) => encoder.encode(text)",
    ]
    expect(innocent.flatMap((text) => moduleState([{ path: "src/a.ts", text }]))).toEqual([])
  })

  test("find names in comments that do not exist, and leave code alone", () => {
    const known = knownNames(
      [{ path: "a.ts", text: 'export const plan = { ranges: "majority", of: "--seed <n>" }' }],
      ["src/quorum/plan.ts"],
    )
    const unknown = (text: string) =>
      unknownNames([{ path: "b.ts", text: `/** See \`${text}\`. */\nexport const b = 1` }], known)
    for (const gone of [
      "plans",
      "plan.range",
      "gone()",
      "minority(3)",
      "plans.ts",
      "test/plan.ts",
      "--seeds",
    ])
      expect(unknown(gone)).toEqual([`b.ts:1: ${gone}`])
    for (const there of [
      "plan",
      "plan.ranges",
      "plan()",
      "majority(n, 2)",
      "plan.ts",
      "quorum/plan.ts",
      "--seed 3",
    ])
      expect(unknown(there)).toEqual([])
    for (const code of ["a*b + c*d", "|Q1| > 2", "${name}Low", "null", "[1, 2]"])
      expect(unknown(code)).toEqual([])
    expect(unknownNames([{ path: "b.ts", text: "f(\n  // `gone`\n)\n" }], known)).toEqual(["b.ts:2: gone"])
  })

  test("find cycles, of types and of import() too, and long functions", () => {
    const pair = (back: string) =>
      new Map([
        ["src/a.ts", 'import { b } from "./b.ts"'],
        ["src/b.ts", back],
      ])
    for (const back of [
      'import { a } from "./a.ts"',
      'import type { a } from "./a.ts"',
      'const a = () => import("./a.ts")',
      'export type { a } from "./a.ts"',
      'export * from "./a.ts"',
      'export type * from "./a.ts"',
    ])
      expect(cycles(pair(back))).toEqual(["src/a.ts → src/b.ts → src/a.ts"])
    expect(cycles(pair('import { a } from "a"'))).toEqual([])
    expect(longFunctions({ path: "a.ts", text: `function f() {\n${"x\n".repeat(70)}}` }, 70)).toEqual([
      "a.ts:1: 72 lines",
    ])
  })
})
