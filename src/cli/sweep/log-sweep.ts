import { planFrom } from "../../../experiments/setup.ts"
import { meanInterval } from "../../base/statistics.ts"
import { count, estimateCells, estimateColumns } from "../../experiment/column.ts"
import { type AnyExperiment, defineExperiment } from "../../experiment/define.ts"
import { runLog } from "../../experiment/log-run.ts"
import { usualLogSetup } from "../../experiment/log-setup.ts"
import { seedOf } from "./decree-sweep.ts"
import { type SweepCase, sweepCases } from "./sweep-cases.ts"
import { type SweepData, latencyOf, readLogSettings } from "./sweep-data.ts"
import { sweepFigures } from "./sweep-figure.ts"
import { axisCells, axisColumns, safeOnes, sweepHead, sweepTables } from "./sweep-table.ts"

interface Observation {
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly throughputPerS: number
  readonly longestGapMs: number
  readonly elections: number
  /** The name of what was violated, where safety was. */
  readonly violation: string | null
}

/** What is said of each case. */
const columns = [
  count("replicas", "Number of independent runs."),
  count("violations", "Runs in which a safety property was violated; they are in no average."),
  ...estimateColumns("latencyMs", "Mean over the runs of the mean time from a request to its answer.", {
    unit: "ms",
    empty: "nothing was answered",
  }),
  ...estimateColumns("latencyMsP50", "Mean over the runs of the median time.", {
    unit: "ms",
    empty: "nothing was answered",
  }),
  ...estimateColumns("latencyMsP99", "Mean over the runs of the 99th percentile.", {
    unit: "ms",
    empty: "nothing was answered",
  }),
  ...estimateColumns("throughputPerS", "Mean of the answered requests per second.", {
    unit: "1/s",
    digits: 1,
  }),
  ...estimateColumns("longestGapMs", "Mean over the runs of the longest time without an answer.", {
    unit: "ms",
  }),
  ...estimateColumns("elections", "Mean number of times somebody became leader.", { digits: 2 }),
]

const ms = (micros: number | null): number | null => (micros === null ? null : micros / 1000)

/** A sweep over replicated logs: latency and throughput as clients see them. */
export function logSweep(data: SweepData): AnyExperiment {
  // Where nobody crashes, the longest gap is a matter of how often anyone asks.
  const crashes = JSON.stringify(data).includes('"crashes"')
  return defineExperiment<SweepCase, Observation, Record<string, string | number | boolean | null>>({
    ...sweepHead(data),
    columns: [...axisColumns(data), ...columns],
    cases: () => sweepCases(data),
    observe: (c, seed) => observe(data, c, seed),
    summarise: (c, observations) => {
      const safe = safeOnes(observations)
      const estimate = (read: (o: Observation) => number | null) =>
        meanInterval(safe.map(read).filter((value) => value !== null))
      return [
        {
          ...axisCells(data, c),
          replicas: observations.length,
          violations: observations.length - safe.length,
          ...estimateCells(
            "latencyMs",
            estimate(({ meanMs }) => meanMs),
          ),
          ...estimateCells(
            "latencyMsP50",
            estimate(({ p50Ms }) => p50Ms),
          ),
          ...estimateCells(
            "latencyMsP99",
            estimate(({ p99Ms }) => p99Ms),
          ),
          ...estimateCells(
            "throughputPerS",
            estimate(({ throughputPerS }) => throughputPerS),
          ),
          ...estimateCells(
            "longestGapMs",
            estimate(({ longestGapMs }) => longestGapMs),
          ),
          ...estimateCells(
            "elections",
            estimate(({ elections }) => elections),
          ),
        },
      ]
    },
    tables: sweepTables(data, [
      { name: "latencyMs", heading: "latency", unit: "ms", digits: 1 },
      { name: "latencyMsP99", heading: "99 %", unit: "ms", digits: 1 },
      { name: "throughputPerS", heading: "throughput", unit: "1/s", digits: 0, plain: true },
      ...(crashes ? [{ name: "longestGapMs", heading: "longest gap", unit: "ms", digits: 0 }] : []),
    ]),
    figures: sweepFigures(data, [
      { name: "latencyMs", id: "latency", title: "mean latency", unit: "ms" },
      ...(crashes
        ? [{ name: "longestGapMs", id: "gap", title: "longest time without an answer", unit: "ms" }]
        : []),
    ]),
  })
}

function observe(
  data: SweepData,
  { system, latency, seed: root, settings }: SweepCase,
  seed: number,
): Observation {
  const { warmUpMs = 0, ...more } = readLogSettings(settings)
  const setup = {
    ...usualLogSetup,
    plan: planFrom(system),
    latency: latencyOf(latency, data.latencyFiles),
    ...more,
  }
  const { measures, violations } = runLog(setup, seedOf(root, seed), { warmUpMs })
  return {
    meanMs: ms(measures.all.mean),
    p50Ms: ms(measures.all.quantile(0.5)),
    p99Ms: ms(measures.all.quantile(0.99)),
    throughputPerS: measures.throughput,
    longestGapMs: measures.longestGap.length / 1000,
    elections: measures.elections.length,
    violation: violations[0]?.name ?? null,
  }
}
