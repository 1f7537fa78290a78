import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

const clause = "{a1 a2} and {a4 a5} do not intersect (requirement 4.4)"
const unsafe = `UNSAFE quorum system simple(5, 2, 2): ${clause}; two values may be decided`
const flat = (text: string): string => text.replaceAll(/\s+/g, " ")

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-unsafe-"))))
afterAll(() => rmSync(folder, { recursive: true }))

async function run(name: string, matrix: string, ...flags: string[]) {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, matrix)
  return quorate("run", file, "--out", folder, "--workers", "0", ...flags)
}
const read = (name: string, file: string): string => readFileSync(join(folder, name, file), "utf8")

describe("a sweep with an unsafe system says so", () => {
  let printed: Awaited<ReturnType<typeof quorate>>
  beforeAll(async () => {
    printed = await run("pair", `{runs: 2, matrix: {system: ["simple(5, 2, 2)", majority(5)]}}`)
  })

  test("in its table, by a mark and a note, and on stderr before it runs", () => {
    expect(printed.out).toMatch(/^simple\(5, 2, 2\)† /m)
    expect(printed.out).toMatch(/^majority\(5\) /m)
    expect(flat(printed.out)).toContain(`† ${unsafe}.`)
    expect(printed.err).toMatch(/^seed .*\nWARNING: pair: UNSAFE/)
    expect(printed.err).toContain(`WARNING: pair: ${unsafe}\n`)
  })

  test("in its CSV, with quorums that do not intersect", () => {
    const lines = read("pair", "pair.csv").split("\n")
    expect(lines[0]).toMatch(/^system,safe,safe_because,latency,/)
    expect(lines[1]).toContain(`"simple(5, 2, 2)",violated,${clause},`)
    expect(lines[2]).toContain("majority(5),holds,,")
  })

  test("in Markdown, LaTeX, figures and the manifest", () => {
    expect(read("pair", "pair.md")).toContain("simple(5, 2, 2)†")
    expect(read("pair", "pair.tex")).toContain("simple(5, 2, 2)$\\dagger$ &")
    expect(read("pair", "pair-learned.tex")).toMatch(/\{simple\(5, 2, 2\)\$\\dagger\$\}/)
    expect(read("pair", "pair-learned.svg")).toContain("simple(5, 2, 2)†")
    for (const file of ["pair.md", "pair.tex", "pair-learned.tex", "pair-learned.svg"])
      expect([file, read("pair", file).includes("UNSAFE")]).toEqual([file, true])
    for (const file of readdirSync(join(folder, "pair")))
      if (file.endsWith(".tex")) expect(read("pair", file)).not.toContain("†")
    const { result } = JSON.parse(read("pair", "manifest.json")) as { result: { safety: unknown } }
    const caution = { system: "simple(5, 2, 2)", safe: "violated", because: clause }
    expect(result.safety).toEqual([caution])
  })

  test("where its result is read: table, figure, report and compare", async () => {
    const result = join(folder, "pair")
    for (const args of [["table"], ["figure"], ["report", "--out", "-"], ["compare", result]]) {
      const { out, err } = await quorate(args[0]!, result, ...args.slice(1))
      expect([args[0], flat(out).includes("† UNSAFE") || out.includes("UNSAFE")]).toEqual([args[0], true])
      expect(err).toContain(`WARNING: ${result}: ${unsafe}\n`)
    }
    const json = await quorate("compare", result, result, "--format", "json")
    expect(JSON.parse(json.out)).toMatchObject({ safety: [{ safe: "violated", because: clause }] })
  })

  test("before it is computed, and where it is computed in parts", async () => {
    const file = join(folder, "pair.yaml")
    for (const flags of [["--dry-run"], ["--out", join(folder, "shards"), "--shard", "1/1"]])
      expect((await quorate("run", file, ...flags)).err).toContain(`WARNING: pair: ${unsafe}\n`)
    const merged = await quorate("merge", file, "--from", join(folder, "shards"))
    expect(merged.err).toContain(`WARNING: pair: ${unsafe}\n`)
    expect(flat(merged.out)).toContain(`† ${unsafe}.`)
  })

  test("with the same bytes by threads", async () => {
    const other = join(folder, "threads")
    await quorate("run", join(folder, "pair.yaml"), "--out", other, "--workers", "2", "--no-write")
    const by = await quorate("run", join(folder, "pair.yaml"), "--out", other, "--workers", "2")
    expect(by.out).toBe(printed.out)
    expect(readFileSync(join(other, "pair", "pair.csv"), "utf8")).toBe(read("pair", "pair.csv"))
  })
})

test("a sweep of safe systems says nothing, and its CSV that they are", async () => {
  const { out, err } = await run("fine", `{runs: 2, matrix: {system: ["simple(5, 4, 2)", majority(5)]}}`)
  expect(`${out}${err}`).not.toMatch(/UNSAFE|WARNING|†|‡|§/)
  expect(read("fine", "fine.csv")).toContain("majority(5),holds,,")
  expect(read("fine", "manifest.json")).toContain('"safety": []')
})

test("safety is asked of the variant: 7.1 where epochs are shared", async () => {
  const matrix = `{runs: 2, matrix: {system: "simple(5, 4, 2)", variant: [classic, recovery]}}`
  const { out } = await run("variants", matrix)
  expect(out).toMatch(/^simple\(5, 4, 2\) +classic/m)
  expect(out).toMatch(/^simple\(5, 4, 2\)† +recovery/m)
  expect(flat(out)).toContain(
    "† UNSAFE quorum system simple(5, 4, 2) (recovery): {a1 a2} and {a4 a5} do not intersect (requirement 7.1)",
  )
})

test("a log's system is judged as well, and shown although nothing else of it varies", async () => {
  const matrix = `{protocol: multi-paxos, runs: 1, setup: {warmUpMs: 50, horizonMs: 200},
    matrix: {system: {system: "simple(4, 2, 2)", name: Halves}, latency: [constant(10), constant(20)]}}`
  const { out, err } = await run("halves", matrix)
  expect(out).toMatch(/^Halves† +constant\(20\)/m)
  expect(flat(out)).toContain("† UNSAFE quorum system Halves: {a1 a2} and {a3 a4} do not intersect")
  expect(err).toContain("WARNING: halves: UNSAFE quorum system simple(4, 2, 2):")
  expect(read("halves", "halves.csv")).toContain('"simple(4, 2, 2)",violated,')
})

test("what the effort does not decide is unknown, not safe", async () => {
  const { out } = await run("hard", `{runs: 1, matrix: {system: "coverGrid(7, 7)"}}`)
  expect(out).toMatch(/^coverGrid\(7, 7\)‡/m)
  expect(flat(out)).toContain("‡ Safety unknown of coverGrid(7, 7): the search for such quorums stopped")
  expect(read("hard", "hard.csv")).toContain('"coverGrid(7, 7)",unknown,')
})

test("what holds only because a phase has no quorum is said to", async () => {
  const { out } = await run(
    "empty",
    `{runs: 1, setup: {horizonMs: 50}, matrix: {system: "split(choose(1), a*b)"}}`,
  )
  expect(flat(out)).toContain(
    "§ Vacuously safe quorum system split(choose(1), a*b): one side has no quorum (requirement 4.4)",
  )
})
