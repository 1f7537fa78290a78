import { InvariantError, UsageError } from "../base/errors.ts"
import { randomFromSeed } from "../base/random.ts"
import { type ClientHistory, clientHistory, clientProperties } from "../check/log/client-history.ts"
import type { LogEvent, LogFact, LogProperty, LogSubject } from "../check/log/facts.ts"
import { Facts, type Gatherer, type Judgement, judge } from "../check/property.ts"
import { text } from "../experiment/column.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { ClientOptions } from "../protocol/log/client.ts"
import type { LogCluster } from "../protocol/log/cluster.ts"
import type { LogMessage, LogReport } from "../protocol/log/messages.ts"
import type { LogRecord } from "../protocol/log/records.ts"
import { workload } from "../protocol/log/workload.ts"
import { isNetworkFault, isProcessFault } from "../world/faults/fault.ts"
import { withNetworkFaults } from "../world/faults/network.ts"
import { type Cast, resolveFaults } from "../world/faults/notation.ts"
import { type LatencyModel, constantLatency, exponentialLatency, micros } from "../world/simulate/latency.ts"
import { reliable } from "../world/simulate/network.ts"
import type { NodeModel, Scenario } from "../world/simulate/scenario.ts"
import { type RunEnd, simulate } from "../world/simulate/simulate.ts"
import { TraceHash } from "../world/simulate/trace-hash.ts"
import { type SelectiveObserver, traceEventTypes } from "../world/simulate/trace.ts"
import { ratesOf } from "./common-settings.ts"
import { type LogMeasures, logMeasures, measuresWithin } from "./log-measures.ts"
import type { LogSetup } from "./log-settings.ts"
import { type LogMeasure, type LogMutant, type LogProtocol, ownSettingsIn } from "./log-protocol.ts"
import type { Observed } from "./protocol-measures.ts"
import { defaultLogProtocol } from "./protocols/index.ts"
import { logReplayCommand } from "./replay.ts"
import { type PlacedSetup, type Placement, firstLeader, placement } from "./log-placement.ts"

/** A scenario of the simulator for a log. */
export type LogScenario = Scenario<LogMessage, LogRecord, LogReport>
/** Something that watches a log. */
export type LogObserver = SelectiveObserver<LogMessage, LogRecord, LogReport>

/** A setup with a seed, ready to be simulated. */
export interface BuiltLog {
  readonly protocol: LogProtocol
  readonly cluster: LogCluster
  readonly scenario: LogScenario
  /** Must observe the run: it determines the leader for faults. */
  readonly leadership: LogObserver
  readonly latency: LatencyModel
  /** The weight of each group of clients in the mean latency. */
  readonly weights: readonly number[]
  /** How often each fault did something, once the run is over. */
  readonly coverage: ReadonlyMap<string, number>
}

/** Which log, and what is wrong with it. */
export interface LogChoice {
  /** `defaultLogProtocol` unless given. */
  readonly protocol?: LogProtocol
  /** A mistake to plant in its replicas; none unless given. */
  readonly mutant?: LogMutant
}

/**
 * A setup and a seed as cluster and scenario. Everything that is drawn comes from streams of the
 * seed by name, so a change in the faults leaves quorums and clients as they were. Throws
 * UsageError for a setup that does not fit.
 */
export function buildLog(
  setup: LogSetup,
  seed: number,
  { protocol = defaultLogProtocol, mutant }: LogChoice = {},
): BuiltLog {
  const random = randomFromSeed(seed).fork("log setup")
  const placed = placement(setup)
  const { latency, groups } = placed
  const cast = castOf(setup, protocol, placed)
  const weights = weightsOf(setup, groups.length)
  const n = setup.plan.nodes.length
  const sound = protocol.cluster({
    ...{ setup, settings: ownSettingsIn(protocol, setup), latency, firstLeader: firstLeader(setup, placed) },
    random: random.fork("quorums"),
    clientGroups: groups.map((_, group) => clientOptions(setup, latency, group, seed)),
  })
  const cluster = mutant?.apply(sound, setup) ?? sound
  let leader: Address | undefined
  const coverage = new Map<string, number>()
  const onFault = (name: string): void => {
    coverage.set(name, (coverage.get(name) ?? 0) + 1)
  }
  const all = resolveFaults(setup.faults, cast)
  const faults = all.filter((fault) => isNetworkFault(fault))
  const inner = reliable(latency)
  const network =
    faults.length === 0
      ? inner
      : withNetworkFaults(
          { faults, processes: cluster.processes.length, replicas: n, leader: () => leader, onFault },
          inner,
        )
  const scenario: LogScenario = {
    seed,
    processes: cluster.processes,
    network,
    proposals: [],
    faults: all.filter((fault) => isProcessFault(fault)),
    leader: () => leader,
    onFault,
    ...machines(setup, n),
    bytesOf: (message) => protocol.bytes(message),
    clockRates: ratesOf(setup.clockRates, cast),
    horizon: micros(setup.horizonMs),
  }
  const leadership: LogObserver = {
    wants: ["report"],
    reported: (_, process, report) => {
      if (report.type === "leads") leader = process
    },
  }
  return { protocol, cluster, scenario, leadership, latency, weights, coverage }
}

/** All alike, unless the setup gives them; a UsageError where those do not fit the groups. */
function weightsOf({ groupWeights }: LogSetup, groups: number): readonly number[] {
  if (groupWeights.length === 0) return Array.from({ length: groups }, () => 1)
  if (groupWeights.length === groups && groupWeights.some((weight) => weight > 0)) return groupWeights
  throw new UsageError(
    `groupWeights is ${groupWeights.join(",")}; must be a weight for each of the ${groups} groups of clients, at least one of them greater than 0.`,
  )
}

/** Disks, processors and links, where the setup gives them limits. */
function machines(setup: LogSetup, n: number): Pick<LogScenario, "disk" | "node" | "bandwidth"> {
  const { writeMs, groupCommit, receiveMicros, sendMicros, microsPerByte, linkMbitPerSecond } = setup
  for (const key of ["receiveMicros", "sendMicros"] as const) {
    if (setup.service === "exponential" || Number.isInteger(setup[key])) continue
    throw new UsageError(
      `${key} is ${setup[key]}; must be a whole number of microseconds, in which time is kept, unless service is exponential.`,
    )
  }
  const time = setup.service === "exponential" ? exponentialLatency : constantLatency
  const costs = receiveMicros > 0 || sendMicros > 0 || microsPerByte > 0
  const node: NodeModel = {
    receive: time(receiveMicros / 1000),
    send: time(sendMicros / 1000),
    microsPerByte,
    writesBroadcastOnce: true,
  }
  return {
    ...(writeMs > 0 && { disk: { sync: constantLatency(writeMs), groupCommit } }),
    // A group of clients is many machines, each with little load.
    ...(costs && { node: (process: Address) => (process < n ? node : undefined) }),
    // Megabits per second are eighths of a byte per microsecond.
    ...(linkMbitPerSecond !== null && { bandwidth: () => linkMbitPerSecond / 8 }),
  }
}

function clientOptions(setup: LogSetup, latency: LatencyModel, group: number, seed: number): ClientOptions {
  const n = setup.plan.nodes.length
  const self = n + group
  const { clientsPerGroup: count, requestsPerClient, ratePerSecond } = setup
  const { keys, readShare, casShare, appendShare, payloadBytes } = setup
  // From 0 to 2^32: the seed of a run may be larger.
  const workloadSeed = seed % 4_294_967_296
  return {
    first: group * count,
    count,
    workload: workload({ seed: workloadSeed, keys, readShare, casShare, appendShare, payloadBytes }),
    replicas: setup.plan.nodes
      .map((_, address) => address)
      .sort((a, b) => latency.expected(self, a) - latency.expected(self, b) || a - b),
    retryAfter: micros(setup.retryMs),
    arrivals:
      ratePerSecond === null
        ? { kind: "closed", think: micros(setup.thinkMs), spread: micros(setup.spreadMs) }
        : {
            kind: "open",
            meanGap: micros((1000 * setup.burst) / ratePerSecond),
            burst: setup.burst,
            seed: workloadSeed,
            whenBusy: setup.whenBusy,
          },
    ...(requestsPerClient !== null && { requests: requestsPerClient }),
  }
}

/**
 * The names that faults of a setup may contain: replicas, groups of clients, regions, and all processes
 * of a kind.
 */
function castOf(
  setup: PlacedSetup,
  { messageTypes }: Pick<LogProtocol, "messageTypes">,
  placed: Placement,
): Cast {
  const { groups: clients, regions } = placed
  const names = [...setup.plan.nodes, ...clients.map((_, i) => `clients${i + 1}`)]
  const n = setup.plan.nodes.length
  const groups = new Map<string, Address[]>()
  regions.forEach((region, address) => groups.set(region, [...(groups.get(region) ?? []), address]))
  const addresses = names.map((_, address) => address)
  groups.set("replicas", addresses.slice(0, n))
  groups.set("clients", addresses.slice(n))
  groups.set("all", addresses)
  return { names, groups, hasLeader: true, messageTypes }
}

/** A run of a log: what was measured, and what the checks say of it. */
export interface LogRun {
  readonly built: BuiltLog
  readonly measures: LogMeasures
  readonly judgements: readonly Judgement[]
  /** Those that do not hold: none, if the quorums meet. */
  readonly violations: readonly Judgement[]
  readonly end: RunEnd
  /** The client history; null unless it was recorded, see `LogRunOptions.linearizability`. */
  readonly clients: ClientHistory | null
  /** Everything that was gathered. */
  readonly facts: LogFacts
  /** Sixteen hexadecimal digits, equal for equal runs; empty where it was not computed. */
  readonly traceHash: string
}

/** The facts of a run of the log. */
export type LogFacts = Facts<LogSubject, LogEvent>

/** What is measured and checked of a run. */
export interface LogRunOptions {
  /**
   * Replies are counted in intervals of this length, from the end of the warm-up to the end of the run;
   * not counted by default.
   */
  readonly intervalMs?: number
  /**
   * Whether the client history is recorded and checked, which keeps every operation; by default where
   * results depend on the state.
   */
  readonly linearizability?: boolean
  /** Properties to judge besides. */
  readonly properties?: readonly LogProperty[]
  /** Facts to gather besides, to be read in `LogRun.facts`. */
  readonly gather?: readonly LogFact<Gatherer<LogEvent>>[]
  /** Whether the run may end, by the facts gathered; at its horizon by default. */
  readonly isOver?: (facts: LogFacts, now: Micros) => boolean
  /** What the fingerprint covers; `states` by default. */
  readonly traceHash?: HashedPart | "none"
}

/** Simulates a log, measures it and judges it; further observers see the run as it goes by. */
export function runLog(
  setup: LogSetup,
  seed: number,
  options: LogRunOptions & LogChoice = {},
  ...observers: readonly LogObserver[]
): LogRun {
  return runBuiltLog(buildLog(setup, seed, options), setup, options, ...observers)
}

/** The same for a log that is built already. */
export function runBuiltLog(
  built: BuiltLog,
  setup: LogSetup,
  options: LogRunOptions,
  ...observers: readonly LogObserver[]
): LogRun {
  const { intervalMs = 0, traceHash = "states" } = options
  const { linearizability = setup.readShare > 0 || setup.casShare > 0 } = options
  const hash = traceHash === "none" ? undefined : logTraceHash(traceHash)
  const measured = measuresWithin({
    from: micros(setup.warmUpMs),
    until: micros(setup.horizonMs),
    clientsPerGroup: setup.clientsPerGroup,
    weights: built.weights,
    interval: micros(intervalMs),
    requests: requestsOf(built, setup),
  })
  const { properties: more = [], gather = [], isOver } = options
  const properties = [...built.protocol.safety, ...(linearizability ? clientProperties : []), ...more]
  const facts: LogFacts = new Facts<LogSubject, LogEvent>(setup, [
    { needs: [measured, ...gather] },
    ...properties,
  ])
  const end = simulate(
    isOver === undefined ? built.scenario : { ...built.scenario, isOver: (now) => isOver(facts, now) },
    built.leadership,
    ...facts.observers,
    ...(hash === undefined ? [] : [hash.observer]),
    ...observers,
  )
  const judgements = judge(properties, facts)
  return {
    built,
    measures: facts.of(measured),
    judgements,
    violations: judgements.filter(isViolated),
    end,
    clients: linearizability ? facts.of(clientHistory) : null,
    facts,
    traceHash: hash?.digits ?? "",
  }
}

const measuresOf = ({ measures = logMeasures }: LogProtocol): Readonly<Record<string, LogMeasure>> => measures

/** The facts that the measures of a log are read from, beside those that are gathered of every run. */
export function factsOfMeasures(protocol: LogProtocol): LogFact<Gatherer<LogEvent>>[] {
  return Object.values(measuresOf(protocol)).flatMap((measure) =>
    "of" in measure ? [] : (measure.needs as readonly LogFact<Gatherer<LogEvent>>[]),
  )
}

/** What the measures of its protocol come to in a run, by their names; `factsOfMeasures` must have been gathered. */
export function observedMeasures(
  { built: { protocol }, measures, facts }: LogRun,
  setup: LogSetup,
): Readonly<Record<string, Observed>> {
  return Object.fromEntries(
    Object.entries(measuresOf(protocol)).map(([name, measure]): [string, Observed] => [
      name,
      "of" in measure ? measure.of(measures, setup) : measure.read(facts as never),
    ]),
  )
}

/** The total number of requests of a run; Infinity where clients do not stop. */
export function requestsOf({ cluster }: BuiltLog, setup: LogSetup): number {
  return cluster.clientGroups.length * setup.clientsPerGroup * (setup.requestsPerClient ?? Infinity)
}

const isViolated = ({ verdict }: Judgement): boolean => verdict.verdict === "violated"

/** The same, where a violation would be a defect of this program: it is thrown, never averaged. */
export function runSafeLog(
  setup: LogSetup,
  seed: number,
  options: LogRunOptions & LogChoice = {},
  ...observers: readonly LogObserver[]
): LogRun {
  const run = runLog(setup, seed, options, ...observers)
  const [violation] = run.violations
  if (violation !== undefined) {
    throw new InvariantError(
      `${setup.plan.name}, seed ${seed}: ${violation.name} was violated: ${violation.verdict.because}.`,
      logReplayCommand(run.built.protocol, setup, seed),
    )
  }
  return run
}

/** How much of a run its fingerprint covers: what replicas write and report, or besides that every message and timer. */
export type HashedPart = "states" | "messages"

/** The fingerprint of a run of the log, and the observer that computes it. Messages take twice as long. */
export function logTraceHash(part: HashedPart): { readonly digits: string; readonly observer: LogObserver } {
  const hash = new TraceHash<LogMessage, LogRecord, LogReport>(digest)
  const wants = part === "messages" ? traceEventTypes : (["store", "report", "crash", "recover"] as const)
  return {
    get digits() {
      return hash.digits
    },
    observer: { wants, observe: hash.observe },
  }
}

/** The numbers of a message, a record or a report that distinguish it from others. */
function digest(content: LogMessage | LogRecord | LogReport): number {
  const parts = content as { type: string; epoch?: number; slot?: number; request?: number }
  return (parts.epoch ?? 0) * 65_537 + (parts.slot ?? 0) * 257 + (parts.request ?? 0) * 31 + parts.type.length
}

/** The column of every experiment on the log. */
export const traceHashColumn = text(
  "traceHash",
  "Fingerprint of the runs behind the row: equal for equal runs, whatever was measured of them.",
)
