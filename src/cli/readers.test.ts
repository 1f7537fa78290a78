import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { afterAll, expect, test } from "vitest"
import { mutated } from "../../test/support/mutated.ts"
import { UsageError } from "../base/errors.ts"
import { randomFromSeed } from "../base/random.ts"
import { rowsFromCsv } from "../experiment/csv.ts"
import { readHistory } from "../history/formats/read-history.ts"
import { decreeSettings } from "../run/decree-settings.ts"
import { logSettings } from "../run/log-settings.ts"
import { type SettingsTable, readSetting } from "../run/setting.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { parseMatrixCsv, parsePingData } from "../world/simulate/latency-matrix.ts"
import { parseNodeFile } from "./analyze/node-file.ts"
import { problemWith } from "./execution/checked-answers.ts"
import { readExperiments } from "./execution/experiment-source.ts"
import { headerLine, openJournal, resultLine } from "./execution/journal.ts"
import { openAnswer, openJob, sealAnswer, sealJob } from "./execution/queue-messages.ts"
import { replayView } from "./replay/view.ts"
import { parseManifest } from "./shared/read-manifest.ts"
import { parseJson } from "./shared/read-text.ts"
import { readSweep } from "./sweep/read-sweep.ts"

/** Mutated inputs in all: a sample, or a hundred thousand with SLOW=1. */
const wanted = process.env["SLOW"] === "1" ? 100_000 : 2_000
const maxMs = 2000

const folder = mkdtempSync(join(tmpdir(), "quorate-readers-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const [duelling] = await readExperiments(["duelling"])
const run = "0b7e1e0c-6a3f-4a57-9a0e-5d3f0b1b2c3d"
const chunk = { experiment: "duelling", rootSeed: 1, caseIndex: 0, firstRun: 0, runs: 2 }
const header = {
  quorateJournal: 1,
  experiment: "duelling",
  seed: 1,
  runs: 4,
  configurationSha256: "0".repeat(64),
  codeSha256: "1".repeat(64),
} as const

const manifest = JSON.stringify({
  schemaVersion: 1,
  result: {
    experiment: "tiny",
    question: "?",
    reference: "-",
    command: "quorate run tiny.yaml --seed 1 --runs 4",
    origin: { kind: "sweep", data: { id: "tiny", latencyFiles: {}, matrix: { system: "majority(3)" } } },
    configuration: { seed: 1, runs: 4, cases: 1 },
    configurationSha256: "0".repeat(64),
    rows: 1,
    columns: [{ name: "a", meaning: "A." }],
    files: [{ name: "tiny.csv", bytes: 1, sha256: "0".repeat(64) }],
  },
  environment: {
    quorate: "0.1.0",
    gitCommit: null,
    gitDirty: null,
    lockFileSha256: null,
    node: "v20",
    arguments: [],
  },
})

const sweep = `id: tiny
runs: 4
setup: {timeoutMs: 500, proposers: 2}
matrix:
  system: [majority(3), {system: "simple(5, 4, 2)", name: FPaxos}]
  variant: [classic, recovery]
  latency: [constant(10), "uniform(1, 20)", lan]
  faults: [none, {name: lossy, lossProbability: 0.05}, "crash a1 @0"]
  workload: [default, {name: duel, proposers: 2, backOff: random(50)}]
  seed: [1, 2]
`
const logSweep = `protocol: multi-paxos
matrix: {system: majority(3), latency: [paxi], faults: "crash leader @3000; loss(0.05) @0-end", workload: {clientGroups: 2}}
`

const edn = (process: number, type: string, f: string, value: string): string =>
  `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}\n`

/** Readers of files and messages, with texts that they take. */
const readers: Readonly<
  Record<string, { readonly samples: readonly string[]; readonly read: (text: string) => unknown }>
> = {
  "a sweep file": {
    samples: [sweep, logSweep, JSON.stringify({ matrix: { system: ["majority(3)"], latency: "mine.csv" } })],
    read: (text) => readSweep(file("sweep.yaml", text)),
  },
  "a manifest": { samples: [manifest], read: (text) => parseManifest(text, "manifest.json") },
  "a node file": {
    samples: [
      "nodes:\n  a1: {capacity: 100, latency: {phase1: 1, phase2: 2}, zone: east}\n  a2: &x {}\n  a3: *x\nzones: {east: 0.001}\n",
    ],
    read: (text) => parseNodeFile(text, "nodes.yaml"),
  },
  "a journal": {
    samples: [
      JSON.stringify({ ...header, shard: "1/2" }) +
        "\n" +
        [0, 2].map((first) => `[0,${first},2,[{"x":1},{"x":2}]]`).join("\n"),
    ],
    // Each line with its checksum, as one who wants to be believed would write it.
    read: (text) => {
      const lines = text.split("\n").map((line) => `${crc32(line).toString(16).padStart(8, "0")} ${line}\n`)
      const journal = openJournal(file("x.journal", lines.join("")), header)
      for (const { chunk, observations } of journal.results())
        JSON.stringify([chunk, JSON.parse(observations)])
    },
  },
  "a journal as bytes": {
    samples: [headerLine(header) + resultLine({ chunk, observations: '[{"x":1},{"x":2}]' })],
    read: (text) => [...openJournal(file("x.journal", text), header).results()],
  },
  "a history in EDN": {
    samples: [
      edn(0, "invoke", "write", "1") +
        edn(1, "invoke", "read", "nil") +
        edn(0, "ok", "write", "1") +
        edn(1, "ok", "read", "1"),
      `[${edn(0, "invoke", "txn", "[[:read :x nil] [:write :y 2]]")}${edn(0, "ok", "txn", "[[:read :x 1] [:write :y 2]]")}]`,
      '{:process 0, :type :invoke, :f :put, :key "x", :value "1"}\n{:process 0, :type :ok, :f :put, :key "x", :value "1"}\n',
      edn(0, "invoke", "cas", "[0 1]") + edn(0, "info", "cas", "[0 1]"),
    ],
    read: (text) => readHistory(text, { file: "h" }),
  },
  "a history of etcd": {
    samples: [
      "INFO  jepsen.util - 0\t:invoke\t:write\t1\nINFO  jepsen.util - 0\t:ok\t:write\t1\nINFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]\n",
    ],
    read: (text) => readHistory(text, { file: "h", format: "etcd" }),
  },
  "a history in JSON lines": {
    samples: [
      '{"process":"3","type":"invoke","f":"cas","key":"x","expected":"1","value":"2","time":1500}\n{"process":"3","type":"ok","f":"cas","key":"x","result":true,"time":1720}\n',
      '{"process":"3","type":"invoke","f":"get"}\n{"process":"3","type":"ok","f":"get","result":null}\n',
    ],
    read: (text) => readHistory(text, { file: "h", format: "jsonl" }),
  },
  "a latency matrix": {
    samples: ["from,to,rtt_ms\nEU,US,136\nEU,JP,220.5\nUS,JP,110\n"],
    read: (text) => parseMatrixCsv(text, "m.csv"),
  },
  "ping data": {
    samples: ["0.3/0.4/0.5/0.1:EU\n130/136/140/0.3:US\n"],
    read: (text) =>
      parsePingData([
        { name: "EU.dat", text },
        { name: "US.dat", text: "1/2/3/0:EU\n1/2/3/0:US\n" },
      ]),
  },
  faults: {
    samples: [
      "crash a1 @100-500; loss(0.05) @0-end",
      "crash leader @3000; slow(a1, 3) @10; partition {a1 a2 | a3} @0-50",
      "duplicate(0.1); reorder(0.2, 5) @0-end",
    ],
    read: parseFaults,
  },
  "settings of a replay command": {
    samples: [decreeSettings, logSettings].flatMap((table: object) =>
      Object.entries(table as SettingsTable).map(
        ([key, setting]) => `${key}=${setting.show(setting.default)}`,
      ),
    ),
    read: (text) => {
      const [, key = "", value = ""] = /^(\w*)=([\s\S]*)$/.exec(text) ?? []
      for (const table of [decreeSettings, logSettings] as object[] as SettingsTable[])
        if (Object.hasOwn(table, key)) readSetting(table[key]!, value, key)
    },
  },
  "a replay file": {
    samples: [
      JSON.stringify({
        kind: "quorate-replay",
        model: "actors",
        because: "x",
        settings: { system: "majority(3)", protocol: "paxos" },
        steps: [{ action: "deliver", from: "p1", to: "a1", message: {} }],
      }),
      JSON.stringify({ kind: "quorate-replay", model: "spec", system: "majority(3)", steps: [] }),
      JSON.stringify({
        vars: ["maxBal", "maxVBal", "maxVal", "msgs"],
        states: [{ maxBal: { "#map": [["a1", 1]] } }],
      }),
    ],
    read: async (text) => replayView(parseJson(text, "trace.json")),
  },
  "a job of the queue": {
    samples: [
      { kind: "shipped", id: "duelling" } as const,
      { kind: "module", path: "/x/mine.mjs", sha256: "0".repeat(64) } as const,
      { kind: "sweep", data: { id: "tiny", latencyFiles: {}, matrix: { system: "majority(3)" } } } as const,
    ].map((source) => sealJob({ run, job: `${run}-0`, source, chunks: [chunk] }).text),
    read: (text) => openJob({ text }),
  },
  "an answer of the queue": {
    samples: [
      sealAnswer({ run, job: `${run}-0`, answer: { observations: ['[{"x":1},{"x":2}]'], ms: 3 } }).text,
    ],
    read: async (text) => {
      const { answer } = openAnswer({ text })
      await problemWith(answer, { source: { kind: "shipped", id: "duelling" }, work: [{ chunk }] }, duelling!)
    },
  },
  "the rows of a CSV": {
    samples: ["a,b\n'=x,1.50\ny,2.00\n"],
    read: (text) =>
      rowsFromCsv(
        [
          { name: "a", meaning: "A.", type: "text", digits: 0 },
          { name: "b", meaning: "B.", type: "number", digits: 2 },
        ],
        text,
        "x.csv",
      ),
  },
}

test.each(Object.entries(readers))(
  "%s with mistakes is read or refused in good time, and nothing else",
  async (name, { samples, read }) => {
    const random = randomFromSeed(1).fork(name)
    const count = Math.ceil(wanted / Object.keys(readers).length)
    const kinds = new Map<string, string>()
    let refused = 0
    for (let i = 0; i < count; i++) {
      const text = mutated(samples[random.below(samples.length)]!, random)
      const started = process.cpuUsage()
      try {
        await read(text)
      } catch (error) {
        if (error instanceof UsageError) refused++
        else {
          const { stack = "" } = error as Error
          kinds.set(stack.split("\n").slice(0, 3).join("\n"), text.slice(0, 300))
        }
      }
      // Of this process, so that others on the machine do not count.
      const { user, system } = process.cpuUsage(started)
      const ms = (user + system) / 1000
      if (ms > maxMs) kinds.set(`${Math.round(ms / 1000)} s`, text.slice(0, 300))
    }
    expect([...kinds]).toEqual([])
    // What is damaged in a journal is computed again; everything else says what is wrong.
    if (name !== "a journal as bytes") expect(refused).toBeGreaterThan(count / 100)
  },
  600_000,
)
