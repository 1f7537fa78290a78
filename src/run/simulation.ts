import { type Random, randomFromSeed } from "../base/random.ts"
import { type AnyEvent, Facts, type Judgement, judge } from "../check/property.ts"
import type { Address, Micros, Value } from "../protocol/actor.ts"
import {
  type Crash,
  type Fault,
  type NetworkFault,
  isNetworkFault,
  isProcessFault,
} from "../world/faults/fault.ts"
import { withNetworkFaults } from "../world/faults/network.ts"
import { type Cast, resolveFaults } from "../world/faults/notation.ts"
import { type Places, refuseRegions, regionsInTurn } from "../world/simulate/latency-matrix.ts"
import { type LatencyModel, matrixLatency, micros } from "../world/simulate/latency.ts"
import { type NetworkModel, duplicating, lossy, reliable, reordering } from "../world/simulate/network.ts"
import type { Scenario } from "../world/simulate/scenario.ts"
import { type RunEnd, simulate } from "../world/simulate/simulate.ts"
import type { Observer } from "../world/simulate/trace.ts"
import { ratesOf } from "./common-settings.ts"
import type { RunConditions } from "./decree-settings.ts"
import { type Observed, type RunTotals, runTotals } from "./protocol-measures.ts"
import {
  type Protocol,
  type ProtocolCluster,
  type ProtocolRun,
  type ProtocolSubject,
  clusterOf,
  messageSize,
  proposedValue,
  requestsOf,
  safetyProperties,
  traceMeasures,
  traceProperties,
} from "./protocol.ts"

/** Runs of a protocol under given conditions: everything but the seed. */
export interface Simulation {
  readonly protocol: Protocol
  readonly conditions: RunConditions
  /** The protocol's own settings, all of them. */
  readonly settings: object
}

/** The processes of one run, and the scenario they are in. */
export interface SimulationRun {
  readonly run: ProtocolRun
  readonly cluster: ProtocolCluster
  readonly scenario: Scenario<unknown, unknown, unknown>
}

/**
 * The runs of a simulation by their seeds; draws of one kind never move those of
 * another. What the seed has no part in is made once. Throws UsageError where the
 * conditions do not fit the protocol: a fault of a process there is not.
 */
export function simulationOf({
  protocol,
  conditions,
  settings,
}: Simulation): (seed: number) => SimulationRun {
  const { plan, mutant } = conditions
  const values = Array.from({ length: conditions.proposers }, (_, i) => proposedValue(i))
  const runOf = (random: Random, distance: ProtocolRun["distance"]): ProtocolRun => ({
    ...{ plan, values, settings, distance, random },
  })
  // The placement depends on the processes, and their recipients may depend on the placement.
  const unplaced = clusterOf(
    protocol,
    runOf(setupDraws(0), () => 0),
    mutant,
  )
  const placement = placementOf(conditions, unplaced)
  const latency = placedLatency(conditions, placement)
  const made = (random: Random) => {
    const run = runOf(random, (from, to) => latency.expected(from, to))
    return { run, cluster: clusterOf(protocol, run, mutant) }
  }
  // Processes are values without memory of their own: where nothing is drawn, all runs share them.
  const first = made(setupDraws(0))
  const always = constantParts(protocol, conditions, first, latency, placement)
  return (seed) => {
    const random = setupDraws(seed)
    const { run, cluster } = first.cluster.isFixed === true ? first : made(random)
    const crashes = crashesOf(conditions, random.fork("crashes"))
    // A spread of as many fields takes a microsecond.
    const scenario = Object.assign({ seed, processes: cluster.processes, crashes }, always)
    return { run, cluster, scenario }
  }
}

const setupDraws = (seed: number): Random => randomFromSeed(seed).fork("setup")

/** The parts that are the same for every seed; they use only the addresses of the cluster. */
function constantParts(
  protocol: Protocol,
  conditions: RunConditions,
  made: { readonly run: ProtocolRun; readonly cluster: ProtocolCluster },
  latency: LatencyModel,
  placement: readonly number[],
): Omit<Scenario<unknown, unknown, unknown>, "seed" | "processes" | "crashes"> {
  const cast = castOf(protocol, conditions, made.cluster, placement)
  const faults = resolveFaults(conditions.faults, cast)
  const processFaults = faults.filter((fault) => isProcessFault(fault))
  const rates = ratesOf(conditions.clockRates, cast)
  const { linkMbitPerSecond: rate, valueBytes } = conditions
  return {
    network: networkOf(conditions, latency, made.cluster, faults),
    proposals: proposalsOf(conditions, made, faults),
    ...(processFaults.length > 0 && { faults: processFaults }),
    writeLatency: micros(conditions.writeMs),
    ...(rates.length > 0 && { clockRates: rates }),
    // Megabits per second are bits per microsecond.
    ...(rate !== null && {
      bandwidth: () => rate / 8,
      bytesOf: (message: unknown) => messageSize(protocol, message, valueBytes),
    }),
    horizon: micros(conditions.horizonMs),
  }
}

/**
 * The names that faults may contain: processes, their groups, regions, and the leader where the cluster
 * has one.
 */
function castOf(
  { messages }: Protocol,
  { latency }: RunConditions,
  cluster: ProtocolCluster,
  placement: readonly number[],
): Cast {
  const { processes, leader } = cluster
  const groups = new Map<string, readonly Address[]>(Object.entries(cluster.groups ?? byRole(cluster)))
  groups.set("all", [...processes.keys()])
  if (leader !== undefined) groups.set("leader", [leader])
  if (latency.kind === "matrix") {
    placement.forEach((region, address) => {
      const name = latency.delays.regions[region]!
      groups.set(name, [...(groups.get(name) ?? []), address])
    })
  }
  const names = processes.map(({ name }) => name)
  return { names, groups, hasLeader: false, messageTypes: Object.keys(messages) }
}

/** "replicas", "clients": the processes of each role. */
function byRole({ processes }: ProtocolCluster): Record<string, readonly Address[]> {
  const groups: Record<string, Address[]> = {}
  processes.forEach(({ role }, address) => (groups[`${role}s`] ??= []).push(address))
  return groups
}

/** The client requests, one after another; repeated to recovered processes, where clients resubmit. */
function proposalsOf(
  { startMs, staggerMs, retryAfterRecovery }: RunConditions,
  { run, cluster }: { readonly run: ProtocolRun; readonly cluster: ProtocolCluster },
  faults: readonly Fault[],
): Scenario<unknown, unknown>["proposals"] {
  const requests = requestsOf(run, cluster)
  const first = requests.map((request, index) => ({ at: micros(startMs + staggerMs * index), ...request }))
  if (!retryAfterRecovery) return first
  const another = (process: Address, at: Micros): Value | undefined => {
    if (cluster.resubmits !== undefined) return cluster.resubmits(process, at)
    const asked = requests.find((request) => request.process === process)
    return asked && `${asked.value}@${at}`
  }
  const again = faults.flatMap((fault) => {
    if (fault.type !== "crash" || fault.recoverAt === undefined || fault.process === "leader") return []
    const value = another(fault.process, fault.recoverAt)
    return value === undefined ? [] : [{ at: fault.recoverAt + 1, process: fault.process, value }]
  })
  return [...first, ...again]
}

/** Binds a matrix to where the processes are. */
function placedLatency(
  { latency, acceptorRegions, proposerRegions, jitterSigma }: RunConditions,
  placement: readonly number[],
): LatencyModel {
  if (latency.kind === "everywhere") {
    refuseRegions([...acceptorRegions, ...proposerRegions])
    return latency.model
  }
  return matrixLatency(latency.name, latency.delays, placement, jitterSigma)
}

/** The region of each process, by number: the nodes of the plan, then the processes of each further role, in turn over the regions. */
function placementOf(
  { plan, latency, acceptorRegions, proposerRegions }: RunConditions,
  { processes }: PlacedProcesses,
): number[] {
  if (latency.kind === "everywhere") return []
  const n = plan.nodes.length
  const seen = new Map<string, number>()
  return processes.map(({ role }, address) => {
    const kind = address < n ? "node" : role
    const place = seen.get(kind) ?? 0
    seen.set(kind, place + 1)
    const named = kind === "node" ? acceptorRegions : isClientSide(kind) ? proposerRegions : []
    const zones = kind === "node" ? plan.systemAt(0).zoneOf : undefined
    return regionsInTurn(latency, place + 1, named, zones)[place]!
  })
}

/** What of a cluster is placed. */
export interface PlacedProcesses {
  readonly processes: readonly { readonly name: string; readonly role: string }[]
}

/** The region of each process, by name. */
export function placesIn(conditions: RunConditions, cluster: PlacedProcesses): Places {
  const { latency } = conditions
  if (latency.kind === "everywhere") return {}
  const regions = placementOf(conditions, cluster)
  return Object.fromEntries(
    cluster.processes.map(({ name }, i) => [name, latency.delays.regions[regions[i]!]!]),
  )
}

const isClientSide = (role: string): boolean => role === "proposer" || role === "client"

/**
 * Loss, duplication and reordering that last throughout, each with a stream of its
 * own; around them what the faults do to messages.
 */
function networkOf(
  conditions: RunConditions,
  latency: LatencyModel,
  { processes }: ProtocolCluster,
  faults: readonly Fault[],
): NetworkModel {
  const late = reordering(conditions.reorderProbability, micros(conditions.reorderMs), reliable(latency))
  const faulty = lossy(conditions.lossProbability, duplicating(conditions.duplicateProbability, late))
  const ofMessages = faults.filter((fault): fault is NetworkFault => isNetworkFault(fault))
  if (ofMessages.length === 0) return faulty
  return withNetworkFaults(
    {
      faults: ofMessages,
      processes: processes.length,
      replicas: conditions.plan.nodes.length,
      leader: () => undefined,
      onFault: () => undefined,
    },
    faulty,
  )
}

function crashesOf({ plan, crashProbability }: RunConditions, random: Random): Crash[] {
  const down = plan.nodes.flatMap((_, process) => (random.unit() < crashProbability ? [process] : []))
  return down.map((process) => ({ process, at: 0 }))
}

/** One run of any protocol: what was measured, and what its properties say of it. */
export interface ProtocolRunResult {
  readonly totals: RunTotals
  /** What its measures come to, by their names. */
  readonly measures: Readonly<Record<string, Observed>>
  readonly judgements: readonly Judgement[]
  readonly end: RunEnd
}

/** One of many runs: what it is measured by, and whether a property was violated that must always hold. */
export function measureRun(
  { protocol }: Pick<Simulation, "protocol">,
  { run, cluster, scenario }: SimulationRun,
): { readonly measures: ProtocolRunResult["measures"]; readonly isViolated: boolean } {
  const properties = safetyProperties(protocol)
  const measures = Object.entries(traceMeasures(protocol))
  const facts = new Facts<ProtocolSubject, AnyEvent>({ ...run, ...cluster }, [
    ...measures.map(([, measure]) => measure),
    ...properties,
  ])
  simulate(scenario, facts.observe)
  return {
    measures: Object.fromEntries(measures.map(([name, measure]) => [name, measure.read(facts)])),
    isViolated: judge(properties, facts).some(({ verdict }) => verdict.verdict === "violated"),
  }
}

/** Simulates a run of any protocol, measures it and judges it by the measures and the properties of the protocol. */
export function runProtocol(
  { protocol }: Pick<Simulation, "protocol">,
  { run, cluster, scenario }: SimulationRun,
  ...observers: readonly Observer<unknown, unknown, unknown>[]
): ProtocolRunResult {
  const properties = traceProperties(protocol)
  const measures = Object.entries(traceMeasures(protocol))
  const facts = new Facts<ProtocolSubject, AnyEvent>({ ...run, ...cluster }, [
    runTotals,
    ...measures.map(([, measure]) => measure),
    ...properties,
  ])
  const end = simulate(scenario, facts.observe, ...observers)
  return {
    totals: runTotals.read(facts),
    measures: Object.fromEntries(measures.map(([name, measure]) => [name, measure.read(facts)])),
    judgements: judge(properties, facts),
    end,
  }
}
