import { build } from "esbuild"
import { createContext, runInContext } from "node:vm"
import { beforeAll, expect, test } from "vitest"

// The library as a browser would have it: one script, in a world without Node.
const web = { TextEncoder, TextDecoder, URL }
let bundle = ""
let ofMathjs: { readonly path: string; readonly bytes: number }[] = []

beforeAll(async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export * from "./src/index.ts"`, resolveDir: "." },
    bundle: true,
    platform: "browser",
    format: "iife",
    globalName: "quorate",
    // HiGHS asks for it where there is a process, which is not here.
    external: ["node:module"],
    logOverride: { "empty-import-meta": "silent" },
    write: false,
    metafile: true,
  })
  bundle = outputFiles[0]!.text
  ofMathjs = Object.entries(Object.values(metafile.outputs)[0]!.inputs)
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .filter(({ path }) => path.includes("node_modules/mathjs/"))
})

/** What a script finds when the library has been loaded before it. */
function inBrowser(script: string): unknown {
  const found: unknown = runInContext(`${bundle}\nJSON.stringify((() => {${script}})())`, createContext(web))
  return JSON.parse(found as string)
}

test("a browser checks, simulates and explores a quorum system", () => {
  const found = inBrowser(`
    const { quorumSystemFrom, constantPlan, requirementById, runDecree, decreeDefaults, latency, explore } = quorate
    const [safe, unsafe] = ["grid(2, 2)", "simple(4, 2, 2)"].map((text) => quorumSystemFrom(text))
    const setup = { ...decreeDefaults, plan: constantPlan(safe), latency: { kind: "everywhere", model: latency.constantLatency(10) } }
    return {
      checked: [safe, unsafe].map((system) => requirementById("4.4").check(constantPlan(system)).verdict),
      learnedAt: runDecree(setup, 1).measures.learnedAt,
      explored: [safe, unsafe].map((system) => {
        const { distinct, outcomes } = explore.exploreSpec(explore.specModel(system, { values: 2, epochs: 2 }))
        return [distinct, outcomes[0].verdict.verdict]
      }),
    }`)
  expect(found).toEqual({
    checked: ["holds", "violated"],
    learnedAt: [40_000],
    explored: [
      [expect.any(Number), "holds"],
      [97_793, "violated"],
    ],
  })
})

test("and has neither a process nor files there", () => {
  expect(inBrowser(`return [typeof process, typeof require, typeof quorate.runLog]`)).toEqual([
    "undefined",
    "undefined",
    "function",
  ])
})

test("and of mathjs the parser only: a quarter of its number-only entry", () => {
  const bytes = ofMathjs.reduce((sum, file) => sum + file.bytes, 0)
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(300_000)
  expect(ofMathjs.filter(({ path }) => path.includes("/lib/browser/"))).toEqual([])
})
