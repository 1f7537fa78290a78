import type { LatencyModel } from "./latency.ts"
import type { Address } from "../protocol/actor.ts"

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
  /** Whether one message to several recipients in a row is written once (a broadcast), or once for each. */
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
