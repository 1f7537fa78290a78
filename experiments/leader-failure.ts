import { meanInterval } from "../src/base/statistics.ts"
import { type EstimateCells, count, estimateCells, estimateColumns, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { runSafeLog } from "../src/experiment/log-run.ts"
import type { Figure } from "../src/experiment/figure.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { crashAtMs, crashedLeader, systems } from "./crashed-leader.ts"
import { ms } from "./log-setup-from.ts"
import { traceHashColumn } from "../src/experiment/log-trace-hash.ts"
import { combinedHash } from "../src/sim/trace-hash.ts"

interface Case {
  readonly system: string
  readonly latency: string
}

interface Observation {
  readonly detectedMs: number
  readonly gapMs: number
  readonly elections: number
  readonly traceHash: string
}

type Row = EstimateCells<"electedMs" | "gapMs" | "elections"> & {
  readonly system: string
  readonly latency: string
  readonly phase1: number
  readonly replicas: number
  readonly traceHash: string
}

/** A leader crashes and stays away; the others wait, elect, and go on. With |Q2| = 1 decided values may be gone with it, so it is not here. */
export default defineExperiment<Case, Observation, Row>({
  id: "leader-failure",
  question:
    "How long does nobody get an answer after the leader has crashed, and what does a larger phase-1 quorum add?",
  reference: "Howard 2019, §3.4 (failure detection) and §4.3.3 (the price of a larger phase-1 quorum)",
  columns: [
    text("system", "The quorum system."),
    text("latency", "The latency matrix."),
    count("phase1", "Size of a phase-1 quorum."),
    count("replicas", "Number of independent runs."),
    ...estimateColumns("electedMs", "Mean time from the crash until the end of the first phase 1 after it.", {
      unit: "ms",
      digits: 1,
    }),
    ...estimateColumns("gapMs", "Mean length of the longest time without an answer to any client.", {
      unit: "ms",
      digits: 1,
    }),
    ...estimateColumns("elections", "Mean number of leaders after the crash.", { digits: 2 }),
    traceHashColumn,
  ],
  cases: () => ["aws", "paxi"].flatMap((latency) => systems.map(([system]) => ({ system, latency }))),
  replicas: 40,
  observe: ({ system, latency }, seed) => {
    const setup = crashedLeader(system, latency, 2)
    const { measures, traceHash } = runSafeLog(setup, seed, { warmUpMs: 2000 })
    const { elections, longestGap } = measures
    const after = elections.filter(({ at }) => at > crashAtMs * 1000)
    return {
      detectedMs: ms(after[0]!.at) - crashAtMs,
      gapMs: ms(longestGap.length),
      elections: after.length,
      traceHash,
    }
  },
  summarise: ({ system, latency }, observations) => [
    {
      system,
      latency,
      phase1: systems.find(([text]) => text === system)![1],
      replicas: observations.length,
      ...estimateCells("electedMs", meanInterval(observations.map(({ detectedMs }) => detectedMs))),
      ...estimateCells("gapMs", meanInterval(observations.map(({ gapMs }) => gapMs))),
      ...estimateCells("elections", meanInterval(observations.map(({ elections }) => elections))),
      traceHash: combinedHash(observations.map(({ traceHash }) => traceHash)),
    },
  ],
  tables: [leaderFailureTable],
  figures: [leaderFailureFigure],
})

function leaderFailureTable(rows: readonly Row[]): Table {
  return {
    id: "leader-failure",
    caption: "The time without answers after the leader has crashed.",
    columns: [
      { heading: "latency" },
      { heading: "system" },
      { heading: "|Q1|" },
      { heading: "elected after", unit: "ms", digits: 0 },
      { heading: "no answers for", unit: "ms", digits: 0 },
      { heading: "leaders", digits: 2 },
    ],
    rows: rows.map((row) => [
      row.latency,
      row.system,
      row.phase1,
      intervalOf(row, "electedMs"),
      intervalOf(row, "gapMs"),
      row.elections,
    ]),
    notes: [
      "Five replicas, one in each region; followers wait from one to two seconds for a heartbeat, and the earliest of them stands.",
      `Means of ${rows[0]?.replicas ?? 0} runs with 95 % intervals.`,
    ],
  }
}

function leaderFailureFigure(rows: readonly Row[]): Figure {
  const bars = (latency: string) =>
    rows
      .filter((row) => row.latency === latency)
      .flatMap((row) => [
        { group: row.system, series: "until a leader is elected", ...intervalOf(row, "electedMs") },
        { group: row.system, series: "longest time without an answer", ...intervalOf(row, "gapMs") },
      ])
  return {
    kind: "bars",
    id: "leader-failure-gap",
    caption: "The leader has crashed: time until the next is elected, and until a client gets an answer.",
    groups: "",
    value: { title: "time", unit: "ms" },
    panels: ["aws", "paxi"].map((latency) => ({ title: latency, bars: bars(latency) })),
    notes: [`Means of ${rows[0]?.replicas ?? 0} runs with 95 % intervals after Student.`],
  }
}
