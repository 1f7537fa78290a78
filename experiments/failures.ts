import { eitherPhaseFails } from "../src/analysis/exact/availability.ts"
import { nodeTable } from "../src/analysis/nodes.ts"
import { InvariantError } from "../src/base/errors.ts"
import { flag, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { type CellsOf, measured, runsColumn, share, sharesOf } from "../src/experiment/measured.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import type { QuorumSystem } from "../src/quorum/system.ts"
import { planFrom, setupFrom } from "../src/run/from-text.ts"

interface Case {
  readonly system: string
  readonly crashProbability: number
}

const measures = measured({
  decidedShare: share("Share of runs in which a value is decided.", { digits: 4 }),
})

type Row = CellsOf<typeof measures> & {
  readonly system: string
  readonly crashProbability: number
  readonly liveProbability: number
  readonly agrees: boolean
}

const systems = [
  "majority(6)",
  "simple(6, 4, 3)",
  "simple(6, 5, 2)",
  "grid(2, 3)",
  "grid(3, 2)",
  "classicGrid(2, 3)",
  "weighted([2, 2, 1, 1, 1, 1], 5, 4)",
]

/**
 * Acceptors that are down from the start: a run decides exactly when both phases have a live quorum.
 *
 * Varied: the system, and the probability p that an acceptor is down from the start. Held
 * fixed: six acceptors, one proposer, constant delays, nothing lost, nobody comes back. So
 * chance decides one thing only, who is down.
 *
 * Expect: a share of deciding runs that is the probability of a live quorum of both phases, 1 −
 * F, which the analysis gives exactly; one interval in twenty misses it by chance, and as all
 * systems meet the same crashes they miss together. A system decides less often here than its
 * phase 2 alone would: nobody leads yet.
 */
export default defineExperiment<Case, boolean, Row>({
  id: "failures",
  question:
    "How often is a value decided when acceptors are down, and does the exact failure probability predict it?",
  reference: "Howard 2019, theorem 16 (progress); Naor and Wool 1998, §2 (failure probability)",
  columns: [
    text("system", "The quorum system."),
    measure("crashProbability", "Probability $p$ that an acceptor is down, independently of the others.", {
      digits: 2,
    }),
    runsColumn,
    ...measures.columns,
    measure("liveProbability", "Exact probability that both phases have a live quorum.", { digits: 6 }),
    flag("agrees", "Whether the exact probability lies in the 95 % CI of the simulated share."),
  ],
  cases: () =>
    systems.flatMap((system) =>
      [0.01, 0.05, 0.1, 0.2, 0.3, 0.5].map((crashProbability) => ({ system, crashProbability })),
    ),
  runs: 1000,
  observe: ({ system, crashProbability }, seed) => {
    // Three timeouts are enough to tell: nothing recovers, and no message is lost.
    const setup = setupFrom(system, "constant(10)", { crashProbability, timeoutMs: 100, horizonMs: 300 })
    return runSafeDecree(setup, seed).measures.decidedAt !== null
  },
  summarise: ({ system, crashProbability }, observations) => {
    const cells = measures.cells(observations.map((decidedShare) => ({ decidedShare })))
    const exact = liveProbability(planFrom(system).systemAt(0), crashProbability)
    return [
      {
        system,
        crashProbability,
        ...cells,
        liveProbability: exact,
        agrees: cells.decidedShareLow! <= exact && exact <= cells.decidedShareHigh!,
      },
    ]
  },
  tables: [failuresTable],
  figures: [failuresFigure],
})

/** The closed form that the simulated share is held against. */
function liveProbability(system: QuorumSystem, failureProbability: number): number {
  const fails = eitherPhaseFails(system, nodeTable(system, { failureProbability }))
  if (fails.kind !== "exact") throw new InvariantError(`${system.name}: no exact failure probability.`)
  return 1 - fails.value
}

function failuresTable(rows: readonly Row[]): Table {
  const shown = [0.05, 0.1, 0.3]
  const of = (system: string, p: number): Row =>
    rows.find((row) => row.system === system && row.crashProbability === p)!
  return {
    id: "failures",
    caption:
      "Share of runs that decide and exact probability of a live quorum in both phases, by system and $p$.",
    columns: [
      { heading: "system" },
      ...shown.flatMap((p) => [
        { heading: "simulated", group: `$p = ${p}$`, digits: 3 },
        { heading: "exact", group: `$p = ${p}$`, digits: 4 },
      ]),
    ],
    rows: systems.map((system) => [
      system,
      ...shown.flatMap((p) => [intervalOf(of(system, p), "decidedShare"), of(system, p).liveProbability]),
    ]),
    notes: [
      `Six acceptors, each down throughout a run with probability $p$. ${sharesOf(rows)}.`,
      `${rows.filter(({ agrees }) => agrees).length} of ${rows.length} CI contain the exact value. All systems see the same crashes, so their misses are correlated.`,
    ],
  }
}

function failuresFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "failures-decided",
    caption: "Share of runs that decide, by the probability $p$ that an acceptor is down.",
    x: { title: "$p$" },
    y: { title: "share of runs that decide", max: 1 },
    join: "line",
    interval: "bars",
    panels: [
      {
        title: "",
        series: seriesBy(
          rows,
          ({ system }) => system,
          (own) => estimatePoints(own, "crashProbability", "decidedShare"),
        ),
      },
    ],
    notes: [
      `Six acceptors, each down throughout a run with probability $p$. ${sharesOf(rows)}.`,
      "Curves of equally available systems coincide: all systems see the same crashes.",
    ],
  }
}
