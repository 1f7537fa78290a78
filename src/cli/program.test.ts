import { spawnSync } from "node:child_process"
import { closeSync, existsSync, openSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { quorate } from "../../test/support/listen.ts"
import { holds, unknown, violated } from "../base/verdict.ts"
import { exitCodeOf } from "./shared/context.ts"
import { lineProgress } from "./shared/progress.ts"

describe("the command line", () => {
  test.each([[[]], [["--help"]], [["help"]]])(
    "shows every command and an example of each for %j",
    async (args) => {
      const { code, out, err } = await quorate(...args)
      expect([code, err]).toEqual([0, ""])
      for (const command of ["list", "check", "run", "simulate", "table"])
        expect(out).toContain(`\n  ${command} `)
      expect(out).toContain('$ quorate check "majority(5)"')
    },
  )

  test.each(["list", "check", "run", "simulate", "table"])("%s has a help with examples", async (command) => {
    const { code, out } = await quorate(command, "--help")
    expect(code).toBe(0)
    expect(out).toContain(`$ quorate ${command}`)
    expect(out).toContain("--format")
    expect(await quorate("help", command)).toEqual({ code: 0, out, err: "" })
  })

  test("every help keeps within eighty columns", async () => {
    const { out } = await quorate("--help")
    const names = [...out.slice(out.indexOf("Commands:")).matchAll(/^ {2}([a-z]+)/gm)].map(
      ([, name]) => name!,
    )
    expect(names.length).toBeGreaterThan(18)
    for (const name of names) {
      const { out: help } = await quorate("help", name)
      expect((name === "help" ? out : help).split("\n").filter((line) => line.length > 80)).toEqual([])
    }
  })

  test("knows its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string }
    expect(await quorate("--version")).toEqual({ code: 0, out: `${version}\n`, err: "" })
  })

  test.each([
    [["chek", "majority(5)"], "Did you mean check?"],
    [["check", "majority(5)", "--formt", "json"], "Did you mean --format?"],
    [["check", "majority(5)", "--format", "yaml"], "Allowed choices are table, json, csv, md, latex."],
    [["check"], "missing required argument 'system'"],
    [["check", "majority(5)", "grid(2, 3)"], "too many arguments"],
    [["check", "majoriti(5)"], 'unknown quorum system "majoriti"; did you mean "majority"?'],
    [["check", "majority(5, 6)"], "majority(n) takes 1 argument"],
    [["check", "simple(4, 5, 2)"], "a quorum of 5 cannot be formed from 4 acceptors"],
    [["check", "majority(0)"], "n is 0; must be a positive integer"],
    [["check", "a*(b"], "at character 5"],
    [["check", "majority(5)", "-r", "9.9"], 'unknown requirement "9.9"; did you mean'],
    [["run", "duell"], 'unknown experiment "duell".'],
    [["run", "sytems"], 'did you mean "systems"?'],
    [["run", "systems", "--seed", "-1"], "--seed is -1; must be a non-negative integer"],
    [["run", "systems", "--seed", "1.5"], "--seed is 1.5;"],
    [["run", "systems", "--runs", "0"], "--runs is 0; must be a positive integer"],
    [["run", "all", "--format", "csv", "--no-write"], "--format csv requires a single experiment"],
    [["table", "nothing"], "no result nothing"],
    [
      ["simulate", "majority(3)", "--loss-probability", "1.2"],
      "--loss-probability is 1.2; must be a number from 0 to 1",
    ],
    [["simulate", "majority(3)", "--timeout-ms", "-5"], "--timeout-ms is -5;"],
    [["simulate", "majority(3)", "--latency", "warp(9)"], 'unknown latency "warp(9)". Valid latencies: '],
    [["simulate", "majority(3)", "--latency", "constant(x)"], "write constant(ms) with numbers"],
    [["simulate", "majority(3)", "--latency", "no/such.csv"], "no such file or folder: no/such.csv."],
    [
      ["simulate", "majority(3)", "--latency", "paxi", "--proposer-regions", "EU"],
      'paxi: unknown region "EU"',
    ],
    [["simulate", "majority(3)", "--back-off", "soon"], "--back-off is soon; must be none, fixed(pause)"],
    [["simulate", "majority(3)", "-x", "crash a1"], "--faults is wrong: cannot parse the fault crash a1."],
    [["simulate", "majority(3)", "-x", "crash a9 @5"], 'crash a9 @5: unknown process "a9"; did you mean'],
    [["analyze"], "Run quorate help analyze for usage and examples."],
    [["check", "a", "b", "c.csv"], 'Quote the system: quorate check "a*b + c*d"'],
    [["help", "lgo"], 'unknown command "lgo"; did you mean "log"? Valid commands: help, list,'],
    [["check", "majority(5)", "-r", ""], 'unknown requirement "".'],
    [["simulate", "majority(3)", "--latency", ""], 'unknown latency "".'],
    [["simulate", "majority(5)", "--proposers", "1000000000"], "an integer from 1 to 10000"],
    [["simulate", "majority(5)", "--learners", "1e9"], "an integer from 0 to 10000"],
    [["log", "majority(5)", "-c", "1000000000"], "an integer from 1 to 10000"],
    [["check", "节点1*b"], 'put such a name in double quotes, "节点1"'],
    [["check", "us.east*b"], 'in double quotes, "us.east"'],
    [["check", "simple(m, m/2, m/2)"], "arithmetic is for rules"],
    [["check", "--rule", "simple(n, q, n-q)", "--for", "n=1..3"], "without --for in the rule: q; add"],
    [["check", "--rule", "simple(n, 1, n)", "--for", "n=1-9"], "write a range as n=1..9."],
    [["check", "--rule", "simple(n, 1, n)", "--for", "n=9..1"], "n=9..1; ranges ascend"],
    [["replay", "no.json"], "no such file: no.json. quorate replay takes"],
    [["replay", "README.md"], "README.md is not JSON. quorate replay takes"],
    [["linearizable", "docs"], "docs is a folder, not a file. quorate linearizable takes histories"],
    [["merge", "unsafe", "no.journal"], "no shard no.journal."],
    [["table", "unsfe"], 'did you mean "unsafe"?'],
    [["simulate", "majority(3)", "-x", "cut a1 @5-9"], 'cut a1 @5-9: "a1" is not two sides'],
  ])("%j ends with 2 and one clear message", async (args, message) => {
    const { code, out, err } = await quorate(...args)
    expect([code, out]).toEqual([2, ""])
    expect(err).toContain(message)
    expect(err).toMatch(/^error: /)
    expect(err).not.toContain("    at ")
  })
})

describe("keys of JSON are camelCase, counts by name included", () => {
  test.each([
    [["log", "majority(3)", "-d", "2000", "--faults", "burst-loss(0.05, 0.3) @0-500"]],
    [["swarm", "--seeds", "2", "--workers", "1"]],
    [["simulate", "majority(3)", "--variant", "nacks", "--proposers", "2", "--checks", "--trace"]],
  ])("quorate %j", async (args) => {
    const { out } = await quorate(...args, "--format", "json")
    const keys = [...out.matchAll(/"([^"]+)": /g)].map(([, key]) => key)
    expect(keys[0]).toBe("schemaVersion")
    expect(keys.filter((key) => !/^[a-z][A-Za-z0-9]*$/.test(key!))).toEqual([])
  })
})

test("a violation outweighs an open question, which outweighs what holds", () => {
  const [yes, no, open] = [holds(""), violated(0, ""), unknown("")]
  expect([[], [yes], [yes, open], [open, no, yes]].map(exitCodeOf)).toEqual([0, 0, 3, 1])
})

test("progress without a terminal is a line now and then, not one per step", () => {
  let [now, err] = [0, ""]
  const io = { err: (text: string) => (err += text) } as never
  const progress = lineProgress(io, () => now)
  progress.start("systems", 400)
  for (let done = 1; done <= 400; done++) {
    now += 100
    progress.update(done)
  }
  progress.finish("systems: done")
  expect(err).toBe("systems: 37 % of 400 runs\nsystems: 75 % of 400 runs\nsystems: done\n")
})

test.skipIf(!existsSync("/dev/full"))("output that cannot be written is an error, no violation", () => {
  const full = openSync("/dev/full", "w")
  const words = ["--import", "tsx", "src/cli/main.ts", "check", "majority(3)"]
  const { status, stderr } = spawnSync(process.execPath, words, { stdio: ["ignore", full, "pipe"] })
  closeSync(full)
  expect(status).toBe(2)
  expect(String(stderr)).toMatch(/^error: cannot write the output: ENOSPC/)
  expect(String(stderr)).not.toContain("    at ")
})

test("list marks the variants that are unsafe as they are printed, and has an unsafe example of each family", async () => {
  const { out } = await quorate("list")
  expect(out).toMatch(/^printed-counting† /m)
  expect(out).toMatch(/^printed-multi-path +control/m)
  expect(out).toMatch(/^† UNSAFE combinations: printed-counting: /m)
  const { variants, systems } = JSON.parse((await quorate("list", "--format", "json")).out) as {
    variants: { id: string; safe: string }[]
    systems: { system: string; example: string; requirement: string; unsafeExample: string | null }[]
  }
  expect(variants.filter(({ safe }) => safe !== "holds").map(({ id }) => id)).toEqual([
    ...["printed-counting", "printed-fixed"],
  ])
  for (const { example, unsafeExample, requirement } of systems) {
    expect((await quorate("check", example, "--requirement", requirement)).code).toBe(0)
    if (unsafeExample !== null)
      expect((await quorate("check", unsafeExample, "--requirement", requirement)).code).toBe(1)
  }
})
