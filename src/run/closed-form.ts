import { type DelayDistribution, type DelayLaw, meanOf, roundTrip } from "../analysis/delay-law.ts"
import { delayQuantile, meanDelay, quorumDelay, quorumLatency } from "../analysis/latency.ts"
import { InvariantError } from "../base/errors.ts"
import { emptySet, withMember } from "../base/node-set.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { Phase, QuorumSystem } from "../quorum/system.ts"
import { type Places, refuseRegions, regionNumber, regionsInTurn } from "../world/simulate/latency-matrix.ts"
import { type LatencyChoice, type LatencyModel, matrixLatency, micros } from "../world/simulate/latency.ts"
import type { DecreeSetup, RunConditions } from "./decree-settings.ts"
import type { LogSetup } from "./log-settings.ts"
import { firstLeader, placement } from "./log-placement.ts"
import type { ClosedForm, ProtocolRun } from "./protocol.ts"

/**
 * The request latency in microseconds, by group of clients: the round trips between client and nearest
 * replica p, between p and the leader L, and from L to the closest replicas that form a phase-2 quorum.
 * Undefined where other delays contribute: random latencies, processing costs, batching delays, other
 * paths for reads, drawn quorums, or faults.
 */
export function closedFormLatency(setup: LogSetup): readonly Micros[] | undefined {
  const placed = placement(setup)
  const { latency, groups } = placed
  if (!latency.isConstant || !isExact(setup)) return undefined
  const { plan } = setup
  const leader = firstLeader(setup, placed)
  const n = plan.nodes.length
  // What a process tells itself is on no network, even where a region is some way from itself.
  const roundTrip = (a: Address, b: Address): Micros =>
    a === b ? 0 : latency.expected(a, b) + latency.expected(b, a)
  const decides = timeToQuorum(plan.systemAt(leader), 2, (q) => roundTrip(leader, q))
  const answers = groups.map((_, group) => {
    const client = n + group
    const nearest = plan.nodes.reduce(
      (best, _, p) => (latency.expected(client, p) < latency.expected(client, best) ? p : best),
      0,
    )
    return roundTrip(client, nearest) + roundTrip(nearest, leader) + decides
  })
  // A client that waits longer sends its request to another replica.
  return answers.every((micros) => micros < 1000 * setup.retryMs) ? answers : undefined
}

/** The settings that decide whether the closed form of a single decree is known. */
export type DecreeForm = Pick<
  DecreeSetup,
  | "variant"
  | "switches"
  | "colocated"
  | "learners"
  | "readers"
  | "recoveryProposers"
  | "distinguished"
  | "quorumSelection"
  | "timeoutMs"
>

/**
 * The closed form of one proposer of classic Paxos with constant delays and without faults: a phase ends
 * with the round trips of a quorum, each including the acceptor's write, and each of the n acceptors
 * receives and sends one message per phase. Undefined otherwise: for other variants, several proposers,
 * learners, selected quorums, random delays, limited links, faults, or a time-out before the end of a
 * phase.
 */
export function decreeClosedForm(
  { plan, values, settings, distance }: ProtocolRun<DecreeForm>,
  conditions: RunConditions,
): ClosedForm | undefined {
  const n = plan.nodes.length
  if (!isClassic(settings) || !isUndisturbed(conditions) || values.length !== 1) return undefined
  const system = plan.systemAt(0)
  if (system.isQuorum(1, emptySet)) return undefined
  const write = micros(conditions.writeMs)
  const stored = (q: Address): Micros => distance(n, q) + write
  const answered = (q: Address): Micros => stored(q) + distance(q, n)
  const [phase1, phase2] = [timeToQuorum(system, 1, answered), timeToQuorum(system, 2, answered)]
  if (Math.max(phase1, phase2) >= micros(settings.timeoutMs)) return undefined
  // A proposer makes its epoch durable before it uses it.
  const proposed = micros(conditions.startMs) + write + phase1
  const over = proposed + Math.max(...plan.nodes.map((_, q) => answered(q)))
  if (over > micros(conditions.horizonMs)) return undefined
  return {
    decideMs: (proposed + timeToQuorum(system, 2, stored)) / 1000,
    learnMs: (proposed + phase2) / 1000,
    messages: 4 * n,
    epochs: 1,
  }
}

function isClassic(settings: DecreeForm): boolean {
  const { variant, switches, colocated, learners, readers, recoveryProposers } = settings
  return (
    variant === "classic" &&
    Object.keys(switches).length === 0 &&
    !colocated &&
    learners + readers + recoveryProposers === 0 &&
    settings.distinguished === null &&
    settings.quorumSelection === "broadcast"
  )
}

/** Whether delays are constant, and messages and processes come to no harm. */
function isUndisturbed(conditions: RunConditions): boolean {
  const { latency, jitterSigma, mutant, faults, clockRates, linkMbitPerSecond } = conditions
  const { lossProbability, duplicateProbability, reorderProbability, crashProbability } = conditions
  return (
    (latency.kind === "matrix" ? jitterSigma === 0 : latency.model.isConstant) &&
    [lossProbability, duplicateProbability, reorderProbability, crashProbability].every((p) => p === 0) &&
    mutant === null &&
    faults.length === 0 &&
    clockRates.length === 0 &&
    linkMbitPerSecond === null
  )
}

/**
 * The time until the acceptors that have replied form a quorum of the phase; the sender counts from time
 * 0. Infinity if the acceptors that reply form none.
 */
export function timeToQuorum(system: QuorumSystem, phase: Phase, roundTrip: (q: Address) => Micros): Micros {
  const byTime = system.nodes.map((_, q) => ({ q, time: roundTrip(q) })).sort((a, b) => a.time - b.time)
  let answered = emptySet
  for (const { q, time } of byTime) {
    answered = withMember(answered, q)
    if (system.isQuorum(phase, answered)) return time
  }
  return Infinity
}

function isExact(setup: LogSetup): boolean {
  const { quorumSelection, reads, readShare, faults, handOverAfterMs } = setup
  const idle = [setup.writeMs, setup.receiveMicros, setup.sendMicros, setup.microsPerByte, setup.batchDelayMs]
  return (
    idle.every((time) => time === 0) &&
    setup.linkMbitPerSecond === null &&
    setup.window >= setup.clientsPerGroup &&
    (quorumSelection === "broadcast" || quorumSelection === "closest") &&
    (reads === "log" || readShare === 0) &&
    handOverAfterMs === null &&
    faults.length === 0
  )
}

/** How long a leader in one region waits, in milliseconds. */
export interface LeaderLatency {
  /** Where the leader is; null where delays are the same everywhere. */
  readonly region: string | null
  /** The time until the first quorum of a phase has replied to a broadcast. */
  readonly phase1: Wait
  readonly phase2: Wait
  /**
   * The expected time a client waits for a command: to the leader and back, and
   * phase 2 between; the mean over clients in every region of the matrix.
   */
  readonly request: number
}

/** A wait in milliseconds: its mean, median and 99th percentile, all the same where delays are constant. */
export interface Wait {
  readonly mean: number
  readonly p50: number
  readonly p99: number
}

/** Where acceptors are, and how much delays vary. */
export interface LeaderPlaces {
  /** The regions of the acceptors, in turn; all regions in turn, if none is given. */
  readonly acceptorRegions?: readonly string[]
  /** σ of a lognormal factor on each delay of a matrix; 0 unless given. */
  readonly jitterSigma?: number
}

/**
 * The latency of each phase by the leader's region, computed and not simulated: round trips are
 * independent, a phase ends when some quorum has replied. Exact for constants, where it is an order
 * statistic; else by the reliability recursion on the distributions of round trips, to about 1e-8.
 */
export function leaderLatencies(
  system: QuorumSystem,
  latency: LatencyChoice,
  { acceptorRegions = [], jitterSigma = 0 }: LeaderPlaces = {},
): LeaderLatency[] {
  const n = system.nodes.length
  if (latency.kind === "everywhere") {
    refuseRegions(acceptorRegions)
    return [{ region: null, ...waitsOf(system, latency.model, n, [n + 1]) }]
  }
  const { name, delays } = latency
  const { regions } = delays
  const acceptors = regionsInTurn(latency, n, acceptorRegions, system.zoneOf)
  // Behind the acceptors one process in each region: leaders and clients alike.
  const places = regions.map((_, i) => i)
  const model = matrixLatency(name, delays, [...acceptors, ...places], jitterSigma)
  const clients = places.map((i) => n + i)
  return regions.map((region, i) => ({ region, ...waitsOf(system, model, n + i, clients) }))
}

/** The region of each acceptor, by name. */
export function acceptorPlaces(
  { nodes, zoneOf }: Pick<QuorumSystem, "nodes" | "zoneOf">,
  latency: LatencyChoice,
  acceptorRegions: readonly string[] = [],
): Places {
  if (latency.kind === "everywhere") return {}
  const regions = regionsInTurn(latency, nodes.length, acceptorRegions, zoneOf)
  return Object.fromEntries(nodes.map((name, i) => [name, latency.delays.regions[regions[i]!]!]))
}

/** Round trips between a leader and the nodes of a system, in milliseconds, and the region of the leader. */
export interface NodeRoundTrips {
  /** Null where delays are the same everywhere. */
  readonly leaderRegion: string | null
  readonly roundTripMs: readonly number[]
}

/**
 * How far the nodes are from a leader: in the region that is named, or in that of
 * the first node. Nothing where delays vary, of which the time until a quorum is
 * complete would take more than a figure for each node.
 */
export function nodeRoundTrips(
  latency: LatencyChoice,
  nodes: number,
  {
    zoneOf,
    acceptorRegions = [],
    jitterSigma = 0,
    leaderRegion,
  }: LeaderPlaces & { readonly leaderRegion?: string; readonly zoneOf?: readonly number[] | undefined } = {},
): NodeRoundTrips | undefined {
  if (latency.kind === "everywhere") {
    refuseRegions([...acceptorRegions, ...(leaderRegion === undefined ? [] : [leaderRegion])])
    if (!latency.model.isConstant) return undefined
    const roundTrip = (2 * latency.model.expected(0, 1)) / 1000
    return { leaderRegion: null, roundTripMs: Array.from({ length: nodes }, () => roundTrip) }
  }
  const places = regionsInTurn(latency, nodes, acceptorRegions, zoneOf)
  const leader = leaderRegion === undefined ? places[0]! : regionNumber(latency, leaderRegion)
  if (jitterSigma > 0) return undefined
  const { delays } = latency
  const roundTripMs = places.map(
    (place) => (delays.oneWayMicros(leader, place) + delays.oneWayMicros(place, leader)) / 1000,
  )
  return { leaderRegion: delays.regions[leader]!, roundTripMs }
}

function waitsOf(
  system: QuorumSystem,
  model: LatencyModel,
  leader: number,
  clients: readonly number[],
): Omit<LeaderLatency, "region"> {
  const law = lawOf(model)
  const ways = system.nodes.map((_, x) => [law(leader, x), law(x, leader)] as const)
  const phase2 = waitFor(system, 2, ways)
  const travel = clients.map((client) => meanOf(law(client, leader)) + meanOf(law(leader, client)))
  const meanTravel = travel.reduce((sum, ms) => sum + ms, 0) / clients.length
  return { phase1: waitFor(system, 1, ways), phase2, request: meanTravel + phase2.mean }
}

function lawOf(model: LatencyModel): (from: number, to: number) => DelayLaw {
  return (from, to) => {
    const law = model.law?.(from, to)
    if (law === undefined) throw new InvariantError(`the latency ${model.name} does not state its law.`)
    return law
  }
}

type Ways = readonly (readonly [there: DelayLaw, back: DelayLaw])[]

function waitFor(system: QuorumSystem, phase: Phase, ways: Ways): Wait {
  if (ways.every((way) => way.every(isConstant))) {
    const delays = ways.map(([there, back]) => meanOf(there) + meanOf(back))
    const wait = quorumLatency(system, phase, delays)
    return { mean: wait, p50: wait, p99: wait }
  }
  const answers = ways.map(([there, back]) => roundTrip(there, back))
  const wait: DelayDistribution = quorumDelay(system, phase, answers)
  return { mean: meanDelay(wait), p50: delayQuantile(wait, 0.5), p99: delayQuantile(wait, 0.99) }
}

function isConstant(law: DelayLaw): boolean {
  return law.kind === "constant" || (law.kind === "lognormal" && (law.sigma === 0 || law.median === 0))
}
