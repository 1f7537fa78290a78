import { quorumSampler } from "../analysis/strategy/strategy.ts"
import { UsageError } from "../base/errors.ts"
import { oncePer } from "../base/memo.ts"
import { members } from "../base/node-set.ts"
import { type Random, randomFromSeed } from "../base/random.ts"
import { mutantNamed } from "../check/mutants/index.ts"
import type { Address } from "../protocol/actor.ts"
import { type Cluster, type ClusterOptions, paxosCluster } from "../protocol/paxos/cluster.ts"
import { type PaxosMessage, type PaxosRecord, messageBytes } from "../protocol/paxos/messages.ts"
import type { Recipients } from "../protocol/paxos/proposer.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import { closestQuorum } from "../quorum/system.ts"
import type { ProcessFault } from "../world/faults/fault.ts"
import { refuseRegions, regionsInTurn } from "../world/simulate/latency-matrix.ts"
import { type LatencyModel, matrixLatency, micros } from "../world/simulate/latency.ts"
import {
  type NetworkModel,
  type Partition,
  duplicating,
  lossy,
  partitioned,
  reliable,
  reordering,
} from "../world/simulate/network.ts"
import type { Crash, Scenario } from "../world/simulate/scenario.ts"
import type { DecreeSetup } from "./decree-setup.ts"

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
  const byLot = setup.quorums === "random" || setup.quorums === "strategy"
  const always = constantParts(setup, latency, first)
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
): Omit<Scenario<PaxosMessage, PaxosRecord>, "seed" | "processes" | "crashes"> {
  return {
    network: networkOf(setup, latency, cluster),
    proposals: proposalsOf(setup, cluster),
    ...(setup.slow.length > 0 && { faults: slowness(setup, cluster) }),
    writeLatency: micros(setup.writeMs),
    ...(setup.proposerClock !== 1 && {
      clockRates: cluster.processes.map((_, address) =>
        cluster.proposers.includes(address) ? setup.proposerClock : 1,
      ),
    }),
    ...linksOf(setup),
    horizon: micros(setup.horizonMs),
  }
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
    `There is no proposer ${distinguished!} to be the distinguished one; they are ${names.join(", ")}.`,
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
function proposalsOf(setup: DecreeSetup, cluster: Cluster): Scenario<PaxosMessage, PaxosRecord>["proposals"] {
  const asking = [...cluster.proposers.slice(0, setup.proposers), ...cluster.readers]
  const first = asking.map((process, index) => ({
    at: micros(setup.startMs + setup.staggerMs * index),
    process,
    value: proposedValue(index),
  }))
  return setup.asksAgain ? [...first, ...secondProposals(setup, cluster)] : first
}

/** It wants something else by then: a proposer that used an old epoch for it would be found out. */
function secondProposals({ crashes }: DecreeSetup, cluster: Cluster) {
  return crashes.flatMap(({ process, recoverAtMs }) => {
    const address = addressOf(cluster, process)
    const index = cluster.proposers.indexOf(address)
    if (index < 0 || recoverAtMs === undefined) return []
    const recoverAt = micros(recoverAtMs)
    // Where epochs belong to values, the client has to stay with one that has epochs.
    const other = cluster.variant.epochs.kind === "by-value" ? "" : `@${recoverAt}`
    return [{ at: recoverAt + 1, process: address, value: `${proposedValue(index)}${other}` }]
  })
}

/** Slow processes are slow throughout. */
function slowness({ slow, horizonMs }: DecreeSetup, cluster: Cluster): ProcessFault[] {
  return slow.map(({ process, byMs }) => ({
    type: "slow",
    process: addressOf(cluster, process),
    at: 0,
    until: micros(horizonMs),
    extra: micros(byMs),
  }))
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

/** Binds a matrix to where the processes are: acceptors, proposers, learners and readers in turn over the regions, an allocator in the first. */
function placedLatency({ latency, plan, ...setup }: DecreeSetup, colocated: boolean): LatencyModel {
  if (latency.kind === "everywhere") {
    refuseRegions([...setup.acceptorRegions, ...setup.proposerRegions])
    return latency.model
  }
  const placement = [
    ...regionsInTurn(latency, plan.nodes.length, setup.acceptorRegions),
    ...regionsInTurn(latency, colocated ? 0 : setup.proposers, setup.proposerRegions),
    ...regionsInTurn(latency, setup.learners, []),
    ...regionsInTurn(latency, setup.readers, []),
    ...regionsInTurn(latency, 1, []),
  ]
  return matrixLatency(latency.name, latency.delays, placement, setup.jitterSigma)
}

/** The quorums a thrifty proposer asks, all at once or around a ring: nearest by expected round trip, or nearest by lot. */
function recipientsOf(
  setup: DecreeSetup,
  latency: LatencyModel,
  colocated: boolean,
  index: number,
  random: Random,
): Recipients {
  if (setup.quorums === "broadcast") return { kind: "broadcast" }
  const self = colocated ? index : setup.plan.nodes.length + index
  const lots = random.fork("quorums").fork(String(index))
  if (setup.quorums === "strategy") return drawnFrom(setup, lots)
  const choose = (phase: 1 | 2): Address[] => {
    const drawn = setup.plan.nodes.map(() => lots.unit())
    const far = (acceptor: Address): number =>
      setup.quorums === "random"
        ? drawn[acceptor]!
        : latency.expected(self, acceptor) + latency.expected(acceptor, self)
    return members(closestQuorum(setup.plan.systemAt(index), phase, far))
  }
  return { kind: setup.quorums === "ring" ? "ring" : "thrifty", quorum: { 1: choose(1), 2: choose(2) } }
}

/** Each quorum as often as the strategy has it. */
function drawnFrom({ plan, strategy }: DecreeSetup, lots: Random): Recipients {
  if (strategy === undefined) {
    throw new UsageError(`${plan.name}: quorums are to be drawn from a strategy, and there is none.`)
  }
  const draw = (phase: 1 | 2): Address[] => members(quorumSampler(strategy, phase)(lots))
  return { kind: "thrifty", quorum: { 1: draw(1), 2: draw(2) } }
}

function networkOf(setup: DecreeSetup, latency: LatencyModel, cluster: Cluster): NetworkModel {
  const partitions = setup.partitions.map(({ fromMs, untilMs, side, otherSide, oneWay }): Partition => ({
    from: micros(fromMs),
    until: micros(untilMs),
    side: side.map((name) => addressOf(cluster, name)),
    otherSide: otherSide.map((name) => addressOf(cluster, name)),
    oneWay,
  }))
  const late = reordering(setup.reorderProbability, micros(setup.reorderMs), reliable(latency))
  const faulty = lossy(setup.lossProbability, duplicating(setup.duplicateProbability, late))
  return partitions.length === 0 ? faulty : partitioned(partitions, faulty)
}

function crashesOf(setup: DecreeSetup, cluster: Cluster, random: Random): Crash[] {
  const down = cluster.acceptors.filter(() => random.unit() < setup.crashProbability)
  return [
    ...down.map((process) => ({ process, at: 0 })),
    ...setup.crashes.map(({ process, atMs, recoverAtMs }) => ({
      process: addressOf(cluster, process),
      at: micros(atMs),
      ...(recoverAtMs !== undefined && { recoverAt: micros(recoverAtMs) }),
    })),
  ]
}

function addressOf({ processes }: Cluster, name: string): Address {
  const address = processes.findIndex((process) => process.name === name)
  if (address < 0) {
    throw new UsageError(`There is no process ${name}; they are ${processes.map((p) => p.name).join(", ")}.`)
  }
  return address
}
