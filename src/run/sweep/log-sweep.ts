import { UsageError } from "../../base/errors.ts"
import { count, estimateColumns, meanCells, text } from "../../experiment/column.ts"
import { type AnyExperiment, defineExperiment } from "../../experiment/define.ts"
import { planFrom } from "../from-text.ts"
import { type LogSetup, usualLogSetup } from "../log-setup.ts"
import { runLog } from "../log.ts"
import { seedOf } from "./decree-sweep.ts"
import { logReplayCommand } from "./log-replay.ts"
import { type SweepCase, sweepCases } from "./sweep-cases.ts"
import { type SweepData, lastOf, latencyOf, readLogSettings } from "./sweep-data.ts"
import { axisCells, axisColumns, safeOnes, sweepFigures, sweepHead, sweepTables } from "./sweep-output.ts"

interface Observation {
  readonly meanMs: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly throughputPerS: number
  readonly longestGapMs: number
  readonly elections: number
  /** The command that shows the violation, where safety was violated. */
  readonly violation: string | null
}

/** What is said of each case. */
const columns = [
  count("runs", "Number of independent runs."),
  count("violations", "Runs in which a safety property was violated; they are in no average."),
  text("violationReplay", "The command that shows the first of them.", { empty: "no violation" }),
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
  const setupOf = lastOf((c: SweepCase) => logSetup(data, c))
  // Where nobody crashes, the longest gap is a matter of how often anyone asks.
  const crashes = JSON.stringify(data).includes('"crashes"')
  return defineExperiment<SweepCase, Observation, Record<string, string | number | boolean | null>>({
    ...sweepHead(data),
    columns: [...axisColumns(data), ...columns],
    cases: () => sweepCases(data),
    observe: (c, seed) => observe(setupOf(c), c, seed),
    summarise: (c, observations) => {
      const safe = safeOnes(observations)
      return [
        {
          ...axisCells(data, c),
          runs: observations.length,
          violations: observations.length - safe.length,
          violationReplay: observations.find(({ violation }) => violation !== null)?.violation ?? null,
          ...meanCells("latencyMs", safe, ({ meanMs }) => meanMs),
          ...meanCells("latencyMsP50", safe, ({ p50Ms }) => p50Ms),
          ...meanCells("latencyMsP99", safe, ({ p99Ms }) => p99Ms),
          ...meanCells("throughputPerS", safe, ({ throughputPerS }) => throughputPerS),
          ...meanCells("longestGapMs", safe, ({ longestGapMs }) => longestGapMs),
          ...meanCells("elections", safe, ({ elections }) => elections),
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

/** The setup of a case, and from when it is measured. */
export function logSetup(
  data: SweepData,
  { system, latency, settings }: SweepCase,
): { readonly setup: LogSetup; readonly warmUpMs: number } {
  const { warmUpMs = 0, ...more } = readLogSettings(settings)
  const plan = planFrom(system)
  const setup = { ...usualLogSetup, plan, latency: latencyOf(latency, data.latencyFiles), ...more }
  refuseOdd(setup, warmUpMs)
  return { setup, warmUpMs }
}

/** What no setting is wrong in by itself. */
function refuseOdd({ plan, faults, horizonMs }: LogSetup, warmUpMs: number): void {
  if (warmUpMs >= horizonMs) {
    throw new UsageError(
      `The run is over after ${horizonMs} ms (horizonMs), and measuring begins at ${warmUpMs} ms (warmUpMs).`,
    )
  }
  const { length } = plan.nodes
  for (const fault of faults) {
    if (!("process" in fault) || fault.process === "leader" || fault.process < length) continue
    throw new UsageError(`A crash of ${fault.process}, and ${plan.name} has the replicas 0 to ${length - 1}.`)
  }
}

function observe(
  { setup, warmUpMs }: ReturnType<typeof logSetup>,
  { seed: root }: SweepCase,
  seed: number,
): Observation {
  const own = seedOf(root, seed)
  const { measures, violations } = runLog(setup, own, { warmUpMs, traceHash: "none" })
  return {
    meanMs: ms(measures.all.mean),
    p50Ms: ms(measures.all.quantile(0.5)),
    p99Ms: ms(measures.all.quantile(0.99)),
    throughputPerS: measures.throughput,
    longestGapMs: measures.longestGap.length / 1000,
    elections: measures.elections.length,
    violation: violations.length === 0 ? null : logReplayCommand(setup, own, warmUpMs),
  }
}
