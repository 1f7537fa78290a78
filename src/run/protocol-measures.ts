import { type AnyEvent, type Gatherer, type Reading, reading } from "../check/property.ts"
import { deliveredMessages, sentMessages, syncWrites } from "../check/traffic.ts"
import { type Measure, mean, share } from "../experiment/measured.ts"
import type { Address, Micros, Value } from "../protocol/actor.ts"

/** What a measure comes to in one run; null where it has no value there. */
export type Observed = number | boolean | null

/** How the table of a sweep shows a measure. */
export interface ShownMeasure {
  readonly heading: string
  /** Decimals. */
  readonly digits: number
  /** Without its interval. */
  readonly plain?: true
  /** The end of the file name of a figure of its own, in kebab-case, and the title of its axis, the heading unless given; no figure by default. */
  readonly figure?: { readonly id: string; readonly title?: string }
  /** Shown only where some case has faults. */
  readonly underFaults?: true
}

/** How a measure is summarised over runs (`mean`, `share`, …), with its column, and how tables show it. */
export interface MeasureSummary extends Measure<Observed, boolean> {
  /** Left to the CSV unless given. */
  readonly shown?: ShownMeasure
}

/** A measure of what a protocol remembers of a run. */
export interface RememberedMeasure<Remembered, Subject> extends MeasureSummary {
  readonly of: (remembered: Remembered, subject: Subject) => Observed
}

/** A measure that is read from facts of a run, of a cluster and messages that its protocol alone knows. */
export interface ReadMeasure extends MeasureSummary {
  readonly needs: readonly unknown[]
  read(facts: never): Observed
}

/**
 * A measure of the runs of a protocol, named once in its `measures`: what one run comes to, the summary over
 * runs, its column, and how tables show it. Like a property it is of what is remembered of a run, or read
 * from facts that are gathered of its trace.
 */
export type ProtocolMeasure<Remembered, Subject> = RememberedMeasure<Remembered, Subject> | ReadMeasure

/**
 * A measure of what a protocol remembers of a run.
 *
 * @example
 * measures: {
 *   ...commonMeasures,
 *   takeOvers: measureOf(mean("Mean number of take-overs."), (facts: Facts) => facts.takeOvers),
 * }
 */
export function measureOf<Value extends Observed, Remembered, Subject>(
  measure: Measure<Value, boolean>,
  of: (remembered: Remembered, subject: Subject) => Value,
  shown?: ShownMeasure,
): RememberedMeasure<Remembered, Subject> {
  return { ...measure, of, ...(shown && { shown }) }
}

/** A measure that is read from facts of a run. */
export function measureRead<Subject, Event, Value extends Observed>(
  measure: Measure<Value, boolean>,
  read: Reading<Subject, Event, Value>,
  shown?: ShownMeasure,
): ReadMeasure {
  return { ...measure, ...read, ...(shown && { shown }) }
}

/** What each process learned first, in order. */
class FirstLearned implements Gatherer<AnyEvent> {
  readonly list: { readonly process: Address; readonly value: Value; readonly at: Micros }[] = []

  observe(event: AnyEvent): void {
    if (event.type !== "learn" || this.list.some(({ process }) => process === event.process)) return
    this.list.push({ process: event.process, value: event.value, at: event.at })
  }
}

const firstLearned = { wants: ["learn"] as const, gather: (): FirstLearned => new FirstLearned() }

/** What a run cost and came to, of any protocol. Times are virtual microseconds from its start. */
export interface RunTotals {
  readonly messagesSent: number
  readonly messagesDelivered: number
  /** Sent but lost by the network, or arriving where no process was up. */
  readonly messagesLost: number
  readonly messagesByType: Readonly<Record<string, number>>
  readonly syncWrites: number
  /** What each process learned first, in order. */
  readonly learned: readonly { readonly process: string; readonly value: Value; readonly at: Micros }[]
}

/** A run whose processes have names. */
export interface NamedProcesses {
  readonly processes: readonly { readonly name: string }[]
}

/** The totals of a run. */
export const runTotals: Reading<NamedProcesses, AnyEvent, RunTotals> = reading(
  { sentMessages, deliveredMessages, syncWrites, firstLearned },
  (facts, { processes }) => ({
    messagesSent: facts.sentMessages.count,
    messagesDelivered: facts.deliveredMessages.count,
    messagesLost: facts.sentMessages.lost + facts.deliveredMessages.missed,
    messagesByType: facts.sentMessages.byType,
    syncWrites: facts.syncWrites.count,
    learned: facts.firstLearned.list.map(({ process, ...rest }) => ({
      process: processes[process]!.name,
      ...rest,
    })),
  }),
)

/** What the runs of every protocol can be measured by; those of a protocol without measures of its own. */
export const commonMeasures = {
  learnedShare: measureRead(
    share("Share of the runs in which a process learned a value.", { digits: 4 }),
    reading({ firstLearned }, (facts) => facts.firstLearned.list.length > 0),
  ),
  learnMs: measureRead(
    mean("Mean time until the first process learned, over the runs in which one did.", {
      unit: "ms",
      empty: "never learned",
    }),
    reading({ firstLearned }, ({ firstLearned: { list } }) =>
      list.length === 0 ? null : list[0]!.at / 1000,
    ),
    { heading: "learned after", digits: 1 },
  ),
  messages: measureRead(
    mean("Mean number of messages sent.", { digits: 1 }),
    reading({ sentMessages }, (facts) => facts.sentMessages.count),
    { heading: "messages", digits: 0, figure: { id: "messages" } },
  ),
  writes: measureRead(
    mean("Mean number of synchronous writes.", { digits: 1 }),
    reading({ syncWrites }, (facts) => facts.syncWrites.count),
    { heading: "writes", digits: 0, plain: true },
  ),
}
