import type { Address, Micros, Process, Value } from "../../protocol/actor.ts"
import { type Crash, type ProcessFault } from "../faults/fault.ts"
import type { LatencyModel } from "./latency.ts"
import type { NetworkModel } from "./network.ts"

/**
 * Everything a run depends on. The same scenario gives the same trace, byte for byte.
 *
 * Plain data and pure functions; nothing is read from outside. Times are whole microseconds of the run's
 * own clock, from 0. Streams of random numbers are named ("network", "timers", "nodes", "disks",
 * "crashes"), so a change in one part of a scenario leaves what the others draw as it was: two runs that
 * differ in their quorums meet the same delays.
 */
export interface Scenario<Message, Stored, Report = never> {
  readonly seed: number
  readonly processes: readonly Process<Message, Stored, Report>[]
  readonly network: NetworkModel
  /** What clients ask for, and when. */
  readonly proposals: readonly { readonly at: Micros; readonly process: Address; readonly value: Value }[]
  readonly crashes?: readonly Crash[]
  /** What happens to processes besides: crashes that lose more, pauses, slowness, clocks that change. */
  readonly faults?: readonly ProcessFault[]
  /** Who leads, for faults that are aimed at the leader: asked when the fault strikes. */
  readonly leader?: () => Address | undefined
  /** Told the name of a fault each time it takes effect. */
  readonly onFault?: (name: string) => void
  /** How long a synchronous write takes; 0 unless said otherwise. Writes of one process queue. */
  readonly writeLatency?: Micros
  /** A disk with more to it than one latency; instead of `writeLatency`. */
  readonly disk?: DiskModel
  /** What a message costs the processor of a process; nothing unless said otherwise. */
  readonly node?: (process: Address) => NodeModel | undefined
  readonly bandwidth?: Bandwidth
  /** How large a message is, where a node or a link is charged by the byte. */
  readonly bytesOf?: (message: Message) => number
  /**
   * How fast the clock of each process runs, by address: 1.01 gains 1 %, and its
   * timers fire that much early. Clocks are exact where nothing is said.
   */
  readonly clockRates?: readonly number[]
  /** Asked after every event; the run is over once it says so. Without it, at the horizon. */
  readonly isOver?: (now: Micros) => boolean
  /** Nothing happens after this time. */
  readonly horizon: Micros
}

/**
 * What it costs a process to handle a message. It has one processor, which
 * serves in order of arrival: reading a message takes `receive`, then the
 * process takes its step, then writing what it sends takes `send` each. Without
 * a node model all of this takes no time, and throughput has no limit.
 *
 * With it a process saturates: a leader decides no more often than its processor has
 * time for what it reads and writes per decision.
 */
export interface NodeModel {
  readonly receive: LatencyModel
  readonly send: LatencyModel
  /** Microseconds per byte on top, of reading and of writing. */
  readonly microsPerByte: number
  /** Whether a broadcast is written once for all its recipients, or once for each. */
  readonly writesBroadcastOnce: boolean
}

/**
 * The disk of a process. A synchronous write takes `sync`; one is under way at a
 * time. With group commit, everything that asked to be written while one was
 * under way becomes durable with the next one; without, one record at a time.
 */
export interface DiskModel {
  readonly sync: LatencyModel
  readonly groupCommit: boolean
}

/** How many bytes per microsecond (megabytes per second) a link carries; messages on a link follow each other. */
export type Bandwidth = (from: Address, to: Address) => number
