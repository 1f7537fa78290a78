import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"
import type { Manifest } from "../../experiment/manifest.ts"
import { sha256 } from "../execution/environment.ts"

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-run-"))))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (out: string, ...more: string[]) =>
  quorate("run", "recovery-epochs", "--runs", "3", "--out", join(folder, out), ...more)

const read = (out: string, name: string) => readFileSync(join(folder, out, "recovery-epochs", name), "utf8")
const manifestOf = (out: string) => JSON.parse(read(out, "manifest.json")) as Manifest

describe("quorate run", () => {
  test("writes CSV, tables and manifest, prints the table, and says the seed", async () => {
    const { code, out, err } = await run("first")
    expect(code).toBe(0)
    expect(readdirSync(join(folder, "first", "recovery-epochs")).sort()).toEqual([
      "manifest.json",
      "recovery-epochs-learned.svg",
      "recovery-epochs-learned.tex",
      "recovery-epochs.csv",
      "recovery-epochs.md",
      "recovery-epochs.tex",
    ])
    expect(out).toContain("reproduce with")
    expect(err).toMatch(/^seed 1; writing results to /)
    expect(err).toMatch(/recovery-epochs: \d+ rows, 3 runs each, [\d.]+ s\n$/)
  })

  test("the manifest describes every file, the columns, the configuration and the environment", async () => {
    await run("manifest", "--seed", "5")
    const { schemaVersion, result, environment } = manifestOf("manifest")
    expect(schemaVersion).toBe(1)
    expect(result.command).toBe("quorate run recovery-epochs --seed 5 --runs 3")
    expect(result.configuration).toMatchObject({ seed: 5, runs: 3 })
    for (const file of result.files) {
      expect(file.sha256).toBe(sha256(read("manifest", file.name)))
      expect(file.bytes).toBe(Buffer.byteLength(read("manifest", file.name)))
    }
    const [header, ...rows] = read("manifest", "recovery-epochs.csv").trimEnd().split("\n")
    expect(result.columns.map(({ name }) => name).join()).toBe(header)
    expect(result.rows).toBe(rows.length)
    expect(environment.node).toBe(process.version)
    expect(environment.arguments.slice(0, 2)).toEqual(["run", "recovery-epochs"])
  })

  test("again with the same seed changes no byte, not even of the manifest; another seed changes them", async () => {
    await run("again")
    const files = ["recovery-epochs.csv", "recovery-epochs.md", "recovery-epochs.tex", "manifest.json"]
    const before = files.map((name) => read("again", name))
    await run("again", "--format", "json")
    expect(files.map((name) => read("again", name))).toEqual(before)
    await run("again", "--seed", "2")
    files.forEach((name, i) => expect(read("again", name)).not.toBe(before[i]))
  })

  test("prints JSON with the columns of the CSV in camelCase, and the CSV itself", async () => {
    const print = (format: string) =>
      quorate("run", "recovery-epochs", "--runs", "3", "--no-write", "--format", format)
    const { out } = await print("json")
    const { schemaVersion, seed, results } = JSON.parse(out) as {
      schemaVersion: number
      seed: number
      results: { experiment: string; rows: Record<string, unknown>[] }[]
    }
    expect([schemaVersion, seed, results[0]!.experiment]).toEqual([1, 1, "recovery-epochs"])
    const csv = await print("csv")
    const keys = Object.keys(results[0]!.rows[0]!).map((k) =>
      k.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    )
    expect(keys.join()).toBe(csv.out.split("\n")[0])
    expect((await run("json", "--no-write")).err).toContain("has no effect with --no-write")
    expect(existsSync(join(folder, "json"))).toBe(false)
  })

  test("where it cannot write, it says so before computing, and leaves nothing behind", async () => {
    writeFileSync(join(folder, "file"), "in the way")
    const { code, out, err } = await quorate("run", "all", "--out", join(folder, "file"))
    expect([code, out]).toEqual([2, ""])
    expect(err).toMatch(/^error: cannot write to the folder .*file.* Choose another with --out/)
    expect(err.trimEnd().split("\n")).toHaveLength(1)
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("in the way")
  })

  test("no temporary file is left", () => {
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).includes(".tmp"))).toEqual(
      [],
    )
  })
})

describe("quorate table", () => {
  test("prints what run printed, from the CSV alone", async () => {
    const { out } = await run("table", "--seed", "9")
    const from = join(folder, "table")
    expect(`${(await quorate("table", "recovery-epochs", "--from", from)).out}\n`).toBe(out)
    const places = [join(from, "recovery-epochs"), join(from, "recovery-epochs", "recovery-epochs.csv")]
    for (const place of places) expect(`${(await quorate("table", place)).out}\n`).toBe(out)
    expect((await quorate("table", "recovery-epochs", "--from", from, "--format", "latex")).out).toBe(
      read("table", "recovery-epochs.tex"),
    )
    expect((await quorate("table", "recovery-epochs", "--from", from, "--format", "md")).out).toBe(
      read("table", "recovery-epochs.md"),
    )
  })

  test("warns of a CSV that was edited, and refuses one without its manifest", async () => {
    await run("edited")
    const csv = join(folder, "edited", "recovery-epochs", "recovery-epochs.csv")
    appendFileSync(csv, read("edited", "recovery-epochs.csv").trimEnd().split("\n").at(-1)! + "\n")
    const { code, err } = await quorate("table", csv)
    expect([code, err]).toEqual([0, expect.stringContaining("warning: ")])
    rmSync(join(folder, "edited", "recovery-epochs", "manifest.json"))
    expect(await quorate("table", csv)).toMatchObject({ code: 2, out: "" })
  })
})
