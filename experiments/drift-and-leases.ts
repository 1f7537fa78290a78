import { clientHistory } from "../src/check/log/client-history.ts"
import { flag, measure } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  measured,
  runsColumn,
  share,
  sharesOf,
} from "../src/experiment/measured.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { estimatePoints } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { runSafeLog, traceHashColumn } from "../src/run/log.ts"
import type { NamedFault } from "../src/world/faults/fault.ts"
import { combinedHash } from "../src/world/simulate/trace-hash.ts"
import { logSetupFrom } from "./log-setup-from.ts"

interface Case {
  /** The actual relative drift: the leader's clock is slow, the others' are fast. */
  readonly drift: number
  /** The drift that the leader allows for: ε. */
  readonly margin: number
}

const measures = measured({
  staleShare: share(
    "Share of runs with a stale read that clients can detect: their history is not linearizable.",
    {
      digits: 3,
    },
  ),
})

interface Observation extends ObservationOf<typeof measures> {
  readonly traceHash: string
}

type Row = CellsOf<typeof measures> & {
  readonly drift: number
  readonly margin: number
  readonly promised: boolean
  readonly traceHash: string
}

const [drifts, margins] = [
  [0, 0.05, 0.1, 0.2, 0.3],
  [0, 0.1, 0.2],
]

/** Four partitions of the leader from the other replicas, not from the clients in its group. */
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
  question: "How much clock drift makes lease reads stale?",
  reference: "Gray and Cheriton 1989; Howard 2019, §1.6 (leases are outside the model)",
  columns: [
    measure("drift", "Relative clock drift: the first leader's clock is slow, the others' are fast.", {
      digits: 2,
    }),
    measure("margin", "Drift margin $ε$ that the leader allows for.", { digits: 2 }),
    runsColumn,
    ...measures.columns,
    flag("promised", "Whether the protocol guarantees that no read is stale: the drift is at most $ε$."),
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
    return { staleShare: facts.of(clientHistory).linearizability === "violated", traceHash }
  },
  summarise: ({ drift, margin }, observations) => [
    {
      drift,
      margin,
      ...measures.cells(observations),
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
    caption: "Share of runs with a stale lease read, by clock drift and drift margin $ε$.",
    columns: [
      { heading: "drift", digits: 2 },
      ...margins.map((margin) => ({
        heading: `$ε = ${margin}$`,
        group: "runs with a stale read",
        digits: 2,
      })),
    ],
    rows: drifts.map((drift) => [
      drift,
      ...margins.map((margin) => intervalOf(row(drift, margin), "staleShare")),
    ]),
    notes: [
      "Three replicas, leases of 300 ms; the leader's clock is slow and the others' are fast, each by the drift; the leader is partitioned from the other replicas four times per run.",
      `${sharesOf(rows)}.`,
    ],
  }
}

function driftFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "drift-and-leases-stale",
    caption: "Share of runs with a stale lease read, by clock drift and drift margin $ε$.",
    x: { title: "clock drift" },
    y: { title: "share of runs with a stale read", max: 1 },
    join: "line",
    interval: "bars",
    panels: margins.map((margin) => ({
      title: `$ε = ${margin}$`,
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
    notes: [`${sharesOf(rows)}.`],
  }
}
