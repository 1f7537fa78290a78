import type { Address, Micros, Process, Value } from "../protocol/actor.ts"
import type { NetworkModel } from "./network.ts"

/** Everything a run depends on. The same scenario gives the same trace, byte for byte. */
export interface Scenario<Message, Stored> {
  readonly seed: number
  readonly processes: readonly Process<Message, Stored>[]
  readonly network: NetworkModel
  /** What clients ask for, and when. */
  readonly proposals: readonly { readonly at: Micros; readonly process: Address; readonly value: Value }[]
  readonly crashes?: readonly Crash[]
  /** How long a synchronous write takes; 0 unless said otherwise. Writes of one process queue. */
  readonly writeLatency?: Micros
  /**
   * How fast the clock of each process runs, by address: 1.01 gains 1 %, and its
   * timers fire that much early. Clocks are exact where nothing is said.
   */
  readonly clockRates?: readonly number[]
  /** Nothing happens after this time. */
  readonly horizon: Micros
}

/** A process stops at `at` and loses all it has not stored; it comes back at `recoverAt`, if ever. */
export interface Crash {
  readonly process: Address
  readonly at: Micros
  readonly recoverAt?: Micros
}
