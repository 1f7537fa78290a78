import { quorumSystemFrom } from "../quorums/from-text.ts"
import { quorumCensus, resilience } from "../src/analysis/index.ts"
import { count, fraction, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { safeColumns } from "../src/experiment/safety.ts"
import { paretoFront } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, ratio } from "../src/experiment/table.ts"
import { planFrom } from "../src/run/from-text.ts"
import { planSafety } from "../src/run/safety.ts"
import { failureOf, loadOf } from "./worth.ts"

type Case = {
  /** The size the system stands for; its own may differ where the family has no such size. */
  readonly about: number
  readonly system: string
}

type Row = Case & {
  readonly n: number
  readonly smallest1: number | null
  readonly smallest2: number | null
  readonly resilience1: number
  readonly resilience2: number
  readonly load1: string | null
  readonly load2: string | null
  readonly load: string | null
  readonly loadDecimal: number
  readonly failure1P01: number | null
  readonly failure2P01: number | null
  readonly failure1P10: number | null
  readonly failure2P10: number | null
  readonly failure1P30: number | null
  readonly failure2P30: number | null
}

/** Every family at five sizes, as near as it has them. */
const bySize: readonly (readonly [number, readonly string[]])[] = [
  about(
    9,
    "majority(9); simple(9, 7, 3); grid(3, 3); classicGrid(3, 3); coverGrid(3, 3); mGrid(3, 1); hqs(3, 3)",
    "tree(2); wheel(9); triangle(4); cwlog(9); projectivePlane(2); paths(2)",
  ),
  about(
    16,
    "majority(16); simple(16, 13, 4); grid(4, 4); classicGrid(4, 4); coverGrid(4, 4); mGrid(4, 1)",
    "tree(3); wheel(16); triangle(5); cwlog(16); projectivePlane(3)",
  ),
  about(
    25,
    "majority(25); simple(25, 21, 5); grid(5, 5); classicGrid(5, 5); coverGrid(5, 5); mGrid(5, 1)",
    "hqs(3, 3, 3); tree(4); wheel(25); triangle(7); cwlog(25)",
  ),
  about(
    49,
    "majority(49); simple(49, 43, 7); grid(7, 7); classicGrid(7, 7); coverGrid(7, 7); mGrid(7, 1)",
    "tree(5); wheel(49); triangle(9); cwlog(49)",
  ),
  about(
    100,
    "majority(100); simple(100, 91, 10); grid(10, 10); coverGrid(10, 10); hqs(3, 3, 3, 3); tree(6)",
    "wheel(100); triangle(13)",
  ),
]

/** The systems of about `n` acceptors, their expressions separated by semicolons. */
function about(n: number, ...texts: readonly string[]): readonly [number, readonly string[]] {
  return [n, texts.flatMap((text) => text.split("; "))]
}

const unproved = { empty: "optimal up to rounding, but not proved" }

const unknownFailure = { empty: "not known exactly: the decision diagram of the formula is too large" }
const failures = (phase: 1 | 2) =>
  (["01", "10", "30"] as const).map((p) =>
    measure(
      `failure${phase}P${p}`,
      `Probability that no phase-${phase} quorum is live when nodes fail with probability 0.${p}.`,
      {
        significant: 6,
        ...unknownFailure,
      },
    ),
  )

/**
 * Load, resilience and failure probability of each family of quorum systems, exactly, at equal sizes.
 *
 * Varied: the family, at sizes near 9, 16, 25, 49 and 100. Nothing is simulated and nothing is random:
 * loads are optima of linear programs, proved where a fraction is given, and probabilities are exact.
 *
 * Expect: the closed forms of the literature: k/n for k of n, (t + 1)/(t² + t + 1) for a projective
 * plane of order t, 1/r and 1/c for the two phases of a flexible grid of r rows and c columns; and
 * the trade-offs that they imply, low load against resilience and availability, as Naor and Wool's
 * bounds have it (load at least max(1/c, c/n)).
 */
export default defineExperiment<Case, Omit<Row, "about" | "system">, Row>({
  id: "load-resilience",
  question: "How do quorum systems of the same size trade load for resilience and availability?",
  reference: "Naor and Wool 1998; Peleg and Wool 1997; Howard, Malkhi and Spiegelman 2016, §4",
  columns: [
    count("about", "The size class of the system."),
    text("system", "The quorum system."),
    ...safeColumns,
    count("n", "Number of nodes."),
    count("smallest1", "Nodes of the smallest phase-1 quorum.", { empty: "not known" }),
    count("smallest2", "Nodes of the smallest phase-2 quorum.", { empty: "not known" }),
    count("resilience1", "Resilience of phase 1: the largest f such that any f failures leave a quorum."),
    count("resilience2", "Resilience of phase 2: the largest f such that any f failures leave a quorum."),
    fraction("load1", "Optimal load with phase-1 fraction 1.", unproved),
    fraction("load2", "Optimal load with phase-1 fraction 0.", unproved),
    fraction("load", "Optimal load with phase-1 fraction 0.5.", unproved),
    measure("loadDecimal", "Optimal load with phase-1 fraction 0.5, as a decimal.", { digits: 6 }),
    ...failures(1),
    ...failures(2),
  ],
  cases: () => bySize.flatMap(([about, systems]) => systems.map((system) => ({ about, system }))),
  runs: 1,
  safety: ({ system }) => ({ system, ...planSafety(planFrom(system), ["4.4"]) }),
  observe: async ({ system: name }) => {
    const system = quorumSystemFrom(name)
    const load = await loadOf(name, 0.5)
    return {
      n: system.nodes.length,
      smallest1: quorumCensus(system, 1)?.smallest ?? null,
      smallest2: quorumCensus(system, 2)?.smallest ?? null,
      resilience1: await resilience(system, 1),
      resilience2: await resilience(system, 2),
      load1: (await loadOf(name, 1)).exact,
      load2: (await loadOf(name, 0)).exact,
      load: load.exact,
      loadDecimal: load.value,
      failure1P01: failureOf(name, 1, 0.01),
      failure2P01: failureOf(name, 2, 0.01),
      failure1P10: failureOf(name, 1, 0.1),
      failure2P10: failureOf(name, 2, 0.1),
      failure1P30: failureOf(name, 1, 0.3),
      failure2P30: failureOf(name, 2, 0.3),
    }
  },
  summarise: (c, [observation]) => [{ ...c, ...observation! }],
  tables: bySize.map(
    ([about]) =>
      (rows: readonly Row[]) =>
        sizeTable(about, rows),
  ),
  figures: [9, 25, 49].map((about) => (rows: readonly Row[]) => frontFigure(about, rows)),
})

/** The systems of one size, by load. */
function sizeTable(about: number, rows: readonly Row[]): Table {
  return {
    id: `load-resilience-${about}`,
    caption: `Quorum size, resilience $f$, load and failure probability of quorum systems with about ${about} nodes, by increasing load.`,
    columns: [
      { heading: "system" },
      { heading: "$n$" },
      { heading: "$|Q1|$" },
      { heading: "$|Q2|$" },
      { heading: "$f1$" },
      { heading: "$f2$" },
      { heading: "exact", group: "load" },
      { heading: "decimal", group: "load", digits: 3 },
      { heading: "phase 1", group: "failure probability", significant: 3 },
      { heading: "phase 2", group: "failure probability", significant: 3 },
    ],
    rows: rows
      .filter((row) => row.about === about)
      .sort((a, b) => a.loadDecimal - b.loadDecimal)
      .map((row) => [
        row.system,
        row.n,
        row.smallest1,
        row.smallest2,
        row.resilience1,
        row.resilience2,
        row.load === null || row.load.length > 9 ? null : ratio(row.load),
        row.loadDecimal,
        row.failure1P10,
        row.failure2P10,
      ]),
    notes: [
      "$|Q1|$, $|Q2|$: smallest quorums; $f1$, $f2$: resilience of each phase; load with phase-1 fraction 0.5, fractions proved optimal; failure probability of each phase at $p = 0.1$. Empty: a fraction too long to print or not proved, or a probability not known exactly.",
    ],
  }
}

/** The systems of one size as points, with the Pareto front. */
function frontFigure(about: number, rows: readonly Row[]): Figure {
  const shown = rows
    .filter((row) => row.about === about)
    .map((row) => ({ x: row.loadDecimal, y: either(row), label: row.system }))
    .filter(({ y }) => y !== null)
    .map(({ x, y, label }) => ({ x, y: y!, label }))
  return {
    kind: "scatter",
    id: `load-resilience-${about}-front`,
    caption: `Failure probability at $p = 0.1$ by load, for quorum systems with about ${about} nodes.`,
    x: { title: "load (phase-1 fraction 0.5)" },
    y: { title: "failure probability of the worse phase", scale: "log" },
    series: [{ name: "systems", points: shown }],
    front: paretoFront(shown),
    notes: ["Exact values. Line: Pareto-optimal systems. Systems without an exact probability are left out."],
  }
}

/** The failure probability of the phase that fails more often. */
function either({ failure1P10, failure2P10 }: Row): number | null {
  return failure1P10 === null || failure2P10 === null ? null : Math.max(failure1P10, failure2P10)
}
