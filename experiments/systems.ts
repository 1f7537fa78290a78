import { text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import {
  type CellsOf,
  type ObservationOf,
  mean,
  measured,
  meansOf,
  runsColumn,
} from "../src/experiment/measured.ts"
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

const measures = measured({
  decideMs: mean("Mean time to the commit point.", { unit: "ms" }),
  learnMs: mean("Mean time until the proposer learns the value.", { unit: "ms" }),
  phase2Ms: mean("Mean phase-2 latency: from the first proposal sent until the proposer learns.", {
    unit: "ms",
  }),
  messagesThrifty: mean("Mean number of messages per decision when only the closest quorums are contacted.", {
    digits: 1,
  }),
})

type Row = CellsOf<typeof measures> & {
  readonly system: string
  readonly latency: string
  readonly leader: string | null
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
 * Quorum systems of six acceptors compared on a LAN and on published WAN latencies, with the leader in every region.
 *
 * Varied: the system, the latency, and the region of the leader. Held fixed: six acceptors, in the
 * regions in turn; one proposer and no faults. Over a matrix nothing is random, and a mean is exact.
 *
 * Expect: phase 2 takes the round trip to the farthest member of the quorum that is nearest to the
 * leader, so small phase-2 quorums gain most where a leader has one or two near neighbours, and
 * the best place for the leader is another for each system. In one data centre the differences are
 * those of order statistics: small.
 */
export default defineExperiment<Case, ObservationOf<typeof measures>, Row>({
  id: "systems",
  question: "How do quorum systems of the same size compare, and where should their leader be?",
  reference: "Howard, Malkhi and Spiegelman 2016, §4; latencies: see experiments/data/README.md",
  columns: [
    text("system", "The quorum system."),
    text("latency", "The latency model or matrix."),
    text("leader", "The region of the leader (the only proposer).", { empty: "no regions" }),
    runsColumn,
    ...measures.columns,
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
      messagesThrifty: runSafeDecree(setup, seed).measures.messagesSent,
    }
  },
  summarise: (c, observations) => [{ ...c, ...measures.cells(observations) }],
  tables: [(rows) => leadersTable("aws", rows), (rows) => leadersTable("paxi", rows), lanTable],
  figures: [(rows) => leadersFigure("aws", rows), (rows) => leadersFigure("paxi", rows)],
})

/** Phase 2 by system and leader: one matrix. */
function leadersTable(latency: string, rows: readonly Row[]): Table {
  const shown = rows.filter((row) => row.latency === latency)
  const leaders = [...new Set(shown.map(({ leader }) => leader!))]
  return {
    id: `systems-${latency}`,
    caption: `Phase-2 latency by leader region: six acceptors in the regions of the ${latency} matrix.`,
    columns: [
      { heading: "system" },
      ...leaders.map((leader) => ({ heading: leader, unit: "ms", group: "leader region", digits: 1 })),
    ],
    rows: systems.map((system) => [
      system,
      ...leaders.map(
        (leader) => shown.find((row) => row.system === system && row.leader === leader)!.phase2Ms,
      ),
    ]),
    notes: [
      "Published average round-trip times; the one-way delay is half. Acceptors are assigned to the five regions in turn, two to the first. Exact: delays have no variance.",
    ],
  }
}

/** One data centre, where only sizes count. */
function lanTable(rows: readonly Row[]): Table {
  const shown = rows.filter((row) => row.latency === "lan")
  return {
    id: "systems-lan",
    caption: "Latency and messages of six acceptors in one data centre.",
    columns: [
      { heading: "system" },
      { heading: "time to decide", unit: "ms", digits: 3 },
      { heading: "time to learn", unit: "ms", digits: 3 },
      { heading: "phase-2 latency", unit: "ms", digits: 3 },
      { heading: "messages (one quorum contacted)", digits: 0 },
    ],
    rows: shown.map((row) => [
      row.system,
      intervalOf(row, "decideMs"),
      intervalOf(row, "learnMs"),
      intervalOf(row, "phase2Ms"),
      row.messagesThrifty,
    ]),
    notes: [`Round-trip times with mean 0.427 ms and standard deviation 0.0476 ms. ${meansOf(shown)}.`],
  }
}

/** The same as the table of that matrix, drawn. */
function leadersFigure(latency: string, rows: readonly Row[]): Figure {
  const shown = rows.filter((row) => row.latency === latency)
  return {
    kind: "bars",
    id: `systems-${latency}-leaders`,
    caption: `Phase-2 latency by leader region: six acceptors in the regions of the ${latency} matrix.`,
    groups: "leader region",
    value: { title: "phase-2 latency", unit: "ms" },
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
      "Exact: published average round-trip times; the one-way delay is half, without variance. No bar: the latency is zero, as the quorum lies in the leader's region.",
    ],
  }
}
