import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { quorate, quorateOn } from "../../../test/support/listen.ts"

const folder = mkdtempSync(join(tmpdir(), "explore-"))
afterAll(() => rmSync(folder, { recursive: true }))

interface ExploreJson {
  distinct: number
  generated: number
  depth: number
  verdict: string
  because: string
  stepsToViolation: number | null
  verdicts: { of: string; verdict: string }[]
  collisionProbability?: number
}

async function exploreJson(...args: string[]): Promise<ExploreJson & { code: number; err: string }> {
  const { code, out, err } = await quorate("explore", ...args, "--format", "json")
  return { code, err, ...(JSON.parse(out) as ExploreJson) }
}

describe("quorate explore --model spec", () => {
  test("counts a safe system and exits with 0", async () => {
    expect(await exploreJson("majority(3)", "--values", "2", "--epochs", "2")).toMatchObject({
      code: 0,
      err: "",
      distinct: 3921,
      generated: 23_563,
      depth: 17,
      verdict: "holds",
      stepsToViolation: null,
    })
  })

  test("shows a shortest violation of an unsafe one and exits with 1", async () => {
    const { code, out } = await quorate("explore", "simple(4, 2, 2)")
    expect(code).toBe(1)
    expect(out).toContain("steps to violation  12")
    expect(out).toContain("a3 = 1; (1, B)")
    expect(out).toContain("shares no acceptor with the phase-2 quorum {a1 a2}")
  })

  test.each([
    ["simple(4, 2, 2)", "--epochs", "1"],
    ["simple(4, 2, 2)", "--epochs", "1", "--proposers", "1", "--model", "actors"],
    ["simple(2, 1, 1)", "--epochs", "1", "--values", "1", "--inductive"],
  ])("ends with a warning where bounds hide that %s is unsafe", async (...args) => {
    const { code, out, err } = await quorate("explore", ...args)
    expect([code, /^verdict +holds \(UNSAFE quorums\)$/m.test(out)]).toEqual([0, true])
    // What some run does is so, whatever others do.
    expect(out.replaceAll(/^sometimes .*\nverdict +holds$/gm, "")).not.toMatch(/^verdict +holds$/m)
    expect(err).toMatch(/^WARNING: UNSAFE quorum system: \{a1.*other runs may decide two values$/m)
    expect(out.trimEnd().split("\n").at(-1)).toMatch(
      /^WARNING +UNSAFE quorum system: \{a1[^}]*\} and \{a[^}]*\} do not intersect \(requirement 4\.4\)/,
    )
    const json = JSON.parse((await quorate("explore", ...args, "--format", "json")).out) as {
      safe: string
      safeBecause: string
    }
    expect([json.safe, json.safeBecause.includes("do not intersect")]).toEqual(["violated", true])
    const fine = await quorate("explore", "majority(3)", ...args.slice(1))
    expect(`${fine.out}${fine.err}`).not.toMatch(/UNSAFE|WARNING/)
  })

  test("stops at a limit with unknown and exits with 3", async () => {
    const { code, verdict, because } = await exploreJson("majority(5)", "--max-states", "1000")
    expect([code, verdict]).toEqual([3, "unknown"])
    expect(because).toMatch(/^stopped after \d+ states, no violation among them/)
  })

  test("judges several phase-2 systems in one search", async () => {
    const { code, verdicts } = await exploreJson("simple(4, 3, 2)", "simple(4, 3, 1)")
    expect(code).toBe(1)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(["holds", "violated"])
  })

  test("divides out symmetry", async () => {
    expect(await exploreJson("majority(3)", "--symmetry", "all")).toMatchObject({ distinct: 443, code: 0 })
  })

  test("prints the same whatever the number of workers", async () => {
    const counts = ({ distinct, generated, depth, because }: ExploreJson) => [
      distinct,
      generated,
      depth,
      because,
    ]
    const one = await exploreJson("simple(4, 2, 2)")
    const two = await exploreJson("simple(4, 2, 2)", "--workers", "2")
    expect(counts(two)).toEqual(counts(one))
    expect(two.code).toBe(1)
  })

  test("checks the inductive invariant", async () => {
    const { code, out } = await quorate("explore", "simple(1, 1, 1)", "--inductive")
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("the invariant is inductive and implies agreement"),
    ])
    expect((await quorate("explore", "majority(5)", "--inductive")).code).toBe(2)
  })

  test("draws its progress on a terminal's stderr, and clears it", async () => {
    const { err } = await quorateOn({ errIsTerminal: true }, "explore", "majority(3)")
    expect(err.endsWith("\r") || err === "").toBe(true)
  })

  test.each([
    [["majority(5)", "--epochs", "4"], "would visit 2.265e+11 states"],
    [["majority(5)", "--epochs", "3", "--memory", "64KiB"], "64.0 KiB are allowed"],
    [["majority(3)", "--values", "0"], "--values is 0; must be a positive integer"],
    [["majority(3)", "--epochs", "17"], "--epochs is 17; must be a whole number from 1 to 16"],
    [["majority(3)", "--memory", "lots"], "--memory is lots; must be a size"],
    [["majority(17)"], "has 17 acceptors; at most 16 can be explored"],
    [["majority(3)", "simple(3, 3, 1)"], "cannot be explored in one pass"],
    [["majority(3)", "--save", "trace.pdf"], "unknown file type; the extension must be .json"],
    [
      ["majority(3)", "--save", "no/such/folder/trace.json"],
      "--save no/such/folder/trace.json: cannot write it: no such folder",
    ],
    [
      ["simple(2, 2, 1)", "--inductive", "--workers", "2"],
      "--workers and --inductive are mutually exclusive",
    ],
    [["majority(3)", "--model", "actors", "--save", "t.itf.json"], "ITF traces require --model spec"],
    [["majority(3)", "--symmetry", "some"], "Allowed choices are none, acceptors, values, all."],
    [["majority(3)", "--model", "actors", "--values", "3"], "try --proposers"],
    [["majority(3)", "--model", "actors", "--variant", "recovry"], 'did you mean "recovery"?'],
    [["majority(3)", "--model", "actors", "--workers", "2"], "--workers requires --model spec"],
    [["majority(3)", "--crashes", "1"], "--crashes requires --model actors"],
    [["majority(3)", "--no-timeouts"], "--no-timeouts requires --model actors"],
    [["majority(3)", "--model", "actors", "--runs", "9"], "--runs requires --search walk or pct"],
    [
      ["majority(3)", "--model", "actors", "--search", "walk", "--reduce"],
      "--reduce requires --search breadth or depth",
    ],
    [["majority(5)", "--model", "actors", "--epochs", "3"], "would visit about 1."],
  ])("%j ends with 2 and one clear message", async (args, message) => {
    const { code, out, err } = await quorate("explore", ...args)
    expect([code, out]).toEqual([2, ""])
    expect(err).toContain(message)
  })
})

describe("quorate explore --model actors", () => {
  test("explores the actors that are simulated", async () => {
    const { code, distinct, verdicts } = await exploreJson(
      "majority(3)",
      "--model",
      "actors",
      "--proposers",
      "1",
      "--epochs",
      "1",
    )
    expect([code, distinct]).toEqual([0, 227])
    expect(verdicts.map(({ of }) => of)).toContain("sometimes some run decides")
  })

  test("explores any member of the family", async () => {
    const args = ["simple(2, 1, 2)", "--model", "actors", "--variant", "voting"]
    // Phase-1 quorums of one acceptor do not meet, which voting for epochs needs (requirement 4.7).
    expect(await exploreJson(...args, "--stop-at-violation")).toMatchObject({ code: 1, stepsToViolation: 8 })
    const classic = args.slice(0, 3)
    expect(await exploreJson(...classic)).toMatchObject({ code: 0 })
  })

  test("finds the violation of an unsafe system, in a run that can be replayed", async () => {
    const file = join(folder, "actors.json")
    const args = ["simple(2, 1, 1)", "--model", "actors", "--save", file]
    expect(await exploreJson(...args)).toMatchObject({ code: 1, verdict: "violated", stepsToViolation: 6 })
    const { code, out } = await quorate("replay", file)
    expect(code).toBe(1)
    expect(out).toContain("decided (1, B)")
    expect(out).toContain("simulated: the same steps in the simulator decide the same: (0, A), (1, B)")
    const { out: json } = await quorate("replay", file, "--format", "json")
    expect(JSON.parse(json)).toMatchObject({
      violated: true,
      simulated: expect.stringContaining("the same") as unknown,
    })
  })

  test("judges progress: every run decides while messages arrive, and not where they may be lost", async () => {
    const args = ["majority(3)", "--model", "actors", "--no-timeouts", "--proposers", "1", "--eventually"]
    const decided = await exploreJson(...args)
    expect([decided.code, decided.verdict]).toEqual([0, "holds"])
    expect(decided.verdicts.map(({ of }) => of)).toContain("eventually a value is decided")
    const lost = await exploreJson(...args, "--lossy")
    expect([lost.code, lost.verdict]).toEqual([1, "violated"])
  })

  test("states how likely a depth-first search missed a state", async () => {
    const { verdict, collisionProbability } = await exploreJson(
      "majority(3)",
      "--model",
      "actors",
      "--search",
      "depth",
    )
    expect(verdict).toBe("holds")
    expect(collisionProbability).toBeLessThan(1e-9)
  })

  test.each(["walk", "pct"])("samples by %s, which proves nothing", async (search) => {
    const args = ["majority(3)", "--model", "actors", "--search", search, "--runs", "20", "--seed", "3"]
    const first = await exploreJson(...args)
    expect([first.code, first.verdict]).toEqual([3, "unknown"])
    expect((await exploreJson(...args)).distinct).toBe(first.distinct)
  })
})

describe("quorate replay", () => {
  const trace = join(folder, "trace.json")

  test("steps through what explore has saved, in every form", async () => {
    const forms = ["trace.json", "trace.svg", "trace.mmd", "trace.txt", "trace.itf.json"].map((name) =>
      join(folder, name),
    )
    await quorate("explore", "simple(2, 1, 1)", ...forms.flatMap((file) => ["--save", file]))
    expect(readFileSync(forms[1]!, "utf8")).toContain("<svg")
    expect(readFileSync(forms[2]!, "utf8")).toContain("sequenceDiagram")
    expect(readFileSync(forms[3]!, "utf8")).toContain("== A is decided in epoch 0")
    expect(readFileSync(forms[4]!, "utf8")).toContain('"maxVBal"')
    const { code, out } = await quorate("replay", trace)
    expect(code).toBe(1)
    expect(out).toContain("  8  a2: accept(1)          a2 = 1; (1, B), decided (1, B)")
    expect(out).toContain("simulated: the same steps in the simulator decide the same: (0, A), (1, B)")
  })

  test("shows one state and what could happen next", async () => {
    const { out } = await quorate("replay", trace, "--step", "2")
    expect(out).toContain("a1       0; nil")
    expect(out).toContain("propose(0, B) by {a1}")
    const { out: json } = await quorate("replay", trace, "--step", "2", "--format", "json")
    expect(JSON.parse(json)).toMatchObject({ schemaVersion: 1, step: "a1: promise(0)" })
  })

  test("draws the run", async () => {
    const { out } = await quorate("replay", trace, "--diagram", "mermaid")
    expect(out).toContain("->>")
  })

  test("steps through an ITF trace, of its own system or of one that is given", async () => {
    const itf = join(folder, "trace.itf.json")
    const { code, out } = await quorate("replay", itf)
    expect(code).toBe(1)
    expect(out).toContain("  8  a2: accept(1)          a2 = 1; (1, B), decided (1, B)")
    const foreign = join(folder, "foreign.itf.json")
    const text = readFileSync(itf, "utf8").replaceAll('"A"', '"apple"').replaceAll('"B"', '"pear"')
    writeFileSync(foreign, text.replace(/"system": .*/, ""))
    expect((await quorate("replay", foreign)).err).toContain("the ITF trace names no quorum system")
    const given = await quorate("replay", foreign, "--system", "simple(2, 1, 1)")
    expect(given.out).toContain("ITF trace with A for apple, B for pear")
    expect(given.out).toContain("decided (1, B)")
    const unsafe = "UNSAFE quorum system: {a1} and {a2} do not intersect (requirement 4.4)"
    expect(given.err).toContain(`WARNING: ${unsafe}`)
    // Its first steps violate nothing.
    const { states, ...head } = JSON.parse(readFileSync(itf, "utf8")) as { states: unknown[] }
    writeFileSync(foreign, JSON.stringify({ ...head, states: states.slice(0, 4) }))
    const lucky = await quorate("replay", foreign)
    expect(lucky.code).toBe(0)
    expect(lucky.out.trimEnd().split("\n").at(-1)).toContain(`WARNING  ${unsafe}`)
    expect(JSON.parse((await quorate("replay", foreign, "--format", "json")).out)).toMatchObject({
      ...{ violated: false, safe: "violated" },
    })
    writeFileSync(foreign, text.replace(/"system": .*/, ""))
    const other = await quorate("replay", foreign, "--system", "majority(2)")
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringContaining("state 3 of the ITF trace is not reached"),
    ])
    expect((await quorate("replay", trace, "--system", "majority(2)")).err).toContain("requires an ITF trace")
  })

  test("refuses what is no replay", async () => {
    const odd = join(folder, "odd.json")
    writeFileSync(odd, "{}")
    expect((await quorate("replay", odd)).err).toContain("not a replay file")
    expect((await quorate("replay", join(folder, "none.json"))).err).toContain("no such file")
    expect((await quorate("replay", trace, "--step", "9")).err).toContain("the run has 8 steps")
  })
})
