import type { Address, Process, Timer, Value } from "../../protocol/actor.ts"

/** A message under way. */
export interface Envelope<Message> {
  readonly from: Address
  readonly to: Address
  readonly message: Message
}

/**
 * What the network may do with messages.
 *
 * `unordered`: each is delivered once at most, in any order. `duplicating`: any
 * number of times, in any order. `ordered`: once, in the order sent, for each
 * pair of processes. That a message is never delivered is always possible;
 * losing it is an event of its own only where the model is `lossy`.
 */
export type NetworkKind = "unordered" | "duplicating" | "ordered"

/** Every kind, in the order of the manual. */
export const networkKinds: readonly NetworkKind[] = ["unordered", "duplicating", "ordered"]

/**
 * A small cluster whose every run is to be explored: the actors that are also
 * simulated, and a network and misfortunes that are choices instead of draws.
 *
 * `Remembered` is what a run is judged by and no process need know: what was
 * ever accepted, say. It is part of the state.
 */
export interface ActorModel<Message, Stored, Remembered = null> {
  readonly processes: readonly Process<Message, Stored, unknown>[]
  readonly network: NetworkKind
  /** Whether messages may be lost; false by default. */
  readonly lossy?: boolean
  /** Whether timers that are set may fire, at any moment; true by default. */
  readonly timeouts?: boolean
  /** The greatest number of crashes in a run; 0 by default. */
  readonly crashes?: number
  /** Whether a process that is down may come back, at any moment; true by default. */
  readonly recovers?: boolean
  /** What clients ask, each process in this order; and again, at any moment, of a process that has come back. */
  readonly requests: readonly { readonly process: Address; readonly value: Value }[]
  /**
   * Whether clients may ask at any moment; false by default: then all have asked at the beginning.
   * For a process that does nothing before it is asked but send, that is the same as slow messages. For one
   * that is acceptor and proposer in one it is not: what it tells itself arrives at once.
   */
  readonly lateRequests?: boolean
  /** Steps that send a message not admitted are not taken: the bound that keeps epochs finite. */
  readonly admits?: (message: Message) => boolean
  /** Nor are steps into such a state of a process: a bound on what no message shows, such as attempts without an epoch. */
  readonly permits?: (state: unknown) => boolean
  readonly history?: History<Message, Stored, Remembered>
}

/**
 * What is remembered of a run beside the states of its processes. Kept small by its author: two runs
 * with different memories are different states.
 */
export interface History<Message, Stored, Remembered> {
  readonly initial: Remembered
  /** Pure: what is remembered after an event. */
  observe(remembered: Remembered, event: WorldEvent<Message, Stored>): Remembered
}

/** What happens inside one step of the world, in order. */
export type WorldEvent<Message, Stored> =
  | ({ readonly type: "deliver" } & Envelope<Message>)
  | ({ readonly type: "send" } & Envelope<Message>)
  | { readonly type: "store"; readonly process: Address; readonly record: Stored }
  | { readonly type: "learn"; readonly process: Address; readonly epoch: number; readonly value: Value }
  /** What a process says of itself, as its protocol defines it. */
  | { readonly type: "report"; readonly process: Address; readonly report: unknown }
  | { readonly type: "crash"; readonly process: Address }
  | { readonly type: "recover"; readonly process: Address }

/** A process in a state of the world. */
export interface Local<Stored> {
  readonly address: Address
  /** What the actor's step returned; undefined while the process is down. */
  readonly state: unknown
  readonly up: boolean
  readonly stored: Stored | undefined
  /** The timers that are set, by name in order. */
  readonly timers: readonly Timer[]
  /** What clients have yet to ask of it; absent if nothing. */
  readonly waiting?: readonly Value[]
}

/**
 * One choice of the explorer. With `crashBefore` the process crashes inside its
 * step: the output of that number, a store, and those after it do not happen.
 */
export type WorldStep<Message> =
  | ({ readonly action: "deliver"; readonly crashBefore?: number } & Envelope<Message>)
  /** The message disappears: the network lost it, or its receiver was down. */
  | ({ readonly action: "lose" } & Envelope<Message>)
  | {
      readonly action: "timeout"
      readonly process: Address
      readonly timer: Timer
      readonly crashBefore?: number
    }
  /** A client asks. */
  | {
      readonly action: "ask"
      readonly process: Address
      readonly value: Value
      readonly crashBefore?: number
    }
  | { readonly action: "crash"; readonly process: Address }
  | { readonly action: "recover"; readonly process: Address }

/** A state of the world, as properties see it. */
export interface World<Message, Stored, Remembered> {
  readonly locals: readonly Local<Stored>[]
  readonly remembered: Remembered
  /** The messages under way; in the order sent for each pair where the network is ordered. */
  readonly messages: readonly Envelope<Message>[]
}

/**
 * What is asked of all runs.
 *
 * `always`: in every reachable state. `sometimes`: in some reachable state; the
 * guard against a model in which nothing ever happens. `eventually`: every run
 * that goes on as long as it can has a state in which it holds.
 *
 * A property of history can be judged in merged states (`Futures`) and costs almost nothing; one of the
 * world sees everything and costs the reconstruction of the world at every state.
 */
export interface Property<Message, Stored, Remembered> {
  readonly kind: "always" | "sometimes" | "eventually"
  readonly name: string
  /** A condition on what is remembered; judged once for every different memory. */
  readonly ofHistory?: (remembered: Remembered) => boolean
  /** A condition on the whole world. One of the two is given. */
  readonly ofWorld?: (world: World<Message, Stored, Remembered>) => boolean
}
