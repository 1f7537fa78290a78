import type { Address, Micros, Timer, Value } from "../../protocol/actor.ts"

/**
 * One thing that happened in a run. The sequence of them is the trace, and the
 * trace is the run: measures and checks read nothing else.
 *
 * `id` numbers the messages sent in a run from 0; copies of one message share it.
 */
export type TraceEvent<Message = unknown, Stored = unknown, Report = never> = { readonly at: Micros } & (
  | { readonly type: "propose"; readonly process: Address; readonly value: Value }
  /** `copies` is how many will arrive if no process crashes: 0 when the network loses it. */
  | (Transfer<Message> & { readonly type: "send"; readonly copies: number })
  | (Transfer<Message> & { readonly type: "deliver" })
  /** It arrived where no process was up to receive it. */
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

/**
 * An observer that wants only some types of events: those that no observer wants are never made. Of the
 * two types that a log makes by the million it may take the parts instead, for which no object is made.
 */
export interface SelectiveObserver<Message, Stored, Report = never> extends Watching<
  Message,
  Stored,
  Report
> {
  readonly wants: readonly TraceEventType[]
  /** Whose methods are called; its own, unless given. */
  readonly by?: Watching<Message, Stored, Report>
}

/** What is called for events: whole, or by their parts where there is a method for their type. */
export interface Watching<Message, Stored, Report = never> {
  observe?(event: TraceEvent<Message, Stored, Report>): void
  /** A store event. */
  stored?(at: Micros, process: Address, record: Stored, isVolatile: boolean): void
  /** A report event. */
  reported?(at: Micros, process: Address, report: Report): void
}

/** Shows an event to an observer, in the form in which it takes it. */
export function showTo<Message, Stored, Report>(
  observer: Watching<Message, Stored, Report>,
  event: TraceEvent<Message, Stored, Report>,
): void {
  const given = event as TraceEvent<Message, Stored, unknown>
  if (given.type === "store" && observer.stored !== undefined) {
    observer.stored(given.at, given.process, given.record, given.volatile === true)
  } else if (given.type === "report" && observer.reported !== undefined) {
    observer.reported(given.at, given.process, given.report as Report)
  } else observer.observe?.(event)
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
 * All observers of a run, and which types of events any of them wants.
 *
 * A run of a log makes millions of events, and a measure that counts decisions wants a few
 * types of them. Events that no observer wants are not built.
 */
export class Audience<Message, Stored, Report> {
  /** Whether some observer wants events of a type; events of other types need not even be made. */
  readonly wants: Readonly<Record<TraceEventType, boolean>>
  /** The observers of everything, where no observer selects, as in most short runs. */
  private readonly all: readonly Observer<Message, Stored, Report>[] | undefined
  private readonly listeners: Readonly<
    Partial<Record<TraceEventType, readonly Observer<Message, Stored, Report>[]>>
  >
  private readonly storeListeners: readonly Listener<Message, Stored, Report, "stored">[]
  private readonly reportListeners: readonly Listener<Message, Stored, Report, "reported">[]

  constructor(observers: readonly AnyObserver<Message, Stored, Report>[]) {
    if (observers.every((observer) => typeof observer === "function")) {
      this.all = observers
      this.listeners = {}
      this.wants = observers.length === 0 ? nothing : everything
    } else {
      const listeners = byType((type) => wanting(observers, type).map(functionOf))
      this.listeners = listeners
      this.wants = byType((type) => listeners[type].length > 0)
    }
    this.storeListeners = wanting(observers, "store").map(storeListener)
    this.reportListeners = wanting(observers, "report").map(reportListener)
  }

  observe(event: TraceEvent<Message, Stored, Report>): void {
    const listeners = this.all ?? this.listeners[(event as { type: TraceEventType }).type]!
    for (let i = 0; i < listeners.length; i++) listeners[i]!(event)
  }

  stored(at: Micros, process: Address, record: Stored, isVolatile: boolean): void {
    const listeners = this.storeListeners
    for (let i = 0; i < listeners.length; i++) listeners[i]!.stored(at, process, record, isVolatile)
  }

  reported(at: Micros, process: Address, report: Report): void {
    const listeners = this.reportListeners
    for (let i = 0; i < listeners.length; i++) listeners[i]!.reported(at, process, report)
  }
}

/** Someone who hears everything, or only what it wants. */
type AnyObserver<Message, Stored, Report> =
  Observer<Message, Stored, Report> | SelectiveObserver<Message, Stored, Report>

/** An observer that takes the parts of a type of event. */
type Listener<Message, Stored, Report, Form extends "stored" | "reported"> = Required<
  Pick<Watching<Message, Stored, Report>, Form>
>

/**
 * The observers that want a type of event, in the order in which they were given: checks see
 * events in the same order as measures.
 */
function wanting<Message, Stored, Report>(
  observers: readonly AnyObserver<Message, Stored, Report>[],
  type: TraceEventType,
): AnyObserver<Message, Stored, Report>[] {
  return observers.filter((observer) => typeof observer === "function" || observer.wants.includes(type))
}

function functionOf<Message, Stored, Report>(
  observer: AnyObserver<Message, Stored, Report>,
): Observer<Message, Stored, Report> {
  if (typeof observer === "function") return observer
  const { by = observer } = observer
  return (event) => showTo(by, event)
}

function storeListener<Message, Stored, Report>(
  observer: AnyObserver<Message, Stored, Report>,
): Listener<Message, Stored, Report, "stored"> {
  const by = watching(observer)
  if (takes(by, "stored")) return by
  const observe = functionOf(observer)
  return {
    stored: (at, process, record, isVolatile) =>
      observe({ at, type: "store", process, record, ...(isVolatile && { volatile: true }) }),
  }
}

function reportListener<Message, Stored, Report>(
  observer: AnyObserver<Message, Stored, Report>,
): Listener<Message, Stored, Report, "reported"> {
  const by = watching(observer)
  if (takes(by, "reported")) return by
  const observe = functionOf(observer)
  return {
    reported: (at, process, report) => {
      const event = { at, type: "report", process, report }
      observe(event as unknown as TraceEvent<Message, Stored, Report>)
    },
  }
}

function watching<Message, Stored, Report>(
  observer: AnyObserver<Message, Stored, Report>,
): Watching<Message, Stored, Report> {
  return typeof observer === "function" ? {} : (observer.by ?? observer)
}

function takes<Message, Stored, Report, Form extends "stored" | "reported">(
  by: Watching<Message, Stored, Report>,
  form: Form,
): by is Listener<Message, Stored, Report, Form> {
  return by[form] !== undefined
}

function byType<T>(of: (type: TraceEventType) => T): Record<TraceEventType, T> {
  return Object.fromEntries(traceEventTypes.map((type) => [type, of(type)])) as Record<TraceEventType, T>
}

const [everything, nothing] = [byType(() => true), byType(() => false)]
