import type { LogEvent, LogFact, LogSubject } from "../check/log/facts.ts"
import { type Gatherer, type Reading, reading } from "../check/property.ts"
import { sentMessages, syncWrites } from "../check/traffic.ts"
import { type Measure, mean, share } from "../experiment/measured.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import { LatencyHistogram } from "./latency-histogram.ts"
import { type Observed, type RememberedMeasure, type ShownMeasure, measureOf } from "./protocol-measures.ts"
import type { Operation } from "../protocol/log/command.ts"
import type { LogReport } from "../protocol/log/messages.ts"

/** Requests of clients and their replies, over the whole run. */
export class Requests implements Gatherer<LogEvent> {
  /** Requests that arrived, shed ones not included, and those with a reply. */
  called = 0
  returned = 0
  shed = 0
  /** Those that had to wait for a client to be free. */
  queued = 0
  /** The time of the last reply, and its latency. */
  lastReturnAt: Micros = 0
  lastLatency: Micros = 0
  private readonly calledAt: Micros[] = []
  /** By group, when the requests arrived that wait for a client. */
  private readonly waiting = new Map<Address, Micros[]>()

  reported(at: Micros, process: Address, report: LogReport): void {
    switch (report.type) {
      case "queued": {
        this.called++
        this.queued++
        const waiting = this.waiting.get(process) ?? []
        this.waiting.set(process, waiting)
        waiting.push(at)
        return
      }
      case "call":
        // A request that waited for a client has been on its way since it arrived.
        if (report.waited !== true) this.called++
        this.calledAt[report.command.client] =
          report.waited === true ? this.waiting.get(process)!.shift()! : at
        return
      case "return":
        this.returned++
        this.lastReturnAt = at
        this.lastLatency = at - this.calledAt[report.command.client]!
        return
      case "shed":
        this.shed++
        return
      default:
        return
    }
  }
}

/** The requests of clients, and the times of their replies. */
export const requests: LogFact<Requests> = { wants: ["report"], gather: () => new Requests() }

/** With a greater share of requests shed the latency of those that were made is that of another load. */
export const maxShed = 0.01

/** The part of a run that is measured, and how finely throughput is. */
export interface MeasuredWindow {
  /** Only requests with a reply from this time on count … */
  readonly from: Micros
  /** … up to here. */
  readonly until: Micros
  /** Clients are numbered from 0, this many to a group. */
  readonly clientsPerGroup: number
  /** The weight of each group of clients in means over groups, of which at least one is greater than 0. */
  readonly weights: readonly number[]
  /** Replies are counted in intervals of this length; 0 for none. */
  readonly interval: Micros
  /** The total number of requests; Infinity where clients do not stop. */
  readonly requests: number
}

/** An outage: an interval without replies to any client, in microseconds of the run. */
export interface Gap {
  readonly from: Micros
  readonly length: Micros
  /** Whether it lasted to the end of the window, and so may have lasted longer. */
  readonly isOpen: boolean
}

/**
 * Latencies by group of clients, for their mean over groups. The mean over requests
 * favours clients that are near: in a closed loop they make more of them.
 */
class GroupMeans {
  private readonly counts: number[]
  private readonly sums: number[]
  private readonly weights: readonly number[]

  constructor(weights: readonly number[]) {
    this.weights = weights
    this.counts = weights.map(() => 0)
    this.sums = weights.map(() => 0)
  }

  add(group: number, latency: Micros): void {
    this.counts[group]!++
    this.sums[group]! += latency
  }

  /** The weighted mean of the groups' means; null where a group that counts has no latency. */
  get mean(): number | null {
    let [sum, total] = [0, 0]
    for (const [group, weight] of this.weights.entries()) {
      if (weight === 0) continue
      if (this.counts[group] === 0) return null
      sum += (weight * this.sums[group]!) / this.counts[group]!
      total += weight
    }
    return sum / total
  }
}

/** Latency and throughput as clients see them, while a run goes by. */
export class LogMeasures implements Gatherer<LogEvent> {
  /** Over requests, as are the two below. */
  readonly all = new LatencyHistogram()
  readonly reads = new LatencyHistogram()
  readonly writes = new LatencyHistogram()
  readonly byGroup: LatencyHistogram[] = []
  /** Replies in each interval of the window, from its start. */
  readonly perInterval: number[] = []
  /** Each time a replica became leader. */
  readonly elections: { readonly at: Micros; readonly process: number; readonly epoch: number }[] = []
  private readonly groups: {
    readonly all: GroupMeans
    readonly reads: GroupMeans
    readonly writes: GroupMeans
  }
  private longestEnded: Gap
  private lastReturn: Micros
  private readonly window: MeasuredWindow
  private readonly requests: Requests

  constructor(window: MeasuredWindow, asked: Requests) {
    this.window = window
    this.requests = asked
    this.lastReturn = window.from
    this.longestEnded = { from: window.from, length: 0, isOpen: false }
    const [all, reads, writes] = [0, 1, 2].map(() => new GroupMeans(window.weights))
    this.groups = { all: all!, reads: reads!, writes: writes! }
  }

  /** Mean latency over groups of clients by their weights, in microseconds; null where one of them has none. */
  get mean(): number | null {
    return this.groups.all.mean
  }

  /** The same of gets. */
  get readMean(): number | null {
    return this.groups.reads.mean
  }

  /** The same of all other requests. */
  get writeMean(): number | null {
    return this.groups.writes.mean
  }

  reported(at: Micros, process: Address, report: LogReport): void {
    if (report.type === "return") this.onReturn(at, report.command.client, report.command.operation)
    else if (report.type === "leads") this.elections.push({ at, process, epoch: report.epoch })
  }

  /** Requests made, over the whole run, shed ones not included. */
  get called(): number {
    return this.requests.called
  }

  /** Those of them with a reply. */
  get returned(): number {
    return this.requests.returned
  }

  /** Those still unanswered: what they have waited for is in no latency. */
  get unanswered(): number {
    return this.called - this.returned
  }

  /** Requests that found no client free to make them. */
  get shed(): number {
    return this.requests.shed
  }

  /** Requests that waited for a client to be free. */
  get queued(): number {
    return this.requests.queued
  }

  /** Share of the requests that arrived; 0 of none. */
  get shedShare(): number {
    return this.shed === 0 ? 0 : this.shed / (this.called + this.shed)
  }

  /**
   * The end of the measurement: of the window, or the last reply where clients have made all their
   * requests.
   */
  get end(): Micros {
    const { from, until, requests } = this.window
    return this.returned < requests ? until : Math.min(until, Math.max(from, this.requests.lastReturnAt))
  }

  /** The longest time without a reply within the window. One that lasts to its end counts, and is open. */
  get longestGap(): Gap {
    const length = this.end - this.lastReturn
    return length > this.longestEnded.length
      ? { from: this.lastReturn, length, isOpen: true }
      : this.longestEnded
  }

  /** Replies per second of the window; null where all requests had their reply before it. */
  get throughput(): number | null {
    const { from } = this.window
    return this.end === from ? null : this.all.count / ((this.end - from) / 1e6)
  }

  private onReturn(at: Micros, client: number, operation: Operation): void {
    const { from, until, interval, clientsPerGroup } = this.window
    if (at < from || at >= until) return
    const latency = this.requests.lastLatency
    this.all.add(latency)
    const group = Math.floor(client / clientsPerGroup)
    this.groups.all.add(group, latency)
    if (operation === "get") {
      this.reads.add(latency)
      this.groups.reads.add(group, latency)
    } else {
      this.writes.add(latency)
      this.groups.writes.add(group, latency)
    }
    while (this.byGroup.length <= group) this.byGroup.push(new LatencyHistogram())
    this.byGroup[group]!.add(latency)
    if (interval > 0) this.count(Math.floor((at - from) / interval))
    const length = at - this.lastReturn
    if (length > this.longestEnded.length)
      this.longestEnded = { from: this.lastReturn, length, isOpen: false }
    this.lastReturn = at
  }

  private count(interval: number): void {
    while (this.perInterval.length <= interval) this.perInterval.push(0)
    this.perInterval[interval]!++
  }
}

/** Latency and throughput within a window of the run. */
export function measuresWithin(window: MeasuredWindow): LogFact<LogMeasures> {
  return { wants: ["report"], gather: (_, facts) => new LogMeasures(window, facts.of(requests)) }
}

/** The slots that some replica has executed. */
export class ExecutedSlots implements Gatherer<LogEvent> {
  /** No-ops included. */
  count = 0
  /** The commands in them. */
  commands = 0

  reported(_: Micros, __: Address, report: LogReport): void {
    if (report.type !== "executed" || report.slot !== this.count) return
    this.count++
    this.commands += report.batch.length
  }
}

/** Slots that were executed. */
export const executedSlots: LogFact<ExecutedSlots> = {
  wants: ["report"],
  gather: () => new ExecutedSlots(),
}

/** What a run of the log costs in messages and writes, all of it, the start included. */
export interface LogTraffic {
  readonly sent: number
  /** Messages of which no copy arrives. */
  readonly lost: number
  /** Messages sent, by type, the most frequent first. */
  readonly byType: readonly { readonly type: string; readonly sent: number }[]
  readonly writes: number
  readonly slots: number
  readonly commands: number
}

/** Messages and writes of a run. */
export const traffic: Reading<LogSubject, LogEvent, LogTraffic> = reading(
  { sentMessages, syncWrites, executedSlots },
  ({ sentMessages: { count, lost, byType }, syncWrites: writes, executedSlots: slots }) => ({
    sent: count,
    lost,
    byType: Object.entries(byType)
      .map(([type, sent]) => ({ type, sent }))
      .sort((a, b) => b.sent - a.sent || (a.type < b.type ? -1 : 1)),
    writes: writes.count,
    slots: slots.count,
    commands: slots.commands,
  }),
)

/**
 * Every request with a reply, in the order of the replies: its time and latency. Memory grows with the
 * run; it is for runs whose warm-up is to be detected (`warm-up.ts`). Others use `LogMeasures`.
 */
export class AnsweredRequests implements Gatherer<LogEvent> {
  readonly answeredAt: Micros[] = []
  readonly latencies: Micros[] = []
  private readonly requests: Requests

  constructor(asked: Requests) {
    this.requests = asked
  }

  reported(at: Micros, _: Address, report: LogReport): void {
    if (report.type !== "return") return
    this.answeredAt.push(at)
    this.latencies.push(this.requests.lastLatency)
  }
}

/** Every reply of a run. */
export const answeredRequests: LogFact<AnsweredRequests> = {
  wants: ["report"],
  gather: (_, facts) => new AnsweredRequests(facts.of(requests)),
}

const ms = (micros: number | null): number | null => (micros === null ? null : micros / 1000)

/** A measure of a log, of what its clients saw. */
const ofClients = <Value extends Observed>(
  summary: Measure<Value, boolean>,
  of: (run: LogMeasures) => Value,
  shown?: ShownMeasure,
): RememberedMeasure<LogMeasures, unknown> => measureOf(summary, of, shown)

const answered = { unit: "ms", empty: "nothing was answered" }

/** What the runs of every log can be measured by; those of a log without measures of its own. */
export const logMeasures = {
  latencyMs: ofClients(
    mean(
      "Mean over the runs of the mean time from a request to its answer, over the groups of clients by their weights.",
      { unit: "ms", empty: "nothing was answered to one of the groups" },
    ),
    (run) => ms(run.mean),
    { heading: "mean latency", digits: 1, figure: { id: "latency" } },
  ),
  latencyMsRequests: ofClients(
    mean(
      "Mean over the runs of the mean time over requests, of which clients that are near make more.",
      answered,
    ),
    (run) => ms(run.all.mean),
  ),
  latencyMsP50: ofClients(mean("Mean over the runs of the median time over requests.", answered), (run) =>
    ms(run.all.quantile(0.5)),
  ),
  latencyMsP99: ofClients(
    mean("Mean over the runs of the 99th percentile over requests.", answered),
    (run) => ms(run.all.quantile(0.99)),
    { heading: "p99 latency", digits: 1 },
  ),
  throughputPerS: ofClients(
    mean("Mean of the answered requests per second.", {
      unit: "1/s",
      digits: 1,
      empty: "all requests were answered before the measured window",
    }),
    (run) => run.throughput,
    { heading: "throughput", digits: 0, plain: true },
  ),
  longestGapMs: ofClients(
    mean("Mean over the runs of the longest time without an answer, also where no answer ended it.", {
      unit: "ms",
    }),
    (run) => run.longestGap.length / 1000,
    {
      ...{ heading: "longest gap", digits: 0, underFaults: true },
      figure: { id: "gap", title: "longest time without an answer" },
    },
  ),
  openGapShare: ofClients(
    share("Share of the runs in which that time lasted to the end, and might have been longer.", {
      digits: 4,
    }),
    (run) => run.longestGap.isOpen,
  ),
  unanswered: ofClients(
    mean(
      "Mean number of requests without an answer at the end of a run; no latency includes what they waited.",
      { digits: 1 },
    ),
    (run) => run.unanswered,
  ),
  silentShare: ofClients(
    share(
      "Share of the runs in which one of the groups of clients got no answer within the window: these are not in latencyMs.",
      { digits: 4 },
    ),
    (run) => run.mean === null,
  ),
  shedShare: ofClients(
    mean("Open loop: mean share of requests that found no client free to make them, and were not made.", {
      digits: 4,
    }),
    (run) => run.shedShare,
  ),
  elections: ofClients(
    mean("Mean number of times a replica became leader.", { digits: 2 }),
    (run) => run.elections.length,
  ),
}
