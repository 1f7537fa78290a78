import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { commands } from "../src/cli/program.ts"
import type { Context } from "../src/cli/shared/context.ts"
import { quorate } from "./support/listen.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-options-"))
const replay = join(folder, "replay.json")
const history = join(folder, "run.jsonl")
const file = join(folder, "file")

beforeAll(async () => {
  writeFileSync(file, "")
  await quorate("explore", "simple(4, 2, 2)", "--save", replay)
  await quorate("log", "majority(3)", "-d", "1500", "--history", history)
  for (const shard of ["1/2", "2/2"])
    await quorate(
      "run",
      "value-with-prepare",
      "--runs",
      "1",
      "--shard",
      shard,
      "--out",
      folder,
      "--workers",
      "0",
    )
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What each command needs besides an option. */
const base: Readonly<Record<string, readonly string[]>> = {
  list: [],
  check: ["majority(3)"],
  analyze: ["majority(3)"],
  search: ["3"],
  run: ["phase2-size", "--runs", "1"],
  merge: ["value-with-prepare", "--from", folder],
  verify: ["phase2-size"],
  worker: ["--queue", "redis://127.0.0.1:1"],
  simulate: ["majority(3)"],
  log: ["majority(3)", "-d", "1500"],
  explore: ["majority(3)"],
  replay: [replay],
  swarm: ["--seeds", "1"],
  linearizable: [history],
  figure: ["phase2-size"],
  report: ["phase2-size"],
  compare: ["results/phase2-size", "results/phase2-size"],
  table: ["phase2-size"],
  explain: ["quorum"],
}

/** Folders that are made if they are not there: a place below a file can be neither. */
const madeFolders = ["run --out", "figure --out", "merge --out"]

/** Any text is a value of these: the initial value of a register. */
const takesAnyText = ["linearizable --initial"]

/** Every option with a value, of every command, as the command itself declares it. */
async function optionsWithValues(): Promise<{ command: string; option: string }[]> {
  const context = { args: [], end: () => undefined } as unknown as Context
  const all = await Promise.all(
    Object.entries(commands).map(async ([command, load]) =>
      (await load())(context).options.map((option) => ({ command, option })),
    ),
  )
  return all
    .flat()
    .filter(({ option }) => option.required || option.optional)
    .map(({ command, option }) => ({ command, option: option.long! }))
}

describe("an option is obeyed or refused", () => {
  test("every command is tried", () => {
    expect(Object.keys(base)).toEqual(Object.keys(commands))
  })

  test(
    "each refuses a value that it cannot honour, by name, and before any work",
    { timeout: 120_000 },
    async () => {
      const options = await optionsWithValues()
      expect(options.length).toBeGreaterThan(150)
      for (const { command, option } of options) {
        const called = `${command} ${option}`
        if (takesAnyText.includes(called)) continue
        const value = madeFolders.includes(called) ? join(file, "below") : "?none/"
        // One that also has a value in the base is given last, and counts.
        const { code, out, err } = await quorate(command, ...base[command]!, option, value)
        expect([called, code, out], err).toEqual([called, 2, ""])
        // Progress, a seed or a warning before the error would be work.
        expect(err, called).toMatch(/^error: /)
        expect(
          err.includes(value) || err.includes(option) || err.includes(value.slice(0, -1)),
          `${called}: ${err}`,
        ).toBe(true)
      }
    },
  )

  test.each([
    [
      ["compare", "results/phase2-size", "results/phase2-size", "--from", "elsewhere"],
      "--from elsewhere has no effect",
    ],
    [["table", "results/phase2-size", "--from", "elsewhere"], "--from elsewhere has no effect"],
    [
      ["table", "phase2-size", "--module", "./mine.ts"],
      "--module ./mine.ts has no effect: no module computed phase2-size",
    ],
    [["report", "phase2-size", "--module", "./mine.ts"], "no module computed phase2-size"],
    [["figure", "phase2-size", "--module", "./mine.ts"], "no module computed phase2-size"],
    [["verify", "phase2-size", "--module", "./mine.ts"], "no module computed phase2-size"],
    [
      ["run", "phase2-size", "--no-write", "--out", "elsewhere"],
      "--out elsewhere has no effect with --no-write",
    ],
    [["run", "phase2-size", "--dry-run", "--fresh"], "--fresh has no effect with --dry-run"],
    [["swarm", "--seeds", "1", "--keep", "99"], "keep is 99; seed 0 has"],
    [
      ["simulate", "majority(3)", "-l", "constant(0.0004)"],
      "0.0004 ms is not a whole number of microseconds",
    ],
    [["simulate", "majority(3)", "--timeout-ms", "0.0004"], "with at most three decimals"],
    [
      ["log", "majority(3)", "--receive-micros", "25.4"],
      "receiveMicros is 25.4; must be a whole number of microseconds",
    ],
    [["swarm", "--history", "run.jsonl"], "--history is for one run, and this is 1000"],
    [["swarm", "--seeds", "1", "--history", join(file, "x")], "a component of the path is not a folder"],
    [["log", "majority(3)", "--history", folder], "cannot write a folder; give a file"],
    [["search", "9", "--figure", join(file, "x.svg")], "a component of the path is not a folder"],
    [["explore", "majority(3)", "--save", join(folder, "no", "x.json")], "no such folder"],
    [["figure", "phase2-size", "--out", join(file, "x")], "cannot make the folder"],
  ])("%j is refused at once", async (words, message) => {
    const { code, out, err } = await quorate(...words)
    expect([code, out]).toEqual([2, ""])
    expect(err).toMatch(/^error: /)
    expect(err).toContain(message)
  })
})
