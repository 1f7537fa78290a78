import type { Micros } from "../protocol/actor.ts"
import type { LogMessage, LogRecord, LogReport, Operation } from "../protocol/log/messages.ts"
import type { SelectiveObserver, TraceEvent } from "../world/simulate/trace.ts"
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

/** What a run of the log costs in messages and writes, all of it, the start included. */
export class LogTraffic implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["send", "store", "report"] as const
  sent = 0
  /** Messages of which no copy arrives. */
  lost = 0
  /** Copies that arrive beyond the first. */
  duplicates = 0
  writes = 0
  /** Slots carried out, no-ops included, and the commands in them. */
  slots = 0
  commands = 0
  snapshots = 0
  private readonly types = new Map<string, number>()

  observe(event: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type === "send") return this.onSend(event.message.type, event.copies)
    if (event.type === "store") {
      this.writes++
      if (event.record.type === "snapshot") this.snapshots++
    } else if (event.type === "report" && event.report.type === "executed") {
      const { slot, batch } = event.report
      if (slot !== this.slots) return
      this.slots++
      this.commands += batch.length
    }
  }

  /** Messages sent, by type, the most frequent first. */
  get byType(): readonly { readonly type: string; readonly sent: number }[] {
    return [...this.types]
      .map(([type, sent]) => ({ type, sent }))
      .sort((a, b) => b.sent - a.sent || (a.type < b.type ? -1 : 1))
  }

  private onSend(type: string, copies: number): void {
    this.sent++
    if (copies === 0) this.lost++
    else this.duplicates += copies - 1
    this.types.set(type, (this.types.get(type) ?? 0) + 1)
  }
}

/**
 * Every answered request of a run in the order of the answers: when, and after
 * how long. Memory grows with the run; it is for runs whose warm-up is to be
 * found (`warm-up.ts`). Others measure with `LogMeasuring`.
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
