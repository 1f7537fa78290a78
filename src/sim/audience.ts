import {
  type Observer,
  type SelectiveObserver,
  type TraceEvent,
  type TraceEventType,
  traceEventTypes,
} from "./trace.ts"

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
    return observer.wants.includes(type) ? [(event) => observer.observe(event)] : []
  })
}

function byType<T>(of: (type: TraceEventType) => T): Record<TraceEventType, T> {
  return Object.fromEntries(traceEventTypes.map((type) => [type, of(type)])) as Record<TraceEventType, T>
}

const [everything, nothing] = [byType(() => true), byType(() => false)]
