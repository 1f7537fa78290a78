import { UsageError } from "../base/errors.ts"
import { members } from "../base/node-set.ts"
import { type Random, randomFromSeed } from "../base/random.ts"
import type { Address } from "../protocol/actor.ts"
import type { ClientOptions } from "../protocol/log/client.ts"
import { type LogCluster, logCluster } from "../protocol/log/cluster.ts"
import {
  type LogMessage,
  type LogRecord,
  type LogReport,
  bytesOf,
  logMessageTypes,
} from "../protocol/log/messages.ts"
import type { LogRecipients, ReplicaOptions } from "../protocol/log/options.ts"
import { workload } from "../protocol/log/workload.ts"
import { closestQuorum } from "../quorum/system.ts"
import { type ProcessFault, isNetworkFault, isProcessFault } from "../world/faults/fault.ts"
import { withNetworkFaults } from "../world/faults/network.ts"
import type { Cast } from "../world/faults/notation.ts"
import { refuseRegions, regionNumber, regionsInTurn } from "../world/simulate/latency-matrix.ts"
import {
  type LatencyModel,
  constantLatency,
  exponentialLatency,
  matrixLatency,
  micros,
} from "../world/simulate/latency.ts"
import { reliable } from "../world/simulate/network.ts"
import type { NodeModel, Scenario } from "../world/simulate/scenario.ts"
import type { SelectiveObserver } from "../world/simulate/trace.ts"
import { inProportion } from "./drawn-quorums.ts"
import type { LogSetup } from "./log-setup.ts"

/** A scenario of the simulator for a log. */
export type LogScenario = Scenario<LogMessage, LogRecord, LogReport>
/** Something that watches a log. */
export type LogObserver = SelectiveObserver<LogMessage, LogRecord, LogReport>

/** A setup with a seed, ready to be simulated. */
export interface BuiltLog {
  readonly cluster: LogCluster
  readonly scenario: LogScenario
  /** Must watch the run: it tells faults who leads. */
  readonly leadership: LogObserver
  readonly latency: LatencyModel
  /** How often each fault did something, once the run is over. */
  readonly coverage: ReadonlyMap<string, number>
}

/**
 * A setup and a seed as cluster and scenario. Everything that is drawn comes from streams of the
 * seed by name, so a change in the faults leaves quorums and clients as they were. Throws
 * UsageError for a setup that does not fit.
 */
export function buildLog(setup: LogSetup, seed: number): BuiltLog {
  refuseUnknownLeader(setup)
  const random = randomFromSeed(seed).fork("log setup")
  const { latency, groups } = placement(setup)
  const n = setup.plan.nodes.length
  const cluster = logCluster({
    replica: replicaOptions(setup, latency, random.fork("quorums")),
    clientGroups: groups.map((_, group) => clientOptions(setup, latency, group, seed)),
  })
  let leader: Address | undefined
  const coverage = new Map<string, number>()
  const onFault = (name: string): void => {
    coverage.set(name, (coverage.get(name) ?? 0) + 1)
  }
  const faults = setup.faults.filter((fault) => isNetworkFault(fault))
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
    faults: setup.faults.filter((fault): fault is ProcessFault => isProcessFault(fault)),
    leader: () => leader,
    onFault,
    ...machines(setup, n),
    bytesOf,
    clockRates: setup.clockRates,
    horizon: micros(setup.horizonMs),
  }
  const leadership: LogObserver = {
    wants: ["report"],
    observe: (event) => {
      if (event.type === "report" && event.report.type === "leads") leader = event.process
    },
  }
  return { cluster, scenario, leadership, latency, coverage }
}

function refuseUnknownLeader({ plan, leader }: LogSetup): void {
  if (leader in plan.nodes) return
  throw new UsageError(
    `The leader is replica ${leader}, and ${plan.name} has the replicas 0 to ${plan.nodes.length - 1}.`,
  )
}

/** Disks, processors and links, where the setup gives them limits. */
function machines(setup: LogSetup, n: number): Pick<LogScenario, "disk" | "node" | "bandwidth"> {
  const { writeMs, groupCommit, receiveMicros, sendMicros, microsPerByte, bandwidth } = setup
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
    // Clients are many machines, each with little to do.
    ...(costs && { node: (process: Address) => (process < n ? node : undefined) }),
    ...(bandwidth !== null && { bandwidth: () => bandwidth }),
  }
}

function replicaOptions(
  setup: LogSetup,
  latency: LatencyModel,
  random: Random,
): Omit<ReplicaOptions, "epochs"> {
  const { handOverAfterMs } = setup
  return {
    plan: setup.plan,
    recipients: recipients(setup, latency, random),
    detector: setup.detector,
    heartbeat: micros(setup.heartbeatMs),
    election: { min: micros(setup.electionMs), max: 2 * micros(setup.electionMs) },
    backOff: setup.backOff,
    retransmit: micros(setup.retransmitMs),
    window: setup.window,
    batch: { most: setup.batchMost, delay: micros(setup.batchDelayMs) },
    snapshotEvery: setup.snapshotEvery,
    reads: setup.reads,
    lease: { duration: micros(setup.leaseMs), drift: setup.leaseDrift },
    firstLeader: setup.leader,
    ...(handOverAfterMs !== null && { handOverAfter: micros(handOverAfterMs) }),
    rejoin: setup.rejoin,
  }
}

/** How many random quorums stand for "drawn at random each time". */
const drawnQuorums = 1000

function recipients(
  { plan, recipients: choice, strategy }: LogSetup,
  latency: LatencyModel,
  random: Random,
): LogRecipients {
  const system = plan.systemAt(0)
  switch (choice) {
    case "broadcast":
      return { kind: "broadcast" }
    case "closest":
      return { kind: "closest", distance: (from, to) => latency.expected(from, to) }
    case "random": {
      const draw = (): Address[] => {
        const lots = plan.nodes.map(() => random.unit())
        return members(closestQuorum(system, 2, (position) => lots[position]!))
      }
      return { kind: "rotating", quorums: Array.from({ length: drawnQuorums }, draw) }
    }
    case "strategy":
      if (strategy === null)
        throw new UsageError(`${plan.name}: quorums are to be drawn from a strategy, and there is none.`)
      return { kind: "rotating", quorums: inProportion(strategy[2], drawnQuorums, random).map(members) }
    case "rotating":
    case "standby":
      return { kind: choice, quorums: [...system.minimalQuorums(2)].slice(0, drawnQuorums).map(members) }
  }
}

function clientOptions(setup: LogSetup, latency: LatencyModel, group: number, seed: number): ClientOptions {
  const n = setup.plan.nodes.length
  const self = n + group
  const { clientsPerGroup: count, requestsPerClient } = setup
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
      setup.arrivals === "closed"
        ? { kind: "closed", think: micros(setup.thinkMs), spread: micros(setup.spreadMs) }
        : { kind: "open", meanGap: micros(setup.meanGapMs), burst: setup.burst, seed: workloadSeed },
    ...(requestsPerClient !== null && { requests: requestsPerClient }),
  }
}

/** Where everyone in a log is. */
export interface Placement {
  readonly latency: LatencyModel
  /** Where each group of clients is: a region, or the name of the replica it is beside. */
  readonly groups: readonly string[]
  /** By address, replicas and then groups of clients: the region of each, where there are any. */
  readonly regions: readonly string[]
}

/** Where everyone is, and how far apart: replicas, then groups of clients. */
export function placement(setup: PlacedSetup): Placement {
  const { latency, plan, replicaRegions, clientRegions, jitterSigma } = setup
  const n = plan.nodes.length
  if (latency.kind === "everywhere") {
    refuseRegions([...replicaRegions, ...clientRegions])
    return {
      latency: besideReplicas(latency.model, n),
      groups: plan.nodes.slice(0, setup.groups ?? n),
      regions: [],
    }
  }
  const { name, delays } = latency
  const replicas = regionsInTurn(latency, n, replicaRegions)
  const groups =
    clientRegions.length === 0 ? replicas : clientRegions.map((region) => regionNumber(latency, region))
  const nameOf = (region: number): string => delays.regions[region]!
  return {
    latency: matrixLatency(name, delays, [...replicas, ...groups], jitterSigma),
    groups: groups.map(nameOf),
    regions: [...replicas, ...groups].map(nameOf),
  }
}

type PlacedSetup = Pick<
  LogSetup,
  "latency" | "plan" | "replicaRegions" | "clientRegions" | "jitterSigma" | "groups"
>

/** Who the faults of a setup may name: replicas and groups of clients, regions, and everybody of a kind. */
export function castOf(setup: PlacedSetup): Cast {
  const { groups: clients, regions } = placement(setup)
  const names = [...setup.plan.nodes, ...clients.map((_, i) => `clients${i + 1}`)]
  const n = setup.plan.nodes.length
  const groups = new Map<string, Address[]>()
  regions.forEach((region, address) => groups.set(region, [...(groups.get(region) ?? []), address]))
  const addresses = names.map((_, address) => address)
  groups.set("replicas", addresses.slice(0, n))
  groups.set("clients", addresses.slice(n))
  groups.set("all", addresses)
  groups.set("nobody", [])
  return { names, groups, messageTypes: logMessageTypes }
}

/** A model that is the same everywhere, but for group i of the clients, which is on the machine of replica i. */
function besideReplicas(model: LatencyModel, n: number): LatencyModel {
  const together = (from: Address, to: Address): boolean => from % n === to % n
  return {
    name: model.name,
    expected: (from, to) => (together(from, to) ? 0 : model.expected(from, to)),
    isConstant: model.isConstant,
    sampler: (random) => {
      const draw = model.sampler(random)
      return (from, to) => (together(from, to) ? 0 : draw(from, to))
    },
  }
}
