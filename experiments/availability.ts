import { quorumSystemFrom } from "../quorums/from-text.ts"
import { count, flag, fraction, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, ratio } from "../src/experiment/table.ts"
import { failureOf, loadOf } from "./worth.ts"

type Case = {
  readonly system: string
  readonly p: number
}

type Row = Case & {
  readonly n: number
  readonly load: string
  readonly failure1: number
  readonly failure2: number
  readonly failureEither: number
  readonly singleBound: number
  readonly escapes: boolean
}

/** Steady state: one request in a hundred runs phase 1. */
const phase1Fraction = 0.01

const systems = [
  "majority(9)",
  "classicGrid(3, 3)",
  "hqs(3, 3)",
  "triangle(4)",
  "wheel(9)",
  "simple(9, 6, 4)",
  "simple(9, 7, 3)",
  "simple(9, 8, 2)",
  "simple(9, 9, 1)",
  "grid(3, 3)",
]

const probabilities = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5]

/**
 * Different quorums for the two phases reach what no single quorum system can: low load and low failure probability at once.
 *
 * Varied: the system, and the probability p that a node is down. Held fixed: about nine nodes; one
 * request in a hundred needs phase 1, as under a stable leader. Exact throughout.
 *
 * Expect: single systems, the same quorums in both phases, stay above p^(n·load); systems whose phases
 * differ may fall below it in phase 2, and pay in phase 1. So `escapes` is a theorem for the former
 * (never) and the point of the experiment for the latter.
 */
export default defineExperiment<Case, Omit<Row, "system" | "p">, Row>({
  id: "availability",
  question:
    "How likely is it that no quorum is live, and which flexible quorum systems beat the load-availability bound of single quorum systems?",
  reference:
    "Peleg and Wool 1995; Naor and Wool 1998, §4 (F_p ≥ p^(nL)); Howard, Malkhi and Spiegelman 2016, §5",
  columns: [
    text("system", "The quorum system, of about nine nodes."),
    measure("p", "Probability $p$ that a node is down, independently of the others."),
    count("n", "Its number of nodes."),
    fraction("load", "Optimal load with phase-1 fraction 0.01."),
    measure("failure1", "Probability that no phase-1 quorum is live: no new leader.", { significant: 9 }),
    measure(
      "failure2",
      "Probability that no phase-2 quorum is live: no decision even under a stable leader.",
      {
        significant: 9,
      },
    ),
    measure("failureEither", "Probability that one of the phases has no live quorum.", { significant: 9 }),
    measure(
      "singleBound",
      "Lower bound of the failure probability of a single quorum system with this load: $p$ to the power of $n$ times the load.",
      { significant: 9 },
    ),
    flag("escapes", "Whether phase 2 fails less often than any single quorum system with this load."),
  ],
  cases: () => systems.flatMap((system) => probabilities.map((p) => ({ system, p }))),
  runs: 1,
  observe: async ({ system, p }) => {
    const n = quorumSystemFrom(system).nodes.length
    const load = await loadOf(system, phase1Fraction)
    const bound = p ** (n * load.value)
    const failure2 = failureOf(system, 2, p)!
    return {
      n,
      load: load.exact!,
      failure1: failureOf(system, 1, p)!,
      failure2,
      failureEither: failureOf(system, "either", p)!,
      singleBound: bound,
      // The bound is attained by some systems, up to rounding.
      escapes: failure2 < bound * (1 - 1e-9),
    }
  },
  summarise: (c, [observation]) => [{ ...c, ...observation! }],
  tables: [(rows) => curves(rows), (rows) => tradeOff(rows)],
  figures: [curvesFigure],
})

/** The failure probability of either phase by p. */
function curves(rows: readonly Row[]): Table {
  const shown = [0.001, 0.01, 0.1, 0.3, 0.5]
  const cell = (system: string, p: number): Row => rows.find((row) => row.system === system && row.p === p)!
  const column = (p: number) => ({ heading: `$p = ${p}$`, significant: 3 })
  return {
    id: "availability-curves",
    caption:
      "Probability that either phase has no live quorum, by system and probability $p$ that a node is down.",
    columns: [{ heading: "system" }, { heading: "$n$" }, ...shown.map(column)],
    rows: systems.map((system) => [
      system,
      cell(system, 0.1).n,
      ...shown.map((p) => cell(system, p).failureEither),
    ]),
    notes: [
      "Exact. For $p < 1/2$ majorities have the lowest failure probability, above it single nodes (Peleg and Wool 1995).",
    ],
  }
}

/** Load against failure where a tenth of the nodes is down. */
function tradeOff(rows: readonly Row[]): Table {
  return {
    id: "availability-trade-off",
    caption:
      "Load and failure probability of each phase at $p = 0.1$, with the lower bound for single quorum systems.",
    columns: [
      { heading: "system" },
      { heading: "load" },
      { heading: "phase 1", group: "failure probability", significant: 3 },
      { heading: "phase 2", group: "failure probability", significant: 3 },
      { heading: "lower bound", significant: 3 },
      { heading: "phase 2 below bound" },
    ],
    rows: rows
      .filter(({ p }) => p === 0.1)
      .map((row) => [row.system, ratio(row.load), row.failure1, row.failure2, row.singleBound, row.escapes]),
    notes: [
      "Phase-1 fraction 0.01. A single quorum system (the same quorums in both phases) with load $L$ has a failure probability of at least $p$ to the power $n L$.",
    ],
  }
}

const drawn = [
  "majority(9)",
  "hqs(3, 3)",
  "grid(3, 3)",
  "simple(9, 6, 4)",
  "simple(9, 7, 3)",
  "simple(9, 8, 2)",
  "simple(9, 9, 1)",
]

function curvesFigure(rows: readonly Row[]): Figure {
  const curve = (name: "failure1" | "failure2") =>
    seriesBy(
      rows.filter(({ system }) => drawn.includes(system)),
      ({ system }) => system,
      (own) => own.map((row) => ({ x: row.p, y: row[name] })),
    )
  return {
    kind: "lines",
    id: "availability-phases",
    caption: "Probability that a phase has no live quorum, by the probability $p$ that a node is down.",
    x: { title: "$p$", scale: "log" },
    y: { title: "failure probability", scale: "log" },
    join: "line",
    interval: "bars",
    panels: [
      { title: "phase 1: no new leader", series: curve("failure1") },
      { title: "phase 2: no decision", series: curve("failure2") },
    ],
    notes: ["Exact values."],
  }
}
