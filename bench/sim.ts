import { logSetupFrom } from "../experiments/log-setup-from.ts"
import { randomFromSeed } from "../src/base/random.ts"
import { runSafeLog } from "../src/run/log.ts"
import type { LogSetup } from "../src/run/log-settings.ts"
import { simulate } from "../src/world/simulate/simulate.ts"
import { buildLog } from "../src/run/log.ts"
import { Agenda, Due } from "../src/world/simulate/agenda.ts"
import { placement } from "../src/run/log-placement.ts"
import { benchHistories } from "./histories.ts"
import { cpuSeconds, medianRate, readable } from "./timing.ts"
import { typedLoop } from "./typed-loop.ts"

/**
 * The replicated log: commands per CPU second with every invariant checked,
 * without them, and what the agenda alone could do in the same run; then memory
 * against the length of a run, and the cost of a command against the number of
 * replicas. `npm run bench:sim -- long` runs ten million commands for the
 * memory; `-- sizes` only compares numbers of replicas, and `-- histories` only
 * measures the check of what clients saw.
 */
const usual = (horizonMs: number): LogSetup =>
  logSetupFrom("simple(5, 4, 2)", "paxi", { clientsPerGroup: 100, leader: "a3", horizonMs })

interface Cost {
  readonly commands: number
  readonly events: number
  readonly seconds: number
}

function measured(setup: LogSetup): Cost {
  let [commands, events] = [0, 0]
  const seconds = cpuSeconds(() => {
    const run = runSafeLog(setup, 1, { traceHash: "none" })
    commands = run.measures.returned
    events = run.end.events
  })
  return { commands, events, seconds }
}

/** Nothing but the agenda: as many entries pending as the log has, each replaced when it is taken. */
function bareAgenda(): number {
  const random = randomFromSeed(1)
  const delays = Array.from({ length: 4096 }, () => random.below(120_000))
  const agenda = new Agenda()
  for (let i = 0; i < 2500; i++) agenda.add(delays[i]!, Due.arrive, i, 0, i, undefined)
  const events = 3_000_000
  for (let i = 0; i < events; i++) {
    const now = agenda.nextTime
    const entry = agenda.take()
    const [process, other, number] = [agenda.processOf(entry), agenda.otherOf(entry), agenda.numberOf(entry)]
    agenda.add(now + delays[i & 4095]!, Due.arrive, process, other, number, undefined)
  }
  return events
}

function rates(): void {
  console.log(
    "Flexible Paxos, n = 5, |Q2| = 2, all replicas contacted, 5 regions of 100 clients, one command to a slot",
  )
  measured(usual(20_000))
  const agenda = medianRate(5, bareAgenda)
  const checked = [1, 2, 3].map(() => measured(usual(120_000))).sort((a, b) => a.seconds - b.seconds)[1]!
  const bare = medianRate(3, () => {
    const { scenario, leadership } = buildLog(usual(120_000), 1)
    return simulate(scenario, leadership).events
  })
  const perEvent = (1e6 * checked.seconds) / checked.events
  const shares = sharesOfLimit()
  report("commands per CPU second, all invariants on", readable(checked.commands / checked.seconds))
  report("events per command", (checked.events / checked.commands).toFixed(2))
  report("microseconds per event", perEvent.toFixed(3))
  report("events per CPU second, all invariants on", readable(checked.events / checked.seconds))
  report("events per CPU second, no observer", readable(bare))
  report("entries per CPU second, the agenda alone", readable(agenda))
  report("all of it, as a share of the agenda alone", (checked.events / checked.seconds / agenda).toFixed(3))
  report("commands per CPU second of a loop over typed arrays", readable(shares.limit))
  report("all replicas contacted, all invariants on, as a share of it", shares.everyone.toFixed(3))
  report("the closest quorum asked, as a share of it", shares.closest.toFixed(3))
}

/** Commands per CPU second against those of the loop over typed arrays: medians of nine rounds in turn. */
function sharesOfLimit(): { limit: number; everyone: number; closest: number } {
  const horizonMs = 15_000
  const { latency } = placement(usual(horizonMs))
  const limit = (): number =>
    typedLoop({
      ...{ replicas: 5, leader: 2, clientsPerGroup: 100, keys: 1000, horizon: 4000 * horizonMs },
      delay: (from, to) => latency.expected(from, to),
    }).commands
  const everyone = (): number => measured(usual(horizonMs)).commands
  const closest = (): number => measured({ ...usual(horizonMs), quorumSelection: "closest" }).commands
  const rounds = Array.from({ length: 9 }, () => {
    const [base, all, near] = [limit, everyone, closest].map((work) => medianRate(1, work))
    return { limit: base!, everyone: all! / base!, closest: near! / base! }
  })
  const median = (of: "limit" | "everyone" | "closest"): number =>
    rounds.map((round) => round[of]).sort((a, b) => a - b)[4]!
  return { limit: median("limit"), everyone: median("everyone"), closest: median("closest") }
}

function memory(long: boolean): void {
  console.log("\nMemory by length of run")
  for (const seconds of long ? [20, 200, 1900] : [20, 200]) {
    const { commands } = measured(usual(seconds * 1000))
    const megabytes = Math.round(process.memoryUsage().rss / 1e6)
    report(`${readable(commands)} commands: resident`, `${megabytes} MB`)
  }
}

/** Numbers of replicas; the largest sets of them take two words (`base/node-set.ts`). */
const replicas = [3, 5, 9, 17, 25, 31, 33, 41, 49]

/** The sizes take turns, and of each the fastest round counts: what else the machine does slows all alike. */
function sizes(): void {
  console.log(
    "\nCost of a command by the number of replicas, majority, all replicas contacted; fastest of four rounds",
  )
  const best = new Map<number, Cost>()
  for (let round = 0; round < 4; round++) {
    for (const n of replicas) {
      const cost = measured(ofSize(n))
      if (cost.seconds < (best.get(n)?.seconds ?? Infinity)) best.set(n, cost)
    }
  }
  const microsOf = (n: number): number => (1e6 * best.get(n)!.seconds) / best.get(n)!.commands
  const fewest = messagesPerCommand(3)
  for (const n of replicas) {
    const { events, seconds } = best.get(n)!
    const times = (microsOf(n) / microsOf(3)).toFixed(1)
    report(
      `n = ${n}`,
      `${microsOf(n).toFixed(2)} µs per command, ${((1e9 * seconds) / events).toFixed(0)} ns per event; ` +
        `${times} times the cost of n = 3 for ${(messagesPerCommand(n) / fewest).toFixed(1)} times the messages`,
    )
  }
}

/** Messages sent, between clients and replicas too, per answered command; counted in a run of its own, as watching costs. */
function messagesPerCommand(n: number): number {
  let sent = 0
  const { measures } = runSafeLog(
    ofSize(n),
    1,
    { traceHash: "none" },
    { wants: ["send"], observe: () => sent++ },
  )
  return sent / measures.returned
}

function ofSize(n: number): LogSetup {
  return logSetupFrom(`majority(${n})`, "uniform(5, 15)", {
    clientGroups: 3,
    clientsPerGroup: 100,
    horizonMs: 200_000 / n,
  })
}

function report(what: string, value: string): void {
  console.log(`  ${what.padEnd(46)} ${value}`)
}

const part = process.argv[2]
if (part === undefined || part === "long") {
  rates()
  memory(part === "long")
}
if (part !== "histories") sizes()
if (part !== "sizes") benchHistories()
