import { parseFaults } from "../src/world/faults/notation.ts"
import { randomFromSeed } from "../src/base/random.ts"
import { bootstrapIntervals } from "../src/base/statistics/bootstrap.ts"
import { count, flag, measure } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { type CellsOf, estimated, measured, runsColumn, runsOf } from "../src/experiment/measured.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { seriesBy } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { type LatencyCounts, LatencyHistogram } from "../src/run/latency-histogram.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import { combinedHash } from "../src/world/simulate/trace-hash.ts"
import { logSetupFrom, ms } from "./log-setup-from.ts"

interface Case {
  readonly phase2: number
  readonly slowNode: boolean
}

interface Observation {
  readonly latencies: LatencyCounts
  readonly traceHash: string
}

const measures = measured({
  latencyMs: estimated(
    "Quantile of request latency (nearest rank) over all runs; CI by bootstrap over runs.",
    { unit: "ms", digits: 2 },
  ),
})

type Row = CellsOf<typeof measures> & {
  readonly phase2: number
  readonly slowNode: boolean
  readonly share: number
  readonly requests: number
  readonly traceHash: string
}

/** From the fastest to the slowest in ten thousand. */
const shares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995]

/**
 * Heavy-tailed links, and now and then a slow replica: smaller quorums wait for fewer of them.
 *
 * Varied: the size of the phase-2 quorum, and whether one follower is slow. Held fixed:
 * five replicas, all replicas contacted, lognormal links, clients at the leader only, so that
 * latency is phase 2 and nothing else.
 *
 * Expect: the q2-th order statistic: the tail grows far faster than the median, and waiting for all
 * is the worst of five. A slow follower is hidden as long as a quorum can do without it: it costs
 * the smaller ones a spare, and |Q2| = 5 waits for it every time. With |Q2| = 1 there is nothing to
 * wait for.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "tail-latency",
  question: "How much do smaller phase-2 quorums reduce tail latency?",
  reference: "Dean and Barroso 2013 (the tail at scale); Howard, Malkhi and Spiegelman 2016, §4",
  columns: [
    count("phase2", "Size of phase-2 quorums; five replicas, all contacted."),
    flag("slowNode", "Whether one follower processes every message 20 ms late."),
    measure("share", "Share of requests answered within the latency (the quantile's level).", { digits: 4 }),
    runsColumn,
    count("requests", "Number of requests in all runs."),
    ...measures.columns,
    traceHashColumn,
  ],
  cases: () => [false, true].flatMap((slowNode) => [1, 2, 3, 4, 5].map((phase2) => ({ phase2, slowNode }))),
  runs: 16,
  observe: ({ phase2, slowNode }, seed) => {
    const setup = logSetupFrom(`simple(5, ${6 - phase2}, ${phase2})`, "lognormal(2, 0.6)", {
      clientGroups: 1,
      clientsPerGroup: 5,
      thinkMs: 5,
      spreadMs: 10,
      retransmitMs: 2000,
      retryMs: 10_000,
      electionMs: 10_000,
      faults: slowNode ? parseFaults("slow(20) a5 @0-end") : [],
      warmUpMs: 1000,
      horizonMs: 6000,
    })
    const { measures, traceHash } = runSafeLog(setup, seed)
    return { latencies: measures.all.toJSON(), traceHash }
  },
  summarise: (c, observations) => {
    const runs = observations.map(({ latencies }) => LatencyHistogram.fromJSON(latencies))
    const merged = (drawn: readonly number[]): LatencyHistogram =>
      drawn.reduce((all, i) => all.merge(runs[i]!), new LatencyHistogram())
    const quantiles = bootstrapIntervals(
      runs.length,
      (drawn) => {
        const all = merged(drawn)
        return shares.map((share) => ms(all.quantile(share)))
      },
      { random: randomFromSeed(1).fork("bootstrap"), resamples: 400 },
    )
    const traceHash = combinedHash(observations.map((run) => run.traceHash))
    return shares.map((share, i) => ({
      ...c,
      share,
      ...measures.cells([{ latencyMs: quantiles[i]! }]),
      runs: runs.length,
      requests: merged(runs.map((_, run) => run)).count,
      traceHash,
    }))
  },
  tables: [tailTable],
  figures: [tailFigure],
})

function tailTable(rows: readonly Row[]): Table {
  const row = (phase2: number, slowNode: boolean, share: number): Row =>
    rows.find((r) => r.phase2 === phase2 && r.slowNode === slowNode && r.share === share)!
  const shown = [
    [0.5, "p50 latency"],
    [0.99, "p99 latency"],
    [0.999, "p99.9 latency"],
  ] as const
  const columns = (group: string): Table["columns"] =>
    shown.map(([, heading]) => ({ heading, unit: "ms", group, digits: 1 }))
  return {
    id: "tail-latency",
    caption:
      "Request latency quantiles with heavy-tailed link delays, by $|Q2|$, without and with a slow follower.",
    columns: [{ heading: "$|Q2|$" }, ...columns("no slow follower"), ...columns("one slow follower")],
    rows: [1, 2, 3, 4, 5].map((phase2) => [
      phase2,
      ...[false, true].flatMap((slow) =>
        shown.map(([share]) => intervalOf(row(phase2, slow, share), "latencyMs")),
      ),
    ]),
    notes: [
      "One-way delays lognormal with median 2 ms and $σ = 0.6$; the slow follower takes 20 ms longer per message, one message at a time; clients at the leader.",
      `Quantiles over all requests of ${runsOf(rows)}; 95 % CI (bootstrap over runs). With $|Q2| = 1$ the leader decides alone.`,
    ],
  }
}

/** The distribution from its tail: the share of requests still waiting, on a logarithmic axis. */
function tailFigure(rows: readonly Row[]): Figure {
  const waiting = (own: readonly Row[]) =>
    own.map((row) => ({ x: row.latencyMs!, y: Number((1 - row.share).toFixed(4)) }))
  return {
    kind: "lines",
    id: "tail-latency-distribution",
    caption: "Complementary CDF of request latency, by $|Q2|$, without and with a slow follower.",
    x: { title: "latency", unit: "ms", scale: "log" },
    y: { title: "complementary CDF", scale: "log" },
    join: "line",
    interval: "bars",
    panels: [false, true].map((slowNode) => ({
      title: slowNode ? "one slow follower" : "no slow follower",
      series: seriesBy(
        rows.filter((row) => row.slowNode === slowNode && row.phase2 > 1),
        ({ phase2 }) => `$|Q2| = ${phase2}$`,
        waiting,
      ),
    })),
    notes: [
      `${shares.length} quantiles of at least ${(rows[0]?.requests ?? 0).toLocaleString("en")} requests in ${runsOf(rows)}; the CSV has 95 % CI (bootstrap over runs). $|Q2| = 1$ is left out: the leader decides alone.`,
    ],
  }
}
