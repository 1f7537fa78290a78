import { present } from "../src/base/statistics/estimates.ts"
import { count, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  mean,
  measured,
  meansOf,
  runsColumn,
  share,
} from "../src/experiment/measured.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { counting, fastPaxosPlan, majorityOf } from "../src/protocol/paxos/plans.ts"
import { type QuorumPlan, constantPlan } from "../src/quorum/plan.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  readonly algorithm: "classic" | "recovery" | "fast-paxos"
  readonly n: number
  /** Phase-2 quorum of the first epoch. */
  readonly k: number
  readonly proposers: number
}

const measures = measured({
  fastShare: share("Share of runs that decide in the first epoch.", { digits: 4 }),
  decideMs: mean("Mean time to the commit point.", { unit: "ms" }),
  allLearnedMs: mean("Mean time until every proposer has learned.", { unit: "ms" }),
  messages: mean("Mean number of messages sent.", { digits: 1 }),
  epochs: mean("Mean number of epochs started by all proposers.", { digits: 2 }),
})

type Row = CellsOf<typeof measures> & {
  readonly algorithm: string
  readonly n: number
  readonly k: number
  readonly proposers: number
}

/** Phase-1 quorums with which Fast Paxos may recover from fast quorums of k: any three meet (2n < 2k + q). */
const fastRecovery = (n: number, k: number): number => Math.max(majorityOf(n), 2 * n - 2 * k + 1)

/** The quorums of a case; recovery has the same in all epochs, Fast Paxos other ones after the first. */
function planOf({ algorithm, n, k }: Case): QuorumPlan {
  if (algorithm === "fast-paxos") return fastPaxosPlan(n, k, fastRecovery(n, k))
  return constantPlan(counting(n, n - k + 1, k))
}

/** Every k from a majority up; for Fast Paxos those from which a phase-1 quorum can recover at all. */
function cases(): Case[] {
  return [3, 4, 5, 7].flatMap((n) => {
    const sizes = Array.from({ length: n - majorityOf(n) + 1 }, (_, i) => majorityOf(n) + i)
    const ways = [
      { algorithm: "classic", k: majorityOf(n) } as const,
      ...sizes.map((k) => ({ algorithm: "recovery", k }) as const),
      ...sizes.filter((k) => fastRecovery(n, k) <= n).map((k) => ({ algorithm: "fast-paxos", k }) as const),
    ]
    return ways.flatMap((way) => [1, 2, 3].map((proposers) => ({ ...way, n, proposers })))
  })
}

/**
 * Value collisions in the first epoch: epochs by recovery, Fast Paxos, and classic Paxos under the same conditions.
 *
 * Varied: n, the phase-2 quorum k of the first epoch, the number of proposers, and the
 * algorithm. Held fixed: delays uniform from 5 to 15 ms; proposers start at once with different
 * values, the worst case for a shared epoch.
 *
 * Expect: one proposer decides in one round trip with recovery or Fast Paxos and in two with classic
 * Paxos. With two or more, the values split the acceptors, and the share decided in epoch 0 falls
 * with k: a larger quorum of one value is less likely. After a collision recovery may finish phase 1
 * with n − k + 1 promises (table 7.1), Fast Paxos waits for a quorum that meets any two fast ones,
 * so that its proposers learn later.
 */
export default defineExperiment<Case, ObservationOf<typeof measures>, Row>({
  id: "recovery-epochs",
  question:
    "When proposers share the first epoch, how often do their values collide, and what does recovery cost?",
  reference: "Howard 2019, §7.3, §7.4.3 and table 7.1; Lamport 2006",
  columns: [
    text(
      "algorithm",
      "classic: two phases; recovery: epochs by recovery (Algorithms 24 to 26); fast-paxos: one fast epoch, then a fixed phase-1 quorum.",
    ),
    count("n", "Number of acceptors."),
    count("k", "Size of phase-2 quorums in the first epoch."),
    count("proposers", "Number of proposers, all starting at time 0 with different values."),
    runsColumn,
    ...measures.columns,
  ],
  cases,
  runs: 200,
  observe: (c, seed) => {
    const setup = setupFrom("majority(3)", "uniform(5, 15)", {
      plan: planOf(c),
      variant: c.algorithm,
      proposers: c.proposers,
      timeoutMs: 60,
      backOff: { kind: "exponential", base: 15_000, max: 240_000 },
      horizonMs: 5000,
    })
    const { measures: run } = runSafeDecree(setup, seed)
    const learned = present(run.learnedAt)
    return {
      fastShare: run.decidedEpoch === 0,
      decideMs: milliseconds(run.decidedAt),
      allLearnedMs: learned.length === c.proposers ? milliseconds(Math.max(...learned)) : null,
      messages: run.messagesSent,
      epochs: run.epochsUsed,
    }
  },
  summarise: (c, observations) => [{ ...c, ...measures.cells(observations) }],
  tables: [recoveryTable],
  figures: [recoveryFigure],
})

function recoveryTable(rows: readonly Row[]): Table {
  return {
    id: "recovery-epochs",
    caption:
      "A shared first epoch with five acceptors: share decided in it, time to decide and time until all proposers learn.",
    columns: [
      { heading: "$n$" },
      { heading: "proposers" },
      { heading: "algorithm" },
      { heading: "$k$" },
      { heading: "decided in epoch 0", digits: 2 },
      { heading: "time to decide", unit: "ms", digits: 1 },
      { heading: "time until all learn", unit: "ms", digits: 1 },
    ],
    rows: rows
      .filter(({ n }) => n === 5)
      .map((row) => [
        row.n,
        row.proposers,
        row.algorithm,
        row.k,
        row.fastShare,
        intervalOf(row, "decideMs"),
        intervalOf(row, "allLearnedMs"),
      ]),
    notes: [
      `One-way delays uniform in [5, 15] ms. ${meansOf(rows)}.`,
      "The CSV also has 3, 4 and 7 acceptors, messages and epochs.",
    ],
  }
}

function recoveryFigure(rows: readonly Row[]): Figure {
  const of = (proposers: number) => rows.filter((row) => row.n === 7 && row.proposers === proposers)
  return {
    kind: "lines",
    id: "recovery-epochs-learned",
    caption:
      "A shared first epoch with seven acceptors: time until all proposers learn, by the size $k$ of phase-2 quorums in that epoch.",
    x: { title: "$k$" },
    y: { title: "time until all proposers learn", unit: "ms" },
    join: "line",
    interval: "bars",
    panels: [1, 2, 3].map((proposers) => ({
      title: proposers === 1 ? "1 proposer" : `${proposers} proposers`,
      series: seriesBy(
        of(proposers),
        ({ algorithm }) => algorithm,
        (own) => estimatePoints(own, "k", "allLearnedMs"),
      ),
    })),
    notes: [`One-way delays uniform in [5, 15] ms. ${meansOf(rows)}.`],
  }
}
