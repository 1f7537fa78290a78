import type { QuorumPlan } from "../../quorum/plan.ts"
import type { Address, Micros, TimerRange } from "../actor.ts"
import type { EpochSource } from "../paxos/epochs.ts"
import type { BackOff } from "../paxos/proposer-state.ts"
import type { Interned } from "./interned.ts"

/**
 * How a replica of the log behaves.
 *
 * Times are in microseconds of the replica's own clock, which may run fast or slow.
 */
export interface ReplicaOptions {
  /** Which acceptors make a quorum, epoch by epoch; replica i is acceptor i of the plan. */
  readonly plan: QuorumPlan
  readonly epochs: EpochSource
  /** Shared by the replicas of a cluster, which say the same. */
  readonly interned: Interned
  /** Whom phase 2 is sent to first. */
  readonly recipients: LogRecipients
  /** How a follower comes to suspect that there is no leader. */
  readonly detector: FailureDetector
  /** How often the leader says that it is there, and renews its lease. */
  readonly heartbeat: Micros
  /** How long a follower waits for a heartbeat before it wants to lead itself; drawn anew each time. */
  readonly election: TimerRange
  /** Added to the wait after each phase 1 that failed in a row. */
  readonly backOff: BackOff
  /** After this long, slots still undecided are proposed again, to every replica that has not answered. */
  readonly retransmit: Micros
  /** How many slots may be proposed and undecided at a time. */
  readonly window: number
  /** How many commands go into one slot at most, and how long the first of them waits for others. */
  readonly batch: { readonly max: number; readonly delay: Micros }
  /** A snapshot is taken, and the log before it truncated, each time this many slots have been executed. */
  readonly snapshotEvery: number
  readonly reads: ReadStrategy
  /** For lease reads: how long a lease lasts, and by which share clocks may be wrong (ε). */
  readonly lease: { readonly duration: Micros; readonly drift: number }
  /** The replica that stands for leader as soon as it starts. */
  readonly firstLeader: Address
  /** A leader hands over to the next replica after this long; never, if not given. */
  readonly handOverAfter?: Micros
  /** A replica that comes back without its disk asks all others before it takes part again. Without this: unsafe. */
  readonly rejoin: boolean
}

/**
 * `heartbeat`: no word from a leader for the election time, whether or not there
 * is anything to do. `timeout`: a request that was asked here has had no answer
 * for that time; a leader says nothing while it has nothing to propose, so reads
 * have to go through the log.
 */
export type FailureDetector = "heartbeat" | "timeout"

/**
 * Who is asked first to accept a slot. All but `broadcast` fall back on all replicas
 * when an answer is overdue, and from then on avoid replicas that were silent, until it
 * is heard of again.
 */
export type LogRecipients =
  | { readonly kind: "broadcast" }
  /** The phase-2 quorum nearest to the leader, by these distances; nodes that are silent count as farthest. */
  | { readonly kind: "closest"; readonly distance: (from: Address, to: Address) => number }
  /**
   * These phase-2 quorums in turn, slot by slot: disjoint ones share the load (§4.3.3), a
   * long list drawn from a strategy approximates it.
   */
  | { readonly kind: "rotating"; readonly quorums: readonly (readonly Address[])[] }
  /** The first of these quorums without a silent member: a fixed small quorum, with standbys. */
  | { readonly kind: "standby"; readonly quorums: readonly (readonly Address[])[] }

/**
 * How a get is answered: through the log, like any command; from a replica's own
 * state once it has caught up with a phase-1 quorum; or at once by a leader that
 * holds a lease. `stale`: by a replica that believes it is the leader. Unsafe: a control.
 */
export type ReadStrategy = "log" | "quorum" | "lease" | "stale"
