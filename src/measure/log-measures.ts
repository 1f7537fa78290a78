import type { Micros } from "../protocol/actor.ts"
import type { Operation } from "../protocol/log/command.ts"
import type { LogMessage, LogRecord, LogReport } from "../protocol/log/messages.ts"
import type { SelectiveObserver, TraceEvent } from "../sim/trace.ts"
import { LatencyHistogram } from "./latency-histogram.ts"

/** The part of a run that is measured, and how finely throughput is. */
export interface MeasuredWindow {
  /** Only requests answered from here on count … */
  readonly from: Micros
  /** … up to here. */
  readonly until: Micros
  /** Clients are numbered from 0, this many to a group. */
  readonly clientsPerGroup: number
  /** Answers are counted by intervals of this length, for gaps; 0 for not at all. */
  readonly interval: Micros
}

/** Latency and throughput as clients see them, while a run goes by. */
export class LogMeasuring implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["report"] as const
  readonly all = new LatencyHistogram()
  readonly reads = new LatencyHistogram()
  readonly writes = new LatencyHistogram()
  readonly byGroup: LatencyHistogram[] = []
  /** Answers in each interval of the window, from its beginning. */
  readonly perInterval: number[] = []
  /** Requests made and answered over the whole run, shed ones not included. */
  called = 0
  returned = 0
  shed = 0
  /** Each time somebody became leader. */
  readonly elections: { readonly at: Micros; readonly process: number; readonly epoch: number }[] = []
  /** The longest time without any answer within the window, and when it began. */
  longestGap = { from: 0, length: 0 }
  private lastReturn: Micros
  private readonly calledAt: Micros[] = []
  private readonly window: MeasuredWindow

  constructor(window: MeasuredWindow) {
    this.window = window
    this.lastReturn = window.from
  }

  observe(event: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type !== "report") return
    const { at, report } = event
    switch (report.type) {
      case "call":
        this.called++
        this.calledAt[report.command.client] = at
        return
      case "return":
        this.returned++
        return this.onReturn(at, report.command.client, report.command.operation)
      case "shed":
        this.shed++
        return
      case "leads":
        this.elections.push({ at, process: event.process, epoch: report.epoch })
        return
      default:
        return
    }
  }

  /** Answered requests per second of the window. */
  get throughput(): number {
    return this.all.count / ((this.window.until - this.window.from) / 1e6)
  }

  private onReturn(at: Micros, client: number, operation: Operation): void {
    const { from, until, interval, clientsPerGroup } = this.window
    if (at < from || at >= until) return
    const latency = at - this.calledAt[client]!
    this.all.add(latency)
    if (operation === "get") this.reads.add(latency)
    else this.writes.add(latency)
    const group = Math.floor(client / clientsPerGroup)
    while (this.byGroup.length <= group) this.byGroup.push(new LatencyHistogram())
    this.byGroup[group]!.add(latency)
    if (interval > 0) this.count(Math.floor((at - from) / interval))
    const length = at - this.lastReturn
    if (length > this.longestGap.length) this.longestGap = { from: this.lastReturn, length }
    this.lastReturn = at
  }

  private count(interval: number): void {
    while (this.perInterval.length <= interval) this.perInterval.push(0)
    this.perInterval[interval]!++
  }
}
