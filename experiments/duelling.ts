import { meanInterval, shareInterval } from "../src/base/statistics.ts"
import { type EstimateCells, count, estimateCells, estimateColumns, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { formatBackOff } from "../src/experiment/replay-command.ts"
import { runSafeDecree } from "../src/experiment/single-decree.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import type { BackOff } from "../src/protocol/paxos/retry.ts"
import { milliseconds, present, setupFrom } from "./setup.ts"

interface Case {
  readonly proposers: number
  readonly backOff: BackOff
}

interface Observation {
  readonly decideMs: number | null
  readonly allLearnedMs: number | null
  readonly epochs: number
  readonly messages: number
}

type Row = EstimateCells<"decidedShare" | "decideMs" | "allLearnedMs" | "epochs" | "messages"> & {
  readonly proposers: number
  readonly backOff: string
  readonly replicas: number
}

const horizonMs = 2000

const policies: readonly BackOff[] = [
  { kind: "none" },
  { kind: "fixed", pause: 30_000 },
  { kind: "random", upTo: 60_000 },
  { kind: "exponential", base: 15_000, most: 480_000 },
]

/** Proposers that void each other's epochs, with negative replies so that they learn of it at once. */
export default defineExperiment<Case, Observation, Row>({
  id: "duelling",
  question:
    "How long do proposers that start together keep each other from deciding, and what does backing off buy?",
  reference: "Howard 2019, figure 2.6 (duelling proposers) and §3.1 (negative replies)",
  columns: [
    count("proposers", "Number of proposers, all starting at once, each with a value of its own."),
    text("backOff", "Pause before a proposer starts again; milliseconds."),
    count("replicas", "Number of independent runs."),
    ...estimateColumns("decidedShare", "Share of runs that decide within two seconds.", { digits: 4 }),
    ...estimateColumns("decideMs", "Mean time to the commit point, over the runs that decide.", {
      unit: "ms",
    }),
    ...estimateColumns(
      "allLearnedMs",
      "Mean time until every proposer has learned, over the runs where all do.",
      {
        unit: "ms",
      },
    ),
    ...estimateColumns("epochs", "Mean number of epochs started, over all proposers.", { digits: 2 }),
    ...estimateColumns("messages", "Mean number of messages sent.", { digits: 1 }),
  ],
  cases: () => [1, 2, 3, 4].flatMap((proposers) => policies.map((backOff) => ({ proposers, backOff }))),
  replicas: 300,
  observe: ({ proposers, backOff }, seed) => {
    const setup = setupFrom("majority(5)", "uniform(5, 15)", {
      proposers,
      backOff,
      nacks: true,
      timeoutMs: 100,
      horizonMs,
    })
    const { measures } = runSafeDecree(setup, seed)
    const learned = present(measures.learnedAt)
    return {
      decideMs: milliseconds(measures.decidedAt),
      allLearnedMs: learned.length === proposers ? milliseconds(Math.max(...learned)) : null,
      epochs: measures.epochsUsed,
      messages: measures.messagesSent,
    }
  },
  summarise: ({ proposers, backOff }, observations) => {
    const estimate = (read: (o: Observation) => number | null) =>
      meanInterval(present(observations.map(read)))
    return [
      {
        proposers,
        backOff: formatBackOff(backOff),
        replicas: observations.length,
        ...estimateCells(
          "decidedShare",
          shareInterval(observations.map(({ decideMs }) => decideMs !== null)),
        ),
        ...estimateCells(
          "decideMs",
          estimate((o) => o.decideMs),
        ),
        ...estimateCells(
          "allLearnedMs",
          estimate((o) => o.allLearnedMs),
        ),
        ...estimateCells(
          "epochs",
          estimate((o) => o.epochs),
        ),
        ...estimateCells(
          "messages",
          estimate((o) => o.messages),
        ),
      },
    ]
  },
  tables: [duellingTable],
})

function duellingTable(rows: readonly Row[]): Table {
  const groups = [1, 2, 3, 4].map((proposers) => rows.filter((row) => row.proposers === proposers))
  return {
    id: "duelling",
    caption: "Proposers that start together, by their number and how they back off.",
    columns: [
      { heading: "proposers" },
      { heading: "back-off", unit: "ms" },
      { heading: "decided", digits: 3 },
      { heading: "decided after", unit: "ms", digits: 0 },
      { heading: "all learned after", unit: "ms", digits: 0 },
      { heading: "epochs", digits: 1 },
      { heading: "messages", digits: 0 },
    ],
    rows: groups.flatMap((group, i) => [
      ...(i === 0 ? [] : (["rule"] as const)),
      ...group.map((row) => [
        row.proposers,
        row.backOff,
        row.decidedShare,
        intervalOf(row, "decideMs"),
        intervalOf(row, "allLearnedMs"),
        row.epochs,
        row.messages,
      ]),
    ]),
    notes: [
      "Majority of 5; one-way delays uniform from 5 to 15 ms; negative replies; timeout 100 ms.",
      `Means of ${rows[0]?.replicas ?? 0} runs of two seconds with 95 % intervals; times over the runs that got there.`,
    ],
  }
}
