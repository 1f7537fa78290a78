import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Command } from "commander"
import { shellWords } from "../../../test/support/documents.ts"
import { quorate } from "../../../test/support/listen.ts"
import { replayCommand } from "../../run/replay.ts"
import { decreeSettings } from "../../run/decree-settings.ts"
import { addSettings } from "../shared/setting-options.ts"
import { latencyOption } from "../shared/options.ts"
import { type DecreeFlags, readDecreeSetup } from "./setup.ts"

interface RunJson {
  decidedMs: number | null
  learnedMsFirst: number | null
  learnedMs: (number | null)[]
  messagesSent: number
  violations: { check: string; replay: string }[]
  trace?: string[]
}

async function simulateJson(...args: string[]): Promise<RunJson & { code: number }> {
  const { code, out } = await quorate("simulate", ...args, "--format", "json")
  return { code, ...(JSON.parse(out) as RunJson) }
}

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-simulate-"))))
afterAll(() => rmSync(folder, { recursive: true }))

describe("quorate simulate", () => {
  test("decides at 3d, learns at 4d, with 4n messages", async () => {
    const run = await simulateJson("majority(5)", "--latency", "constant(7)")
    expect([run.code, run.decidedMs, run.learnedMsFirst, run.messagesSent]).toEqual([0, 21, 28, 20])
  })

  test("shows what the oracle makes of a run, in the formats that have room for it", async () => {
    const { code, out } = await quorate("simulate", "majority(3)", "--registers", "--latency", "constant(7)")
    expect(code).toBe(0)
    expect(out).toMatch(/^R0 +A +A +A$/m)
    expect(out).toMatch(/^R0 +\{a1 a2\} +Decided A +Decided A$/m)
    const refused = await quorate("simulate", "majority(3)", "--registers", "--format", "json")
    expect([refused.code, refused.out]).toEqual([2, ""])
    expect(refused.err).toContain("--format json has room for one answer only. Try md.")
  })

  test("prints the same for the same seed, and something else for another", async () => {
    const args = ["simulate", "grid(2, 3)", "--latency", "lan", "--trace"]
    const [one, again, other] = await Promise.all([
      quorate(...args),
      quorate(...args),
      quorate(...args, "--seed", "2"),
    ])
    expect(again).toEqual(one)
    expect(other.out).not.toBe(one.out)
  })

  test("the trace tells the story from the proposal to the learning", async () => {
    const { out } = await quorate("simulate", "majority(1)", "--trace")
    expect(out).toMatchInlineSnapshot(`
      "   time ms  event
           0.000  p1 proposes A
           0.000  p1 has written epoch 0
           0.000  p1 → a1  prepare(0)
          10.000  a1 ← p1  prepare(0)
          10.000  a1 has written promised 0, accepted nil
          10.000  a1 → p1  promise(0, nil, nil)
          20.000  p1 ← a1  promise(0, nil, nil)
          20.000  p1 → a1  propose(0, A)
          30.000  a1 ← p1  propose(0, A)
          30.000  a1 has written promised 0, accepted (0, A)
                  A is decided in epoch 0 by {a1}
          30.000  a1 → p1  accept(0)
          40.000  p1 ← a1  accept(0)
          40.000  p1 learns A, decided in epoch 0

      majority(1), latency constant(10), seed 1

      decided   A in epoch 0 at 30.000 ms
      learned   p1 40.000 ms
      messages  4 sent, 4 delivered, 0 lost
                1 prepare, 1 promise, 1 propose, 1 accept
      writes    3 synchronous
      epochs    1 used
      predicted decided after 30.000 ms, learned after 40.000 ms, messages 4 (closed form)
      safety    holds
      "
    `)
  })

  test("in JSON, rows have the columns of the CSV", async () => {
    const csv = await quorate("simulate", "majority(3)", "--format", "csv")
    const header = csv.out.split("\n")[0]!.split(",")
    const json = await quorate("simulate", "majority(3)", "--format", "json")
    const keys = Object.keys(JSON.parse(json.out) as object).map((key) =>
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    )
    expect(keys).toEqual(expect.arrayContaining(header))
  })

  test("takes latencies from a CSV, or from a folder of ping files, with their options", async () => {
    const csv = join(folder, "mine.csv")
    writeFileSync(csv, "from,to,rtt_ms\nX,Y,20\nY,X,30\n")
    const regions = ["--acceptor-regions", "Y", "--proposer-regions", "X"]
    const here = await simulateJson("majority(1)", "--latency", csv, ...regions)
    expect([here.decidedMs, here.learnedMsFirst]).toEqual([10 + 15 + 10, 10 + 15 + 10 + 15])

    const pings = join(folder, "pings")
    mkdirSync(pings)
    writeFileSync(join(pings, "X.dat"), "10/20/40/1:Y\n")
    const slow = await simulateJson("majority(1)", "--latency", pings, ...regions, "--statistic", "max")
    expect(slow.decidedMs).toBe(60)
    const within = await simulateJson(
      "majority(1)",
      "--latency",
      pings,
      "--acceptor-regions",
      "X",
      "--proposer-regions",
      "X",
      "--intra-region-rtt-ms",
      "2",
    )
    expect(within.decidedMs).toBe(3)
  })

  test("a run of an unsafe system that ends well does not pass for safe: the note names the quorums", async () => {
    const lucky = await quorate("simulate", "simple(4, 2, 2)")
    expect([lucky.code, lucky.out.includes("safety    holds")]).toEqual([0, true])
    expect(lucky.err).toContain("{a1 a2} and {a3 a4} do not intersect (requirement 4.4)")
    const last = (out: string): string => out.trimEnd().split("\n").at(-1)!
    const unsafe =
      "WARNING   UNSAFE quorum system: {a1 a2} and {a3 a4} do not intersect (requirement 4.4); other runs may decide two values"
    expect(lucky.out).toContain("safety    holds in this run (UNSAFE quorums)\n")
    for (const flags of [[], ["--unsafe"]])
      expect(last((await quorate("simulate", "simple(4, 2, 2)", ...flags)).out)).toBe(unsafe)
    const checked = await quorate("simulate", "simple(4, 2, 2)", "--checks")
    expect(checked.out.trimEnd()).toMatch(/WARNING: UNSAFE quorum system:[^.]*\{a3 a4\}[^|]*\.$/)
    const controls = await quorate("simulate", "simple(5, 4, 2)", "--variant", "recovery", "--unsafe")
    expect(last(controls.out)).toMatch(
      /UNSAFE quorum system: \{a1 a2\} and \{a4 a5\} .* \(requirement 7\.1\)/,
    )
    const rule = await quorate("simulate", "majority(3)", "--switches", "epochs=voting", "--unsafe")
    expect(last(rule.out)).toMatch(/UNSAFE combination: .* \(votes-without-voting\)/)
    expect(await simulateJson("simple(4, 2, 2)")).toMatchObject({
      safe: "violated",
      safeBecause: "{a1 a2} and {a3 a4} do not intersect (requirement 4.4)",
    })
    expect(await simulateJson("simple(4, 3, 2)")).toMatchObject({ safe: "holds", safeBecause: null })
    expect((await quorate("simulate", "simple(4, 3, 2)")).out).not.toContain("UNSAFE")
    expect((await quorate("simulate", "simple(4, 2, 2)", "--unsafe")).err).toBe("")
    expect((await quorate("simulate", "simple(4, 3, 2)")).err).toBe("")
  })

  test("names the line of a mistake in a latency file, and an empty folder", async () => {
    const bad = join(folder, "bad.csv")
    writeFileSync(bad, "from,to,rtt_ms\nX,Y,-20\n")
    const { code, err } = await quorate("simulate", "majority(1)", "--latency", bad)
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(`${bad}:2:5: the round trip from X to Y is -20;`),
    ])
    const empty = join(folder, "empty")
    mkdirSync(empty)
    expect((await quorate("simulate", "majority(1)", "--latency", empty)).err).toContain(
      "contains no <region>.dat files",
    )
    mkdirSync(join(empty, "X.dat"))
    const unreadable = await quorate("simulate", "majority(1)", "--latency", empty)
    expect([unreadable.code, unreadable.err]).toEqual([2, expect.stringMatching(/^error: EISDIR: .*\n$/)])
  })

  test("a violation of safety exits with 1 and a command that shows it again", async () => {
    const args = [
      "simple(5, 2, 2)",
      "--latency",
      "exponential(10)",
      "--proposers",
      "2",
      "--loss-probability",
      "0.05",
    ]
    for (let seed = 1; seed <= 300; seed++) {
      const run = await simulateJson(...args, "--seed", String(seed))
      if (run.code === 0) continue
      const { check, replay } = run.violations[0]!
      expect([run.code, check]).toEqual([1, "agreement"])
      const again = await quorate(...shellWords(replay).slice(1))
      expect(again.code).toBe(1)
      expect(again.out).toContain("safety    violated: agreement")
      return
    }
    throw new Error("no seed violated agreement")
  })

  test("runs any combination of switches, and refuses by name and number what is unsafe or stuck", async () => {
    const copying = [
      "majority(3)",
      "--switches",
      "nacks=proposal",
      "--switches",
      "copying=latest",
      "--proposers",
      "2",
    ]
    expect((await simulateJson(...copying)).code).toBe(0)
    for (const [words, message] of [
      [["simple(4, 2, 2)", "--switches", "nacks=epoch"], /unsafe \(4\.6\): .*\{a1 a2\}.*\{a3 a4\}/],
      [["simple(5, 2, 4)", "--switches", "epochs=voting", "--switches", "promise=voting"], /unsafe \(4\.7\)/],
      [["simple(5, 4, 2)", "--variant", "recovery"], /unsafe \(7\.1\)/],
      [["majority(3)", "--switches", "epochs=voting"], /unsafe \(votes-without-voting\)/],
      [["majority(4)", "--variant", "printed-multi-path"], /stuck \(threshold-as-printed\)/],
    ] as const) {
      const refused = await quorate("simulate", ...words)
      expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(message)])
      expect(refused.err).toContain("To run it as a control, add --unsafe.")
      expect((await quorate("simulate", ...words, "--unsafe")).code).not.toBe(2)
    }
  })

  test("--mutant switches a property off, --checks names it, and the exit code says so", async () => {
    const words = ["majority(3)", "--mutant", "one-promise", "--proposers", "2", "--checks"]
    const { code, out } = await quorate("simulate", ...words)
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/promises-before-proposing is violated: [^.]* holds no phase-1 quorum\./),
    ])
    expect((await quorate("simulate", "majority(3)", "--proposers", "2", "--checks")).code).toBe(0)
    for (const more of [
      ["--proposers", "2", "--distinguished", "p2"],
      ["--colocated", "--quorum-selection", "ring"],
    ]) {
      const correct = await quorate("simulate", "majority(3)", ...more, "--checks")
      expect([correct.code, correct.out.includes("violated")]).toEqual([0, false])
      expect(correct.out).toMatch(/voided-proposals .* vacuous: 0 voided/)
    }
  })

  test("without a system, a variant has its own quorums", async () => {
    const { out } = await quorate("simulate", "--variant", "all-aboard", "--acceptors", "3")
    expect(out).toContain("allAboard(3, 6), latency")
  })

  test("slowness, a distinguished proposer, rings, readers and links are what they say", async () => {
    const slow = await simulateJson("majority(3)", "-x", "slow(50) a1 @0-end", "-x", "slow(30) a2 @0-end")
    expect(slow.learnedMs).toEqual([20 + 20 + 2 * 30 + 0])
    const led = ["majority(3)", "--proposers", "2", "--distinguished", "p1", "--stagger-ms", "100"]
    // p2 forwards and is told: two delays.
    expect((await simulateJson(...led)).learnedMs).toEqual([40, 120])
    const ring = await simulateJson("majority(3)", "--quorum-selection", "ring")
    expect([ring.messagesSent, ring.learnedMs]).toEqual([6, [60]])
    // 125,000 bytes on 10 Mbit/s take 100 ms, and 24 bytes of header each way next to nothing.
    const wide = await simulateJson("majority(3)", "--link-mbit-per-second", "10", "--value-bytes", "125000")
    expect(wide.learnedMs[0]).toBeCloseTo(140, 0)
    expect(
      (await quorate("simulate", "majority(3)", "--readers", "1", "--stagger-ms", "50", "--trace")).out,
    ).toContain("r1 learns A")
  })

  test("reads back every replay command it can print", async () => {
    const kept =
      /^(--(nacks|mutant|colocated|retry-after-recovery|readers|link-mbit-per-second|distinguished)|crash .*|slow.*|.*=.*)$/
    const node = fc.constantFrom("a1", "a2", "a3")
    const ms = fc.integer({ min: 0, max: 10_000 }).map((tenths) => tenths / 10)
    const chance = fc.constantFrom(0, 0.05, 0.5, 1)
    const command = fc
      .record({
        proposers: fc.integer({ min: 1, max: 4 }),
        stagger: ms,
        quorums: fc.constantFrom("broadcast", "closest", "random", "ring"),
        sets: fc.subarray(["nacks=proposal", "copying=latest", "epochs=reserved(3)", "history=yes"]),
        variant: fc.constantFrom("classic", "revision-b", "termination"),
        flags: fc.subarray(["--colocated", "--retry-after-recovery"]),
        more: fc.subarray([
          "-x slow(0.5)_a1_@0-end",
          "--distinguished p1",
          "--readers 1",
          "--link-mbit-per-second 10",
        ]),
        mutant: fc.option(fc.constantFrom("one-promise", "amnesia")),
        learners: fc.nat(2),
        nacks: fc.boolean(),
        timeout: ms,
        backOff: fc.oneof(
          fc.constant("none"),
          ms.map((a) => `fixed(${a})`),
          ms.map((a) => `random(${a})`),
          fc.tuple(ms, ms).map(([a, b]) => `exponential(${a}, ${b})`),
        ),
        write: ms,
        loss: chance,
        duplicate: chance,
        reorder: chance,
        crashProbability: chance,
        jitter: fc.constantFrom(0, 0.1),
        crash: fc.option(fc.tuple(node, ms, fc.option(ms.map((m) => m + 1)))),
        partition: fc.option(
          fc.tuple(
            node,
            fc.constantFrom("|", ">"),
            node,
            ms,
            ms.map((m) => m + 0.1),
          ),
        ),
        regions: fc.subarray(["VA", "OR", "CA"]),
      })
      .map((o) => [
        ...[
          "--proposers",
          o.proposers,
          "--stagger-ms",
          o.stagger,
          "--quorum-selection",
          o.quorums,
          "--learners",
          o.learners,
        ],
        ...[
          "--variant",
          o.variant,
          "--unsafe",
          ...o.flags,
          ...o.sets.flatMap((text) => ["--switches", text]),
        ],
        ...o.more.flatMap((text) => text.split(" ").map((word) => word.replaceAll("_", " "))),
        ...(o.mutant === null ? [] : ["--mutant", o.mutant]),
        ...[
          "--timeout-ms",
          o.timeout,
          "--back-off",
          o.backOff,
          "--write-ms",
          o.write,
          "--loss-probability",
          o.loss,
        ],
        ...[
          "--duplicate-probability",
          o.duplicate,
          "--reorder-probability",
          o.reorder,
          "--crash-probability",
          o.crashProbability,
        ],
        ...(o.reorder === 0 ? [] : ["--reorder-ms", 30]),
        ...["--latency", "paxi", "--jitter-sigma", o.jitter, ...(o.nacks ? ["--nacks"] : [])],
        ...(o.regions.length > 0 ? ["--proposer-regions", o.regions.join(",")] : []),
        ...(o.crash
          ? [
              "-x",
              `crash ${o.crash[0]} @${o.crash[1]}${o.crash[2] === null ? "" : `-${(o.crash[1] + o.crash[2]).toFixed(1)}`}`,
            ]
          : []),
        ...(o.partition
          ? [
              "-x",
              `cut ${o.partition[0]}${o.partition[1]}${o.partition[2]} @${o.partition[3]}-${(o.partition[3] + o.partition[4]).toFixed(1)}`,
            ]
          : []),
      ])
    await fc.assert(
      fc.asyncProperty(command, async (words) => {
        const replay = replayCommand(await setupOf(words.map(String)), 7)
        const [, , , ...again] = shellWords(replay)
        const rest = again.slice(0, again.indexOf("--seed"))
        expect(replayCommand(await setupOf(rest), 7)).toBe(replay)
        for (const word of words)
          if (typeof word === "string" && kept.test(word)) expect(replay).toContain(word.replace(/\.0$/, ""))
      }),
      { numRuns: 60 },
    )
  })
})

/** The setup of an option list, as the command reads it. */
async function setupOf(words: readonly string[]) {
  const command = addSettings(new Command().addOption(latencyOption()), decreeSettings)
    .option("--unsafe")
    .exitOverride()
  command.parse(words, { from: "user" })
  return readDecreeSetup("majority(3)", command.opts<DecreeFlags & Record<string, unknown>>())
}

describe("what a protocol requires of its quorums", () => {
  let files = 0
  const idle = (requirements: string): string => {
    const path = join(folder, `idle-${files++}.js`)
    writeFileSync(
      path,
      `const actor = { start: () => ({ state: 0, outputs: [] }), step: (state) => ({ state, outputs: [] }) }
       export default {
         id: "idle", about: "Does nothing.", reference: "none",
         requirements: ${requirements},
         cluster: (run) => ({ processes: run.plan.nodes.map((name) => ({ name, role: "replica", actor })) }),
         messages: {},
         facts: { initial: null, observe: () => null },
         properties: [{ name: "nothing", statement: "Nothing happens.", holds: () => true }],
       }`,
    )
    return path
  }

  test("a protocol that requires more warns of a plan that Paxos is safe with", async () => {
    const plan = "simple(4, 3, 2)"
    const paxos = await quorate("simulate", plan)
    expect([paxos.code, paxos.err]).toEqual([0, ""])
    const stricter = await quorate("simulate", plan, "--protocol", idle('() => ["4.2", "4.4"]'))
    expect(stricter.code).toBe(0)
    expect(stricter.err).toBe(
      "WARNING: UNSAFE quorum system: {a1 a2} and {a3 a4} do not intersect (requirement 4.2); other runs may decide two values\n",
    )
  })

  test("one that requires nothing does not warn, and an unknown requirement is named", async () => {
    const unsafe = ["simulate", "simple(4, 2, 2)"]
    expect((await quorate(...unsafe)).err).toMatch(/WARNING: .* \(requirement 4\.4\)/)
    expect((await quorate(...unsafe, "--protocol", idle("undefined"))).err).toBe("")
    const { code, err } = await quorate(...unsafe, "--protocol", idle('() => ["4.44"]'))
    expect([code, err]).toEqual([2, expect.stringContaining('unknown requirement "4.44"')])
  })
})
