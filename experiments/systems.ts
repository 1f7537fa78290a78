import { type EstimateCells, count, estimateColumns, meanCells, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { barsOf, exactly } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { latencyFrom, setupFrom } from "../src/run/from-text.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  readonly system: string
  readonly latency: string
  /** Where the proposer is; null where all places are alike. */
  readonly leader: string | null
}

interface Observation {
  readonly decideMs: number | null
  readonly learnMs: number | null
  readonly phase2Ms: number | null
  readonly messages: number
}

type Row = EstimateCells<"decideMs" | "learnMs" | "phase2Ms" | "messagesThrifty"> & {
  readonly system: string
  readonly latency: string
  readonly leader: string | null
  readonly runs: number
}

/** Six acceptors each: a size of which grids and even majorities exist. */
const systems = [
  "majority(6)",
  "simple(6, 4, 3)",
  "simple(6, 5, 2)",
  "grid(2, 3)",
  "grid(3, 2)",
  "classicGrid(2, 3)",
  "weighted([2, 2, 1, 1, 1, 1], 5, 4)",
]

const latencies = ["constant(10)", "lan", "aws", "paxi"]

/** Every region of a matrix; nobody in particular where all places are alike. */
function leadersOf(latency: string): (string | null)[] {
  const choice = latencyFrom(latency)
  return choice.kind === "matrix" ? [...choice.delays.regions] : [null]
}

/**
 * Systems of the same number of acceptors side by side, on a LAN and on published WAN latencies, led from everywhere.
 *
 * Varied: the system, the latency, and the region of the leader. Held fixed: six acceptors, in the
 * regions in turn; one proposer and no faults. Over a matrix nothing is random, and a mean is exact.
 *
 * Expect: phase 2 takes the round trip to the farthest member of the quorum that is nearest to the
 * leader, so small phase-2 quorums gain most where a leader has one or two near neighbours, and
 * the best place for the leader is another for each system. In one data centre the differences are
 * those of order statistics: small.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "systems",
  question: "How do quorum systems of the same size compare, and where should their leader be?",
  reference: "Howard, Malkhi and Spiegelman 2016, §4; latencies: see experiments/data/README.md",
  columns: [
    text("system", "The quorum system."),
    text("latency", "The latency model or matrix."),
    text("leader", "The region of the proposer.", { empty: "all places are alike" }),
    count("runs", "Number of independent runs; runs over a matrix are all alike."),
    ...estimateColumns("decideMs", "Mean time to the commit point.", { unit: "ms" }),
    ...estimateColumns("learnMs", "Mean time until the proposer learns.", { unit: "ms" }),
    ...estimateColumns("phase2Ms", "Mean time from the first proposal sent until the proposer learns.", {
      unit: "ms",
    }),
    ...estimateColumns("messagesThrifty", "Mean messages per decision when the nearest quorums are asked.", {
      digits: 1,
    }),
  ],
  cases: () =>
    latencies.flatMap((latency) =>
      leadersOf(latency).flatMap((leader) => systems.map((system) => ({ system, latency, leader }))),
    ),
  runs: 100,
  observe: ({ system, latency, leader }, seed) => {
    const proposerRegions = leader === null ? [] : [leader]
    // The nearest quorums answer first anyway: asking only them changes the messages and no time.
    const setup = setupFrom(system, latency, { proposerRegions, quorumSelection: "closest" })
    const { measures } = runSafeDecree({ ...setup, quorumSelection: "broadcast" }, seed)
    const learned = measures.learnedAt[0] ?? null
    return {
      decideMs: milliseconds(measures.decidedAt),
      learnMs: milliseconds(learned),
      phase2Ms: milliseconds(learned === null ? null : learned - measures.proposedAt!),
      messages: runSafeDecree(setup, seed).measures.messagesSent,
    }
  },
  summarise: (c, observations) => {
    return [
      {
        ...c,
        runs: observations.length,
        ...meanCells("decideMs", observations, (o) => o.decideMs),
        ...meanCells("learnMs", observations, (o) => o.learnMs),
        ...meanCells("phase2Ms", observations, (o) => o.phase2Ms),
        ...meanCells("messagesThrifty", observations, (o) => o.messages),
      },
    ]
  },
  tables: [(rows) => leadersTable("aws", rows), (rows) => leadersTable("paxi", rows), lanTable],
  figures: [(rows) => leadersFigure("aws", rows), (rows) => leadersFigure("paxi", rows)],
})

/** Phase 2 by system and leader: one matrix. */
function leadersTable(latency: string, rows: readonly Row[]): Table {
  const shown = rows.filter((row) => row.latency === latency)
  const leaders = [...new Set(shown.map(({ leader }) => leader!))]
  return {
    id: `systems-${latency}`,
    caption: `Time of phase 2 by the region of the leader: six acceptors over the regions of the ${latency} matrix.`,
    columns: [
      { heading: "system" },
      ...leaders.map((leader) => ({ heading: leader, unit: "ms", group: "leader in", digits: 1 })),
    ],
    rows: systems.map((system) => [
      system,
      ...leaders.map(
        (leader) => shown.find((row) => row.system === system && row.leader === leader)!.phase2Ms,
      ),
    ]),
    notes: [
      "Published average round trips, one way taken as half; the six acceptors are placed over the five regions in turn, two in the first. Exact: no spread.",
    ],
  }
}

/** One data centre, where only sizes count. */
function lanTable(rows: readonly Row[]): Table {
  const shown = rows.filter((row) => row.latency === "lan")
  return {
    id: "systems-lan",
    caption: "Six acceptors in one data centre.",
    columns: [
      { heading: "system" },
      { heading: "decided", unit: "ms", digits: 3 },
      { heading: "learned", unit: "ms", digits: 3 },
      { heading: "phase 2", unit: "ms", digits: 3 },
      { heading: "messages, thrifty", digits: 0 },
    ],
    rows: shown.map((row) => [
      row.system,
      intervalOf(row, "decideMs"),
      intervalOf(row, "learnMs"),
      intervalOf(row, "phase2Ms"),
      row.messagesThrifty,
    ]),
    notes: [
      `Round trips of mean 0.427 ms and deviation 0.0476 ms. Means of ${shown[0]?.runs ?? 0} runs with 95 % intervals.`,
    ],
  }
}

/** The same as the table of that matrix, drawn. */
function leadersFigure(latency: string, rows: readonly Row[]): Figure {
  const shown = rows.filter((row) => row.latency === latency)
  return {
    kind: "bars",
    id: `systems-${latency}-leaders`,
    caption: `Time of phase 2 by the region of the leader: six acceptors over the regions of the ${latency} matrix.`,
    groups: "leader in",
    value: { title: "phase 2 lasts", unit: "ms" },
    panels: [
      {
        title: "",
        bars: barsOf(shown, {
          group: ({ leader }) => leader!,
          series: ({ system }) => system,
          value: ({ phase2Ms }) => exactly(phase2Ms),
        }),
      },
    ],
    notes: [
      "Exact: published average round trips, one way taken as half, without spread. No bar where it takes no time: the other acceptor asked is in the leader's region.",
    ],
  }
}
