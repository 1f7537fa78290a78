import { InvariantError } from "../base/errors.ts"
import { type ClientHistory, clientHistory, clientProperties } from "../check/log/client-history.ts"
import type { LogEvent, LogFact, LogProperty, LogSubject } from "../check/log/facts.ts"
import { logSafety } from "../check/log/properties.ts"
import { Facts, type Gatherer, type Judgement, judge } from "../check/property.ts"
import { text } from "../experiment/column.ts"
import type { Micros } from "../protocol/actor.ts"
import type { LogMessage, LogRecord, LogReport } from "../protocol/log/messages.ts"
import { micros } from "../world/simulate/latency.ts"
import { type RunEnd, simulate } from "../world/simulate/simulate.ts"
import { TraceHash } from "../world/simulate/trace-hash.ts"
import { traceEventTypes } from "../world/simulate/trace.ts"
import { type LogMeasures, measuresWithin } from "./log-measures.ts"
import { type BuiltLog, type LogObserver, buildLog } from "./log-scenario.ts"
import type { LogSetup } from "./log-setup.ts"

/** A run of a log: what was measured, and what the checks say of it. */
export interface LogRun {
  readonly built: BuiltLog
  readonly measures: LogMeasures
  readonly judgements: readonly Judgement[]
  /** Those that do not hold: none, if the quorums meet. */
  readonly violations: readonly Judgement[]
  readonly end: RunEnd
  /** What clients asked and were told; null unless that was recorded, see `LogRunOptions.linearizability`. */
  readonly clients: ClientHistory | null
  /** Everything that was gathered. */
  readonly facts: LogFacts
  /** Sixteen hexadecimal digits, equal for equal runs; empty where it was not wanted. */
  readonly traceHash: string
}

/** The facts of a run of the log. */
export type LogFacts = Facts<LogSubject, LogEvent>

/** What is measured and checked of a run. */
export interface LogRunOptions {
  /** What is measured: from `warmUpMs` to the end of the run, in intervals of `intervalMs`. */
  readonly warmUpMs?: number
  readonly intervalMs?: number
  /** Whether what clients were told is recorded and checked, which remembers all of it; where it depends on the state, unless said otherwise. */
  readonly linearizability?: boolean
  /** Properties to judge besides. */
  readonly properties?: readonly LogProperty[]
  /** Facts to gather besides, to be read in `LogRun.facts`. */
  readonly gather?: readonly LogFact<Gatherer<LogEvent>>[]
  /** Whether the run may end, by what has been gathered so far; at its horizon, unless said. */
  readonly isOver?: (facts: LogFacts, now: Micros) => boolean
  /** What the fingerprint covers; `states` unless said otherwise. */
  readonly traceHash?: HashedPart | "none"
}

/** Simulates a log, measures it and judges it; further observers see the run as it goes by. */
export function runLog(
  setup: LogSetup,
  seed: number,
  options: LogRunOptions = {},
  ...observers: readonly LogObserver[]
): LogRun {
  return runBuiltLog(buildLog(setup, seed), setup, options, ...observers)
}

/**
 * The same for a log that is built already, and may have been changed
 * since: that is how bugs are planted.
 */
export function runBuiltLog(
  built: BuiltLog,
  setup: LogSetup,
  options: LogRunOptions,
  ...observers: readonly LogObserver[]
): LogRun {
  const { warmUpMs = 0, intervalMs = 0, traceHash = "states" } = options
  const { linearizability = setup.readShare > 0 || setup.casShare > 0 } = options
  const hash = traceHash === "none" ? undefined : logTraceHash(traceHash)
  const measured = measuresWithin({
    from: micros(warmUpMs),
    until: micros(setup.horizonMs),
    clientsPerGroup: setup.clientsPerGroup,
    interval: micros(intervalMs),
  })
  const { properties: more = [], gather = [], isOver } = options
  const properties = [...logSafety, ...(linearizability ? clientProperties : []), ...more]
  const facts: LogFacts = new Facts<LogSubject, LogEvent>(setup, [
    { needs: [measured, ...gather] },
    ...properties,
  ])
  const end = simulate(
    isOver === undefined ? built.scenario : { ...built.scenario, isOver: (now) => isOver(facts, now) },
    built.leadership,
    facts,
    ...(hash === undefined ? [] : [hash.observer]),
    ...observers,
  )
  const judgements = judge(properties, facts)
  return {
    built,
    measures: facts.of(measured),
    judgements,
    violations: judgements.filter(isViolated),
    end,
    clients: linearizability ? facts.of(clientHistory) : null,
    facts,
    traceHash: hash?.digits ?? "",
  }
}

const isViolated = ({ verdict }: Judgement): boolean => verdict.verdict === "violated"

/** The same, where a violation would be a defect of this program: it is thrown, never averaged. */
export function runSafeLog(
  setup: LogSetup,
  seed: number,
  options: LogRunOptions = {},
  ...observers: readonly LogObserver[]
): LogRun {
  const run = runLog(setup, seed, options, ...observers)
  const [violation] = run.violations
  if (violation !== undefined) {
    throw new InvariantError(
      `${setup.plan.name}, seed ${seed}: ${violation.name} was violated: ${violation.verdict.because}.`,
    )
  }
  return run
}

/** How much of a run its fingerprint covers: what replicas write and report, or besides that every message and timer. */
export type HashedPart = "states" | "messages"

/** The fingerprint of a run of the log, and the observer that computes it. Messages take twice as long. */
export function logTraceHash(part: HashedPart): { readonly digits: string; readonly observer: LogObserver } {
  const hash = new TraceHash<LogMessage, LogRecord, LogReport>(digest)
  const wants = part === "messages" ? traceEventTypes : (["store", "report", "crash", "recover"] as const)
  return {
    get digits() {
      return hash.digits
    },
    observer: { wants, observe: hash.observe },
  }
}

/** The numbers of a message, a record or a report that tell it from others. */
function digest(content: LogMessage | LogRecord | LogReport): number {
  const parts = content as { type: string; epoch?: number; slot?: number; request?: number }
  return (parts.epoch ?? 0) * 65_537 + (parts.slot ?? 0) * 257 + (parts.request ?? 0) * 31 + parts.type.length
}

/** The column of every experiment on the log. */
export const traceHashColumn = text(
  "traceHash",
  "Fingerprint of the runs behind the row: equal for equal runs, whatever was measured of them.",
)
