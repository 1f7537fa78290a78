import type { Strategy } from "../analysis/index.ts"
import type { BackOff } from "../protocol/paxos/proposer-state.ts"
import type { FailureDetector, ReadStrategy } from "../protocol/log/options.ts"
import type { KeyChoice } from "../protocol/log/workload.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { Fault } from "../world/faults/fault.ts"
import type { LatencyChoice } from "../world/simulate/latency.ts"

/**
 * A replicated log under given conditions: everything but the seed. Durations
 * are in milliseconds, except those of faults, which are in microseconds of
 * virtual time like the run itself.
 */
export interface LogSetup {
  readonly plan: QuorumPlan
  readonly latency: LatencyChoice
  /** Where the latency is a matrix: the regions of the replicas, in turn where fewer are given; all regions in turn, if none. */
  readonly replicaRegions: readonly string[]
  /** Where the clients are: one group for each. Without a matrix, or if none is given, one group beside each replica. */
  readonly clientRegions: readonly string[]
  /** Without a matrix: how many groups of clients, beside the first replicas; one beside each, if null. */
  readonly groups: number | null
  /** With a matrix: the σ of a lognormal factor on every delay. */
  readonly jitterSigma: number
  /** The number, from 0, of the replica that leads first. */
  readonly leader: number

  // The protocol
  readonly recipients: RecipientChoice
  /** Where quorums are drawn from a strategy: which. `leastLoadStrategy` finds the best one. */
  readonly strategy: Strategy | null
  readonly reads: ReadStrategy
  readonly leaseMs: number
  readonly leaseDrift: number
  readonly detector: FailureDetector
  readonly heartbeatMs: number
  /** A follower waits from this long to twice as long for a heartbeat. */
  readonly electionMs: number
  readonly backOff: BackOff
  readonly retransmitMs: number
  readonly window: number
  readonly batchMost: number
  readonly batchDelayMs: number
  readonly snapshotEvery: number
  readonly handOverAfterMs: number | null
  readonly rejoin: boolean

  // The machines
  readonly writeMs: number
  readonly groupCommit: boolean
  /** What reading and writing a message costs, in microseconds; 0 for both means no limit. */
  readonly receiveMicros: number
  readonly sendMicros: number
  /** Whether these are what it takes each time, or the means of exponential times. */
  readonly service: "constant" | "exponential"
  readonly microsPerByte: number
  /** Bytes per microsecond of every link; null for no limit. */
  readonly bandwidth: number | null
  /** Clock rates of the replicas, by number; 1 where none is given. */
  readonly clockRates: readonly number[]

  // The clients
  readonly clientsPerGroup: number
  readonly arrivals: "closed" | "open"
  readonly thinkMs: number
  /** Open: mean time between requests, or bursts of them, of one group. */
  readonly meanGapMs: number
  readonly burst: number
  readonly retryMs: number
  readonly requestsPerClient: number | null
  readonly keys: KeyChoice
  readonly readShare: number
  readonly casShare: number
  readonly appendShare: number
  readonly payloadBytes: number
  /** When clients begin: the first requests come over `spreadMs` from the start of the run. */
  readonly spreadMs: number

  readonly faults: readonly Fault[]
  readonly horizonMs: number
}

/**
 * Whom a leader asks first: everyone; the nearest phase-2 quorum; quorums drawn
 * at random, or from a strategy; minimal phase-2 quorums in turn; or always the
 * first of these that nobody silent is in, the others standing by.
 */
export const recipientChoices = ["broadcast", "closest", "random", "strategy", "rotating", "standby"] as const
/** One of these. */
export type RecipientChoice = (typeof recipientChoices)[number]

/** What is not said about a setup: ten clients beside each replica, no faults, machines without limits, ten seconds. */
export const usualLogSetup: Omit<LogSetup, "plan" | "latency"> = {
  replicaRegions: [],
  clientRegions: [],
  groups: null,
  jitterSigma: 0,
  leader: 0,
  recipients: "broadcast",
  strategy: null,
  reads: "log",
  leaseMs: 500,
  leaseDrift: 0.01,
  detector: "heartbeat",
  heartbeatMs: 100,
  electionMs: 1000,
  backOff: { kind: "exponential", base: 100_000, most: 2_000_000 },
  retransmitMs: 1000,
  window: 100_000,
  batchMost: 1,
  batchDelayMs: 0,
  snapshotEvery: 1000,
  handOverAfterMs: null,
  rejoin: true,
  writeMs: 0,
  groupCommit: true,
  receiveMicros: 0,
  sendMicros: 0,
  service: "constant",
  microsPerByte: 0,
  bandwidth: null,
  clockRates: [],
  clientsPerGroup: 10,
  arrivals: "closed",
  thinkMs: 0,
  meanGapMs: 10,
  burst: 1,
  retryMs: 3000,
  requestsPerClient: null,
  keys: { kind: "uniform", count: 1000 },
  readShare: 0,
  casShare: 0,
  appendShare: 0,
  payloadBytes: 64,
  spreadMs: 100,
  faults: [],
  horizonMs: 10_000,
}
