import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import stringWidth from "string-width"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { shellWords } from "../../../test/support/documents.ts"
import { quorate } from "../../../test/support/listen.ts"

interface Group {
  readonly place: string
  readonly latencyMs: number
  readonly latencyMsMax: number
  readonly closedFormMs: number | null
}

interface RunJson {
  readonly code: number
  readonly answered: number
  readonly throughputPerS: number
  readonly latencyMs: number
  readonly commandsPerSlot: number
  readonly leaders: number
  readonly groups: readonly Group[]
  readonly elections: readonly { atMs: number; leader: string }[]
  readonly messagesByType: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly checks: readonly { name: string; verdict: string }[]
  readonly traceHash: string
}

async function logJson(...args: string[]): Promise<RunJson> {
  const { code, out } = await quorate("log", ...args, "--format", "json")
  return { code, ...(JSON.parse(out) as Omit<RunJson, "code">) }
}

test("a log of quorums that do not meet is noted to be a control", async () => {
  const { out, err } = await quorate("log", "simple(4, 2, 2)", "-d", "2000")
  expect(out).toMatch(/^safety +holds in this run \(UNSAFE quorums\): agreement/m)
  expect(out.trimEnd().replaceAll("\n", " ")).toMatch(
    /WARNING: UNSAFE quorum system: \{a1 a2\} and \{a3 a4\} do not intersect \(requirement 4\.4\); other runs may decide two values\.$/,
  )
  expect((await quorate("log", "simple(4, 3, 2)", "-d", "2000")).out).toMatch(/^safety +holds: agreement/m)
  expect(err).toContain("{a1 a2} and {a3 a4} do not intersect (requirement 4.4)")
  expect((await quorate("log", "simple(4, 3, 2)", "-d", "2000")).err).toBe("")
})

test("an open loop that sheds more than one request in a hundred is warned of", async () => {
  const open = ["log", "majority(3)", "--rate-per-second", "200", "-c", "2", "-d", "2000"]
  const shedding = await quorate(...open)
  expect(shedding.err).toMatch(
    /^WARNING: \d+ requests \([\d.]+ %\) found no client free and were not made; add clients/,
  )
  expect(shedding.out).toMatch(/answered .* shed/)
  const queueing = await quorate(...open, "--when-busy", "queue")
  expect([queueing.err, queueing.out.includes("shed")]).toEqual(["", false])
  expect(queueing.out).toMatch(/answered .* queued/)
})

test("--history writes what clients saw, which can be judged again", async () => {
  const args = ["log", "majority(3)", "--read-share", ".5", "--keys", "uniform(5)", "-d", "2000"]
  for (const [name, format] of [
    ["run.jsonl", "kv, initially nil"],
    ["run.edn", "kv, initially the empty text"],
  ] as const) {
    const file = join(folder, name)
    expect((await quorate(...args, "--history", file)).code).toBe(0)
    const { code, out } = await quorate("linearizable", file)
    expect(out.replace(/\s+/g, " ")).toContain(format)
    expect(out).toContain("Linearizable:")
    expect(code).toBe(0)
  }
  // A get of what is not there any more: the first answer to a get becomes something nobody wrote.
  const file = join(folder, "run.jsonl")
  const changed = readFileSync(file, "utf8").replace(/"result":"[^"]+"/, '"result":"never written"')
  writeFileSync(file, changed)
  expect((await quorate("linearizable", file)).code).toBe(1)
})

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quorate-log-"))
  // Round trips that differ by direction, as pings do.
  const rtts = { here: [0.4, 20.3, 90.7], there: [21.1, 0.6, 70.2], far: [91.3, 69.9, 0.5] }
  for (const [region, row] of Object.entries(rtts)) {
    const lines = Object.keys(rtts).map((to, i) => `${row[i]! - 0.1}/${row[i]!}/${row[i]! + 5}/0.3:${to}`)
    writeFileSync(join(folder, `${region}.dat`), `${lines.join("\n")}\n`)
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

describe("quorate log", () => {
  test.each([
    ["simple(5, 4, 2)", "paxi", "a3"],
    ["grid(2, 3)", "aws", "a4"],
    ["majority(4)", "constant(7)", "a2"],
  ])("%s on %s: every answer takes what the closed form says", async (system, latency, leader) => {
    const all = latency.startsWith("constant") ? [] : ["--client-regions", "all"]
    const { code, groups } = await logJson(system, "-l", latency, ...all, "-c", "2", "--leader", leader)
    expect(code).toBe(0)
    for (const { latencyMs, latencyMsMax, closedFormMs } of groups)
      expect([latencyMs, latencyMsMax]).toEqual([closedFormMs, closedFormMs])
  })

  test("a folder of ping files, one replica in each of three regions: by hand", async () => {
    const { groups } = await logJson("majority(3)", "-l", folder, "-c", "1", "--leader", "a2")
    // The leader is "here"; one way is half of the direction's own round trip: to and from "there" 10.15 and 10.55.
    const byHand: [string, number][] = [
      ["far", 0.5 + (45.65 + 45.35) + (10.15 + 10.55)],
      ["here", 0.4 + (10.15 + 10.55)],
      ["there", 0.6 + (10.55 + 10.15) + (10.15 + 10.55)],
    ]
    expect(groups.map(({ place }) => place)).toEqual(byHand.map(([place]) => place))
    groups.forEach(({ latencyMs, closedFormMs }, i) => {
      expect(latencyMs).toBeCloseTo(byHand[i]![1], 3)
      expect(closedFormMs).toBe(latencyMs)
    })
  })

  test("one processor and one replica are a queue: M/D/1 at ρ = 0.8", async () => {
    const { latencyMs } = await logJson(
      ...[
        "singleton(1)",
        "-l",
        "constant(0)",
        "-c",
        "1000",
        "--rate-per-second",
        "800",
        "--receive-micros",
        "1000",
        "-d",
        "60000",
      ],
    )
    expect(Math.abs(latencyMs / (1 + 0.8 / (2 * 0.2)) - 1)).toBeLessThan(0.1)
  })

  test("counts what faults did, shows who led, and says that it was safe", async () => {
    const { code, faults, elections, checks } = await logJson(
      ...["majority(3)", "--election-ms", "200", "--heartbeat-ms", "50"],
      ...["-x", "crash leader @2000-4000", "-x", "loss(0.1) a1|rest @5000-6000"],
    )
    expect(code).toBe(0)
    expect(faults["crash"]).toBe(1)
    expect(faults["loss"]).toBeGreaterThan(0)
    expect(elections[0]).toEqual({ atMs: 20, leader: "a1", epoch: 0 })
    expect(elections[1]!.atMs).toBeGreaterThan(2200)
    expect(checks.map(({ verdict }) => verdict)).toEqual(checks.map(() => "holds"))
  })

  test("quorums that do not meet, and a cut between them: exit code 1 and what was decided twice", async () => {
    const { code, out } = await quorate(
      ...["log", "simple(4, 2, 2)", "-x", "cut a1,a2|a3,a4 @2000-5000"],
      ...["-c", "2", "--election-ms", "200", "--heartbeat-ms", "50", "--retry-ms", "300"],
    )
    expect(code).toBe(1)
    expect(out).toContain("violated: agreement: slot")
  })

  test("batches, the closest quorum, and reads that need no slot", async () => {
    const batched = await logJson("majority(3)", "--batch-max", "10", "--batch-delay-ms", "5", "-d", "3000")
    expect(batched.commandsPerSlot).toBeGreaterThan(2)
    const thrifty = await logJson("majority(5)", "--quorum-selection", "closest", "-d", "3000")
    expect(thrifty.messagesByType["propose"]! / thrifty.answered).toBeCloseTo(2, 1)
    const leased = await logJson(
      "majority(3)",
      "--reads",
      "lease",
      "--read-share",
      "1",
      "--think-ms",
      "5",
      "-d",
      "3000",
    )
    expect(leased.messagesByType["propose"] ?? 0).toBeLessThan(leased.answered / 50)
  })

  test("quorums drawn from the strategy of least load: a wheel's hub is asked no more often than its rim", async () => {
    const { out } = await quorate(
      "log",
      "wheel(5)",
      "--quorum-selection",
      "strategy",
      "-d",
      "3000",
      "-f",
      "json",
    )
    const { messagesByType, answered } = JSON.parse(out) as RunJson
    // Four times {hub, one of the rim} to three times the whole rim: (4 · 2 + 3 · 4) / 7 members, one of them the leader in 4 of 7.
    expect(messagesByType["propose"]! / answered).toBeCloseTo((4 * 1 + 3 * 4) / 7, 1)
  })

  test("the same seed gives the same bytes, another seed another trace", async () => {
    const words = ["majority(3)", "-l", "uniform(1, 9)", "-d", "2000", "--format", "csv"]
    const [one, again, other] = [
      await quorate("log", ...words),
      await quorate("log", ...words),
      await quorate("log", ...words, "--seed", "2"),
    ]
    expect(again.out).toBe(one.out)
    expect(other.out.slice(-17)).not.toBe(one.out.slice(-17))
  })

  test("stays within 80 columns", async () => {
    for (const words of [["--help"], ["majority(5)", "-l", "paxi", "-d", "2000", "--timeline"]]) {
      const { out } = await quorate("log", ...words)
      expect(
        out.split("\n").filter((line) => stringWidth(line) > 80 && !line.startsWith("Exit codes")),
      ).toEqual([])
    }
  })

  test.each([
    [["--leader", "b9"], 'unknown leader "b9"'],
    [["--keys", "zipf(10)"], "zipf(count, exponent)"],
    [["--clock-rates", "a1"], "a1=1.05"],
    [["-d", "500"], "horizonMs is 500; must be greater than warmUpMs, 1000."],
    [["--rate-per-second", "0"], "--rate-per-second is 0"],
    [["-x", "crush a1 @5"], 'did you mean "crash"'],
    [["--replica-regions", "EU"], "choose a matrix"],
  ])("%s is a mistake that is explained", async (words, reason) => {
    const { code, err } = await quorate("log", "majority(3)", ...words)
    expect(code).toBe(2)
    expect(err).toContain(reason)
  })
})

describe("a log of the user's own", () => {
  const source = (path: string) => JSON.stringify(pathToFileURL(resolve(path)).href)
  /** Multi-Paxos by another name, with a mutant and a message type of its own. */
  const own = (parts: string): string => {
    const path = join(folder, `own-${createHash("sha256").update(parts).digest("hex").slice(0, 8)}.ts`)
    writeFileSync(
      path,
      `import { defineLogProtocol } from ${source("src/run/log-protocol.ts")}
       import { multiPaxos } from ${source("src/run/protocols/multi-paxos.ts")}
       const deaf = (cluster) => ({
         ...cluster,
         processes: cluster.processes.map((process) =>
           process.role === "client" ? process
           : { ...process, actor: { ...process.actor, step: (state) => ({ state, outputs: [] }) } }),
       })
       export default defineLogProtocol({ ...multiPaxos, id: "mine", ${parts} })`,
    )
    return path
  }
  const short = ["majority(3)", "-d", "2000"]

  test("runs, and what it is made of is its own", async () => {
    const shipped = await quorate("log", ...short)
    const same = await quorate("log", ...short, "--protocol", own(""))
    expect([same.code, same.out]).toEqual([0, shipped.out])
    const deaf = own("cluster: (run) => deaf(multiPaxos.cluster(run))")
    expect((await logJson(...short)).answered).toBeGreaterThan(0)
    expect((await logJson(...short, "--protocol", deaf)).answered).toBe(0)
  })

  test("declares its requirements, its types of messages and its mutants", async () => {
    const picky = own('requirements: () => ["4.2"], messageTypes: ["shout"]')
    expect((await quorate("log", "simple(4, 3, 2)", "-d", "2000", "--protocol", picky)).err).toContain(
      "(requirement 4.2)",
    )
    const faults = ["-x", "loss(.1) replicas>replicas of accept @0-100"]
    expect((await quorate("log", ...short, ...faults, "--protocol", picky)).err).toContain("shout")
    const mute = own('mutants: [{ id: "deaf", does: "Hears nothing.", apply: deaf }]')
    const swarm = ["swarm", "--seeds", "1", "--protocol", mute]
    expect((await quorate(...swarm)).code).toBe(0)
    const planted = await quorate(...swarm, "--bug", "deaf")
    expect(planted.code).toBe(1)
    expect(planted.out).toMatch(/^ {2}progress: /m)
    const replay = /^ {2}replay: quorate (.*)$/m.exec(planted.out)![1]!
    expect(replay).toContain(`--protocol ${mute} --bug deaf`)
    expect((await quorate(...shellWords(replay))).code).toBe(1)
    expect((await quorate(...swarm, "--bug", "amnesia")).err).toContain(
      'unknown bug "amnesia". Valid bugs: deaf.',
    )
  })

  test("is told from a protocol that is none", async () => {
    expect((await quorate("simulate", "majority(3)", "--protocol", own(""))).err).toContain(
      "is a replicated log: quorate log and quorate swarm run it.",
    )
    expect((await quorate("log", ...short, "--protocol", "paxos")).err).toContain(
      "paxos is no replicated log: quorate simulate and quorate explore run it.",
    )
    expect((await quorate("log", ...short, "--protocol", "multi-paxo")).err).toContain(
      'unknown protocol "multi-paxo"; did you mean "multi-paxos"?',
    )
    expect((await quorate("log", ...short, "--protocol", own("safety: []"))).err).toContain(
      "has no safety: at least one property of its runs.",
    )
  })
})
