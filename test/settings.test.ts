import { readFileSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { Command } from "commander"
import { describe, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { swarmSystems } from "../experiments/swarm-systems.ts"
import { type Random, randomFromSeed } from "../src/base/random.ts"
import { latencyOption, seedOption, setOption } from "../src/cli/shared/options.ts"
import { addSettings, settingsFrom } from "../src/cli/shared/setting-options.ts"
import { readLogSetup } from "../src/cli/log/setup.ts"
import { readDecreeSetup } from "../src/cli/simulate/setup.ts"
import { optionsOf } from "../src/cli/swarm/share.ts"
import { knownBugs } from "../src/run/bugs.ts"
import { type DecreeSetup, decreeSettings } from "../src/run/decree-settings.ts"
import { decreeScenario } from "../src/run/decree.ts"
import { latencyNamed } from "../experiments/data/latencies.ts"
import { latencyFrom, planFrom } from "../src/run/from-text.ts"
import { type LogSetup, logSettings } from "../src/run/log-settings.ts"
import { runLog } from "../src/run/log.ts"
import { defaultLogProtocol } from "../src/run/protocols/index.ts"
import { randomDecree } from "../src/run/random-decree.ts"
import { randomLog } from "../src/run/random-log.ts"
import { latencyName, logReplayCommand, replayCommand, swarmReplay } from "../src/run/replay.ts"
import {
  type Setting,
  type ValuesOf,
  flagOf,
  idleSettings,
  manifestOf,
  readSettings,
  replayWords,
  switchOf,
  withoutIdle,
} from "../src/run/setting.ts"
import { type SwarmSetup, swarmDefaults, swarmSettings } from "../src/run/swarm-settings.ts"
import { swarmRun } from "../src/run/swarm.ts"
import { paxos } from "../src/run/protocols/paxos.ts"
import { logSetup, simulationOfCase, sweepCases } from "../src/run/sweep/cases.ts"
import { type SweepData, mistakesIn, sweepJsonSchema, sweepTables } from "../src/run/sweep/document.ts"
import { simulate } from "../src/world/simulate/simulate.ts"
import { TraceHash } from "../src/world/simulate/trace-hash.ts"
import { shellWords } from "./support/documents.ts"
import { quorate } from "./support/listen.ts"

/*
 * A setting is said once. Whatever one of its forms says, flags, a sweep file, a replay command, the others
 * say as well: random set-ups go through each of them and come back equal, and give the same run.
 */

/** Options that say what is printed or which run it is, not what a run is like; the latency is an axis of sweeps. */
const notSettings = {
  log: [
    "latency",
    "protocol",
    "set",
    "interval-ms",
    "timeline",
    "history",
    "no-history",
    "seed",
    "format",
    "help",
  ],
  simulate: [
    ...["latency", "seed", "trace", "checks", "random-faults", "registers", "format", "unsafe"],
    // Which protocol, and the settings that it brings itself.
    ...["acceptors", "help", "protocol", "set"],
  ],
}

test.each([
  ["simulate", "decree", "paxos"],
  ["log", "log", "multi-paxos"],
] as const)(
  "every setting of quorate %s --help is a key of the schema, and the other way round",
  async (command, kind, protocol) => {
    const { out } = await quorate(command, "--help")
    const [options = ""] = out.split(/^(?:Faults, with|Examples)/m)
    const flags = [...options.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, flag]) => flag!)
    const settings = flags.filter((flag) => !notSettings[command].includes(flag))
    const { anyOf } = JSON.parse(readFileSync("schemas/sweep.schema.json", "utf8")) as {
      anyOf: { properties: { protocol: object; setup: { properties: object } } }[]
    }
    const { properties } = anyOf.find((one) =>
      JSON.stringify(one.properties.protocol).includes(`"${protocol}"`),
    )!.properties.setup
    const described = Object.entries(properties) as [string, { description: string }][]
    const keys = described.map(([key]) => {
      const setting = sweepTables[kind][key]!
      return (
        setting.placeholder === undefined ? switchOf(key, setting as Setting<boolean>) : flagOf(key)
      ).slice(2)
    })
    expect(settings.sort()).toEqual(keys.sort())
    expect(described.filter(([, { description }]) => !/\w{3}/.test(description))).toEqual([])
  },
)

test("a setting added to a table is in the schema", () => {
  const newKnob = { ...decreeSettings.timeoutMs, about: "how long the new knob turns" }
  const schema = sweepJsonSchema({ ...sweepTables, decree: { ...decreeSettings, newKnob } })
  expect(schema).toContain('"newKnob"')
  expect(sweepJsonSchema()).not.toContain('"newKnob"')
})

/** Some values of each setting, as texts: one that is missing here is missing in these tests. */
const decreeTexts: Record<keyof typeof decreeSettings, readonly string[]> = {
  statistic: ["min", "max"],
  rounding: ["up", "down"],
  intraRegionRttMs: ["0.5"],
  jitterSigma: ["0.05", "0.3"],
  acceptorRegions: ["VA,OR,CA"],
  proposerRegions: ["CA", "JP,VA"],
  proposers: ["1", "4"],
  startMs: ["12.5"],
  staggerMs: ["0.001", "40"],
  distinguished: ["p1"],
  recoveryProposers: ["1"],
  learners: ["2"],
  readers: ["1"],
  colocated: ["true"],
  retryAfterRecovery: ["true", "false"],
  variant: ["revision-b", "termination"],
  switches: ["nacks=proposal", "history=yes; copying=latest", "epochs=reserved(3)"],
  mutant: ["one-promise", "amnesia"],
  nacks: ["true"],
  quorumSelection: ["closest", "random", "ring"],
  timeoutMs: ["33.3"],
  backOff: ["none", "fixed(0.5)", "random(12.25)", "exponential(3, 99)"],
  writeMs: ["2"],
  linkMbitPerSecond: ["10", "0.25"],
  valueBytes: ["0", "100000"],
  lossProbability: ["0.015"],
  duplicateProbability: ["0.1"],
  reorderProbability: ["0.2"],
  reorderMs: ["60"],
  crashProbability: ["0.05", "1"],
  faults: ["crash a1 @5-60; cut a1>rest of promise @0-20", "slow(3.5) acceptors @0-end; loss(0.3) @10-20"],
  clockRates: ["a1=1.05", "proposers=0.9,a2=2"],
  horizonMs: ["500", "1234.5"],
}
const logTexts: Record<keyof typeof logSettings, readonly string[]> = {
  statistic: ["min", "max"],
  rounding: ["up", "down"],
  intraRegionRttMs: ["0.5"],
  jitterSigma: ["0.05"],
  replicaRegions: ["VA,OR,CA"],
  clientRegions: ["all", "CA,JP"],
  clientGroups: ["0", "2"],
  leader: ["a1", "a3", "CA"],
  quorumSelection: ["closest", "rotating", "standby"],
  reads: ["quorum", "lease"],
  leaseMs: ["150"],
  leaseDrift: ["0.05"],
  detector: ["timeout"],
  heartbeatMs: ["33.5"],
  electionMs: ["400"],
  backOff: ["random(200)", "none"],
  retransmitMs: ["90"],
  window: ["1", "64"],
  batchMax: ["8"],
  batchDelayMs: ["1.5"],
  snapshotEvery: ["50"],
  handOverAfterMs: ["400"],
  rejoin: ["false"],
  writeMs: ["5"],
  groupCommit: ["false"],
  receiveMicros: ["30", "0.5"],
  sendMicros: ["50"],
  service: ["exponential"],
  microsPerByte: ["0.01"],
  linkMbitPerSecond: ["100"],
  clientsPerGroup: ["1", "3"],
  thinkMs: ["20"],
  ratePerSecond: ["80", "0.3"],
  burst: ["4"],
  whenBusy: ["queue"],
  retryMs: ["300"],
  requestsPerClient: ["7"],
  keys: ["zipf(1000, 0.99)", "conflict(0.1)", "uniform(5)"],
  readShare: ["0.5"],
  casShare: ["0.25"],
  appendShare: ["0.3"],
  payloadBytes: ["0", "1000"],
  spreadMs: ["0"],
  faults: [
    "crash(torn) leader @500-900; hold a1|rest @100-300",
    "burst-loss(0.05, 0.3) clients>replicas @0-900",
  ],
  clockRates: ["a1=1.05", "replicas=0.99"],
  groupWeights: ["1,2.5,0"],
  warmUpMs: ["0", "250"],
  horizonMs: ["1500"],
}
const swarmTexts: Record<keyof typeof swarmSettings, readonly string[]> = {
  seeds: ["1", "20"],
  first: ["7", "4294967296"],
  twice: ["true"],
  system: ["majority(3)", "simple(5, 4, 2)"],
  protocol: ["./mine.ts", "multi-paxos"],
  bug: knownBugs.map(({ id }) => id),
  keep: ["none", "0", "1,3"],
}

/** A set-up in which about a share of the settings have one of these values, whether or not they change anything. */
function drawn<Setup extends object>(
  setup: Setup,
  table: object,
  texts: Readonly<Record<string, readonly string[]>>,
  random: Random,
  share: number,
): Setup {
  const values = Object.entries(table as Record<string, Setting<unknown>>).flatMap(([key, setting]) => {
    const choices = texts[key]!
    const text = choices[random.below(choices.length)]!
    return random.unit() < share ? [[key, setting.read(text)] as const] : []
  })
  return { ...setup, ...Object.fromEntries(values) }
}

/** The same without what changes nothing, which commands and sweeps refuse, and replay commands leave out. */
function changed<Setup extends object>(...[setup, table, ...how]: Parameters<typeof drawn<Setup>>): Setup {
  return withoutIdle(table, drawn(setup, table, ...how))
}

/** A latency that is named anew, as the settings of a matrix want it. */
const placed = <Setup extends DecreeSetup | LogSetup>(setup: Setup): Setup =>
  setup.latency.kind === "matrix" ? { ...setup, latency: latencyNamed(setup.latency.name, setup) } : setup

const settingsOf = <Table extends object>(table: Table, setup: object): ValuesOf<Table> =>
  settingsFrom(table, setup as Record<string, unknown>)

/** The settings that flags and a file do not give back as they were. */
function lostSettings<Table extends object>(table: Table, setup: ValuesOf<Table>): string[] {
  const command = addSettings(new Command().exitOverride(), table)
  command.parse(replayWords(table, setup), { from: "user" })
  const flags = settingsFrom(table, command.opts())
  const file = parse(stringify(manifestOf(table, setup))) as Record<string, unknown>
  const { values, mistakes } = readSettings(table, file)
  expect(mistakes).toEqual([])
  return Object.keys(table).filter((key) => {
    const all: readonly unknown[] = [setup, flags, values].map((one) => (one as Record<string, unknown>)[key])
    return !all.every((one) => isDeepStrictEqual(one, all[0]))
  })
}

const setups = 500
/** Runs cost more than the round trip: a sample of the set-ups is run, or all of them with SLOW=1. */
const slow = process.env["SLOW"] === "1"
const runs = slow ? setups : 30
const systems = ["majority(3)", "majority(5)", "simple(5, 4, 2)", "grid(2, 2)"]

/** The flags of a replay command, as its command reads them. */
function replayFlags(replay: string, table: object): { readonly system: string; readonly flags: never } {
  const [, , system, ...words] = shellWords(replay)
  const command = addSettings(new Command().exitOverride().addOption(latencyOption()), table)
    .addOption(seedOption())
    .addOption(setOption())
    .option("--trace")
    .option("--unsafe")
  command.parse(words, { from: "user" })
  return { system: system!, flags: command.opts<never>() }
}

/** A sweep of one case that has all settings of a set-up. */
function sweepOf(protocol: "paxos" | "multi-paxos", table: object, setup: DecreeSetup | LogSetup): SweepData {
  const content = {
    protocol,
    setup: manifestOf(table, settingsOf(table, setup)),
    matrix: { system: setup.plan.name, latency: latencyName(setup.latency) },
  }
  const read = parse(stringify(content)) as SweepData
  expect(mistakesIn(read, {})).toEqual([])
  return { ...read, id: "sweep", latencyFiles: {} }
}

/** What a run gives, or the message with which its set-up is refused: the same of all these. */
function expectSame(outcomes: readonly (() => string)[]): string {
  const found = outcomes.map((outcome) => {
    try {
      return outcome()
    } catch (error) {
      return (error as Error).message
    }
  })
  expect(new Set(found).size, found.join("\n")).toBe(1)
  return found[0]!
}

describe("random set-ups are the same from flags, from a sweep file and from their replay command", () => {
  const random = randomFromSeed(12).fork("set-ups")

  test("of single decrees", async () => {
    const hashOf = (setup: DecreeSetup, seed: number): string => {
      const hash = new TraceHash((content) => JSON.stringify(content))
      simulate(
        decreeScenario({ ...setup, horizonMs: Math.min(setup.horizonMs, 1000) }, seed).scenario,
        hash.observe,
      )
      return hash.digits
    }
    const outcomes = new Set<string>()
    for (let seed = 1; seed <= setups; seed++) {
      const plain = randomDecree(planFrom(systems[seed % systems.length]!), seed)
      const latency = seed % 3 === 0 ? latencyFrom("paxi") : plain.latency
      const share = seed % 4 === 0 ? 0.4 : 0.05
      const setup = placed(changed({ ...plain, latency }, decreeSettings, decreeTexts, random, share))
      const values = settingsOf(decreeSettings, setup)
      expect(lostSettings(decreeSettings, values)).toEqual([])
      const data = sweepOf("paxos", decreeSettings, setup)
      const { conditions, settings } = simulationOfCase(data, sweepCases(data).at(0)!, paxos)
      const swept = { ...conditions, ...settings } as DecreeSetup
      const { system, flags } = replayFlags(replayCommand(setup, seed), decreeSettings)
      const replayed = await readDecreeSetup(system, flags)
      for (const other of [swept, replayed]) {
        expect(settingsOf(decreeSettings, other)).toEqual(values)
        expect(other.plan.name).toBe(setup.plan.name)
      }
      if (seed <= runs)
        outcomes.add(expectSame([setup, swept, replayed].map((one) => () => hashOf(one, seed))))
    }
    expect([...outcomes].filter((outcome) => /^[0-9a-f]{16}$/.test(outcome)).length).toBeGreaterThan(runs / 2)
  })

  test("of logs, as swarms draw them", async () => {
    const hashOf = (setup: LogSetup, seed: number): string => {
      const short = { ...setup, horizonMs: Math.min(setup.horizonMs, 2000) }
      return runLog(short, seed, { traceHash: "messages", linearizability: false }).traceHash
    }
    const outcomes = new Set<string>()
    for (let seed = 1; seed <= setups; seed++) {
      const plain = randomLog(
        seed,
        systems.map((system) => () => planFrom(system).systemAt(0)),
      )
      const latency = seed % 5 === 0 ? latencyFrom("paxi") : plain.latency
      const share = seed % 4 === 0 ? 0.4 : 0.03
      const setup = placed(changed({ ...plain, latency }, logSettings, logTexts, random, share))
      const values = settingsOf(logSettings, setup)
      expect(lostSettings(logSettings, values)).toEqual([])
      const data = sweepOf("multi-paxos", logSettings, setup)
      const swept = logSetup(data, sweepCases(data).at(0)!, defaultLogProtocol)
      const { system, flags } = replayFlags(logReplayCommand(defaultLogProtocol, setup, seed), logSettings)
      const replayed = await readLogSetup(defaultLogProtocol, system, flags)
      for (const other of [swept, replayed]) expect(settingsOf(logSettings, other)).toEqual(values)
      if (seed <= runs)
        outcomes.add(expectSame([setup, swept, replayed].map((one) => () => hashOf(one, seed))))
    }
    expect([...outcomes].filter((outcome) => /^[0-9a-f]{16}$/.test(outcome)).length).toBeGreaterThan(runs / 2)
  })

  test("and a setting that is called idle changes no run", () => {
    const idle = { ...decreeTexts, faults: [""], mutant: ["none"], switches: [""], variant: ["classic"] }
    let count = 0
    for (let seed = 1; seed <= 2 * runs; seed++) {
      const decree = drawn(randomDecree(planFrom("majority(3)"), seed), decreeSettings, idle, random, 0.3)
      count += idleSettings(decreeSettings, decree).length
      const decreeHash = (setup: DecreeSetup): string => {
        const hash = new TraceHash((content) => JSON.stringify(content))
        simulate(decreeScenario({ ...setup, horizonMs: 500 }, seed).scenario, hash.observe)
        return hash.digits
      }
      // Regions are refused where a latency has none.
      const regionless = { ...decree, acceptorRegions: [], proposerRegions: [] }
      expectSame([regionless, withoutIdle(decreeSettings, regionless)].map((one) => () => decreeHash(one)))
      const log = drawn(
        randomLog(seed, [() => planFrom("majority(3)").systemAt(0)]),
        logSettings,
        logTexts,
        random,
        0.2,
      )
      count += idleSettings(logSettings, log).length
      const logHash = (setup: LogSetup): string =>
        runLog({ ...setup, horizonMs: 700, warmUpMs: 0 }, seed, {
          traceHash: "messages",
          linearizability: false,
        }).traceHash
      const placeless = { ...log, replicaRegions: [], clientRegions: [], leader: null, faults: [] }
      expectSame([placeless, withoutIdle(logSettings, placeless)].map((one) => () => logHash(one)))
    }
    expect(count).toBeGreaterThan(runs)
  })

  test("of swarms", async () => {
    for (let seed = 1; seed <= setups; seed++) {
      const setup: SwarmSetup = changed(swarmDefaults, swarmSettings, swarmTexts, random, 0.5)
      expect(lostSettings(swarmSettings, setup)).toEqual([])
      const words = shellWords(swarmReplay(seed, setup)).slice(2)
      const command = addSettings(new Command().exitOverride(), swarmSettings).parse(words, { from: "user" })
      const replayed = settingsFrom(swarmSettings, command.opts())
      expect(replayed).toEqual({ ...setup, first: seed, seeds: 1, twice: false })
      if (seed > runs / 3 && !slow) continue
      const hashes = [setup, replayed].map(
        async (one) =>
          swarmRun(seed, await optionsOf({ ...one, protocol: "multi-paxos", twice: true })).traceHash,
      )
      expect(await hashes[0]).toBe(await hashes[1])
    }
    expect(swarmSystems.length).toBeGreaterThan(5)
  })

  test("and a setting that loses something on the way is found", () => {
    const { timeoutMs, faults } = decreeSettings
    const rounding = {
      ...decreeSettings,
      timeoutMs: { ...timeoutMs, show: (ms: number) => String(Math.round(ms)) },
    }
    const forgetting = { ...decreeSettings, faults: { ...faults, show: () => "" } }
    const setup = changed(
      settingsOf(decreeSettings, randomDecree(planFrom("majority(3)"), 1)),
      decreeSettings,
      { ...decreeTexts, timeoutMs: ["33.3"] },
      randomFromSeed(1),
      1,
    )
    expect(lostSettings(rounding, setup)).toEqual(["timeoutMs"])
    expect(lostSettings(forgetting, setup)).toEqual(["faults"])
  })
})
