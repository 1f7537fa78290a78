import { quorumSystemFrom } from "../quorums/from-text.ts"
import { quorumCensus, resilience } from "../src/analysis/index.ts"
import { count, fraction, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { paretoFront } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, ratio } from "../src/experiment/table.ts"
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
  [9, ["majority(9)", "simple(9, 7, 3)", "grid(3, 3)", "classicGrid(3, 3)", "coverGrid(3, 3)", "mGrid(3, 1)", "hqs(3, 3)", "tree(2)", "wheel(9)", "triangle(4)", "cwlog(9)", "projectivePlane(2)", "paths(2)"]], // prettier-ignore
  [16, ["majority(16)", "simple(16, 13, 4)", "grid(4, 4)", "classicGrid(4, 4)", "coverGrid(4, 4)", "mGrid(4, 1)", "tree(3)", "wheel(16)", "triangle(5)", "cwlog(16)", "projectivePlane(3)"]], // prettier-ignore
  [25, ["majority(25)", "simple(25, 21, 5)", "grid(5, 5)", "classicGrid(5, 5)", "coverGrid(5, 5)", "mGrid(5, 1)", "hqs(3, 3, 3)", "tree(4)", "wheel(25)", "triangle(7)", "cwlog(25)"]], // prettier-ignore
  [49, ["majority(49)", "simple(49, 43, 7)", "grid(7, 7)", "classicGrid(7, 7)", "coverGrid(7, 7)", "mGrid(7, 1)", "tree(5)", "wheel(49)", "triangle(9)", "cwlog(49)"]], // prettier-ignore
  [100, ["majority(100)", "simple(100, 91, 10)", "grid(10, 10)", "coverGrid(10, 10)", "hqs(3, 3, 3, 3)", "tree(6)", "wheel(100)", "triangle(13)"]], // prettier-ignore
]

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
 * What each family of quorum systems trades for what, exactly, at equal sizes.
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
  question: "What do quorum systems of the same size trade between load, resilience and availability?",
  reference: "Naor and Wool 1998; Peleg and Wool 1997; Howard, Malkhi and Spiegelman 2016, §4",
  columns: [
    count("about", "The size the system stands for."),
    text("system", "The quorum system."),
    count("n", "Its number of nodes."),
    count("smallest1", "Nodes of the smallest phase-1 quorum.", { empty: "not known" }),
    count("smallest2", "Nodes of the smallest phase-2 quorum.", { empty: "not known" }),
    count("resilience1", "Failures that phase 1 survives, whichever they are."),
    count("resilience2", "Failures that phase 2 survives, whichever they are."),
    fraction("load1", "Load when all work is phase 1, proved optimal.", unproved),
    fraction("load2", "Load when all work is phase 2, proved optimal.", unproved),
    fraction("load", "Load when half of the work is phase 1, proved optimal.", unproved),
    measure("loadDecimal", "The same as a decimal.", { digits: 6 }),
    ...failures(1),
    ...failures(2),
  ],
  cases: () => bySize.flatMap(([about, systems]) => systems.map((system) => ({ about, system }))),
  runs: 1,
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
    caption: `Quorum systems of about ${about} nodes.`,
    columns: [
      { heading: "system" },
      { heading: "n" },
      { heading: "phase 1", group: "smallest quorum" },
      { heading: "phase 2", group: "smallest quorum" },
      { heading: "phase 1", group: "survives" },
      { heading: "phase 2", group: "survives" },
      { heading: "load" },
      { heading: "decimal", digits: 3 },
      { heading: "phase 1", group: "failure probability at 0.1", significant: 3 },
      { heading: "phase 2", group: "failure probability at 0.1", significant: 3 },
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
      "By load, half of the work phase 1; survives so many failures, whichever nodes fail. Fractions are proved optimal; an empty cell is one too long to print or without a proof, or a probability not known exactly.",
    ],
  }
}

/** The systems of one size as points, and those that no other beats in both. */
function frontFigure(about: number, rows: readonly Row[]): Figure {
  const shown = rows
    .filter((row) => row.about === about)
    .map((row) => ({ x: row.loadDecimal, y: either(row), label: row.system }))
    .filter(({ y }) => y !== null)
    .map(({ x, y, label }) => ({ x, y: y!, label }))
  return {
    kind: "scatter",
    id: `load-resilience-${about}-front`,
    caption: `Load against failure probability when a tenth of the nodes is down: systems of about ${about} nodes.`,
    x: { title: "load, half of the work phase 1" },
    y: { title: "failure probability of the worse phase", scale: "log" },
    series: [{ name: "systems", points: shown }],
    front: paretoFront(shown),
    notes: [
      "Exact. No system beats one on the line in both; those whose probability is not known exactly are missing.",
    ],
  }
}

/** The failure probability of the phase that fails more often. */
function either({ failure1P10, failure2P10 }: Row): number | null {
  return failure1P10 === null || failure2P10 === null ? null : Math.max(failure1P10, failure2P10)
}
