import { meanInterval, shareInterval } from "../src/base/statistics.ts"
import {
  type EstimateCells,
  count,
  estimateCells,
  estimateColumns,
  measure,
  text,
} from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import type { DecreeSetup } from "../src/experiment/decree-setup.ts"
import { runSafeDecree } from "../src/experiment/single-decree.ts"
import type { Table } from "../src/experiment/table.ts"
import { paxosCluster } from "../src/protocol/paxos/cluster.ts"
import { type NamedVariant, variantNamed, variants } from "../src/protocol/paxos/variants.ts"
import { milliseconds, present, setupFrom } from "./setup.ts"
import { bestCase } from "./thesis/best-case.ts"

const conditions = ["best case", "acceptor down", "proposer fails", "contention"] as const
type Condition = (typeof conditions)[number]

interface Case {
  readonly variant: string
  readonly condition: Condition
}

interface Observation {
  readonly decideMs: number | null
  readonly learnMs: number | null
  readonly messages: number
  readonly writes: number
  readonly epochs: number
}

type Row = EstimateCells<"decidedShare" | "decideMs" | "learnMs" | "messages" | "writes" | "epochs"> & {
  readonly variant: string
  readonly reference: string
  readonly condition: string
  readonly roundTrips: number | null
  readonly replicas: number
}

const n = 5

/** When p2 begins after p1 has failed, in milliseconds: p1's proposal is out, and nobody has told it of acceptances. */
const failureMs = 250
const takeoverMs = 400

const measured = variants.filter(({ control }) => control !== true)

/** What a condition changes about a run. */
function under(condition: Condition, { colocated }: NamedVariant): Partial<DecreeSetup> {
  const acceptor = `a${n}`
  const first = colocated === true ? "a1" : "p1"
  switch (condition) {
    case "best case":
      return {}
    case "acceptor down":
      return { crashes: [{ process: acceptor, atMs: 0 }] }
    case "proposer fails":
      return { proposers: 2, staggerMs: takeoverMs, crashes: [{ process: first, atMs: failureMs }] }
    case "contention":
      return { proposers: 3 }
  }
}

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

/** Every member of the family under four conditions, five acceptors spread over a measured wide-area network. */
export default defineExperiment<Case, Observation, Row>({
  id: "revisions",
  question:
    "What does each revision of Paxos gain and cost: alone, with a failed acceptor, after a failed proposer, under contention?",
  reference: "Howard 2019, chapters 2 to 7",
  columns: [
    text("variant", "The member of the family, by its name in this program."),
    text("reference", "Its algorithms or its section in the thesis."),
    text(
      "condition",
      "best case: one proposer; acceptor down: one of five from the start; proposer fails: p1 at 250 ms, p2 starts at 400 ms; contention: three proposers at once.",
    ),
    count("replicas", "Number of independent runs."),
    measure("roundTrips", "Round trips until the proposer has learned, where all delays are alike.", {
      digits: 1,
      empty: "counted in the best case only",
    }),
    ...estimateColumns("decidedShare", "Share of runs that decide within ten seconds.", { digits: 4 }),
    ...estimateColumns("decideMs", "Mean time to the commit point.", { unit: "ms", digits: 1 }),
    ...estimateColumns(
      "learnMs",
      "Mean time until all live proposers have learned, over the runs where they do.",
      {
        unit: "ms",
        digits: 1,
      },
    ),
    ...estimateColumns("messages", "Mean number of messages sent.", { digits: 1 }),
    ...estimateColumns("writes", "Mean number of synchronous writes, by all processes.", { digits: 1 }),
    ...estimateColumns("epochs", "Mean number of epochs started, over all proposers.", { digits: 2 }),
  ],
  cases: () => measured.flatMap(({ id }) => conditions.map((condition) => ({ variant: id, condition }))),
  replicas: 30,
  observe: ({ variant, condition }, seed) => {
    const named = variantNamed(variant)
    const setup = setupFrom("majority(5)", "paxi", {
      plan: named.plan(n),
      variant,
      jitterSigma: 0.1,
      timeoutMs: 500,
      writeMs: 1,
      horizonMs: 10_000,
      ...under(condition, named),
    })
    const { measures } = runSafeDecree(setup, seed)
    const asked = measures.learnedAt.slice(condition === "proposer fails" ? 1 : 0, setup.proposers)
    const learned = present(asked)
    return {
      decideMs: milliseconds(measures.decidedAt),
      learnMs: learned.length === asked.length ? milliseconds(Math.max(...learned)) : null,
      messages: measures.messagesSent,
      writes: measures.syncWrites,
      epochs: measures.epochsUsed,
    }
  },
  summarise: ({ variant, condition }, observations) => {
    const named = variantNamed(variant)
    const estimate = (read: (o: Observation) => number | null) =>
      meanInterval(present(observations.map(read)))
    return [
      {
        variant,
        reference: named.reference,
        condition,
        replicas: observations.length,
        roundTrips: condition === "best case" ? roundTripsOf(named) : null,
        ...estimateCells(
          "decidedShare",
          shareInterval(observations.map(({ decideMs }) => decideMs !== null)),
        ),
        ...estimateCells(
          "decideMs",
          estimate(({ decideMs }) => decideMs),
        ),
        ...estimateCells(
          "learnMs",
          estimate(({ learnMs }) => learnMs),
        ),
        ...estimateCells(
          "messages",
          estimate(({ messages }) => messages),
        ),
        ...estimateCells(
          "writes",
          estimate(({ writes }) => writes),
        ),
        ...estimateCells(
          "epochs",
          estimate(({ epochs }) => epochs),
        ),
      },
    ]
  },
  tables: [revisionsTable],
})

function revisionsTable(rows: readonly Row[]): Table {
  const cellsOf = (variant: string): (number | null)[] => {
    const of = (condition: Condition): Row | undefined =>
      rows.find((row) => row.variant === variant && row.condition === condition)
    const best = of("best case")
    const counted = [best?.roundTrips, best?.messages, best?.writes]
    return [...counted, ...conditions.map((condition) => of(condition)?.learnMs)].map((cell) => cell ?? null)
  }
  const like = (variant: string): string =>
    cellsOf(variant)
      .map((cell) => (cell === null ? "" : cell.toFixed(0)))
      .join()
  const alike = measured.map(({ id }) => id).filter((id) => id !== "classic" && like(id) === like("classic"))
  return {
    id: "revisions",
    caption: "Every revision of Paxos on five regions: mean time until all proposers have learned.",
    columns: [
      { heading: "variant" },
      { heading: "round trips", digits: 1 },
      { heading: "messages", digits: 0 },
      { heading: "writes", digits: 0 },
      ...conditions.map((heading) => ({ heading, unit: "ms", digits: 0 })),
    ],
    rows: measured.filter(({ id }) => !alike.includes(id)).map(({ id }) => [id, ...cellsOf(id)]),
    notes: [
      "Round trips, messages and writes are those of the best case.",
      ...(alike.length === 0 ? [] : [`As classic in every column: ${alike.join(", ")}.`]),
      "Intervals and the time to the commit point are in the CSV; the latencies are those of paxi, with a lognormal factor of σ = 0.1.",
    ],
  }
}
