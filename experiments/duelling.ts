import { present, shareInterval } from "../src/base/statistics/estimates.ts"
import {
  type EstimateCells,
  count,
  estimateCells,
  estimateColumns,
  meanCells,
  text,
} from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { formatBackOff } from "../src/run/common-settings.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { barsOf, estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, type TableRow, intervalOf } from "../src/experiment/table.ts"
import type { BackOff } from "../src/protocol/paxos/proposer-state.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  /** What proposers do about each other. */
  readonly variant: (typeof ways)[number]
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
  readonly variant: string
  readonly proposers: number
  readonly backOff: string
  readonly runs: number
}

const horizonMs = 2000

/** Timeouts alone; negative replies, heeded at once or when a blocking set has come; copying what they show; voting, with negative replies. */
const ways = ["classic", "nacks", "patient-nacks", "copying", "voting"] as const

const policies: readonly BackOff[] = [
  { kind: "none" },
  { kind: "fixed", pause: 30_000 },
  { kind: "random", upTo: 60_000 },
  { kind: "exponential", base: 15_000, most: 480_000 },
]

/**
 * Proposers that void each other's epochs, and what they do about it.
 *
 * Varied: what proposers do about each other, how many they are, and how they back off. Held fixed:
 * majorities of five, delays uniform from 5 to 15 ms, a timeout of 100 ms, all proposers starting at
 * once with values of their own.
 *
 * Expect: without back-off the duel of figure 2.6, whose length grows fast with the number of
 * proposers; it ends only because delays are random. Any pause lets one finish, and then the cost
 * is that of taking turns. The mean of decided runs is no figure without the share of runs that
 * decide, which is why both are here.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "duelling",
  question:
    "How long do proposers that start together keep each other from deciding, and what does backing off buy?",
  reference: "Howard 2019, figure 2.6 (duelling proposers), §3.1 (negative replies), §3.9 and §3.10",
  columns: [
    text("variant", "The member of the Paxos family; voting has negative replies too."),
    count("proposers", "Number of proposers, all starting at once, each with a value of its own."),
    text("backOff", "Pause before a proposer starts again; milliseconds."),
    count("runs", "Number of independent runs."),
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
  cases: () =>
    ways.flatMap((variant) =>
      // One proposer duels with nobody; the other ways are told apart by two and three.
      (variant === "nacks" ? [1, 2, 3, 4] : [2, 3]).flatMap((proposers) =>
        policies.map((backOff) => ({ variant, proposers, backOff })),
      ),
    ),
  runs: 300,
  observe: ({ variant, proposers, backOff }, seed) => {
    const setup = setupFrom("majority(5)", "uniform(5, 15)", {
      proposers,
      backOff,
      variant,
      // Without negative replies a proposer only learns from its timeout that it has been overtaken.
      nacks: variant !== "classic",
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
  summarise: ({ variant, proposers, backOff }, observations) => {
    return [
      {
        variant,
        proposers,
        backOff: formatBackOff(backOff),
        runs: observations.length,
        ...estimateCells(
          "decidedShare",
          shareInterval(observations.map(({ decideMs }) => decideMs !== null)),
        ),
        ...meanCells("decideMs", observations, (o) => o.decideMs),
        ...meanCells("allLearnedMs", observations, (o) => o.allLearnedMs),
        ...meanCells("epochs", observations, (o) => o.epochs),
        ...meanCells("messages", observations, (o) => o.messages),
      },
    ]
  },
  tables: [duellingTable, variantsTable],
  figures: [duellingFigure, variantsFigure],
})

const columns: Table["columns"] = [
  { heading: "back-off", unit: "ms" },
  { heading: "decided", digits: 3 },
  { heading: "decided after", unit: "ms", digits: 0 },
  { heading: "all learned after", unit: "ms", digits: 0 },
  { heading: "epochs", digits: 1 },
  { heading: "messages", digits: 0 },
]

const cellsOf = (row: Row): TableRow => [
  row.backOff,
  row.decidedShare,
  intervalOf(row, "decideMs"),
  intervalOf(row, "allLearnedMs"),
  row.epochs,
  row.messages,
]

/** Groups of rows with a line between them. */
function ruled(groups: readonly (readonly TableRow[])[]): Table["rows"] {
  return groups.flatMap((group, i) => [...(i === 0 ? [] : (["rule"] as const)), ...group])
}

/** What the tables and figures have in common. */
function notes(rows: readonly Row[], replies: string): string[] {
  return [
    `Majority of 5; one-way delays uniform from 5 to 15 ms; ${replies}; timeout 100 ms.`,
    `Means of ${rows[0]?.runs ?? 0} runs of two seconds with 95 % intervals; times over the runs that got there.`,
  ]
}

/** By number of proposers, with negative replies: the figure that people quote. */
function duellingTable(rows: readonly Row[]): Table {
  const group = (proposers: number): TableRow[] =>
    rows
      .filter((row) => row.variant === "nacks" && row.proposers === proposers)
      .map((row) => [row.proposers, ...cellsOf(row)])
  return {
    id: "duelling",
    caption: "Proposers that start together, by their number and how they back off.",
    columns: [{ heading: "proposers" }, ...columns],
    rows: ruled([1, 2, 3, 4].map(group)),
    notes: notes(rows, "negative replies"),
  }
}

/** Three proposers by what they do; a fixed pause is as good as a random one here, and left out. */
function variantsTable(rows: readonly Row[]): Table {
  const group = (variant: string): TableRow[] =>
    rows
      .filter((row) => row.variant === variant && row.proposers === 3 && !row.backOff.startsWith("fixed"))
      .map((row) => [row.variant, ...cellsOf(row)])
  return {
    id: "duelling-variants",
    caption: "Three proposers that start together, by what they do about each other.",
    columns: [{ heading: "variant" }, ...columns],
    rows: ruled(ways.map(group)),
    notes: notes(rows, "negative replies in all but classic"),
  }
}

function duellingFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "duelling-proposers",
    caption: "Proposers that start together: time until all have learned, by how they back off.",
    x: { title: "proposers" },
    y: { title: "all learned after", unit: "ms" },
    join: "line",
    interval: "bars",
    panels: [
      {
        title: "",
        series: seriesBy(
          rows.filter(({ variant }) => variant === "nacks"),
          ({ backOff }) => backOff,
          (own) => estimatePoints(own, "proposers", "allLearnedMs"),
        ),
      },
    ],
    notes: notes(rows, "negative replies"),
  }
}

function variantsFigure(rows: readonly Row[]): Figure {
  const shown = rows.filter(({ proposers }) => proposers === 3)
  return {
    kind: "bars",
    id: "duelling-ways",
    caption:
      "Three proposers that start together: time until all have learned, by what they do about each other.",
    groups: "",
    value: { title: "all learned after", unit: "ms" },
    panels: [
      {
        title: "",
        bars: barsOf(shown, {
          group: ({ variant }) => variant,
          series: ({ backOff }) => backOff,
          value: (row) => intervalOf(row, "allLearnedMs"),
        }),
      },
    ],
    notes: [...notes(rows, "negative replies in all but classic"), "No bar where no run got there."],
  }
}
