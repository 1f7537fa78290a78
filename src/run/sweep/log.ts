import { shareInterval } from "../../base/statistics/estimates.ts"
import { count, estimateCells, estimateColumns, meanCells, text } from "../../experiment/column.ts"
import { type AnyExperiment, defineExperiment } from "../../experiment/define.ts"
import { type LogRun, runLog } from "../log.ts"
import { maxShed } from "../log-measures.ts"
import type { LogProtocol } from "../log-protocol.ts"
import { logReplayCommand } from "../replay.ts"
import { logSafety } from "../safety.ts"
import { type Strategies, type SweepCase, lastOf, logSetup, seedOf, sweepAxes, sweepCases } from "./cases.ts"
import type { SweepData } from "./document.ts"
import {
  type RowNote,
  axisCells,
  axisColumns,
  percent,
  safeOnes,
  safetyOfCases,
  sweepFigures,
  sweepHead,
  sweepTables,
} from "./output.ts"

interface Observation {
  readonly groupMeanMs: number | null
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly throughputPerS: number | null
  readonly longestGapMs: number
  readonly longestGapOpen: boolean
  readonly unanswered: number
  readonly shedShare: number
  readonly elections: number
  /** The command that shows the violation, where safety was violated. */
  readonly violation: string | null
}

/** The columns of a sweep of logs. */
const columns = [
  count("runs", "Number of independent runs."),
  count("violations", "Runs in which a safety property was violated; they are in no average."),
  text("violationReplay", "The command that shows the first of them.", { empty: "no violation" }),
  ...estimateColumns(
    "latencyMs",
    "Mean over the runs of the mean time from a request to its answer, over the groups of clients by their weights.",
    { unit: "ms", empty: "nothing was answered to one of the groups" },
  ),
  ...estimateColumns(
    "latencyMsRequests",
    "Mean over the runs of the mean time over requests, of which clients that are near make more.",
    { unit: "ms", empty: "nothing was answered" },
  ),
  ...estimateColumns("latencyMsP50", "Mean over the runs of the median time over requests.", {
    unit: "ms",
    empty: "nothing was answered",
  }),
  ...estimateColumns("latencyMsP99", "Mean over the runs of the 99th percentile over requests.", {
    unit: "ms",
    empty: "nothing was answered",
  }),
  ...estimateColumns("throughputPerS", "Mean of the answered requests per second.", {
    unit: "1/s",
    digits: 1,
    empty: "all requests were answered before the measured window",
  }),
  ...estimateColumns(
    "longestGapMs",
    "Mean over the runs of the longest time without an answer, also where no answer ended it.",
    { unit: "ms" },
  ),
  ...estimateColumns(
    "openGapShare",
    "Share of the runs in which that time lasted to the end, and might have been longer.",
    { digits: 4 },
  ),
  ...estimateColumns(
    "unanswered",
    "Mean number of requests without an answer at the end of a run; no latency includes what they waited.",
    { digits: 1 },
  ),
  ...estimateColumns(
    "silentShare",
    "Share of the runs in which one of the groups of clients got no answer within the window: these are not in latencyMs.",
    { digits: 4 },
  ),
  ...estimateColumns(
    "shedShare",
    "Open loop: mean share of requests that found no client free to make them, and were not made.",
    { digits: 4 },
  ),
  ...estimateColumns("elections", "Mean number of times somebody became leader.", { digits: 2 }),
]

const ms = (micros: number | null): number | null => (micros === null ? null : micros / 1000)

/** A sweep over replicated logs: latency and throughput as clients see them. */
export function logSweep(data: SweepData, strategies: Strategies, protocol: LogProtocol): AnyExperiment {
  const called = data.protocolFile?.path ?? protocol.id
  const setupOf = lastOf((c: SweepCase) => logSetup(data, c, strategies))
  // Without faults the longest gap depends only on the rate of requests.
  const faulty = sweepAxes(data).conditions.some(({ settings }) => isFaulty(settings["faults"]))
  const over = weightingNote(data)
  return defineExperiment<SweepCase, Observation, Record<string, string | number | boolean | null>>({
    ...sweepHead(data),
    safety: safetyOfCases((c) => logSafety(protocol, setupOf(c))),
    columns: [...axisColumns(data), ...columns],
    cases: () => sweepCases(data),
    observe: (c, seed) => {
      const own = seedOf(c.seed, seed)
      const setup = setupOf(c)
      return observe(
        runLog(setup, own, { protocol, traceHash: "none" }),
        logReplayCommand(setup, own, called),
      )
    },
    summarise: (c, observations) => {
      const safe = safeOnes(observations)
      return [
        {
          ...axisCells(data, c),
          runs: observations.length,
          violations: observations.length - safe.length,
          violationReplay: observations.find(({ violation }) => violation !== null)?.violation ?? null,
          ...meanCells("latencyMs", safe, ({ groupMeanMs }) => groupMeanMs),
          ...meanCells("latencyMsRequests", safe, ({ meanMs }) => meanMs),
          ...meanCells("latencyMsP50", safe, ({ p50Ms }) => p50Ms),
          ...meanCells("latencyMsP99", safe, ({ p99Ms }) => p99Ms),
          ...meanCells("throughputPerS", safe, ({ throughputPerS }) => throughputPerS),
          ...meanCells("longestGapMs", safe, ({ longestGapMs }) => longestGapMs),
          ...estimateCells("openGapShare", shareInterval(safe.map(({ longestGapOpen }) => longestGapOpen))),
          ...estimateCells("silentShare", shareInterval(safe.map(({ groupMeanMs }) => groupMeanMs === null))),
          ...meanCells("unanswered", safe, ({ unanswered }) => unanswered),
          ...meanCells("shedShare", safe, ({ shedShare }) => shedShare),
          ...meanCells("elections", safe, ({ elections }) => elections),
        },
      ]
    },
    tables: sweepTables(
      data,
      [
        { name: "latencyMs", heading: "mean latency", unit: "ms", digits: 1 },
        { name: "latencyMsP99", heading: "p99 latency", unit: "ms", digits: 1 },
        { name: "throughputPerS", heading: "throughput", unit: "1/s", digits: 0, plain: true },
        ...(faulty ? [{ name: "longestGapMs", heading: "longest gap", unit: "ms", digits: 0 }] : []),
      ],
      [`${over} p99 latency: over requests.`, silentNote, openGapNote, shedNote],
    ),
    figures: sweepFigures(data, [
      { name: "latencyMs", id: "latency", title: "mean latency", unit: "ms", note: over },
      ...(faulty
        ? [{ name: "longestGapMs", id: "gap", title: "longest time without an answer", unit: "ms" }]
        : []),
    ]),
  })
}

const isFaulty = (faults: unknown): boolean =>
  Array.isArray(faults) ? faults.length > 0 : typeof faults === "string" && faults !== ""

/** What the mean latency is the mean of. */
function weightingNote(data: SweepData): string {
  const isWeighted = sweepAxes(data).conditions.some(({ settings }) => settings["groupWeights"] !== undefined)
  return `Mean latency: over client groups, ${isWeighted ? "weighted by groupWeights" : "equally weighted"}.`
}

const silentNote: RowNote = {
  about: "Runs in which one of the groups of clients got no answer, in no mean latency",
  of: ({ silentShare }) => (Number(silentShare) === 0 ? undefined : percent(Number(silentShare))),
}

const shedNote: RowNote = {
  about:
    "WARNING: requests that found no client free and were not made, in no measure (whenBusy: queue makes them)",
  of: ({ shedShare }) => (Number(shedShare) <= maxShed ? undefined : percent(Number(shedShare))),
}

const openGapNote: RowNote = {
  about: "Runs that ended without an answer after their longest gap",
  of: ({ openGapShare }) => (Number(openGapShare) === 0 ? undefined : percent(Number(openGapShare))),
}

function observe({ measures, violations }: LogRun, replay: string): Observation {
  return {
    groupMeanMs: ms(measures.mean),
    meanMs: ms(measures.all.mean),
    p50Ms: ms(measures.all.quantile(0.5)),
    p99Ms: ms(measures.all.quantile(0.99)),
    throughputPerS: measures.throughput,
    longestGapMs: measures.longestGap.length / 1000,
    longestGapOpen: measures.longestGap.isOpen,
    unanswered: measures.unanswered,
    shedShare: measures.shedShare,
    elections: measures.elections.length,
    violation: violations.length === 0 ? null : replay,
  }
}
