import { shareInterval } from "../src/base/statistics/estimates.ts"
import { clientHistory } from "../src/check/log/client-history.ts"
import {
  type EstimateCells,
  count,
  estimateCells,
  estimateColumns,
  flag,
  measure,
} from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { estimatePoints } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import type { NamedFault } from "../src/world/faults/fault.ts"
import { combinedHash } from "../src/world/simulate/trace-hash.ts"
import { logSetupFrom } from "./log-setup-from.ts"

interface Case {
  /** By which share clocks are really wrong: the leader's slow, the others' fast. */
  readonly drift: number
  /** By which share the leader takes them to be wrong: ε. */
  readonly margin: number
}

interface Observation {
  readonly stale: boolean
  readonly traceHash: string
}

type Row = EstimateCells<"staleShare"> & {
  readonly drift: number
  readonly margin: number
  readonly runs: number
  readonly promised: boolean
  readonly traceHash: string
}

const [drifts, margins] = [
  [0, 0.05, 0.1, 0.2, 0.3],
  [0, 0.1, 0.2],
]

/** Time and again the leader loses touch with the other replicas, and not with the clients beside it. */
const cuts = Array.from({ length: 4 }, (_, i): NamedFault => ({
  type: "cut",
  from: 1_000_000 + i * 1_500_000,
  until: 2_000_000 + i * 1_500_000,
  path: { side: ["leader"], otherSide: ["replicas"], oneWay: false },
}))

/**
 * Leases are the one place where timing enters safety: what clocks may do, and what happens when they do more.
 *
 * Varied: by how much clocks are really wrong, and by how much the leader allows for. Held
 * fixed: leases of 300 ms, three replicas, a leader that is cut off from the others four times
 * a run and not from its clients.
 *
 * Expect: no stale read wherever drift ≤ margin: there the leader's lease is over before any
 * follower's promise is, that is duration · (1 − ε)/(1 + ε) by a clock that is slow by ε against
 * duration by one that is fast. Beyond, stale reads become possible and with more drift likelier; a
 * little beyond there may still be none, which is then not promised, nor excluded.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "drift-and-leases",
  question: "How wrong may clocks be before a leader's lease lets it answer a read that is out of date?",
  reference: "Gray and Cheriton 1989; Howard 2019, §1.6 (leases are outside the model)",
  columns: [
    measure("drift", "By which share clocks are wrong: the first leader's slow, the others' fast.", {
      digits: 2,
    }),
    measure("margin", "By which share the leader allows for: ε.", { digits: 2 }),
    count("runs", "Number of independent runs."),
    ...estimateColumns(
      "staleShare",
      "Share of runs in which clients could tell that a read was out of date: not linearizable.",
      {
        digits: 3,
      },
    ),
    flag("promised", "Whether the protocol promises that there is none: the drift is at most ε."),
    traceHashColumn,
  ],
  cases: () => margins.flatMap((margin) => drifts.map((drift) => ({ drift, margin }))),
  runs: 30,
  observe: ({ drift, margin }, seed) => {
    const setup = logSetupFrom("majority(3)", "uniform(1, 3)", {
      reads: "lease",
      readShare: 0.7,
      keys: { kind: "uniform", count: 1 },
      leaseMs: 300,
      leaseDrift: margin,
      electionMs: 200,
      heartbeatMs: 50,
      retryMs: 150,
      retransmitMs: 100,
      thinkMs: 3,
      clientsPerGroup: 1,
      clockRates: [
        { process: "a1", rate: 1 - drift },
        { process: "a2", rate: 1 + drift },
        { process: "a3", rate: 1 + drift },
      ],
      faults: cuts,
      horizonMs: 7000,
    })
    // Only whether, and not where: to find the shortest failing windows would take most of the time.
    const options = { linearizability: false, gather: [clientHistory] }
    const { facts, traceHash } = runSafeLog(setup, seed, options)
    return { stale: facts.of(clientHistory).linearizability === "violated", traceHash }
  },
  summarise: ({ drift, margin }, observations) => [
    {
      drift,
      margin,
      runs: observations.length,
      ...estimateCells("staleShare", shareInterval(observations.map(({ stale }) => stale))),
      promised: drift <= margin,
      traceHash: combinedHash(observations.map(({ traceHash }) => traceHash)),
    },
  ],
  tables: [driftTable],
  figures: [driftFigure],
})

function driftTable(rows: readonly Row[]): Table {
  const row = (drift: number, margin: number): Row =>
    rows.find((r) => r.drift === drift && r.margin === margin)!
  return {
    id: "drift-and-leases",
    caption:
      "Share of runs with a stale read, by how wrong clocks are and how wrong the leader takes them to be.",
    columns: [
      { heading: "drift", digits: 2 },
      ...margins.map((margin) => ({
        heading: `margin ${margin}`,
        group: "runs with a stale read",
        digits: 2,
      })),
    ],
    rows: drifts.map((drift) => [
      drift,
      ...margins.map((margin) => intervalOf(row(drift, margin), "staleShare")),
    ]),
    notes: [
      "Leases of 300 ms by three replicas; the leader's clock is slow and the others' fast, each by the drift; the leader loses touch with the others four times a run.",
      `${rows[0]?.runs ?? 0} runs each; 95 % intervals after Wilson.`,
    ],
  }
}

function driftFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "drift-and-leases-stale",
    caption:
      "Runs with a stale read under leases, by how wrong clocks are and how wrong the leader takes them to be.",
    x: { title: "drift of the clocks" },
    y: { title: "share of runs with a stale read", most: 1 },
    join: "line",
    interval: "bars",
    panels: margins.map((margin) => ({
      title: `the leader allows for ${margin}`,
      series: [
        {
          name: "runs",
          points: estimatePoints(
            rows.filter((row) => row.margin === margin),
            "drift",
            "staleShare",
          ),
        },
      ],
    })),
    notes: [`${rows[0]?.runs ?? 0} runs to a point; bars are 95 % intervals after Wilson.`],
  }
}
