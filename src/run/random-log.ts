import { type NodeSet, emptySet, withMember } from "../base/node-set.ts"
import { type Random, randomFromSeed } from "../base/random.ts"
import type { Address } from "../protocol/actor.ts"
import { constantPlan } from "../quorum/plan.ts"
import { type QuorumSystem, holdsNoQuorum } from "../quorum/system.ts"
import type { DiskLoss, Fault, NetworkFault, Path, Target } from "../world/faults/fault.ts"
import { nameFaults } from "../world/faults/notation.ts"
import {
  type LatencyModel,
  constantLatency,
  exponentialLatency,
  lognormalLatency,
  uniformLatency,
} from "../world/simulate/latency.ts"
import type { ClockRate } from "./common-settings.ts"
import type { LogProtocol } from "./log-protocol.ts"
import { type LogSetup, logDefaults } from "./log-settings.ts"
import { defaultLogProtocol, logTable } from "./protocols/index.ts"

/**
 * Faults occur within the first seconds; then all processes are up and connected, and every request must
 * get its reply in the rest.
 */
export const faultsUntilMs = 3000
/**
 * The time after the last fault within which every request must get its reply, in milliseconds: far more
 * than any election takes.
 */
export const answeredWithinMs = 60_000

/**
 * A random scenario: the system is one of those given, and everything else about the run is drawn (Groce
 * et al. 2012, swarm testing: each run has a few features only, so that none masks the others).
 *
 * A lease tolerates at most its configured drift, and a decision is lost with the disks of the whole
 * quorum that made it: such faults are drawn only where the protocol guarantees to survive them.
 */
export function randomLog(
  seed: number,
  systems: readonly (() => QuorumSystem)[],
  protocol: LogProtocol = defaultLogProtocol,
): LogSetup {
  const random = randomFromSeed(seed).fork("swarm")
  const system = pick(random, systems)()
  const n = system.nodes.length
  const reads = pick(random, ["log", "log", "quorum", "lease"] as const)
  const leaseDrift = pick(random, [0.01, 0.05])
  const drawn: LogSetup = {
    ...logDefaults,
    plan: constantPlan(system),
    latency: { kind: "everywhere", model: randomLatency(random.fork("latency")) },
    leader: system.nodes[random.below(n)]!,
    quorumSelection: pick(random, [
      "broadcast",
      "broadcast",
      "closest",
      "random",
      "rotating",
      "standby",
    ] as const),
    reads,
    detector: reads === "log" && random.below(4) === 0 ? "timeout" : "heartbeat",
    leaseMs: random.between(50, 150),
    leaseDrift,
    heartbeatMs: random.between(20, 50),
    electionMs: random.between(150, 300),
    backOff: { kind: "exponential", base: 50_000, max: 1_000_000 },
    retransmitMs: random.between(30, 200),
    window: pick(random, [1, 3, 100]),
    batchMax: pick(random, [1, 2, 10]),
    batchDelayMs: pick(random, [0, 0, 5]),
    snapshotEvery: pick(random, [3, 10, 1000]),
    handOverAfterMs: pick(random, [null, null, 400]),
    writeMs: pick(random, [0, 1, 5]),
    groupCommit: random.below(2) === 0,
    receiveMicros: pick(random, [0, 0, 200]),
    sendMicros: pick(random, [0, 100]),
    clientsPerGroup: random.between(1, 2),
    requestsPerClient: random.between(5, 20),
    thinkMs: pick(random, [0, 20, 100]),
    retryMs: random.between(200, 500),
    keys: pick(random, [
      { kind: "uniform", count: 2 },
      { kind: "uniform", count: 10 },
      { kind: "conflict", ratio: 0.5 },
    ] as const),
    readShare: pick(random, [0, 0.3, 0.7]),
    casShare: pick(random, [0, 0.3]),
    appendShare: pick(random, [0, 0.3]),
    horizonMs: faultsUntilMs + answeredWithinMs,
  }
  const setup = withOwnSettings(drawn, protocol, random.fork("own settings"))
  const drift = setup.reads === "lease" ? setup.leaseDrift : 0.3
  const { survivesLostDisks = false, faultTypes = protocol.messageTypes } = protocol.swarm ?? {}
  const canLose = (lost: NodeSet): boolean => survivesLostDisks && holdsNoQuorum(system, lost)
  const faults = randomFaults(random.fork("faults"), n, { reads: setup.reads, drift, canLose, faultTypes })
  const names = [...system.nodes, ...system.nodes.map((_, i) => `clients${i + 1}`)]
  return {
    ...setup,
    faults: nameFaults(faults, names),
    clockRates: clockRates(random.fork("clocks"), system.nodes, drift),
  }
}

/** Settings that the protocol does not have are at their defaults; what it draws itself is as drawn. */
function withOwnSettings(drawn: LogSetup, protocol: LogProtocol, random: Random): LogSetup {
  const table = logTable(protocol)
  const shared = Object.entries(drawn).filter(
    ([key]) => Object.hasOwn(table, key) || !Object.hasOwn(logDefaults, key),
  )
  const kept: LogSetup = { ...logDefaults, ...(Object.fromEntries(shared) as unknown as LogSetup) }
  return { ...kept, ...protocol.swarm?.settings?.(random, kept) }
}

function randomLatency(random: Random): LatencyModel {
  return pick(random, [
    () => constantLatency(random.between(1, 10)),
    () => uniformLatency(1, random.between(2, 20)),
    () => exponentialLatency(random.between(1, 10)),
    () => lognormalLatency(random.between(1, 10), 1),
  ])()
}

function clockRates(random: Random, names: readonly string[], drift: number): ClockRate[] {
  if (random.below(3) > 0) return []
  return names.map((process) => ({ process, rate: 1 + (2 * random.unit() - 1) * drift }))
}

interface Bounds {
  readonly reads: LogSetup["reads"]
  /** By which share clocks may be wrong. */
  readonly drift: number
  readonly canLose: (lost: NodeSet) => boolean
  /** The types of messages that faults select. */
  readonly faultTypes: readonly string[]
}

type Draw = (random: Random, n: number, bounds: Bounds) => Fault | readonly Fault[]

function randomFaults(random: Random, n: number, bounds: Bounds): Fault[] {
  // The kinds of faults of a run are drawn first, then the number of each.
  const kinds = Object.values(draws).filter(() => random.below(4) === 0)
  const faults = kinds.flatMap((draw) =>
    Array.from({ length: random.between(1, 3) }, () => draw(random, n, bounds)).flat(),
  )
  return [...faults, ...lostDisks(random, n, bounds)]
}

const faultsUntil = faultsUntilMs * 1000

function span(random: Random): { at: number; from: number; until: number } {
  const at = random.below(faultsUntil - 100_000)
  return { at, from: at, until: at + 1000 + random.below(Math.min(1_000_000, faultsUntil - at - 1000)) }
}

function target(random: Random, n: number): Target {
  return random.below(3) === 0 ? "leader" : random.below(n)
}

function crash(random: Random, n: number, disk: DiskLoss): Fault {
  const { at, until } = span(random)
  return { type: "crash", process: target(random, n), at, recoverAt: until, disk }
}

/** One to three replicas lose their disks, at times that may overlap: as many of them as may be lost at a time. */
function lostDisks(random: Random, n: number, { canLose }: Bounds): Fault[] {
  if (random.below(4) > 0) return []
  let lost = emptySet
  return Array.from({ length: random.between(1, 3) }, () => random.below(n)).flatMap((process): Fault[] => {
    const { at, until } = span(random)
    const more = withMember(lost, process)
    if (more === lost || !canLose(more)) return []
    lost = more
    return [{ type: "crash", process, at, recoverAt: until, disk: "lost" }]
  })
}

/** All replicas crash at one instant; they recover together, or one after the other. */
function blackout(random: Random, n: number): Fault[] {
  const { at, until } = span(random)
  const disk = pick(random, ["synced", "partial", "torn"] as const)
  const apart = random.below(2) * random.between(1000, 50_000)
  return Array.from({ length: n }, (_, process) => ({
    type: "crash",
    process,
    at,
    recoverAt: Math.min(faultsUntil, until + process * apart),
    disk,
  }))
}

function network(
  random: Random,
  n: number,
  { faultTypes }: Bounds,
  fault: { readonly type: NetworkFault["type"] } & Readonly<Record<string, unknown>>,
): NetworkFault {
  const { from, until } = span(random)
  const path = random.below(2) === 0 ? {} : { path: randomPath(random, n) }
  const types = random.below(4) > 0 ? {} : { messageTypes: [pick(random, faultTypes)] }
  return { ...fault, from, until, ...path, ...types } as unknown as NetworkFault
}

function randomPath(random: Random, n: number): Path {
  const oneWay = random.below(3) === 0
  if (random.below(4) === 0) return { side: zone(random, n), oneWay }
  const side: Target[] =
    random.below(3) === 0
      ? ["leader"]
      : Array.from({ length: n }, (_, i) => i).filter(() => random.below(2) === 0)
  // Not transitive, now and then: some of the others can talk to both.
  if (random.below(3) > 0) return { side, oneWay }
  return {
    side,
    otherSide: Array.from({ length: n }, (_, i) => i).filter(() => random.below(3) === 0),
    oneWay,
  }
}

/** One of two or three zones: replicas in turn, and their co-located clients. */
function zone(random: Random, n: number): Address[] {
  const zones = random.between(2, 3)
  const chosen = random.below(zones)
  const replicas = Array.from({ length: n }, (_, i) => i).filter((i) => i % zones === chosen)
  return [...replicas, ...replicas.map((i) => n + i)]
}

const draws: Readonly<Record<string, Draw>> = {
  crash: (random, n) => crash(random, n, "synced"),
  partial: (random, n) => crash(random, n, "partial"),
  torn: (random, n) => crash(random, n, "torn"),
  blackout,
  rate: (random, n, { drift }) => {
    const { at } = span(random)
    const rate = 1 + (2 * random.unit() - 1) * drift
    return { type: "clock-rate", process: target(random, n), at, rate }
  },
  pause: (random, n) => {
    const { at, until } = span(random)
    return { type: "pause", process: target(random, n), at, until }
  },
  slow: (random, n) => {
    const { at, until } = span(random)
    return { type: "slow", process: target(random, n), at, until, extra: random.between(100, 5000) }
  },
  // Jumps and jitter break leases by their nature; where there are leases the clock only drifts.
  step: (random, n, { reads }) => {
    const { at, until } = span(random)
    if (reads === "lease") return { type: "pause", process: target(random, n), at, until }
    return { type: "clock-step", process: target(random, n), at, by: random.between(0, 400_000) - 200_000 }
  },
  jitter: (random, n, { reads }) => {
    const { at, until } = span(random)
    if (reads === "lease") return { type: "slow", process: target(random, n), at, until, extra: 1000 }
    return { type: "timer-jitter", process: target(random, n), at, upTo: random.between(100, 50_000) }
  },
  loss: (random, n, bounds) =>
    network(random, n, bounds, { type: "loss", probability: 0.05 + random.unit() / 2 }),
  burst: (random, n, bounds) =>
    network(random, n, bounds, {
      type: "burst-loss",
      enter: random.unit() / 5,
      leave: 0.1 + random.unit() / 2,
    }),
  duplicate: (random, n, bounds) =>
    network(random, n, bounds, {
      type: "duplicate",
      probability: random.unit(),
      late: random.between(0, 800_000),
    }),
  reorder: (random, n, bounds) =>
    network(random, n, bounds, {
      type: "reorder",
      probability: random.unit(),
      upTo: random.between(1000, 300_000),
    }),
  clog: (random, n, bounds) =>
    network(random, n, bounds, { type: "clog", extra: random.between(1000, 300_000) }),
  hold: (random, n, bounds) => network(random, n, bounds, { type: "hold" }),
  cut: (random, n, bounds) => network(random, n, bounds, { type: "cut" }),
}

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)]!
}
