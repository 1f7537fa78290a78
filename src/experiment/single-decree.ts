import { members } from "../base/node-set.ts"
import { type Random, randomFromSeed } from "../base/random.ts"
import { InvariantError, UsageError } from "../base/errors.ts"
import type { TraceCheck } from "../check/check.ts"
import { safetyChecks } from "../check/safety.ts"
import { Measuring, type RunMeasures } from "../measure/measures.ts"
import type { Address } from "../protocol/actor.ts"
import { type Cluster, paxosCluster } from "../protocol/paxos/cluster.ts"
import type { PaxosMessage, PaxosRecord } from "../protocol/paxos/messages.ts"
import { variantNamed } from "../protocol/paxos/variants.ts"
import type { Recipients } from "../protocol/paxos/proposer.ts"
import { closestQuorum } from "../quorum/closest.ts"
import { type LatencyModel, matrixLatency, micros } from "../sim/latency.ts"
import {
  type NetworkModel,
  type Partition,
  duplicating,
  lossy,
  partitioned,
  reliable,
  reordering,
} from "../sim/network.ts"
import { refuseRegions, regionsInTurn } from "../sim/placement.ts"
import type { Crash, Scenario } from "../sim/scenario.ts"
import { type RunEnd, simulate } from "../sim/simulate.ts"
import type { Observer } from "../sim/trace.ts"
import type { DecreeSetup } from "./decree-setup.ts"
import { replayCommand } from "./replay-command.ts"

/** A safety property that a run broke, and how to see it again. */
export interface RunViolation {
  readonly check: string
  readonly message: string
  readonly replay: string
}

export interface DecreeRun {
  readonly measures: RunMeasures
  /** One entry for each safety check that failed: none, if the quorums meet. */
  readonly violations: readonly RunViolation[]
  readonly end: RunEnd
}

/** Simulates one instance; further observers see the trace as it is made. */
export function runDecree(
  setup: DecreeSetup,
  seed: number,
  ...observers: readonly Observer<PaxosMessage, PaxosRecord>[]
): DecreeRun {
  const { cluster, scenario } = decreeScenario(setup, seed)
  const measuring = new Measuring(cluster)
  const checks = safetyChecks(cluster)
  const observeChecks = checks.map(
    (check): Observer<PaxosMessage, PaxosRecord> =>
      (event) =>
        check.observe(event),
  )
  const end = simulate(scenario, measuring.observe, ...observeChecks, ...observers)
  const violations = checks.flatMap((check) => violationOf(check, setup, seed))
  return { measures: measuring.result, violations, end }
}

/** The same, where a violation would be a defect of this program: it is thrown, with its replay, never averaged. */
export function runSafeDecree(setup: DecreeSetup, seed: number): DecreeRun {
  const run = runDecree(setup, seed)
  const [violation] = run.violations
  if (violation !== undefined) {
    throw new InvariantError(
      `${setup.plan.name}, seed ${seed}: ${violation.check} was violated: ${violation.message}.`,
      violation.replay,
    )
  }
  return run
}

function violationOf(check: TraceCheck, setup: DecreeSetup, seed: number): RunViolation[] {
  const verdict = check.verdict()
  if (verdict.verdict !== "violated") return []
  return [{ check: check.name, message: verdict.because, replay: replayCommand(setup, seed) }]
}

/** The cluster and scenario of a setup and a seed; draws of one kind never move those of another. */
export function decreeScenario(
  setup: DecreeSetup,
  seed: number,
): { cluster: Cluster; scenario: Scenario<PaxosMessage, PaxosRecord> } {
  const random = randomFromSeed(seed).fork("setup")
  const named = variantNamed(setup.variant)
  const colocated = named.colocated === true
  const latency = placedLatency(setup, colocated)
  const cluster = paxosCluster({
    plan: setup.plan,
    proposers: colocated ? setup.plan.nodes.length : setup.proposers,
    colocated,
    variant: named.switches,
    learners: setup.learners,
    nacks: setup.nacks,
    timeout: { min: micros(setup.timeoutMs), max: micros(setup.timeoutMs) },
    backOff: setup.backOff,
    recipients: (index) => recipientsOf(setup, latency, colocated, index, random),
  })
  const scenario: Scenario<PaxosMessage, PaxosRecord> = {
    seed,
    processes: cluster.processes,
    network: networkOf(setup, latency, cluster),
    proposals: cluster.proposers.slice(0, setup.proposers).map((process, index) => ({
      at: micros(setup.staggerMs * index),
      process,
      value: proposedValue(index),
    })),
    crashes: crashesOf(setup, cluster, random.fork("crashes")),
    writeLatency: micros(setup.writeMs),
    ...(setup.proposerClock !== 1 && {
      clockRates: cluster.processes.map((_, address) =>
        cluster.proposers.includes(address) ? setup.proposerClock : 1,
      ),
    }),
    horizon: micros(setup.horizonMs),
  }
  return { cluster, scenario }
}

/** A, B, … Z, then A1, B1, …: what proposer `index` wants decided. */
export function proposedValue(index: number): string {
  const round = Math.floor(index / 26)
  return String.fromCharCode(65 + (index % 26)) + (round === 0 ? "" : String(round))
}

/** Binds a matrix to where the processes are: acceptors, proposers and learners in turn over the regions, an allocator in the first. */
function placedLatency({ latency, plan, ...setup }: DecreeSetup, colocated: boolean): LatencyModel {
  if (latency.kind === "everywhere") {
    refuseRegions([...setup.acceptorRegions, ...setup.proposerRegions])
    return latency.model
  }
  const placement = [
    ...regionsInTurn(latency, plan.nodes.length, setup.acceptorRegions),
    ...regionsInTurn(latency, colocated ? 0 : setup.proposers, setup.proposerRegions),
    ...regionsInTurn(latency, setup.learners, []),
    ...regionsInTurn(latency, 1, []),
  ]
  return matrixLatency(latency.name, latency.delays, placement, setup.jitterSigma)
}

/** The quorums a thrifty proposer asks: nearest by expected round trip, or nearest by lot. */
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
  const choose = (phase: 1 | 2): Address[] => {
    const drawn = setup.plan.nodes.map(() => lots.unit())
    const far = (acceptor: Address): number =>
      setup.quorums === "random"
        ? drawn[acceptor]!
        : latency.expected(self, acceptor) + latency.expected(acceptor, self)
    return members(closestQuorum(setup.plan.systemAt(index), phase, far))
  }
  return { kind: "thrifty", quorum: { 1: choose(1), 2: choose(2) } }
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
