import { resilience } from "../src/analysis/exact/resilience.ts"
import { oncePer } from "../src/base/memo.ts"
import { type Estimate, differenceOfEstimates } from "../src/base/statistics/estimates.ts"
import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  mean,
  meanDifference,
  measured,
  meansOf,
  plainMean,
  runsColumn,
  runsOf,
} from "../src/experiment/measured.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { planFrom, setupFrom } from "../src/run/from-text.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  readonly n: number
  readonly q2: number
  readonly quorums: "broadcast" | "random"
}

const measures = measured({
  decideMs: mean("Mean time to the commit point.", { unit: "ms" }),
  learnMs: mean("Mean time until the proposer learns the value.", { unit: "ms" }),
  learnMsLessMajority: meanDifference(
    "Mean difference to a majority of n under the same delays, paired run by run.",
    { unit: "ms" },
  ),
  phase2Ms: mean("Mean phase-2 latency: from the first proposal sent until the proposer learns.", {
    unit: "ms",
  }),
  messagesPerDecision: plainMean("Messages sent, replies included.", { digits: 1 }),
})

type Row = CellsOf<typeof measures> & {
  readonly n: number
  readonly q1: number
  readonly q2: number
  readonly quorums: string
  readonly resiliencePhase1: number
  readonly resiliencePhase2: number
}

const latency = "exponential(10)"

/** The smallest phase-1 quorum that meets every phase-2 quorum: q1 + q2 = n + 1. */
const systemOf = ({ n, q2 }: Case): string => `simple(${n}, ${n - q2 + 1}, ${q2})`

/**
 * The question of Flexible Paxos: what smaller phase-2 quorums gain, and what the larger phase-1 quorums cost.
 *
 * Varied: n from 3 to 9, every q2, and whether all acceptors are asked or one random quorum.
 * Held fixed: one proposer, exponential one-way delays of mean 10 ms, no faults; run r
 * meets the same delays in every case.
 *
 * Expect: contacting all acceptors, phase 2 ends with the q2-th fastest of n answers, so it gets longer with q2
 * while phase 1 gets shorter; asking one quorum, with the slowest of those asked. Messages are 4n
 * against 2(q1 + q2) = 2n + 2. Whatever is gained in phase 2 is paid for in failures that phase 1
 * survives, q2 − 1 against n − q2 in phase 2. That the times are those of the order statistics is shown
 * in `analysis-vs-simulation`.
 */
export default defineExperiment<Case, ObservationOf<typeof measures>, Row>({
  id: "phase2-size",
  question: "How do phase-2 latency, messages and resilience depend on the size of phase-2 quorums?",
  reference: "Howard, Malkhi and Spiegelman 2016, §4.1 and §6",
  columns: [
    count("n", "Number of acceptors."),
    count("q1", "Size of phase-1 quorums: n − q2 + 1."),
    count("q2", "Size of phase-2 quorums."),
    text(
      "quorums",
      "Contacted acceptors: all (broadcast) or one quorum chosen uniformly at random (random).",
    ),
    runsColumn,
    ...measures.columns,
    count(
      "resiliencePhase1",
      "Resilience of phase 1: the largest f such that after any f failures a phase-1 quorum is live.",
    ),
    count(
      "resiliencePhase2",
      "Resilience of phase 2: the largest f such that after any f failures a phase-2 quorum is live.",
    ),
  ],
  cases: () =>
    [3, 4, 5, 6, 7, 8, 9].flatMap((n) =>
      Array.from({ length: n }, (_, i) => i + 1).flatMap((q2) =>
        (["broadcast", "random"] as const).map((quorums) => ({ n, q2, quorums })),
      ),
    ),
  runs: 400,
  observe: (c, seed) => {
    const setup = setupFrom(systemOf(c), latency, { quorumSelection: c.quorums })
    const { measures: run } = runSafeDecree(setup, seed)
    const learned = run.learnedAt[0] ?? null
    const learnMs = milliseconds(learned)
    return {
      decideMs: milliseconds(run.decidedAt),
      learnMs,
      learnMsLessMajority: [learnMs, majorityLearnMs(c.n)(c.quorums)(seed)],
      phase2Ms: milliseconds(learned === null ? null : learned - run.proposedAt!),
      messagesPerDecision: run.messagesSent,
    }
  },
  summarise: async (c, observations) => {
    const system = planFrom(systemOf(c)).systemAt(0)
    return [
      {
        n: c.n,
        q1: c.n - c.q2 + 1,
        q2: c.q2,
        quorums: c.quorums,
        ...measures.cells(observations),
        resiliencePhase1: await resilience(system, 1),
        resiliencePhase2: await resilience(system, 2),
      },
    ]
  },
  tables: [phase2Table, pairedTable],
  figures: [phase2Lines, quorumSizes],
})

/** How long the majority of the same size takes with the same seed; computed once for all sizes of quorums. */
const majorityLearnMs = oncePer((n: number) =>
  oncePer((quorums: Case["quorums"]) =>
    oncePer((seed: number): number | null => {
      const { measures } = runSafeDecree(
        setupFrom(`majority(${n})`, latency, { quorumSelection: quorums }),
        seed,
      )
      return milliseconds(measures.learnedAt[0] ?? null)
    }),
  ),
)

/** What pairing is worth: the interval of the same difference, from the two samples and from their pairs. */
function pairedTable(rows: readonly Row[]): Table {
  const shown = rows.filter(({ n, quorums }) => n === 5 && quorums === "broadcast")
  const learn = (row: Row): Estimate => ({ ...intervalOf(row, "learnMs"), count: row.runs })
  const majority = shown.find(({ q1, q2 }) => q1 === q2)
  return {
    id: "phase2-size-paired",
    caption: "Five acceptors: time to learn relative to majority quorums under the same delays, by $|Q2|$.",
    columns: [
      { heading: "$|Q2|$" },
      { heading: "time to learn", unit: "ms", digits: 1 },
      { heading: "paired", unit: "ms", group: "difference to a majority", digits: 1 },
      { heading: "unpaired", unit: "ms", group: "difference to a majority", digits: 1 },
    ],
    rows: shown.map((row) => [
      row.q2,
      learn(row),
      intervalOf(row, "learnMsLessMajority"),
      majority === undefined ? null : differenceOfEstimates(learn(row), learn(majority)),
    ]),
    notes: [
      `All acceptors contacted. ${meansOf(rows)}. Paired: mean difference run by run (common random numbers); unpaired: difference of the two means.`,
    ],
  }
}

/** n = 5, the size most clusters have. */
function phase2Table(rows: readonly Row[]): Table {
  const shown = rows.filter(({ n }) => n === 5)
  const of = (row: Row, quorums: string): Row =>
    shown.find((other) => other.q2 === row.q2 && other.quorums === quorums)!
  return {
    id: "phase2-size",
    caption:
      "Five acceptors: phase-2 latency, messages and resilience by $|Q2|$, with $|Q1| = n + 1 − |Q2|$.",
    columns: [
      { heading: "$|Q2|$" },
      { heading: "$|Q1|$" },
      { heading: "all contacted", unit: "ms", group: "phase-2 latency", digits: 1 },
      { heading: "one quorum", unit: "ms", group: "phase-2 latency", digits: 1 },
      { heading: "all contacted", group: "messages", digits: 0 },
      { heading: "one quorum", group: "messages", digits: 0 },
      { heading: "phase 1", group: "resilience" },
      { heading: "phase 2", group: "resilience" },
    ],
    rows: shown
      .filter(({ quorums }) => quorums === "broadcast")
      .map((row) => [
        row.q2,
        row.q1,
        intervalOf(row, "phase2Ms"),
        intervalOf(of(row, "random"), "phase2Ms"),
        row.messagesPerDecision,
        of(row, "random").messagesPerDecision,
        row.resiliencePhase1,
        row.resiliencePhase2,
      ]),
    notes: [
      `One proposer; exponential one-way delays with mean 10 ms; no faults. ${meansOf(shown)}.`,
      "One quorum: the proposer contacts one quorum chosen uniformly at random, and all of its members must reply.",
    ],
  }
}

const shownSizes = [5, 9]

function phase2Lines(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "phase2-size-time",
    caption: "Phase-2 latency by $|Q2|$: all acceptors contacted, or one quorum.",
    x: { title: "$|Q2|$" },
    y: { title: "phase-2 latency", unit: "ms" },
    join: "line",
    interval: "bars",
    panels: shownSizes.map((n) => ({
      title: `${n} acceptors`,
      series: seriesBy(
        rows.filter((row) => row.n === n),
        ({ quorums }) => (quorums === "broadcast" ? "all contacted" : "one quorum contacted"),
        (own) => estimatePoints(own, "q2", "phase2Ms"),
      ),
    })),
    notes: [`${sample(rows)} Error bars: 95 % CI (Student t).`],
  }
}

/** Quorum sizes decide n here: every pair of sizes is one system, n = |Q1| + |Q2| − 1. */
function quorumSizes(rows: readonly Row[]): Figure {
  const shown = rows.filter(({ quorums }) => quorums === "broadcast")
  return {
    kind: "heat",
    id: "phase2-size-heat",
    caption: "Mean time until the proposer learns (both phases), by $|Q1|$ and $|Q2|$.",
    x: { title: "$|Q1|$" },
    y: { title: "$|Q2|$" },
    value: { title: "time to learn", unit: "ms" },
    digits: 0,
    panels: [{ title: "", cells: shown.map(({ q1, q2, learnMs }) => ({ x: q1, y: q2, value: learnMs! })) }],
    notes: [
      "$n = |Q1| + |Q2| − 1$ acceptors, the most for which all phase-1 and phase-2 quorums intersect; $n$ is constant along falling diagonals.",
      `${sample(rows)} The CSV has 95 % CI.`,
    ],
  }
}

/** The conditions and the sample of the figures. */
function sample(rows: readonly Row[]): string {
  return `One proposer; exponential one-way delays with mean 10 ms; no faults. Means of ${runsOf(rows)}.`
}
