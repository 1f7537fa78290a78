import {
  type Observer,
  type SelectiveObserver,
  type TraceEvent,
  type TraceEventType,
  traceEventTypes,
} from "./trace.ts"

/** Everyone who watches a run, and which types of events anybody wants. */
export class Audience<Message, Stored, Report> {
  /** Whether somebody wants events of a type; events of other types need not even be made. */
  readonly wants: Readonly<Record<TraceEventType, boolean>>
  private readonly listeners: Readonly<Record<TraceEventType, readonly Observer<Message, Stored, Report>[]>>

  constructor(
    observers: readonly (Observer<Message, Stored, Report> | SelectiveObserver<Message, Stored, Report>)[],
  ) {
    const listening = (type: TraceEventType): Observer<Message, Stored, Report>[] =>
      observers.flatMap((observer) => {
        if (typeof observer === "function") return [observer]
        return observer.wants.includes(type) ? [(event) => observer.observe(event)] : []
      })
    this.listeners = byType(listening)
    this.wants = byType((type) => this.listeners[type].length > 0)
  }

  observe(event: TraceEvent<Message, Stored, Report>): void {
    const listeners = this.listeners[(event as { type: TraceEventType }).type]
    for (let i = 0; i < listeners.length; i++) listeners[i]!(event)
  }
}

function byType<T>(of: (type: TraceEventType) => T): Record<TraceEventType, T> {
  return Object.fromEntries(traceEventTypes.map((type) => [type, of(type)])) as Record<TraceEventType, T>
}
