import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"
import { randomFromSeed } from "../../base/random.ts"
import { takeLock } from "../execution/run-lock.ts"

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-keep-"))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Every file of a result but its manifest, which says when and where it was computed. */
const filesOf = (out: string) => {
  const names = readdirSync(join(folder, out, "duelling")).sort()
  const files = names.filter((name) => name !== "manifest.json")
  return files.map((name) => [name, readFileSync(join(folder, out, "duelling", name), "utf8")])
}
const journalOf = (out: string) => join(folder, out, "duelling", "unfinished.journal")

/** A real process that runs the experiment. */
function start(out: string, ...more: string[]) {
  const args = ["--import", "tsx", "src/cli/main.ts", "run", "duelling", "--out", join(folder, out), ...more]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] })
  let err = ""
  child.stderr.on("data", (text: Buffer) => (err += text.toString()))
  const ended = new Promise<{ code: number | null; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, err })),
  )
  return { child, ended }
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Waits until a journal has grown by so many bytes, or the process has ended. */
async function grown(file: string, bytes: number, child: { exitCode: number | null }): Promise<void> {
  const before = sizeOf(file)
  while (sizeOf(file) < before + bytes && child.exitCode === null) await pause(2)
}

const kills = process.env["SLOW"] === undefined ? 3 : 20
// Enough work that no kill comes too late.
const runs = String(40 + kills * 30)

describe("a run that is killed", () => {
  beforeAll(async () => {
    await quorate("run", "duelling", "--runs", runs, "--workers", "0", "--out", join(folder, "whole"))
  }, 120_000)

  test(`at random, with its last record torn, ends with the same bytes (${kills} times)`, async () => {
    const random = randomFromSeed(20).fork("kills")
    let killed = 0
    for (let i = 0; i < kills; i++) {
      const { child, ended } = start("killed", "--runs", runs, "--workers", i % 2 === 0 ? "1" : "2")
      await grown(journalOf("killed"), random.between(1, 25_000), child)
      child.kill("SIGKILL")
      if ((await ended).code === null) killed++
      const size = sizeOf(journalOf("killed"))
      if (size > 0) truncateSync(journalOf("killed"), Math.max(0, size - random.below(2000)))
    }
    expect(killed).toBeGreaterThan(0)
    const last = start("killed", "--runs", runs)
    expect((await last.ended).code).toBe(0)
    expect(filesOf("killed")).toEqual(filesOf("whole"))
  }, 300_000)

  test("by Ctrl-C stops cleanly, says how to go on, and goes on", async () => {
    const { child, ended } = start("stopped", "--runs", runs, "--workers", "1")
    await grown(journalOf("stopped"), 1000, child)
    child.kill("SIGINT")
    const { code, err } = await ended
    expect(code).toBe(130)
    expect(err).toContain("the same command continues from there:\n  quorate run duelling")
    expect(existsSync(`${journalOf("stopped")}.lock`)).toBe(false)
    const again = await quorate("run", "duelling", "--runs", runs, "--out", join(folder, "stopped"))
    expect([again.code, again.err]).toEqual([0, expect.stringContaining("duelling: continuing from")])
    expect(filesOf("stopped")).toEqual(filesOf("whole"))
  }, 300_000)
})

describe("two runs into one folder", () => {
  test("the second is refused before it computes anything", async () => {
    await quorate("run", "duelling", "--runs", "1", "--out", join(folder, "two"))
    const before = filesOf("two")
    const giveBack = takeLock(`${journalOf("two")}.lock`)
    const second = await quorate("run", "all", "--runs", "2", "--out", join(folder, "two"))
    giveBack()
    expect([second.code, second.out]).toEqual([2, ""])
    expect(second.err).toMatch(/^error: .* held by process \d+, which writes to the same folder/)
    expect(filesOf("two")).toEqual(before)
    const left = readdirSync(join(folder, "two"), { recursive: true, encoding: "utf8" })
    expect(left.filter((name) => /\.(lock|tmp)$/.test(name))).toEqual([])
  })
})

describe("shards", () => {
  const shard = (i: number, ...more: string[]) =>
    quorate("run", "duelling", "--runs", "2", "--shard", `${i}/3`, "--out", join(folder, "parts"), ...more)
  const place = (i: number) => join(folder, "parts", "duelling", `shard-${i}-of-3.journal`)
  const merge = (...files: string[]) =>
    quorate("merge", "duelling", ...files, "--from", join(folder, "parts"), "--out", join(folder, "merged"))

  test("make together, in any order and some twice, what one run makes", async () => {
    const whole = await quorate("run", "duelling", "--runs", "2", "--out", join(folder, "one"))
    for (const i of [3, 1]) expect((await shard(i)).code).toBe(0)
    const missing = await merge()
    expect([missing.code, missing.out]).toEqual([2, ""])
    expect(missing.err).toMatch(/quorate run duelling --seed 1 --runs 2 --shard 2\/3\n$/)
    expect(existsSync(join(folder, "merged", "duelling", "duelling.csv"))).toBe(false)
    await shard(2)
    const merged = await merge()
    expect([merged.code, `${merged.out}\n`]).toEqual([0, whole.out])
    expect(filesOf("merged")).toEqual(filesOf("one"))
    const untidy = await merge(...[2, 3, 3, 1, 2].map(place))
    expect(untidy.out).toBe(merged.out)
  })

  test("of another seed are not merged, and no shard is begun over another's", async () => {
    await shard(2)
    expect((await shard(1, "--seed", "9")).err).toMatch(/seed 1, and 9 was asked for.*Finish it/)
    expect((await shard(1, "--seed", "9", "--fresh")).code).toBe(0)
    const { code, err } = await merge(...[2, 1, 3].map(place))
    expect([code, err]).toEqual([2, expect.stringContaining("seed 9, and 1 was asked for")])
  })

  test.each(["0/3", "4/3", "1", "a/b", "1/0"])("refuses --shard %s", async (text) => {
    const { code, err } = await quorate("run", "duelling", "--shard", text)
    expect([code, err]).toEqual([2, expect.stringContaining("must be i/n")])
  })
})
