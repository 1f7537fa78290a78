import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { shellWords } from "../../../test/support/documents.ts"
import { quorate } from "../../../test/support/listen.ts"
import { sweep } from "../../experiment/sweep.ts"
import { computeChunk, matrixOf } from "../../experiment/executor.ts"
import { parseOverride, readSweep } from "./read-sweep.ts"
import { defaultLogProtocol } from "../../run/protocols/index.ts"
import { buildLog } from "../../run/log.ts"
import { logSetup, sweepCases } from "../../run/sweep/cases.ts"
import { sweepJsonSchema } from "../../run/sweep/document.ts"
import { sweepExperiment } from "../../run/sweep/experiment.ts"

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-sweep-"))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a sweep file and answers its path. */
function file(text: string, name = "sweep.yaml"): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const small = `runs: 5
setup: {timeoutMs: 100}
matrix:
  system: [majority(3), "simple(4, 3, 2)"]
  latency: ["exponential(10)", paxi]
  faults:
    - none
    - {name: lossy, lossProbability: 0.1}
  workload: {proposers: 2}
`

test("the shipped schema is that of the code", () => {
  const kept = readFileSync("schemas/sweep.schema.json", "utf8")
  expect(kept === sweepJsonSchema(), "write it anew with: npm run schema").toBe(true)
})

describe("a sweep file", () => {
  test("is a matrix, the last axis fastest", async () => {
    const experiment = await sweepExperiment(readSweep(file(small)))
    expect(experiment.id).toBe("sweep")
    expect(matrixOf(experiment)).toHaveLength(8)
    expect(matrixOf(experiment).at(1)).toEqual({
      system: "majority(3)",
      variant: "classic",
      latency: "exponential(10)",
      faults: "lossy",
      workload: "proposers 2",
      seed: null,
      settings: { timeoutMs: 100, proposers: 2, lossProbability: 0.1 },
    })
  })

  test("is the same from YAML, from JSON, and after a way as data", async () => {
    const data = readSweep(file(small))
    const json = readSweep(
      file(JSON.stringify(JSON.parse(JSON.stringify({ ...data, latencyFiles: undefined }))), "s.json"),
    )
    const rows = async (one: typeof data) => sweep(await sweepExperiment(one), { rootSeed: 1 })
    const expected = await rows(data)
    expect(await rows(json)).toEqual(expected)
    expect(await rows(JSON.parse(JSON.stringify(data)) as typeof data)).toEqual(expected)
  })

  test("takes changes by --set, as YAML values", async () => {
    const set = [
      "matrix.latency=[paxi, aws, lan]",
      "setup.timeoutMs=50",
      "matrix.faults.1.lossProbability=0.2",
      "runs=7",
    ]
    const data = readSweep(
      file(small),
      set.map((text) => parseOverride(text)),
    )
    expect(data.runs).toBe(7)
    expect(matrixOf(await sweepExperiment(data))).toHaveLength(12)
    expect(matrixOf(await sweepExperiment(data)).at(1)).toMatchObject({
      settings: { timeoutMs: 50, lossProbability: 0.2 },
    })
  })

  test("with several seeds has a column for them, and other runs for each", async () => {
    const experiment = await sweepExperiment(
      readSweep(file("runs: 3\nmatrix: {system: majority(3), latency: exponential(5), seed: [1, 2]}")),
    )
    const rows = await sweep(experiment, { rootSeed: 1 })
    expect(rows.map(({ seed }) => seed)).toEqual([1, 2])
    expect(rows[0]!["decideMs"]).not.toBe(rows[1]!["decideMs"])
  })

  test("with a latency of its own takes the matrix along", async () => {
    writeFileSync(join(folder, "two.csv"), "from,to,rtt_ms\nA,B,30\n")
    const data = readSweep(file("runs: 1\nmatrix: {system: majority(2), latency: two.csv}"))
    rmSync(join(folder, "two.csv"))
    const rows = await sweep(await sweepExperiment(data), { rootSeed: 1 })
    expect(rows[0]!["decideMs"]).toBe(45)
  })

  test("refuses a setting that changes nothing in any case, and keeps one that does in some", () => {
    const read = (setup: string, latency: string) =>
      readSweep(file(`runs: 1\nsetup: ${setup}\nmatrix: {system: majority(3), latency: ${latency}}`))
    expect(() => read("{rounding: up}", "[lan, constant(3)]")).toThrow(
      /:2:19: rounding is up; it requires latency with regions/,
    )
    expect(() => read("{statistic: min}", "[lan, paxi]")).toThrow(/statistic is min; .* ping files/)
    expect(() => read("{reorderMs: 5}", "paxi")).toThrow("reorderMs is 5; it requires reorderProbability.")
    expect(read("{rounding: up, jitterSigma: 0.1}", "[lan, paxi]").setup).toEqual({
      rounding: "up",
      jitterSigma: 0.1,
    })
    const log =
      "protocol: multi-paxos\nmatrix:\n  system: majority(3)\n  workload: [{burst: 4}, {thinkMs: 5}]"
    expect(() => readSweep(file(log))).toThrow(/:4:22: burst is 4; it requires ratePerSecond/)
  })

  test("of a log has latency and throughput, and what its faults do", async () => {
    const text =
      "protocol: multi-paxos\nruns: 2\nsetup: {clientsPerGroup: 1, horizonMs: 4000, thinkMs: 20, electionMs: 500, retryMs: 300}\nmatrix:\n  system: majority(3)\n  faults: [none, crash leader @1000]\n"
    const rows = await sweep(await sweepExperiment(readSweep(file(text))), { rootSeed: 1 })
    expect(rows.map(({ faults, elections }) => [faults, elections])).toEqual([
      ["none", 1],
      ["crash leader @1000", 2],
    ])
    expect(Number(rows[1]!["longestGapMs"])).toBeGreaterThan(400)
  })

  test("of a log has both means, by the weights of its cases, and refuses weights that do not fit", async () => {
    const text = (weights: string) =>
      "protocol: multi-paxos\nruns: 1\nsetup: {clientsPerGroup: 1, thinkMs: 20, horizonMs: 4000}\n" +
      `matrix:\n  system: majority(3)\n  latency: paxi\n  workload: [default, {groupWeights: ${weights}}]\n`
    const experiment = await sweepExperiment(readSweep(file(text("[0, 1, 0]"))))
    const rows = await sweep(experiment, { rootSeed: 1 })
    // 65, 151 and 130 ms from VA, OR and CA; nearer clients ask more.
    expect(rows.map(({ latencyMs }) => latencyMs)).toEqual([115.333, 151])
    expect(rows[0]!["latencyMsRequests"]).toBe(rows[1]!["latencyMsRequests"])
    expect(Number(rows[0]!["latencyMsRequests"])).toBeLessThan(110)
    const { notes } = experiment.tables[0]!(rows)
    expect(notes).toContain(
      "Mean latency: over client groups, weighted by groupWeights. p99 latency: over requests.",
    )
    expect(() => readSweep(file(text("[1, 2]")))).toThrow(/a weight for each of the 3 groups of clients/)
  })

  test("of a log says what open loops shed", async () => {
    const text =
      "protocol: multi-paxos\nruns: 1\nsetup: {clientsPerGroup: 1, ratePerSecond: 100, horizonMs: 3000}\n" +
      "matrix:\n  system: majority(3)\n  latency: constant(10)\n  workload: [default, {name: queueing, whenBusy: queue}]\n"
    const experiment = await sweepExperiment(readSweep(file(text)))
    const rows = await sweep(experiment, { rootSeed: 1 })
    expect([Number(rows[0]!["shedShare"]) > 0.3, rows[1]!["shedShare"]]).toEqual([true, 0])
    const { notes } = experiment.tables[0]!(rows)
    expect(notes.filter((note) => note.startsWith("WARNING: requests that found no client free"))).toEqual([
      expect.stringMatching(/: [\d.]+ % \(default\)\.$/),
    ])
  })

  test("of a log counts outages and requests that last to the end of the run", async () => {
    const text =
      "protocol: multi-paxos\nruns: 2\nsetup: {clientsPerGroup: 1, horizonMs: 8000, retryMs: 60000}\n" +
      "matrix:\n  system: majority(3)\n  latency: constant(5)\n  faults: [none, 'crash a2,a3 @3000', 'crash all @500']\n"
    const rows = await sweep(await sweepExperiment(readSweep(file(text))), { rootSeed: 1 })
    const [healthy, twoDown, allDown] = rows
    expect(healthy!["longestGapMs"]).toBeLessThan(15)
    expect(Math.abs(Number(twoDown!["longestGapMs"]) - 5000)).toBeLessThan(15)
    expect(allDown).toMatchObject({
      longestGapMs: 7000,
      latencyMs: null,
      latencyMsP99: null,
      throughputPerS: 0,
    })
    expect(rows.map(({ openGapShare, unanswered }) => [openGapShare, unanswered])).toEqual([
      [0, 3],
      [1, 3],
      [1, 3],
    ])
  })

  test("of decrees says in how many runs nobody learned, and averages the others", async () => {
    const text =
      "runs: 20\nsetup: {horizonMs: 2000}\nmatrix: {system: majority(3), latency: constant(5), faults: [none, 'crash all @0', 'loss(.5) @0-1000']}"
    const experiment = await sweepExperiment(readSweep(file(text)))
    const rows = await sweep(experiment, { rootSeed: 1 })
    expect(rows.map(({ learnedShare }) => learnedShare)).toEqual([1, 0, expect.closeTo(0.9, 0)])
    expect(rows[1]).toMatchObject({ decidedShare: 0, decideMs: null, learnMs: null })
    const { notes } = experiment.tables[0]!(rows)
    expect(notes.join(" ")).toMatch(
      /Runs without a learner within the horizon, excluded from means of times: 100 % \(crash all @0\)/,
    )
  })

  test("counts violations of an unsafe system, and averages none of them", async () => {
    const text =
      "runs: 60\nmatrix: {system: 'simple(4, 2, 2)', latency: exponential(10), workload: {proposers: 2}}"
    const [row] = await sweep(await sweepExperiment(readSweep(file(text))), { rootSeed: 1 })
    expect(Number(row!["violations"])).toBeGreaterThan(0)
    expect(row!["violationReplay"]).toMatch(/^quorate simulate "simple\(4, 2, 2\)".*--seed \d+ --trace$/)
  })

  test("of a log says how to see a violation, and that command shows it", async () => {
    const text =
      "protocol: multi-paxos\nruns: 20\nsetup: {clientsPerGroup: 2, thinkMs: 5, horizonMs: 4000, electionMs: 300, linkMbitPerSecond: 100}\n" +
      "matrix:\n  system: 'simple(4, 2, 2)'\n  latency: paxi\n  faults: loss(0.05) @0-end; crash leader @1000-2000\n"
    const [row] = await sweep(await sweepExperiment(readSweep(file(text))), { rootSeed: 1 })
    expect(Number(row!["violations"])).toBeGreaterThan(0)
    const [, ...words] = shellWords(String(row!["violationReplay"]))
    const { code, out } = await quorate(...words)
    expect(code).toBe(1)
    expect(out).toContain("violated")
  })

  test("of a log of the user's own runs that one, by its messages, and its replay commands name it", async () => {
    const source = (path: string) => JSON.stringify(pathToFileURL(resolve(path)).href)
    const own = (name: string, parts: string) =>
      file(
        `import { defineLogProtocol } from ${source("src/run/log-protocol.ts")}
         import { multiPaxos } from ${source("src/run/protocols/multi-paxos.ts")}
         const planted = multiPaxos.mutants.find(({ id }) => id === "reply-on-propose")
         export default defineLogProtocol({ ...multiPaxos, id: "mine", ${parts} })`,
        name,
      )
    const path = own("broken-log.ts", "cluster: (run) => planted.apply(multiPaxos.cluster(run))")
    own("shouting-log.ts", 'messageTypes: ["shout"]')
    const text = (protocol: string, faults: string) =>
      `protocol: ${protocol}\nruns: 10\nsetup: {clientsPerGroup: 2, horizonMs: 3000}\n` +
      `matrix:\n  system: majority(3)\n  faults: ${faults}\n`
    const rowOf = async (protocol: string) => {
      const sweepFile = file(text(protocol, "loss(0.1) @0-2500"), "own-log.yaml")
      const { out, err } = await quorate("run", sweepFile, "--no-write", "--workers", "0", "--format", "json")
      expect(err).not.toContain("unknown")
      return (JSON.parse(out) as { results: { rows: Record<string, unknown>[] }[] }).results[0]!.rows[0]!
    }
    expect(await rowOf("multi-paxos")).toMatchObject({ violations: 0, violationReplay: null })
    const broken = await rowOf("./broken-log.ts")
    expect(Number(broken["violations"])).toBeGreaterThan(0)
    const [, ...words] = shellWords(String(broken["violationReplay"]))
    expect(words[words.indexOf("--protocol") + 1]).toBe(path)
    expect((await quorate(...words)).code).toBe(1)
    const bad = file(text("./shouting-log.ts", "loss(0.1) replicas>replicas of propose @0-100"), "bad.yaml")
    expect((await quorate("run", bad, "--no-write", "--workers", "0")).err).toContain(`${bad}:6:11: `)
  })

  test("of a log says what links carry in megabits, as quorate log does", () => {
    const data = readSweep(
      file("protocol: multi-paxos\nsetup: {linkMbitPerSecond: 80}\nmatrix: {system: majority(3)}"),
    )
    const c = sweepCases(data).at(0)
    expect(c!.settings).toEqual({ linkMbitPerSecond: 80 })
    expect(buildLog(logSetup(data, c!, defaultLogProtocol), 1).scenario.bandwidth!(0, 1)).toBe(10)
  })

  test("may draw quorums from the strategy of least load, and names its systems", async () => {
    const text =
      "runs: 3\nprotocol: multi-paxos\nsetup: {horizonMs: 1500, warmUpMs: 500, clientsPerGroup: 1}\n" +
      'matrix:\n  system: [{system: "simple(5, 4, 2)", name: FPaxos}, wheel(4)]\n' +
      "  workload: [default, {quorumSelection: strategy}]\n"
    const experiment = await sweepExperiment(readSweep(file(text)))
    const rows = await sweep(experiment, { rootSeed: 1 })
    expect(rows.map(({ system, workload }) => [system, workload])).toEqual([
      ["simple(5, 4, 2)", "default"],
      ["simple(5, 4, 2)", "quorumSelection strategy"],
      ["wheel(4)", "default"],
      ["wheel(4)", "quorumSelection strategy"],
    ])
    expect(rows.every(({ throughputPerS }) => Number(throughputPerS) > 0)).toBe(true)
  })

  test("has its cases by position as it has them one after the other, and none beyond", () => {
    const cases = sweepCases(readSweep(file(small)))
    expect([...cases]).toEqual(Array.from({ length: 8 }, (_, i) => cases.at(i)))
    expect([...cases].map(({ system, latency, faults }) => `${system} ${latency} ${faults}`)).toEqual(
      ["majority(3)", "simple(4, 3, 2)"].flatMap((system) =>
        ["exponential(10)", "paxi"].flatMap((latency) =>
          ["none", "lossy"].map((faults) => `${system} ${latency} ${faults}`),
        ),
      ),
    )
    expect([cases.at(-1), cases.at(8)]).toEqual([undefined, undefined])
  })

  test("of many cases has no table, so that its rows need not be in memory", async () => {
    const seeds = Array.from({ length: 201 }, (_, i) => i).join(", ")
    const experiment = await sweepExperiment(
      readSweep(file(`matrix: {system: majority(3), seed: [${seeds}]}`)),
    )
    expect(experiment.tables).toEqual([])
  })
})

describe("a mistake in a sweep file is shown with its place", () => {
  test.each([
    [
      "matrix:\n  system: majority(3)\n  latncy: paxi\n",
      '3:3: unknown key "latncy"; did you mean "latency"? Valid keys: system, variant, latency',
    ],
    ["matrix:\n  latency: paxi\n", "2:3: matrix.system is missing: a quorum system or a list of them"],
    ["runs: 0\nmatrix: {system: majority(3)}\n", "1:7: runs is 0; must be a positive integer."],
    ["matrix:\n  system: [majority(3), majority()]\n", "2:25: majority(n) takes 1 argument"],
    ["matrix:\n  system: majority(3)\n  latency: pax\n", '3:12: unknown latency "pax"; did you mean "paxi"'],
    [
      "matrix:\n  system: majority(3)\n  variant: clasic\n",
      '3:12: unknown variant "clasic"; did you mean "classic"?',
    ],
    [
      "matrix:\n  system: majority(3)\n  faults: [none, {lossProbability: 2}]\n",
      "3:36: lossProbability is 2; must be a number from 0 to 1",
    ],
    [
      "matrix:\n  system: majority(3)\n  workload:\n    - {backOff: never}\n",
      "4:17: backOff is never; must be none, fixed(pause)",
    ],
    [
      "matrix:\n  system: majority(3)\n  workload:\n    - {backOf: none}\n",
      '4:8: unknown key "backOf"; did you mean "backOff"?',
    ],
    [
      "setup:\n  faults: [crash a1]\nmatrix: {system: majority(3)}\n",
      "2:12: faults is wrong: cannot parse the fault crash a1.",
    ],
    [
      "protocol: multi-paxo\nmatrix: {system: majority(3)}\n",
      '1:11: unknown protocol "multi-paxo"; did you mean "multi-paxos"? Valid protocols: paxos, multi-paxos. A file of your own, such as ./mine.ts, is valid too.',
    ],
    [
      "protocol: multi-paxos\nmatrix: {system: majority(3), variant: classic}\n",
      '2:31: unknown key "variant". Valid keys: system, latency, faults, workload, seed.',
    ],
    ["matrix:\n  systm: majority(3)\n", '2:3: unknown key "systm"; did you mean "system"?'],
    ["- 1\n- 2\n", "1:1: the file must state settings by name"],
    ["matrix:\n  system: [majority(3), majority(3)]\n", "2:25: matrix.system has majority(3) twice"],
    [
      "matrix: {system: majority(3), workload: [{proposers: 2}, default, {name: default, nacks: true}]}\n",
      "1:67: matrix.workload has default twice",
    ],
    ["matrix:\n  system: majority(3)\n  seed: [1, 2, 1]\n", "3:16: matrix.seed has 1 twice"],
    ["matrix:\n  system: majority(3)\n  latency: lost.csv\n", "3:12: unknown latency file lost.csv"],
    [
      "matrix:\n  system: [majority(5), majority(3)]\n  faults: [none, crash a4 @0]\n",
      '3:18: crash a4 @0: unknown process "a4"; did you mean "a1" or "a2" or "a3"? Valid processes: a1, a2, a3, p1, acceptors',
    ],
    [
      "setup: {acceptorRegions: [XX]}\nmatrix: {system: majority(3), latency: paxi}\n",
      '1:8: paxi: unknown region "XX"',
    ],
    [
      "protocol: multi-paxos\nmatrix:\n  system: majority(3)\n  workload: [default, {leader: a4}]\n",
      '4:23: unknown leader "a4"; did you mean "a1" or "a2" or "a3"? Valid leaders: a1, a2, a3.',
    ],
    [
      "protocol: multi-paxos\nsetup: {faults: crash a7 @100}\nmatrix: {system: majority(5)}\n",
      '2:8: crash a7 @100: unknown process "a7"; did you mean "a1" or "a2" or "a3"? Valid processes: leader, a1, a2, a3, a4, a5',
    ],
    [
      "protocol: multi-paxos\nsetup: {warmUpMs: 10000}\nmatrix: {system: majority(5)}\n",
      "2:8: horizonMs is 10000; must be greater than warmUpMs, 10000",
    ],
    ["matrix: [\n", "2:1: Flow sequence in block collection"],
    ["", "the file"],
  ])("%j", (text, message) => {
    const path = file(text, "bad.yaml")
    const error = () => readSweep(path)
    expect(error).toThrow(text === "" ? "matrix" : `${path}:${message}`)
  })

  test("all of them at once, in the order of the file", () => {
    const text = `setup:
  timeoutMs: soon
  timoutMs: 5
  faults: [crash a1 @5, "cut a1 @0-5"]
matrix:
  system: [majority(5), majority()]
  latency: pax
  workload: {proposers: 0}
`
    const path = file(text, "bad.yaml")
    const lines = [
      "2:14: timeoutMs is soon; must be a number of milliseconds from 0 to 1e9, with at most three decimals.",
      '3:3: unknown key "timoutMs"; did you mean "timeoutMs"? Valid keys: statistic,',
      "4:25: faults is wrong: cut a1 @0-5:",
      "6:25: majority(n) takes 1 argument",
      '7:12: unknown latency "pax";',
      "8:25: proposers is 0; must be an integer from 1 to 10000.",
    ]
    let message = ""
    try {
      readSweep(path)
    } catch (error) {
      message = (error as Error).message
    }
    const found = message.split("\n").filter((line) => line.startsWith(path))
    expect(found).toHaveLength(lines.length)
    found.forEach((line, i) => expect(line).toContain(`${path}:${lines[i]!}`))
  })

  test.each(["matrix", "=1", "a b=1"])("--set %j is refused", (text) => {
    expect(() => parseOverride(text)).toThrow("must be a path and a value")
  })

  test("what the setup alone could not have is fine where the workload brings it", () => {
    const path = file(
      "setup: {faults: crash p2 @50}\nmatrix: {system: majority(3), workload: {proposers: 2}}\n",
    )
    expect(readSweep(path).id).toBe("sweep")
  })

  test("an alias of nothing is said", () => {
    const path = file("matrix: {system: *all}\n", "bad.yaml")
    expect(() => readSweep(path)).toThrow(`${path}: Unresolved alias`)
  })

  test.each([
    ["a.b=1", 'with --set: unknown key "a".'],
    ["matrix.sytem=1", 'with --set: unknown key "sytem"; did you mean "system"?'],
    ["runs.x.y=1", "--set runs.x.y=1: the file has a value on the way"],
  ])("--set %s is told as such", (text, message) => {
    expect(() => readSweep(file(small), [parseOverride(text)])).toThrow(message)
  })

  test("what --set has broken is said, too", () => {
    const broken = () => readSweep(file(small), [parseOverride("runs=many")])
    expect(broken).toThrow(/sweep\.yaml with --set: runs is many; must be a positive integer/)
  })
})

describe("quorate run of files", () => {
  test("--dry-run lists the cases and estimates, and writes nothing", async () => {
    const { code, out } = await quorate("run", file(small), "--dry-run", "--out", join(folder, "none"))
    expect(code).toBe(0)
    expect(out).toMatch(/^sweep 1 {2}system: majority\(3\), variant: classic, latency: exponential\(10\)/)
    expect(out).toMatch(/8 configurations of 5 runs: 40 runs; about 1 s on \d+ workers?\n$/)
    expect(() => readFileSync(join(folder, "none"))).toThrow("ENOENT")
  })

  test("a sweep's result says how to make it again, and is read again without its file", async () => {
    const out = join(folder, "out")
    const ran = await quorate("run", file(small), "--set", "runs=4", "--out", out)
    expect(ran.code).toBe(0)
    expect(ran.out).toContain("--set runs=4 --seed 1 --runs 4")
    rmSync(join(folder, "sweep.yaml"))
    const again = await quorate("table", join(out, "sweep"))
    expect(again.out.trimEnd()).toBe(ran.out.trimEnd())
  })

  test("--set is for sweep files", async () => {
    expect((await quorate("run", "duelling", "--set", "a=1")).err).toContain("duelling is not one")
  })

  const body = (id: string) => `import { column, defineExperiment, quorumSystemFrom } from "quorate"
export default defineExperiment({
  id: "${id}", question: "?", reference: "-", columns: [column.text("a", "A."), column.count("n", "N.")],
  cases: () => [{ a: "majority(3)" }, { a: "grid(2, 3)" }], runs: 3,
  observe: ({ a }, seed) => ({ n: quorumSystemFrom(a).nodes.length }),
  summarise: ({ a }, all) => [{ a, n: all.length * all[0].n }], tables: [],
})
`

  /** In a process of its own: the test runner would resolve the module's imports itself. */
  const runAlone = (path: string, ...more: string[]) => {
    const args = ["--import", "tsx", "src/cli/main.ts", "run", path, "--no-write", "--format", "csv", ...more]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
    return { code: status, out: stdout, err: stderr }
  }

  test.each([
    ["mine.mjs", "0"],
    ["plain.js", "2"],
    ["typed.ts", "1"],
  ])("a module of one's own, %s, imports quorate from anywhere, with %s threads", (name, workers) => {
    const { code, out, err } = runAlone(file(body(name.split(".")[0]!), name), "--workers", workers)
    expect([code, out], err).toEqual([0, 'a,n\nmajority(3),9\n"grid(2, 3)",18\n'])
  })

  test("a module is one whatever package.json says: npm init says commonjs", () => {
    const own = join(folder, "own")
    mkdirSync(own)
    writeFileSync(join(own, "package.json"), '{"type": "commonjs"}')
    writeFileSync(join(own, "one.js"), body("one"))
    const { code, out, err } = runAlone(join(own, "one.js"), "--workers", "1")
    expect([code, out], err).toEqual([0, 'a,n\nmajority(3),9\n"grid(2, 3)",18\n'])
  })

  test("an observation of one's own that is no JSON is refused by name", () => {
    const { err } = runAlone(file(body("odd").replace("({ n: q", "({ m: NaN, n: q"), "odd.mjs"))
    expect(err).toContain("observation.m is NaN")
  })

  test("a module that is no experiment is refused, with what it needs", () => {
    const { code, err } = runAlone(file("export default 1\n", "one.mjs"))
    expect([code, err]).toEqual([2, expect.stringContaining("needs: export default defineExperiment(")])
  })
})

describe("--until-ci", () => {
  const uneven = "matrix:\n  system: majority(3)\n  latency: [paxi, exponential(10), 'lognormal(10, 1)']\n"

  test("gives each case the runs it needs, the same whoever computes them", async () => {
    const path = file(uneven)
    const args = [
      "run",
      path,
      "--runs",
      "8",
      "--until-ci",
      "5%",
      "--max-runs",
      "2000",
      "--no-write",
      "--format",
      "json",
    ]
    const [one, two] = await Promise.all(["0", "2"].map((workers) => quorate(...args, "--workers", workers)))
    expect(one!.out).toBe(two!.out)
    const { results } = JSON.parse(one!.out) as { results: { rows: Record<string, number>[] }[] }
    const rows = results[0]!.rows
    const runs = rows.map((row) => row["runs"]!)
    expect(runs[0]).toBeLessThan(runs[1]!)
    expect(runs[1]).toBeLessThanOrEqual(runs[2]!)
    for (const row of rows) {
      expect((row["decideMsHigh"]! - row["decideMsLow"]!) / 2).toBeLessThanOrEqual(0.05 * row["decideMs"]!)
    }
  })

  test("has the rows that a fixed number of that many runs has", async () => {
    const experiment = await sweepExperiment(readSweep(file(uneven)))
    const stopping = { relativeHalfWidth: 0.05, maxRuns: 500 }
    const computed: number[] = []
    const executor = {
      async *run(chunks: Iterable<Parameters<typeof computeChunk>[1]>) {
        for (const chunk of chunks) {
          computed.push(chunk.runs)
          yield [await computeChunk(experiment, chunk)]
        }
      },
    }
    const rows = await sweep(experiment, { rootSeed: 3, runs: 8, stopping, executor })
    for (const [i, row] of rows.entries()) {
      const fixed = await sweep(experiment, { rootSeed: 3, runs: Number(row["runs"]) })
      expect(row).toEqual(fixed[i])
    }
    // No run is computed twice.
    expect(computed.reduce((a, b) => a + b)).toBe(rows.reduce((sum, row) => sum + Number(row["runs"]), 0))
  })

  test.each([
    [["clock-drift", "--until-ci", "2%"], "has none"],
    [["duelling", "--until-ci", "2"], "a share between 0 and 1"],
    [["duelling", "--until-ci", "2%", "--shard", "1/2"], "a shard has only some"],
    [["duelling", "--max-runs", "20"], "--max-runs requires --until-ci"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await quorate("run", ...args, "--no-write")
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})
