import type { Address, Process, Timer, Value } from "../../protocol/actor.ts"

/** A message under way. */
export interface Envelope<Message> {
  readonly from: Address
  readonly to: Address
  readonly message: Message
}

/**
 * The delivery guarantees of the network.
 *
 * `unordered`: each is delivered once at most, in any order. `duplicating`: any number of times, in any
 * order. `ordered`: once, in the order sent, for each pair of processes. A message may always remain
 * undelivered; its loss is a separate event only where the model is `lossy`.
 */
export type NetworkKind = "unordered" | "duplicating" | "ordered"

/** Every kind, in the order of the manual. */
export const networkKinds: readonly NetworkKind[] = ["unordered", "duplicating", "ordered"]

/**
 * A small cluster all of whose runs are explored: the actors of the simulator, with nondeterministic
 * choices of the network and of faults in place of random draws.
 *
 * `Remembered` is the history on which properties are judged and which no process knows, such as all
 * proposals ever accepted. It is part of the state.
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
  /** Whether a crashed process may recover, at any time; true by default. */
  readonly recovers?: boolean
  /**
   * The client requests, to each process in this order; repeated, at any time, to a process that has
   * recovered.
   */
  readonly requests: readonly { readonly process: Address; readonly value: Value }[]
  /**
   * Whether clients may send requests at any time; false by default: then all requests arrive at the
   * start. For a process that only sends before its first request, late requests are equivalent to slow
   * messages; for co-located acceptor and proposer they are not, because messages to itself arrive
   * immediately.
   */
  readonly lateRequests?: boolean
  /** Steps that send a message not admitted are not taken: the bound that keeps epochs finite. */
  readonly admits?: (message: Message) => boolean
  /** Nor are steps into such a state of a process: a bound on what no message shows, such as attempts without an epoch. */
  readonly permits?: (state: unknown) => boolean
  readonly history?: History<Message, Stored, Remembered>
}

/**
 * The history of a run in addition to the states of its processes. Keep it small: runs with different
 * histories are different states.
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
  /** The client requests still to be sent to it; absent if none. */
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
 * A property of all runs.
 *
 * `always`: in every reachable state. `sometimes`: in some reachable state; the guard against a model in
 * which nothing happens. `eventually`: every maximal run reaches a state in which it holds.
 *
 * A property of the history can be judged in merged states (`Futures`) and costs almost nothing; one of
 * the world reads the whole state and costs its reconstruction at every state.
 */
export interface Property<Message, Stored, Remembered> {
  readonly kind: "always" | "sometimes" | "eventually"
  readonly name: string
  /** A condition on what is remembered; judged once for every different memory. */
  readonly ofHistory?: (remembered: Remembered) => boolean
  /** A condition on the whole world. One of the two is given. */
  readonly ofWorld?: (world: World<Message, Stored, Remembered>) => boolean
}
