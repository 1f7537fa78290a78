import { quorumSampler } from "../analysis/strategy/strategy.ts"
import { InvariantError, UsageError, didYouMean } from "../base/errors.ts"
import { members } from "../base/node-set.ts"
import { type Random, randomFromSeed } from "../base/random.ts"
import { oncePer } from "../base/memo.ts"
import { mutantNamed } from "../check/mutants/index.ts"
import type { PaxosProperty } from "../check/paxos/facts.ts"
import { safety } from "../check/paxos/safety.ts"
import { Facts, type Judgement, judge } from "../check/property.ts"
import type { Address } from "../protocol/actor.ts"
import { type Cluster, type ClusterOptions, paxosCluster } from "../protocol/paxos/cluster.ts"
import {
  type PaxosMessage,
  type PaxosRecord,
  messageBytes,
  paxosMessageTypes,
} from "../protocol/paxos/messages.ts"
import type { Recipients } from "../protocol/paxos/proposer.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import { closestQuorum } from "../quorum/system.ts"
import { type Fault, type NetworkFault, isNetworkFault, isProcessFault } from "../world/faults/fault.ts"
import { withNetworkFaults } from "../world/faults/network.ts"
import { type Cast, resolveFaults } from "../world/faults/notation.ts"
import { refuseRegions, regionsInTurn } from "../world/simulate/latency-matrix.ts"
import { type LatencyModel, matrixLatency, micros } from "../world/simulate/latency.ts"
import { type NetworkModel, duplicating, lossy, reliable, reordering } from "../world/simulate/network.ts"
import type { Crash, Scenario } from "../world/simulate/scenario.ts"
import { type RunEnd, simulate } from "../world/simulate/simulate.ts"
import type { Observer } from "../world/simulate/trace.ts"
import { ratesOf } from "./common-settings.ts"
import { type RunMeasures, decreeMeasures } from "./decree-measures.ts"
import type { DecreeSetup } from "./decree-settings.ts"
import { replayCommand } from "./replay.ts"

/** A cluster, and the scenario it is in. */
export interface ScenarioOfCluster {
  readonly cluster: Cluster
  readonly scenario: Scenario<PaxosMessage, PaxosRecord>
}

/**
 * The cluster and scenario of a setup and a seed; draws of one kind never move
 * those of another. What the seed has no part in is made once per setup, since
 * a sweep asks for thousands of seeds of each.
 */
export function decreeScenario(setup: DecreeSetup, seed: number): ScenarioOfCluster {
  return prepared(setup)(seed)
}

const prepared = oncePer((setup: DecreeSetup): ((seed: number) => ScenarioOfCluster) => {
  const colocated = setup.colocated || variantNamed(setup.variant).colocated === true
  const latency = placedLatency(setup, colocated)
  const clusterFor = (random: Random): Cluster =>
    clusterOf(
      setup,
      clusterOptions(setup, colocated, (index) => recipientsOf(setup, latency, colocated, index, random)),
    )
  // Processes are values without memory of their own: where no quorum is drawn by lot, all runs share them.
  const first = clusterFor(setupDraws(0))
  const byLot = setup.quorumSelection === "random" || setup.quorumSelection === "strategy"
  const always = constantParts(setup, latency, first, colocated)
  return (seed) => {
    const random = setupDraws(seed)
    const cluster = byLot ? clusterFor(random) : first
    const crashes = crashesOf(setup, cluster, random.fork("crashes"))
    // A spread of as many fields takes a microsecond.
    return { cluster, scenario: Object.assign({ seed, processes: cluster.processes, crashes }, always) }
  }
})

const setupDraws = (seed: number): Random => randomFromSeed(seed).fork("setup")

/** What is the same for every seed; of the cluster only the addresses are looked at. */
function constantParts(
  setup: DecreeSetup,
  latency: LatencyModel,
  cluster: Cluster,
  colocated: boolean,
): Omit<Scenario<PaxosMessage, PaxosRecord>, "seed" | "processes" | "crashes"> {
  const cast = castOf(setup, cluster, colocated)
  const faults = resolveFaults(setup.faults, cast)
  const processFaults = faults.filter((fault) => isProcessFault(fault))
  const rates = ratesOf(setup.clockRates, cast)
  return {
    network: networkOf(setup, latency, cluster, faults),
    proposals: proposalsOf(setup, cluster, faults),
    ...(processFaults.length > 0 && { faults: processFaults }),
    writeLatency: micros(setup.writeMs),
    ...(rates.length > 0 && { clockRates: rates }),
    ...linksOf(setup),
    horizon: micros(setup.horizonMs),
  }
}

/** Who the faults of a setup may name: processes, their roles, regions, and as the leader the distinguished proposer. */
function castOf(setup: DecreeSetup, cluster: Cluster, colocated: boolean): Cast {
  const { acceptors, proposers, learners, readers, processes } = cluster
  const groups = new Map<string, readonly Address[]>([
    ["acceptors", acceptors],
    ["proposers", proposers],
    ["learners", learners],
    ["readers", readers],
    ["all", processes.map((_, address) => address)],
  ])
  if (setup.distinguished !== null) {
    const index = proposerIndex(setup, colocated)
    groups.set("leader", [proposers[index]!])
  }
  if (setup.latency.kind === "matrix") {
    const { regions } = setup.latency.delays
    placementOf(setup, setup.latency, colocated).forEach((region, address) => {
      const name = regions[region]!
      if (address < processes.length) groups.set(name, [...(groups.get(name) ?? []), address])
    })
  }
  const names = processes.map(({ name }) => name)
  return { names, groups, hasLeader: false, messageTypes: paxosMessageTypes }
}

function clusterOptions(
  setup: DecreeSetup,
  colocated: boolean,
  recipients: (index: number) => Recipients,
): ClusterOptions {
  const distinguished = setup.distinguished === null ? {} : { distinguished: proposerIndex(setup, colocated) }
  return {
    plan: setup.plan,
    proposers: colocated ? setup.plan.nodes.length : setup.proposers,
    colocated,
    variant: { ...variantNamed(setup.variant).switches, ...setup.switches },
    learners: setup.learners,
    readers: setup.readers,
    recoveryProposers: setup.recoveryProposers,
    nacks: setup.nacks,
    timeout: { min: micros(setup.timeoutMs), max: micros(setup.timeoutMs) },
    backOff: setup.backOff,
    recipients,
    ...distinguished,
  }
}

/** Where the distinguished proposer is among the proposers. */
function proposerIndex({ plan, proposers, distinguished }: DecreeSetup, colocated: boolean): number {
  const names = colocated ? plan.nodes : Array.from({ length: proposers }, (_, i) => `p${i + 1}`)
  const index = names.indexOf(distinguished!)
  if (index >= 0) return index
  throw new UsageError(
    `distinguished: there is no proposer ${distinguished!}; there are ${names.join(", ")}.${didYouMean(distinguished!, names)}`,
  )
}

function clusterOf({ mutant }: DecreeSetup, options: ClusterOptions): Cluster {
  const sound = paxosCluster(options)
  if (mutant === null) return sound
  if (options.colocated === true) {
    throw new UsageError(
      `The mutant ${mutant} changes acceptors or proposers that are processes of their own; here they are co-located.`,
    )
  }
  return mutantNamed(mutant).apply(sound, options)
}

/** Proposers in turn, then readers; and clients whose proposer comes back from a crash, if they are such. */
function proposalsOf(
  setup: DecreeSetup,
  cluster: Cluster,
  faults: readonly Fault[],
): Scenario<PaxosMessage, PaxosRecord>["proposals"] {
  const asking = [...cluster.proposers.slice(0, setup.proposers), ...cluster.readers]
  const first = asking.map((process, index) => ({
    at: micros(setup.startMs + setup.staggerMs * index),
    process,
    value: proposedValue(index),
  }))
  return setup.retryAfterRecovery ? [...first, ...secondProposals(cluster, faults)] : first
}

/** It wants something else by then: a proposer that used an old epoch for it would be found out. */
function secondProposals(cluster: Cluster, faults: readonly Fault[]) {
  return faults.flatMap((fault) => {
    if (fault.type !== "crash" || fault.recoverAt === undefined || fault.process === "leader") return []
    const { process, recoverAt } = fault
    const index = cluster.proposers.indexOf(process)
    if (index < 0) return []
    // Where epochs belong to values, the client has to stay with one that has epochs.
    const other = cluster.variant.epochs.kind === "by-value" ? "" : `@${recoverAt}`
    return [{ at: recoverAt + 1, process, value: `${proposedValue(index)}${other}` }]
  })
}

/** Megabits per second are bits per microsecond. */
function linksOf({
  linkMbitPerSecond: rate,
  valueBytes,
}: DecreeSetup): Partial<Scenario<PaxosMessage, PaxosRecord>> {
  if (rate === null) return {}
  return { bandwidth: () => rate / 8, bytesOf: (message) => messageBytes(message, valueBytes) }
}

/** A, B, … Z, then A1, B1, …: what proposer `index` wants decided. */
export function proposedValue(index: number): string {
  const round = Math.floor(index / 26)
  return String.fromCharCode(65 + (index % 26)) + (round === 0 ? "" : String(round))
}

/** Binds a matrix to where the processes are. */
function placedLatency(setup: DecreeSetup, colocated: boolean): LatencyModel {
  const { latency, acceptorRegions, proposerRegions, jitterSigma } = setup
  if (latency.kind === "everywhere") {
    refuseRegions([...acceptorRegions, ...proposerRegions])
    return latency.model
  }
  return matrixLatency(latency.name, latency.delays, placementOf(setup, latency, colocated), jitterSigma)
}

/** The region of each process, by number: acceptors, proposers, learners and readers in turn over the regions, an allocator in the first. */
function placementOf(
  setup: DecreeSetup,
  matrix: DecreeSetup["latency"] & { readonly kind: "matrix" },
  colocated: boolean,
): number[] {
  return [
    ...regionsInTurn(matrix, setup.plan.nodes.length, setup.acceptorRegions),
    ...regionsInTurn(matrix, colocated ? 0 : setup.proposers, setup.proposerRegions),
    ...regionsInTurn(matrix, setup.learners, []),
    ...regionsInTurn(matrix, setup.readers, []),
    ...regionsInTurn(matrix, 1, []),
  ]
}

/** The quorums a thrifty proposer asks, all at once or around a ring: nearest by expected round trip, or nearest by lot. */
function recipientsOf(
  setup: DecreeSetup,
  latency: LatencyModel,
  colocated: boolean,
  index: number,
  random: Random,
): Recipients {
  if (setup.quorumSelection === "broadcast") return { kind: "broadcast" }
  const self = colocated ? index : setup.plan.nodes.length + index
  const lots = random.fork("quorums").fork(String(index))
  if (setup.quorumSelection === "strategy") return drawnFrom(setup, lots)
  const choose = (phase: 1 | 2): Address[] => {
    const drawn = setup.plan.nodes.map(() => lots.unit())
    const far = (acceptor: Address): number =>
      setup.quorumSelection === "random"
        ? drawn[acceptor]!
        : latency.expected(self, acceptor) + latency.expected(acceptor, self)
    return members(closestQuorum(setup.plan.systemAt(index), phase, far))
  }
  return {
    kind: setup.quorumSelection === "ring" ? "ring" : "thrifty",
    quorum: { 1: choose(1), 2: choose(2) },
  }
}

/** Each quorum as often as the strategy has it. */
function drawnFrom({ plan, strategy }: DecreeSetup, lots: Random): Recipients {
  if (strategy === undefined) {
    throw new UsageError(`${plan.name}: quorums are to be drawn from a strategy, and there is none.`)
  }
  const draw = (phase: 1 | 2): Address[] => members(quorumSampler(strategy, phase)(lots))
  return { kind: "thrifty", quorum: { 1: draw(1), 2: draw(2) } }
}

/**
 * Loss, duplication and reordering that last throughout, each with a stream of its
 * own; around them what the faults do to messages.
 */
function networkOf(
  setup: DecreeSetup,
  latency: LatencyModel,
  { processes, acceptors }: Cluster,
  faults: readonly Fault[],
): NetworkModel {
  const late = reordering(setup.reorderProbability, micros(setup.reorderMs), reliable(latency))
  const faulty = lossy(setup.lossProbability, duplicating(setup.duplicateProbability, late))
  const ofMessages = faults.filter((fault): fault is NetworkFault => isNetworkFault(fault))
  if (ofMessages.length === 0) return faulty
  return withNetworkFaults(
    {
      faults: ofMessages,
      processes: processes.length,
      replicas: acceptors.length,
      leader: () => undefined,
      onFault: () => undefined,
    },
    faulty,
  )
}

function crashesOf({ crashProbability }: DecreeSetup, cluster: Cluster, random: Random): Crash[] {
  const down = cluster.acceptors.filter(() => random.unit() < crashProbability)
  return down.map((process) => ({ process, at: 0 }))
}

/** A property that a run broke, and how to see it again. */
export interface RunViolation {
  readonly check: string
  readonly message: string
  readonly replay: string
}

/** A run of one instance: what was measured, and which safety checks failed. */
export interface DecreeRun {
  readonly measures: RunMeasures
  /** One entry for each safety check that failed: none, if the quorums meet. */
  readonly violations: readonly RunViolation[]
  readonly end: RunEnd
}

/** Simulates one instance, of a setup or of one that was prepared for many seeds; further observers see the trace as it is made. */
export function runDecree(
  setup: DecreeSetup,
  seed: number,
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun {
  return runJudgedDecree(setup, seed, () => safety, ...observers)
}

/** The same with other properties than those of safety; their verdicts come with it. */
export function runJudgedDecree(
  setup: DecreeSetup,
  seed: number,
  propertiesFor: (cluster: Cluster) => readonly PaxosProperty[],
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun & { readonly judgements: readonly Judgement[] } {
  const { cluster, scenario } = decreeScenario(setup, seed)
  const properties = propertiesFor(cluster)
  const facts = new Facts(cluster, [decreeMeasures, ...properties])
  const end = simulate(scenario, facts.observe, ...observers)
  const judgements = judge(properties, facts)
  const violations = judgements.flatMap((judgement) => violationOf(judgement, setup, seed))
  return { measures: decreeMeasures.read(facts), violations, end, judgements }
}

/** The same, where a violation would be a defect of this program: it is thrown, with its replay, never averaged. */
export function runSafeDecree(
  setup: DecreeSetup,
  seed: number,
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun {
  const run = runDecree(setup, seed, ...observers)
  const [violation] = run.violations
  if (violation !== undefined) {
    throw new InvariantError(
      `${setup.plan.name}, seed ${seed}: ${violation.check} was violated: ${violation.message}.`,
      violation.replay,
    )
  }
  return run
}

function violationOf({ name, verdict }: Judgement, setup: DecreeSetup, seed: number): RunViolation[] {
  if (verdict.verdict !== "violated") return []
  return [{ check: name, message: verdict.because, replay: replayCommand(setup, seed) }]
}
