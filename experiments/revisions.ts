import { present } from "../src/base/statistics/estimates.ts"
import { measure, text } from "../src/experiment/column.ts"
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
import type { Figure } from "../src/experiment/figure/figure.ts"
import { barsOf } from "../src/experiment/figure/from-rows.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { paxosCluster } from "../src/protocol/paxos/cluster.ts"
import { type PaxosMessage, messageBytes } from "../src/protocol/paxos/messages.ts"
import { type NamedVariant, variantNamed, variants } from "../src/protocol/paxos/variants.ts"
import { Facts } from "../src/check/property.ts"
import { phasesBegun } from "../src/run/decree-measures.ts"
import type { DecreeSetup } from "../src/run/decree-settings.ts"
import { decreeScenario, runSafeDecree } from "../src/run/decree.ts"
import { parseFaults } from "../src/world/faults/notation.ts"
import { setupFrom } from "../src/run/from-text.ts"
import { bestCase } from "./thesis/best-case.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

const conditions = ["best case", "slow acceptor", "dead leader", "proposer fails", "contention"] as const
type Condition = (typeof conditions)[number]

interface Case {
  readonly variant: string
  readonly condition: Condition
}

const measures = measured({
  decidedShare: share("Share of runs that decide within ten seconds.", { digits: 4 }),
  decideMs: mean("Mean time from the first request to the commit point.", { unit: "ms", digits: 1 }),
  learnMs: mean("Mean time until all live proposers have learned, over the runs in which they do.", {
    unit: "ms",
    digits: 1,
  }),
  phases: mean("Mean number of round trips started by the proposer that starts most, until it learns.", {
    digits: 2,
  }),
  messages: mean("Mean number of messages sent.", { digits: 1 }),
  bytes: mean("Mean number of bytes sent, with values of 1,000 bytes.", { digits: 0 }),
  writes: mean("Mean number of synchronous writes by all processes.", { digits: 1 }),
  epochs: mean("Mean number of epochs started by all proposers.", { digits: 2 }),
})

type Row = CellsOf<typeof measures> & {
  readonly variant: string
  readonly reference: string
  readonly condition: string
  readonly roundTrips: number | null
}

const n = 5

/** When clients ask, in milliseconds: proposers that run phase 1 before that have had the time. All times count from here. */
const startMs = 400
/** When p1 fails, and when p2 begins, after that: p1's proposal is out, and nobody has told it of acceptances. */
const failureMs = 250
const takeoverMs = 400
/** The acceptor nearest to the first proposer but one, and how much longer each message takes it. */
const slowAcceptor = "slow(100) a2 @0-60000"
const valueBytes = 1000

const shownVariants = variants.filter(({ control }) => control !== true)

/** What a condition changes about a run. */
function under(condition: Condition, { colocated }: NamedVariant): Partial<DecreeSetup> {
  const first = colocated === true ? "a1" : "p1"
  switch (condition) {
    case "best case":
      return {}
    case "slow acceptor":
      return { faults: parseFaults(slowAcceptor) }
    case "dead leader":
      return { proposers: 2, distinguished: first, faults: parseFaults(`crash ${first} @0`) }
    case "proposer fails":
      return {
        proposers: 2,
        staggerMs: takeoverMs,
        faults: parseFaults(`crash ${first} @${startMs + failureMs}`),
      }
    case "contention":
      return { proposers: 3 }
  }
}

/** The first proposer is down in these, and nobody waits for it to learn. */
const losesFirst: readonly Condition[] = ["dead leader", "proposer fails"]

/** The round trips of a run on which nothing goes wrong: delays that are all alike make them countable. */
function roundTripsOf(named: NamedVariant): number {
  const { switches, colocated = false } = named
  const cluster = paxosCluster({
    plan: named.plan(n),
    proposers: colocated ? n : 1,
    colocated,
    variant: switches,
    timeout: { min: 1_000_000, max: 1_000_000 },
    backOff: { kind: "none" },
  })
  return bestCase(cluster).hops / 2
}

/**
 * Every member of the family under five conditions, five acceptors spread over a measured wide-area network.
 *
 * Varied: the variant, and the condition it is under. Held fixed: five acceptors in the regions of
 * `paxi`, delays with a lognormal factor of σ = 0.1, a synchronous write of 1 ms, a timeout of 500 ms.
 * Each variant has the quorums that it is designed for, so this compares members of the family and not
 * switches one at a time.
 *
 * Expect: in the best case the round trips the thesis claims: two for classic Paxos, one where phase
 * 1 can be skipped (revision B in its first epoch, all aboard, epochs by value or by recovery) or
 * was run beforehand, and two again where an allocator is asked first. `roundTrips` counts them with
 * constant delays, where they are exact. What a variant gains there it may lose under contention,
 * and that is what the other conditions are for.
 */
export default defineExperiment<Case, ObservationOf<typeof measures>, Row>({
  id: "revisions",
  question:
    "What does each revision of Paxos gain and cost: in the best case, with a slow acceptor, with a dead leader, after a proposer failure, under contention?",
  reference: "Howard 2019, chapters 2 to 7",
  columns: [
    text("variant", "The Paxos variant, by its id."),
    text("reference", "Its algorithms or its section in the thesis."),
    text(
      "condition",
      "best case: one proposer; slow acceptor: a2 takes 100 ms longer per message; dead leader: the distinguished proposer p1 is down and p2 gets the request; proposer fails: p1 fails 250 ms after its request, p2 gets one at 400 ms; contention: three proposers at once.",
    ),
    runsColumn,
    measure("roundTrips", "Round trips until the proposer learns, counted with equal constant delays.", {
      digits: 1,
      empty: "counted in the best case only",
    }),
    ...measures.columns,
  ],
  cases: () => shownVariants.flatMap(({ id }) => conditions.map((condition) => ({ variant: id, condition }))),
  runs: 30,
  observe: ({ variant, condition }, seed) => {
    const named = variantNamed(variant)
    const setup = setupFrom("majority(5)", "paxi", {
      plan: named.plan(n),
      variant,
      startMs,
      jitterSigma: 0.1,
      timeoutMs: 500,
      writeMs: 1,
      horizonMs: startMs + 10_000,
      ...under(condition, named),
    })
    let bytes = 0
    const { measures: run, phasesBegun } = runCounted(setup, seed, (message) => {
      bytes += messageBytes(message, valueBytes)
    })
    const live = losesFirst.includes(condition) ? 1 : 0
    const learned = run.learnedAt.slice(live, setup.proposers)
    const phases = phasesBegun.slice(live, setup.proposers)
    return {
      decidedShare: run.decidedAt !== null,
      decideMs: sinceStart(run.decidedAt),
      learnMs: sinceStart(latest(learned)),
      phases: latest(phases),
      messages: run.messagesSent,
      bytes,
      writes: run.syncWrites,
      epochs: run.epochsUsed,
    }
  },
  summarise: ({ variant, condition }, observations) => {
    const named = variantNamed(variant)
    return [
      {
        variant,
        reference: named.reference,
        condition,
        roundTrips: condition === "best case" ? roundTripsOf(named) : null,
        ...measures.cells(observations),
      },
    ]
  },
  tables: [decidedTable, learnedTable, phasesTable, costTable],
  figures: [revisionsFigure],
})

/** A run that has to be safe, with its messages shown to `sent` and the round trips its proposers began. */
function runCounted(setup: DecreeSetup, seed: number, sent: (message: PaxosMessage) => void) {
  const { cluster } = decreeScenario(setup, seed)
  const facts = new Facts(cluster, [phasesBegun])
  const { measures } = runSafeDecree(setup, seed, facts.observe, (event) => {
    if (event.type === "send") sent(event.message)
  })
  return { measures, phasesBegun: phasesBegun.read(facts) }
}

/** The greatest of all; null if one is missing. */
function latest(values: readonly (number | null)[]): number | null {
  const there = present(values)
  return there.length === values.length ? Math.max(...there) : null
}

/** Milliseconds since clients began to ask. */
function sinceStart(at: number | null): number | null {
  return at === null ? null : milliseconds(at)! - startMs
}

type Measured = "learnMs" | "decideMs" | "phases" | "messages" | "writes" | "bytes"

/** The row of a variant under a condition. */
function rowFor(rows: readonly Row[], variant: string, condition: Condition): Row | undefined {
  return rows.find((row) => row.variant === variant && row.condition === condition)
}

/** The same figure under each condition; empty where not every run got there. */
function across(rows: readonly Row[], variant: string, measured: Measured): (number | null)[] {
  return conditions.map((condition) => rowFor(rows, variant, condition)?.[measured] ?? null)
}

/** The variants worth a line, and a note that names those that are as classic in every cell. */
function lines(cellsOf: (variant: string) => readonly (number | null)[]) {
  const rounded = (variant: string): string =>
    cellsOf(variant)
      .map((cell) => (cell === null ? "" : cell.toFixed(0)))
      .join()
  const alike = shownVariants
    .map(({ id }) => id)
    .filter((id) => id !== "classic" && rounded(id) === rounded("classic"))
  return {
    rows: shownVariants.filter(({ id }) => !alike.includes(id)).map(({ id }) => [id, ...cellsOf(id)]),
    notes: alike.length === 0 ? [] : [`Equal to classic in every column: ${alike.join(", ")}.`],
  }
}

const conditionNote =
  "Best: one proposer. Slow: acceptor a2 takes 100 ms longer per message. Dead: the distinguished proposer p1 is down; p2 forwards its value, times out after 500 ms and proposes itself. Fails: p1 fails 250 ms after its start, p2 starts 150 ms later. Cont.: three proposers at once."
const sourceNote =
  "The CSV has 95 % CI. Latency matrix paxi with lognormal jitter ($σ = 0.1$); requests arrive 400 ms after the processes start."

const shortNames: Readonly<Record<Condition, string>> = {
  "best case": "best",
  "slow acceptor": "slow",
  "dead leader": "dead",
  "proposer fails": "fails",
  contention: "cont.",
}

/** A column to each condition, under one heading. */
const perCondition = (group: string, digits = 0) =>
  conditions.map((condition) => ({ heading: shortNames[condition], group, digits }))

function decidedTable(rows: readonly Row[]): Table {
  const cellsOf = (variant: string): (number | null)[] => {
    const best = rowFor(rows, variant, "best case")
    return [
      ...[best?.roundTrips, best?.messages, best?.writes].map((cell) => cell ?? null),
      ...across(rows, variant, "decideMs"),
    ]
  }
  const { rows: body, notes } = lines(cellsOf)
  return {
    id: "revisions",
    caption:
      "Revisions of Paxos in five regions: mean time to decide under five conditions, and costs in the best case.",
    columns: [
      { heading: "variant" },
      { heading: "round trips", digits: 1, group: "best case" },
      { heading: "messages", digits: 0, group: "best case" },
      { heading: "writes", digits: 0, group: "best case" },
      ...perCondition("time to decide (ms)"),
    ],
    rows: body,
    notes: [...notes, conditionNote, sourceNote],
  }
}

function learnedTable(rows: readonly Row[]): Table {
  const { rows: body, notes } = lines((variant) => across(rows, variant, "learnMs"))
  return {
    id: "revisions-learned",
    caption:
      "Revisions of Paxos in five regions: mean time until all live proposers learn, under five conditions.",
    columns: [{ heading: "variant" }, ...perCondition("time until all learn (ms)")],
    rows: body,
    notes: [...notes, conditionNote, sourceNote],
  }
}

function phasesTable(rows: readonly Row[]): Table {
  const { rows: body, notes } = lines((variant) => across(rows, variant, "phases"))
  return {
    id: "revisions-round-trips",
    caption: "Revisions of Paxos in five regions: mean number of round trips started, under five conditions.",
    columns: [{ heading: "variant" }, ...perCondition("round trips started", 1)],
    rows: body,
    notes: [...notes, "Of the proposer that starts most, until it learns.", conditionNote],
  }
}

function costTable(rows: readonly Row[]): Table {
  const figures = ["messages", "writes"] as const
  const { rows: body, notes } = lines((variant) => figures.flatMap((figure) => across(rows, variant, figure)))
  return {
    id: "revisions-cost",
    caption:
      "Revisions of Paxos in five regions: mean number of messages and of synchronous writes, under five conditions.",
    columns: [{ heading: "variant" }, ...figures.flatMap((group) => perCondition(group))],
    rows: body,
    notes: [...notes, "Sums over all processes, until no event is pending.", conditionNote],
  }
}

/** One or two of each chapter: a figure of all variants would fill pages. */
const drawn = [
  ..."classic nacks bypass termination phase-1-first copying voting revision-a revision-b".split(" "),
  ..."revision-c all-aboard allocator register by-value recovery fast-paxos".split(" "),
]

function revisionsFigure(rows: readonly Row[]): Figure {
  const shown = ["best case", "slow acceptor", "proposer fails", "contention"]
  return {
    kind: "bars",
    mark: "point",
    id: "revisions-times",
    caption:
      "Revisions of Paxos in five regions: mean time until all live proposers learn, under four conditions.",
    groups: "",
    value: { title: "time until all learn", unit: "ms", scale: "log" },
    panels: shown.map((condition) => ({
      title: condition,
      bars: barsOf(
        rows.filter((row) => row.condition === condition && drawn.includes(row.variant)),
        { group: ({ variant }) => variant, series: () => "time", value: (row) => intervalOf(row, "learnMs") },
      ),
    })),
    notes: [
      `${meansOf(rows)}. No point: all live proposers learned in no run. Latency matrix paxi with lognormal jitter ($σ = 0.1$).`,
    ],
  }
}
