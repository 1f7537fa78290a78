import { eitherPhaseFails } from "../src/analysis/exact/availability.ts"
import { nodeTable } from "../src/analysis/nodes.ts"
import { InvariantError } from "../src/base/errors.ts"
import { shareInterval } from "../src/base/statistics/estimates.ts"
import {
  type EstimateCells,
  count,
  estimateCells,
  estimateColumns,
  flag,
  measure,
  text,
} from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
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

type Row = EstimateCells<"decidedShare"> & {
  readonly system: string
  readonly crashProbability: number
  readonly runs: number
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
    "How often is a value decided when acceptors have crashed, and is that what the quorum system predicts?",
  reference: "Howard 2019, theorem 16 (progress); Naor and Wool 1998, §2 (failure probability)",
  columns: [
    text("system", "The quorum system."),
    measure("crashProbability", "Probability that an acceptor is down, independently of the others.", {
      digits: 2,
    }),
    count("runs", "Number of independent runs."),
    ...estimateColumns("decidedShare", "Share of the runs in which a value was decided.", { digits: 4 }),
    measure("liveProbability", "Exact probability that quorums of both phases are up.", { digits: 6 }),
    flag("agrees", "Whether the exact probability lies in the interval of the simulated share."),
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
    const share = shareInterval(observations)
    const exact = liveProbability(planFrom(system).systemAt(0), crashProbability)
    return [
      {
        system,
        crashProbability,
        runs: observations.length,
        ...estimateCells("decidedShare", share),
        liveProbability: exact,
        agrees: share.low! <= exact && exact <= share.high!,
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
      "Share of runs that decide when each acceptor is down with probability p, beside the exact probability.",
    columns: [
      { heading: "system" },
      ...shown.flatMap((p) => [
        { heading: "simulated", group: `p = ${p}`, digits: 3 },
        { heading: "exact", group: `p = ${p}`, digits: 4 },
      ]),
    ],
    rows: systems.map((system) => [
      system,
      ...shown.flatMap((p) => [intervalOf(of(system, p), "decidedShare"), of(system, p).liveProbability]),
    ]),
    notes: [
      `Six acceptors, down from the start or not at all. ${rows[0]?.runs ?? 0} runs each; 95 % intervals after Wilson.`,
      `${rows.filter(({ agrees }) => agrees).length} of the ${rows.length} intervals of the experiment contain the exact value; all systems meet the same crashes, so they miss together.`,
    ],
  }
}

function failuresFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "failures-decided",
    caption: "Share of runs that decide, by the probability that an acceptor is down.",
    x: { title: "probability that an acceptor is down" },
    y: { title: "share of runs that decide", most: 1 },
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
      `Six acceptors, down from the start or not at all. ${rows[0]?.runs ?? 0} runs to a point; bars are 95 % intervals after Wilson.`,
      "Systems that do equally well lie one upon the other: all meet the same crashes.",
    ],
  }
}
