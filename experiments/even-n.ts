import { quorumSystemFrom } from "../quorums/from-text.ts"
import { resilience } from "../src/analysis/index.ts"
import { count, fraction, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, ratio } from "../src/experiment/table.ts"
import { failureOf, loadOf } from "./worth.ts"

type Case = {
  readonly n: number
  /** Majorities in both phases, or the smaller phase 2 that an even size allows. */
  readonly rule: "majority" | "half"
}

type Row = Case & {
  readonly system: string
  readonly phase1: number
  readonly phase2: number
  readonly resilience1: number
  readonly resilience2: number
  readonly load: string
  readonly failure1P01: number
  readonly failure2P01: number
  readonly failure2P10: number
}

const phase1Fraction = 0.01

/**
 * With n even, phase-2 quorums of n/2 nodes suffice: does an even cluster then use its last node?
 *
 * Varied: n from 2 to 12, and for even n whether phase 2 takes n/2 + 1 nodes or n/2. Exact.
 *
 * Expect: phase 1 is a majority by either rule and loses nothing. With n/2 a stable leader survives one
 * failure more, n/2, and the load falls to about one half: the even node is no longer in vain, as it is
 * under majorities, where n and n − 1 survive the same.
 */
export default defineExperiment<Case, Omit<Row, "n" | "rule">, Row>({
  id: "even-n",
  question: "What does an even number of nodes gain if phase-2 quorums are half of them?",
  reference:
    "Howard, Malkhi and Spiegelman 2016, §4.1 (even n: q1 = n/2 + 1, q2 = n/2); the advice of etcd and RabbitMQ to run odd clusters",
  columns: [
    count("n", "Number of nodes."),
    text("rule", "majority: majorities in both phases; half: $n/2$ nodes in phase 2, for even $n$."),
    text("system", "The quorum system."),
    count("phase1", "Size of phase-1 quorums."),
    count("phase2", "Size of phase-2 quorums."),
    count("resilience1", "Resilience of phase 1: failures after which a leader can still be elected."),
    count("resilience2", "Resilience of phase 2: failures after which a stable leader still decides."),
    fraction("load", "Optimal load with phase-1 fraction 0.01."),
    measure(
      "failure1P01",
      "Probability that no phase-1 quorum is live when nodes fail with probability 0.01.",
      { significant: 9 },
    ),
    measure(
      "failure2P01",
      "Probability that no phase-2 quorum is live when nodes fail with probability 0.01.",
      { significant: 9 },
    ),
    measure(
      "failure2P10",
      "Probability that no phase-2 quorum is live when nodes fail with probability 0.1.",
      { significant: 9 },
    ),
  ],
  cases: () =>
    Array.from({ length: 11 }, (_, i) => i + 2).flatMap((n): Case[] => [
      { n, rule: "majority" },
      ...(n % 2 === 0 ? [{ n, rule: "half" as const }] : []),
    ]),
  runs: 1,
  observe: async ({ n, rule }) => {
    const most = Math.floor(n / 2) + 1
    const name = rule === "majority" ? `majority(${n})` : `simple(${n}, ${most}, ${n / 2})`
    const system = quorumSystemFrom(name)
    return {
      system: name,
      phase1: most,
      phase2: rule === "majority" ? most : n / 2,
      resilience1: await resilience(system, 1),
      resilience2: await resilience(system, 2),
      load: (await loadOf(name, phase1Fraction)).exact!,
      failure1P01: failureOf(name, 1, 0.01)!,
      failure2P01: failureOf(name, 2, 0.01)!,
      failure2P10: failureOf(name, 2, 0.1)!,
    }
  },
  summarise: (c, [observation]) => [{ ...c, ...observation! }],
  tables: [evenTable],
  figures: [evenFigure],
})

function evenTable(rows: readonly Row[]): Table {
  return {
    id: "even-n",
    caption:
      "Resilience, load and failure probability of majorities and, for even $n$, of phase-2 quorums of $n/2$ nodes.",
    columns: [
      { heading: "$n$" },
      { heading: "system" },
      { heading: "phase 1", group: "resilience" },
      { heading: "phase 2", group: "resilience" },
      { heading: "load" },
      { heading: "phase 1, $p = 0.01$", group: "failure probability", significant: 3 },
      { heading: "phase 2, $p = 0.01$", group: "failure probability", significant: 3 },
      { heading: "phase 2, $p = 0.1$", group: "failure probability", significant: 3 },
    ],
    rows: rows.map((row) => [
      row.n,
      row.system,
      row.resilience1,
      row.resilience2,
      ratio(row.load),
      row.failure1P01,
      row.failure2P01,
      row.failure2P10,
    ]),
    notes: [
      "Exact values; phase-1 fraction 0.01. Majorities of an even $n$ have the resilience of those of $n − 1$; with phase-2 quorums of $n/2$ a stable leader survives one more failure.",
    ],
  }
}

function evenFigure(rows: readonly Row[]): Figure {
  const rules = { majority: "majority in both phases", half: "$n/2$ nodes in phase 2" }
  const curve = (name: "failure1P01" | "failure2P01") =>
    seriesBy(
      rows,
      ({ rule }) => rules[rule],
      (own) => own.map((row) => ({ x: row.n, y: row[name] })),
    )
  return {
    kind: "lines",
    id: "even-n-failures",
    caption: "Probability that a phase has no live quorum at $p = 0.01$, by number of nodes $n$.",
    x: { title: "$n$" },
    y: { title: "failure probability", scale: "log" },
    join: "line",
    interval: "bars",
    panels: [
      { title: "phase 1", series: curve("failure1P01") },
      { title: "phase 2", series: curve("failure2P01") },
    ],
    notes: ["Exact values. Phase-1 quorums are majorities in both cases."],
  }
}
