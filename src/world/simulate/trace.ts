import type { Address, Micros, Timer, Value } from "../../protocol/actor.ts"

/**
 * One thing that happened in a run. The sequence of them is the trace, and the
 * trace is the run: measures and checks read nothing else.
 *
 * `id` numbers the messages sent in a run from 0; copies of one message share it.
 */
export type TraceEvent<Message = unknown, Stored = unknown, Report = never> = { readonly at: Micros } & (
  | { readonly type: "propose"; readonly process: Address; readonly value: Value }
  /** `copies` is how many will arrive if nobody crashes: 0 when the network loses it. */
  | (Transfer<Message> & { readonly type: "send"; readonly copies: number })
  | (Transfer<Message> & { readonly type: "deliver" })
  /** It arrived where nobody was up to receive it. */
  | (Transfer<Message> & { readonly type: "miss" })
  /** The record is durable from now on; a volatile one only until the next crash. */
  | {
      readonly type: "store"
      readonly process: Address
      readonly record: Stored
      readonly volatile?: true
    }
  | { readonly type: "timeout"; readonly process: Address; readonly timer: Timer }
  | { readonly type: "learn"; readonly process: Address; readonly epoch: number; readonly value: Value }
  | { readonly type: "crash"; readonly process: Address }
  | { readonly type: "recover"; readonly process: Address }
  | Reported<Report>
)

/** What a process says of itself; protocols that say nothing have no such events. */
export type Reported<Report> = [Report] extends [never]
  ? never
  : { readonly type: "report"; readonly process: Address; readonly report: Report }

/** A message on its way, with the number that tells it from all others of the run. */
export interface Transfer<Message> {
  readonly id: number
  readonly from: Address
  readonly to: Address
  readonly message: Message
}

/** Reads a trace while it is computed. */
export type Observer<Message, Stored, Report = never> = (event: TraceEvent<Message, Stored, Report>) => void

/** An observer that wants only some types of events: those nobody wants are never made. */
export interface SelectiveObserver<Message, Stored, Report = never> {
  readonly wants: readonly TraceEventType[]
  observe(event: TraceEvent<Message, Stored, Report>): void
}

/** Every type of event, in the order of `TraceEvent`. */
export const traceEventTypes = [
  "propose",
  "send",
  "deliver",
  "miss",
  "store",
  "timeout",
  "learn",
  "crash",
  "recover",
  "report",
] as const
/** One of these. */
export type TraceEventType = (typeof traceEventTypes)[number]

/**
 * Everyone who watches a run, and which types of events anybody wants.
 *
 * A run of a log makes millions of events, and a measure that counts decisions wants a few
 * types of them. What nobody wants is not even put together.
 */
export class Audience<Message, Stored, Report> {
  /** Whether somebody wants events of a type; events of other types need not even be made. */
  readonly wants: Readonly<Record<TraceEventType, boolean>>
  /** Who hears of everything: all, where nobody chooses, as in most short runs. */
  private readonly all: readonly Observer<Message, Stored, Report>[] | undefined
  private readonly listeners: Readonly<
    Partial<Record<TraceEventType, readonly Observer<Message, Stored, Report>[]>>
  >

  constructor(observers: readonly AnyObserver<Message, Stored, Report>[]) {
    if (observers.every((observer) => typeof observer === "function")) {
      this.all = observers
      this.listeners = {}
      this.wants = observers.length === 0 ? nothing : everything
    } else {
      const listeners = byType((type) => listening(observers, type))
      this.listeners = listeners
      this.wants = byType((type) => listeners[type].length > 0)
    }
  }

  observe(event: TraceEvent<Message, Stored, Report>): void {
    const listeners = this.all ?? this.listeners[(event as { type: TraceEventType }).type]!
    for (let i = 0; i < listeners.length; i++) listeners[i]!(event)
  }
}

/** Someone who hears everything, or only what it wants. */
type AnyObserver<Message, Stored, Report> =
  Observer<Message, Stored, Report> | SelectiveObserver<Message, Stored, Report>

/**
 * Who wants a type of event, in the order in which they were given: checks see
 * events in the same order as measures.
 */
function listening<Message, Stored, Report>(
  observers: readonly AnyObserver<Message, Stored, Report>[],
  type: TraceEventType,
): Observer<Message, Stored, Report>[] {
  return observers.flatMap((observer) => {
    if (typeof observer === "function") return [observer]
    return observer.wants.includes(type) ? [observer.observe.bind(observer)] : []
  })
}

function byType<T>(of: (type: TraceEventType) => T): Record<TraceEventType, T> {
  return Object.fromEntries(traceEventTypes.map((type) => [type, of(type)])) as Record<TraceEventType, T>
}

const [everything, nothing] = [byType(() => true), byType(() => false)]
