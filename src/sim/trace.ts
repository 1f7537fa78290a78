import type { Address, Micros, Timer, Value } from "../protocol/actor.ts"

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
type Reported<Report> = [Report] extends [never]
  ? never
  : { readonly type: "report"; readonly process: Address; readonly report: Report }

/** A message on its way, with the number that tells it from all others of the run. */
interface Transfer<Message> {
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
