import { resilience } from "../src/analysis/exact/resilience.ts"
import { oncePer } from "../src/base/memo.ts"
import { type Estimate, differenceOfEstimates, pairedDifference } from "../src/base/statistics/estimates.ts"
import {
  type EstimateCells,
  count,
  estimateCells,
  estimateColumns,
  meanCells,
  meanOf,
  measure,
  text,
} from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
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

interface Observation {
  readonly decideMs: number | null
  readonly learnMs: number | null
  /** The same of a majority of n under the same delays. */
  readonly majorityLearnMs: number | null
  readonly phase2Ms: number | null
  readonly messages: number
}

type Row = EstimateCells<"decideMs" | "learnMs" | "learnMsLessMajority" | "phase2Ms"> & {
  readonly n: number
  readonly q1: number
  readonly q2: number
  readonly quorums: string
  readonly runs: number
  readonly messagesPerDecision: number
  readonly resiliencePhase1: number
  readonly resiliencePhase2: number
}

const latency = "exponential(10)"

/** The smallest phase-1 quorum that meets every phase-2 quorum: q1 + q2 = n + 1. */
const systemOf = ({ n, q2 }: Case): string => `simple(${n}, ${n - q2 + 1}, ${q2})`

/**
 * The question of Flexible Paxos: what a smaller phase-2 quorum buys, and what the larger phase-1 quorum costs.
 *
 * Varied: n from 3 to 9, every q2, and whether all acceptors are asked or one random quorum.
 * Held fixed: one proposer, exponential one-way delays of mean 10 ms, no faults; run r
 * meets the same delays in every case.
 *
 * Expect: asking everyone, phase 2 ends with the q2-th fastest of n answers, so it gets longer with q2
 * while phase 1 gets shorter; asking one quorum, with the slowest of those asked. Messages are 4n
 * against 2(q1 + q2) = 2n + 2. Whatever is gained in phase 2 is paid for in failures that phase 1
 * survives, q2 − 1 against n − q2 in phase 2. That the times are those of the order statistics is shown
 * in `analysis-vs-simulation`.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "phase2-size",
  question:
    "What does each size of the phase-2 quorum cost and buy, with the smallest phase-1 quorum that meets it?",
  reference: "Howard, Malkhi and Spiegelman 2016, §4.1 and §6",
  columns: [
    count("n", "Number of acceptors."),
    count("q1", "Size of phase-1 quorums: n − q2 + 1."),
    count("q2", "Size of phase-2 quorums."),
    text("quorums", "Whom the proposer asks: everyone (broadcast), or one quorum drawn at random (random)."),
    count("runs", "Number of independent runs."),
    ...estimateColumns("decideMs", "Mean time to the commit point.", { unit: "ms" }),
    ...estimateColumns("learnMs", "Mean time until the proposer learns.", { unit: "ms" }),
    ...estimateColumns(
      "learnMsLessMajority",
      "Mean of the differences to a majority of n under the same delays, run by run.",
      { unit: "ms" },
    ),
    ...estimateColumns("phase2Ms", "Mean time from the first proposal sent until the proposer learns.", {
      unit: "ms",
    }),
    measure("messagesPerDecision", "Messages sent, replies included.", { digits: 1 }),
    count("resiliencePhase1", "Whatever this many acceptors fail, a phase-1 quorum is left."),
    count("resiliencePhase2", "Whatever this many acceptors fail, a phase-2 quorum is left."),
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
    const { measures } = runSafeDecree(setup, seed)
    const learned = measures.learnedAt[0] ?? null
    return {
      decideMs: milliseconds(measures.decidedAt),
      learnMs: milliseconds(learned),
      majorityLearnMs: majorityLearnMs(c.n)(c.quorums)(seed),
      phase2Ms: milliseconds(learned === null ? null : learned - measures.proposedAt!),
      messages: measures.messagesSent,
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
        runs: observations.length,
        ...meanCells("decideMs", observations, (o) => o.decideMs),
        ...meanCells("learnMs", observations, (o) => o.learnMs),
        ...estimateCells(
          "learnMsLessMajority",
          pairedDifference(
            observations.map((o) => o.learnMs),
            observations.map((o) => o.majorityLearnMs),
          ),
        ),
        ...meanCells("phase2Ms", observations, (o) => o.phase2Ms),
        messagesPerDecision: meanOf(observations, (o) => o.messages).value!,
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
    caption: "Five acceptors: time until learned against that of a majority, under the same delays.",
    columns: [
      { heading: "|Q2|" },
      { heading: "learned after", unit: "ms", digits: 1 },
      { heading: "paired", unit: "ms", group: "less that of a majority", digits: 1 },
      { heading: "not paired", unit: "ms", group: "less that of a majority", digits: 1 },
    ],
    rows: shown.map((row) => [
      row.q2,
      learn(row),
      intervalOf(row, "learnMsLessMajority"),
      majority === undefined ? null : differenceOfEstimates(learn(row), learn(majority)),
    ]),
    notes: [
      "Everyone is asked. Paired: the mean of the differences run by run (common random numbers), with Student's interval; not paired: from the intervals of the two means.",
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
    caption: "Five acceptors: what each size of the phase-2 quorum costs and buys.",
    columns: [
      { heading: "|Q2|" },
      { heading: "|Q1|" },
      { heading: "broadcast", unit: "ms", group: "phase 2 lasts", digits: 1 },
      { heading: "one quorum", unit: "ms", group: "phase 2 lasts", digits: 1 },
      { heading: "broadcast", group: "messages", digits: 0 },
      { heading: "one quorum", group: "messages", digits: 0 },
      { heading: "phase 1", group: "failures survived" },
      { heading: "phase 2", group: "failures survived" },
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
      `One proposer; one-way delays exponential with mean 10 ms; no faults. Means of ${shown[0]?.runs ?? 0} runs with 95 % intervals.`,
      "One quorum: the proposer asks one quorum drawn at random, so every member of it must answer.",
    ],
  }
}

const shownSizes = [5, 9]

function phase2Lines(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "phase2-size-time",
    caption:
      "How long phase 2 lasts, by the size of its quorums: waiting for the fastest, or for those asked.",
    x: { title: "|Q2|" },
    y: { title: "phase 2 lasts", unit: "ms" },
    join: "line",
    interval: "bars",
    panels: shownSizes.map((n) => ({
      title: `${n} acceptors`,
      series: seriesBy(
        rows.filter((row) => row.n === n),
        ({ quorums }) => (quorums === "broadcast" ? "everyone asked" : "one quorum asked"),
        (own) => estimatePoints(own, "q2", "phase2Ms"),
      ),
    })),
    notes: [`${sample(rows)} Bars are 95 % intervals after Student.`],
  }
}

/** Quorum sizes decide n here: every pair of sizes is one system, n = |Q1| + |Q2| − 1. */
function quorumSizes(rows: readonly Row[]): Figure {
  const shown = rows.filter(({ quorums }) => quorums === "broadcast")
  return {
    kind: "heat",
    id: "phase2-size-heat",
    caption: "Mean time until the proposer learns, both phases included, by the sizes of the quorums.",
    x: { title: "|Q1|" },
    y: { title: "|Q2|" },
    value: { title: "time until learned", unit: "ms" },
    digits: 0,
    panels: [{ title: "", cells: shown.map(({ q1, q2, learnMs }) => ({ x: q1, y: q2, value: learnMs! })) }],
    notes: [
      "Of |Q1| + |Q2| − 1 acceptors, so that any two quorums of the two phases meet; n is the same along a falling diagonal.",
      `${sample(rows)} Their 95 % intervals are in the CSV.`,
    ],
  }
}

/** The sentence that says what the figures are made of. */
function sample(rows: readonly Row[]): string {
  return `One proposer; one-way delays exponential with mean 10 ms; no faults. Means of ${rows[0]?.runs ?? 0} runs.`
}
