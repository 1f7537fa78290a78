import { meanInterval } from "../src/base/statistics.ts"
import { type EstimateCells, count, estimateCells, estimateColumns, flag } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { runSafeLog } from "../src/experiment/log-run.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { logSetupFrom, ms } from "./log-setup-from.ts"

interface Case {
  readonly phase2: number
  readonly slowNode: boolean
}

type Observation = Readonly<Record<"p50" | "p99" | "p999", number>>

type Row = EstimateCells<"latencyMsP50" | "latencyMsP99" | "latencyMsP999"> & {
  readonly phase2: number
  readonly slowNode: boolean
  readonly replicas: number
}

/** Heavy-tailed links, and now and then a slow replica: waiting for fewer hides more of them. */
export default defineExperiment<Case, Observation, Row>({
  id: "tail-latency",
  question: "How much of the tail of latency does a smaller phase-2 quorum hide?",
  reference: "Dean and Barroso 2013 (the tail at scale); Howard, Malkhi and Spiegelman 2016, §4",
  columns: [
    count("phase2", "Size of a phase-2 quorum; five replicas, everyone asked."),
    flag("slowNode", "Whether one follower reads every message 20 ms late."),
    count("replicas", "Number of independent runs."),
    ...estimateColumns("latencyMsP50", "Mean over runs of the median latency.", { unit: "ms", digits: 2 }),
    ...estimateColumns("latencyMsP99", "The same of the 99th percentile.", { unit: "ms", digits: 2 }),
    ...estimateColumns("latencyMsP999", "The same of the 99.9th percentile.", { unit: "ms", digits: 2 }),
  ],
  cases: () => [false, true].flatMap((slowNode) => [1, 2, 3, 4, 5].map((phase2) => ({ phase2, slowNode }))),
  replicas: 8,
  observe: ({ phase2, slowNode }, seed) => {
    const setup = logSetupFrom(`simple(5, ${6 - phase2}, ${phase2})`, "lognormal(2, 0.6)", {
      groups: 1,
      clientsPerGroup: 5,
      thinkMs: 5,
      spreadMs: 10,
      retransmitMs: 2000,
      retryMs: 10_000,
      electionMs: 10_000,
      faults: slowNode ? [{ type: "slow", process: 4, at: 0, until: 1e9, extra: 20_000 }] : [],
      horizonMs: 6000,
    })
    const { all } = runSafeLog(setup, seed, { warmUpMs: 1000 }).measures
    const [p50, p99, p999] = [0.5, 0.99, 0.999].map((p) => ms(all.quantile(p))) as [number, number, number]
    return { p50, p99, p999 }
  },
  summarise: (c, observations) => [
    {
      ...c,
      replicas: observations.length,
      ...estimateCells("latencyMsP50", meanInterval(observations.map(({ p50 }) => p50))),
      ...estimateCells("latencyMsP99", meanInterval(observations.map(({ p99 }) => p99))),
      ...estimateCells("latencyMsP999", meanInterval(observations.map(({ p999 }) => p999))),
    },
  ],
  tables: [tailTable],
})

function tailTable(rows: readonly Row[]): Table {
  const row = (phase2: number, slowNode: boolean): Row =>
    rows.find((r) => r.phase2 === phase2 && r.slowNode === slowNode)!
  const columns = (group: string): Table["columns"] => [
    { heading: "p50", unit: "ms", group, digits: 1 },
    { heading: "p99", unit: "ms", group, digits: 1 },
    { heading: "p99.9", unit: "ms", group, digits: 1 },
  ]
  return {
    id: "tail-latency",
    caption: "Latency at the leader by the size of the phase-2 quorum, on links with a heavy tail.",
    columns: [{ heading: "|Q2|" }, ...columns("five alike"), ...columns("one slow")],
    rows: [1, 2, 3, 4, 5].map((phase2) => [
      phase2,
      ...[false, true].flatMap((slow) => [
        intervalOf(row(phase2, slow), "latencyMsP50"),
        intervalOf(row(phase2, slow), "latencyMsP99"),
        intervalOf(row(phase2, slow), "latencyMsP999"),
      ]),
    ]),
    notes: [
      "One-way delays lognormal with median 2 ms, the logarithm's deviation 0.6; the slow follower reads each message 20 ms late, one after the other.",
      `Means of ${rows[0]?.replicas ?? 0} runs with 95 % intervals. With |Q2| = 1 the leader decides alone.`,
    ],
  }
}
