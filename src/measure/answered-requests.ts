import type { Micros } from "../protocol/actor.ts"
import type { LogMessage, LogRecord, LogReport } from "../protocol/log/messages.ts"
import type { SelectiveObserver, TraceEvent } from "../sim/trace.ts"

/**
 * Every answered request of a run in the order of the answers: when, and after
 * how long. Memory grows with the run; it is for runs whose warm-up is to be
 * found (`base/statistics-warm-up.ts`). Others measure with `LogMeasuring`.
 */
export class AnsweredRequests implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["report"] as const
  readonly answeredAt: Micros[] = []
  readonly latencies: Micros[] = []
  private readonly calledAt: Micros[] = []

  observe(event: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type !== "report") return
    const { at, report } = event
    if (report.type === "call") this.calledAt[report.command.client] = at
    if (report.type !== "return") return
    this.answeredAt.push(at)
    this.latencies.push(at - this.calledAt[report.command.client]!)
  }
}
