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
import { formatBackOff } from "../src/run/common-settings.ts"
import { runSafeDecree } from "../src/run/decree.ts"
import { barsOf, estimatePoints, seriesBy } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, type TableRow, intervalOf } from "../src/experiment/table.ts"
import type { BackOff } from "../src/protocol/paxos/proposer-state.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  /** How proposers react to each other. */
  readonly variant: (typeof ways)[number]
  readonly proposers: number
  readonly backOff: BackOff
}

const measures = measured({
  decidedShare: share("Share of runs that decide within two seconds.", { digits: 4 }),
  decideMs: mean("Mean time to the commit point, over the runs that decide.", { unit: "ms" }),
  allLearnedShare: share("Share of runs in which every proposer learns within two seconds.", { digits: 4 }),
  allLearnedMs: mean("Mean time until every proposer has learned, over the runs in which all do.", {
    unit: "ms",
  }),
  epochs: mean("Mean number of epochs started by all proposers.", { digits: 2 }),
  messages: mean("Mean number of messages sent.", { digits: 1 }),
})

type Row = CellsOf<typeof measures> & {
  readonly variant: string
  readonly proposers: number
  readonly backOff: string
}

const horizonMs = 2000

/** Timeouts alone; negative replies, heeded at once or when a blocking set has come; copying what they show; voting, with negative replies. */
const ways = ["classic", "nacks", "patient-nacks", "copying", "voting"] as const

const policies: readonly BackOff[] = [
  { kind: "none" },
  { kind: "fixed", pause: 30_000 },
  { kind: "random", upTo: 60_000 },
  { kind: "exponential", base: 15_000, max: 480_000 },
]

/**
 * Duelling proposers: each supersedes the other's epoch, in five variants of Paxos.
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
export default defineExperiment<Case, ObservationOf<typeof measures>, Row>({
  id: "duelling",
  question: "How long do duelling proposers prevent a decision, and how much does back-off help?",
  reference: "Howard 2019, figure 2.6 (duelling proposers), §3.1 (negative replies), §3.9 and §3.10",
  columns: [
    text("variant", "The Paxos variant; voting includes negative replies."),
    count("proposers", "Number of proposers, all starting at time 0 with different values."),
    text("backOff", "Back-off before a proposer retries, in milliseconds."),
    runsColumn,
    ...measures.columns,
  ],
  cases: () =>
    ways.flatMap((variant) =>
      // One proposer duels with nobody; the other ways are distinguished by two and three.
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
    const { measures: run } = runSafeDecree(setup, seed)
    const learned = present(run.learnedAt)
    return {
      decidedShare: run.decidedAt !== null,
      decideMs: milliseconds(run.decidedAt),
      allLearnedShare: learned.length === proposers,
      allLearnedMs: learned.length === proposers ? milliseconds(Math.max(...learned)) : null,
      epochs: run.epochsUsed,
      messages: run.messagesSent,
    }
  },
  summarise: ({ variant, proposers, backOff }, observations) => [
    { variant, proposers, backOff: formatBackOff(backOff), ...measures.cells(observations) },
  ],
  tables: [duellingTable, variantsTable],
  figures: [duellingFigure, variantsFigure],
})

const columns: Table["columns"] = [
  { heading: "back-off", unit: "ms" },
  { heading: "share decided", digits: 3 },
  { heading: "time to decide", unit: "ms", digits: 0 },
  { heading: "time until all learn", unit: "ms", digits: 0 },
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
  const least = Math.min(...rows.map(({ allLearnedShare }) => allLearnedShare!))
  return [
    `Five acceptors, majority quorums; one-way delays uniform in [5, 15] ms; ${replies}; timeout 100 ms.`,
    `${meansOf(rows)}, two simulated seconds each; times are over the runs that decide, or in which all learn: at least ${(100 * least).toFixed(1)} % in each row.`,
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
    caption: "Duelling proposers: time to decide by number of proposers and back-off policy.",
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
    caption: "Three duelling proposers: time to decide by Paxos variant and back-off policy.",
    columns: [{ heading: "variant" }, ...columns],
    rows: ruled(ways.map(group)),
    notes: notes(rows, "negative replies in every variant except classic"),
  }
}

function duellingFigure(rows: readonly Row[]): Figure {
  return {
    kind: "lines",
    id: "duelling-proposers",
    caption:
      "Duelling proposers: time until all proposers learn, by number of proposers and back-off policy.",
    x: { title: "proposers" },
    y: { title: "time until all proposers learn", unit: "ms" },
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
    caption: "Three duelling proposers: time until all learn, by Paxos variant and back-off policy.",
    groups: "",
    value: { title: "time until all proposers learn", unit: "ms" },
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
    notes: [
      ...notes(rows, "negative replies in every variant except classic"),
      "No bar: all proposers learned in no run.",
    ],
  }
}
