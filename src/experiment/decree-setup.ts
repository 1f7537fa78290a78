import type { BackOff } from "../protocol/paxos/retry.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { LatencyChoice } from "../sim/latency-notation.ts"

/**
 * One instance of Paxos under given conditions: everything but the seed.
 * `quorate simulate` has an option for each of these, which is how any run of
 * any experiment can be replayed from the command line.
 */
export interface DecreeSetup {
  readonly plan: QuorumPlan
  readonly latency: LatencyChoice
  /** How many proposers compete; each wants a value of its own: A, B, … */
  readonly proposers: number
  /** How long after its predecessor each proposer starts, in milliseconds. */
  readonly staggerMs: number
  /** Whom a proposer asks: everyone, the quorum nearest to it, or one drawn at random. */
  readonly quorums: "broadcast" | "closest" | "random"
  readonly learners: number
  readonly nacks: boolean
  /** The member of the Paxos family that runs, by its id in `variants.ts`. */
  readonly variant: string
  /** How fast the clock of every proposer runs: 1.1 gains a tenth. */
  readonly proposerClock: number
  readonly timeoutMs: number
  readonly backOff: BackOff
  readonly writeMs: number
  readonly lossProbability: number
  readonly duplicateProbability: number
  /** Each message is late with this probability, by up to `reorderMs`. */
  readonly reorderProbability: number
  readonly reorderMs: number
  /** Each acceptor is down from the start with this probability. */
  readonly crashProbability: number
  /** Further crashes, by process name. */
  readonly crashes: readonly {
    readonly process: string
    readonly atMs: number
    readonly recoverAtMs?: number
  }[]
  readonly partitions: readonly PartitionSetup[]
  /** Regions of the acceptors and proposers by name, where the latency is a matrix; in turn where fewer are given. */
  readonly acceptorRegions: readonly string[]
  readonly proposerRegions: readonly string[]
  /** With a matrix: the σ of a lognormal factor on every delay. */
  readonly jitterSigma: number
  readonly horizonMs: number
}

/** A partition by process names. */
export interface PartitionSetup {
  readonly fromMs: number
  readonly untilMs: number
  readonly side: readonly string[]
  readonly otherSide: readonly string[]
  readonly oneWay: boolean
}

/** What is not said about a setup: one proposer, no faults, a minute of virtual time. */
export const usualSetup: Omit<DecreeSetup, "plan" | "latency"> = {
  proposers: 1,
  staggerMs: 0,
  quorums: "broadcast",
  learners: 0,
  nacks: false,
  variant: "classic",
  proposerClock: 1,
  timeoutMs: 1000,
  backOff: { kind: "exponential", base: 10_000, most: 1_000_000 },
  writeMs: 0,
  lossProbability: 0,
  duplicateProbability: 0,
  reorderProbability: 0,
  reorderMs: 0,
  crashProbability: 0,
  crashes: [],
  partitions: [],
  acceptorRegions: [],
  proposerRegions: [],
  jitterSigma: 0,
  horizonMs: 60_000,
}
