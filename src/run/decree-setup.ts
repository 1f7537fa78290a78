import type { Strategy } from "../analysis/strategy/strategy.ts"
import type { BackOff } from "../protocol/paxos/proposer-state.ts"
import type { Variant } from "../protocol/paxos/variant.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { LatencyChoice } from "../world/simulate/latency.ts"

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
  /** When the first proposer is asked for something, in milliseconds from the start of the run. */
  readonly startMs: number
  /** How long after its predecessor each proposer starts, in milliseconds. */
  readonly staggerMs: number
  /** Whom a proposer asks: everyone, the quorum nearest to it, or one drawn at random or from a strategy. */
  readonly quorums: "broadcast" | "closest" | "random" | "strategy" | "ring"
  /** Where quorums are drawn from a strategy: which. `leastLoadStrategy` finds the best one. */
  readonly strategy?: Strategy
  readonly learners: number
  /** Processes that ask what has been accepted, after all proposers have started (§3.7). */
  readonly readers: number
  /** How many of the proposers, the last ones, only finish what others began (§3.7). */
  readonly recoveryProposers: number
  /** Each proposer in one process with an acceptor, of which there are as many (§3.7). */
  readonly colocated: boolean
  /** The name of the proposer that proposes for all; others forward their values to it (§3.4). */
  readonly distinguished: string | null
  readonly nacks: boolean
  /** The member of the Paxos family that runs, by its id in `variants.ts`. */
  readonly variant: string
  /** Switches set on top of it. */
  readonly switches: Partial<Variant>
  /** A property switched off, as a control: the id of one of `src/check/mutants`. */
  readonly mutant: string | null
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
  /** Processes that are slow from the start, by name: each message costs their processor so much more. */
  readonly slow: readonly { readonly process: string; readonly byMs: number }[]
  /** Whether the client of a proposer that comes back asks it again, for something else. */
  readonly asksAgain: boolean
  readonly partitions: readonly PartitionSetup[]
  /** How large a value is, and how much a link carries; null for links that carry anything at once. */
  readonly valueBytes: number
  readonly linkMbitPerSecond: number | null
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
  startMs: 0,
  staggerMs: 0,
  quorums: "broadcast",
  learners: 0,
  readers: 0,
  recoveryProposers: 0,
  colocated: false,
  distinguished: null,
  nacks: false,
  variant: "classic",
  switches: {},
  mutant: null,
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
  slow: [],
  asksAgain: false,
  partitions: [],
  valueBytes: 64,
  linkMbitPerSecond: null,
  acceptorRegions: [],
  proposerRegions: [],
  jitterSigma: 0,
  horizonMs: 60_000,
}
