import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { type CellsOf, mean, meansOf, measured, runsColumn } from "../src/experiment/measured.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import { combinedHash } from "../src/world/simulate/trace-hash.ts"
import { crashAtMs, crashedLeader, horizonMs, systems } from "./crashed-leader.ts"

interface Case {
  readonly system: string
  readonly latency: string
}

interface Observation {
  readonly answers: readonly number[]
  readonly traceHash: string
}

const measures = measured({
  throughputPerS: mean("Mean number of answered requests per second in the window.", {
    unit: "1/s",
    digits: 1,
  }),
})

type Row = CellsOf<typeof measures> & {
  readonly latency: string
  readonly system: string
  readonly atMs: number
  readonly traceHash: string
}

const clients = 10
const [fromMs, intervalMs] = [3000, 500]
const intervals = (horizonMs - fromMs) / intervalMs

/**
 * Throughput before and after a leader crash, window by window.
 *
 * Varied: the sizes of the quorums, and the matrix. Held fixed: as in `leader-failure`, with
 * ten clients beside each replica.
 *
 * Expect: a plateau, nothing at all from the crash until the first phase 1 is over, and then another
 * plateau: lower or higher than the first, for it depends on where the new leader is, and that is
 * decided by who waited least.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "failure-timeline",
  question: "How does a leader crash affect throughput, until the next leader has caught up?",
  reference: "Howard 2019, §3.4 and §4.3.3",
  columns: [
    text("latency", "The latency matrix."),
    text("system", "The quorum system."),
    count("atMs", "Start of the 500 ms window, since the start of the run; the leader crashes at 5000 ms.", {
      unit: "ms",
    }),
    runsColumn,
    ...measures.columns,
    traceHashColumn,
  ],
  cases: () => ["aws", "paxi"].flatMap((latency) => systems.map(([system]) => ({ system, latency }))),
  runs: 20,
  observe: ({ system, latency }, seed) => {
    const { measures, traceHash } = runSafeLog(
      { ...crashedLeader(system, latency, clients), warmUpMs: fromMs },
      seed,
      { intervalMs },
    )
    return { answers: Array.from({ length: intervals }, (_, i) => measures.perInterval[i] ?? 0), traceHash }
  },
  summarise: ({ system, latency }, observations) =>
    Array.from({ length: intervals }, (_, i) => ({
      latency,
      system,
      atMs: fromMs + i * intervalMs,
      ...measures.cells(
        observations.map(({ answers }) => ({ throughputPerS: (answers[i]! * 1000) / intervalMs })),
      ),
      traceHash: combinedHash(observations.map((run) => run.traceHash)),
    })),
  tables: [timelineTable],
  figures: [timelineFigure],
})

/** Some of the intervals, for those who want numbers. */
function timelineTable(rows: readonly Row[]): Table {
  const shown = [4500, 5000, 5500, 6000, 6500, 7000, 8000, 11_500]
  const cell = (latency: string, system: string, atMs: number): Row =>
    rows.find((row) => row.latency === latency && row.system === system && row.atMs === atMs)!
  return {
    id: "failure-timeline",
    caption:
      "Throughput before and after a leader crash at 5 s in the regions of the paxi matrix, by 500 ms window and system.",
    columns: [
      { heading: "window start", unit: "ms" },
      ...systems.map(([system]) => ({ heading: system, unit: "1/s", digits: 0 })),
    ],
    rows: shown.map((atMs) => [
      atMs,
      ...systems.map(([system]) => intervalOf(cell("paxi", system, atMs), "throughputPerS")),
    ]),
    notes: [`${meansOf(rows)}.`],
  }
}

function timelineFigure(rows: readonly Row[]): Figure {
  const seconds = (own: readonly Row[]) =>
    estimatePoints(own, "atMs", "throughputPerS").map(({ x, y, low, high }) => ({
      // In the middle of its interval; no rate is below zero, whatever Student says.
      x: (x + intervalMs / 2) / 1000,
      y,
      low: low === null || low === undefined ? null : Math.max(0, low),
      high: high ?? null,
    }))
  return {
    kind: "lines",
    id: "failure-timeline-throughput",
    caption: "Throughput before and after a permanent leader crash at 5 s.",
    x: { title: "time", unit: "s" },
    y: { title: "throughput", unit: "requests/s" },
    join: "line",
    interval: "band",
    panels: ["aws", "paxi"].map((latency) => ({
      title: latency,
      series: seriesBy(
        rows.filter((row) => row.latency === latency),
        ({ system }) => system,
        seconds,
      ),
    })),
    events: [{ x: crashAtMs / 1000, label: "leader crash" }],
    notes: [
      `Five replicas, ten clients in each region; ${intervalMs} ms windows. ${meansOf(rows)}, drawn as bands.`,
    ],
  }
}
