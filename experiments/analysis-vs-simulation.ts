import { quorumSystemFrom } from "../quorums/from-text.ts"
import {
  erlangDelay,
  meanDelay,
  measureStrategy,
  nodeTable,
  quorumDelay,
  uniformStrategy,
  workloadOf,
} from "../src/analysis/index.ts"
import { oncePer } from "../src/base/memo.ts"
import { type Estimate, meanInterval, present, shareInterval } from "../src/base/statistics/estimates.ts"
import { flag, measure, text } from "../src/experiment/column.ts"
import { defineExperiment } from "../src/experiment/define.ts"
import { meansOf, runsColumn } from "../src/experiment/measured.ts"
import type { DecreeSetup } from "../src/run/decree-settings.ts"
import { leastLoadStrategy } from "../src/run/drawn-quorums.ts"
import { runDecree, runSafeDecree } from "../src/run/decree.ts"
import { barsOf } from "../src/experiment/figure/from-rows.ts"
import type { Figure } from "../src/experiment/figure/figure.ts"
import { type Table, intervalOf } from "../src/experiment/table.ts"
import { planFrom, setupFrom } from "../src/run/from-text.ts"
import { failureOf } from "./worth.ts"
import { milliseconds } from "../src/world/simulate/latency.ts"

interface Case {
  readonly system: string
}

interface Observation {
  readonly learnMs: number | null
  /** How often the first acceptor was asked, of the two times it can be. */
  readonly asked: number
  /** The same of every acceptor, where quorums are drawn from the strategy of least load. */
  readonly askedByBest: readonly number[]
  readonly decided: boolean
}

type Row = {
  readonly system: string
  readonly quantity: string
  readonly predicted: number
  readonly simulated: number | null
  readonly simulatedLow: number | null
  readonly simulatedHigh: number | null
  readonly agrees: boolean
  readonly runs: number
}

/** Systems in which all acceptors are alike, so that a quorum drawn at random is one of a uniform strategy. */
const systems = [
  "majority(5)",
  "simple(5, 4, 2)",
  "majority(6)",
  "simple(6, 4, 3)",
  "grid(2, 3)",
  "grid(3, 3)",
  "hqs(3, 3)",
]

/** Systems in which they are not: here the load is least with a strategy that favours some quorums. */
const unevenSystems = ["wheel(5)", "classicGrid(2, 3)", "weighted([3, 1, 1, 1], 4, 3)", "a*b + c*d + a*d"]

const meanMs = 10
const downProbability = 0.2
/** Of so many rows one in a thousand should miss by chance: with 95 % intervals, one in twenty would. */
const level = 0.999

/**
 * The analysis and the simulator are independent programs; where both apply they must agree.
 *
 * Varied: the system. Held fixed: exponential delays of mean 10 ms for latency; one random quorum, or
 * one of the optimal strategy, for load; acceptors down with probability 0.2 for availability.
 *
 * Expect: the exact prediction inside the 99.9 % interval in every row; one row in a thousand would
 * miss by chance. A bug in either program shows unless both have the same, and they share only the
 * quorum systems and the strategy of least load.
 */
export default defineExperiment<Case, Observation, Row>({
  id: "analysis-vs-simulation",
  question: "Does the simulator agree with the analysis?",
  reference: "Naor and Wool 1998 (load, failure probability); order statistics of round trips",
  columns: [
    text("system", "The quorum system."),
    text(
      "quantity",
      "latency: time until the proposer learns, in ms; load: share of phases that contact the first acceptor, or the busiest under the optimal strategy; unavailability.",
    ),
    measure("predicted", "Exact value by the analysis.", { digits: 6 }),
    measure("simulated", "Mean over the runs.", { digits: 6, empty: "no run" }),
    measure("simulatedLow", "Lower end of the 99.9 % CI.", { digits: 6, empty: "no run" }),
    measure("simulatedHigh", "Upper end of the 99.9 % CI.", { digits: 6, empty: "no run" }),
    flag("agrees", "Whether the exact value lies in the CI."),
    runsColumn,
  ],
  cases: () => [...systems, ...unevenSystems].map((system) => ({ system })),
  runs: 2000,
  observe: async ({ system }, seed) => {
    const calm = { timeoutMs: 60_000 }
    const all = setupFrom(system, `exponential(${meanMs})`, calm)
    // Without a live quorum nothing more happens: a short horizon loses no decision.
    const failing = { ...all, crashProbability: downProbability, horizonMs: 5_000 }
    return {
      learnMs: milliseconds(runSafeDecree(all, seed).measures.learnedAt[0] ?? null),
      asked: timesAsked(setupFrom(system, "constant(1)", { quorumSelection: "random" }), seed)[0]! / 2,
      askedByBest: await askedByBest(system, seed),
      decided: runSafeDecree(failing, seed).measures.decidedAt !== null,
    }
  },
  summarise: async ({ system }, observations) => {
    const row = (quantity: string, predicted: number, { value, low, high }: Estimate): Row => ({
      system,
      quantity,
      predicted,
      simulated: value,
      simulatedLow: low,
      simulatedHigh: high,
      agrees: low !== null && high !== null && low <= predicted && predicted <= high,
      runs: observations.length,
    })
    const best = await bestLoads(system)
    const busiest = best.indexOf(Math.max(...best))
    const mean = (of: (observation: Observation) => number) => meanInterval(observations.map(of), level)
    const learnt = present(observations.map((o) => o.learnMs))
    const undecided = shareInterval(
      observations.map((o) => !o.decided),
      level,
    )
    return [
      row("latency", predictedLatency(system), meanInterval(learnt, level)),
      ...(unevenSystems.includes(system)
        ? []
        : [
            row(
              "load",
              predictedLoad(system),
              mean((o) => o.asked),
            ),
          ]),
      row(
        "best load",
        best[busiest]!,
        mean((o) => o.askedByBest[busiest]!),
      ),
      row("unavailability", failureOf(system, "either", downProbability)!, undecided),
    ]
  },
  tables: [agreement],
  figures: [agreementFigure],
})

/** How often a thrifty proposer asks each acceptor: once, twice or not at all. */
function timesAsked(setup: DecreeSetup, seed: number): number[] {
  const asked = setup.plan.nodes.map(() => 0)
  runDecree(setup, seed, (event) => {
    if (event.type !== "send") return
    if (event.message.type === "prepare" || event.message.type === "propose") asked[event.to]!++
  })
  return asked
}

async function askedByBest(system: string, seed: number): Promise<number[]> {
  const setup = setupFrom(system, "constant(1)", {
    quorumSelection: "strategy",
    strategy: await bestStrategy(system),
  })
  return timesAsked(setup, seed).map((times) => times / 2)
}

/** The strategy of least load for one phase of each kind; solved once for each system. */
const bestStrategy = oncePer((system: string) => leastLoadStrategy(planFrom(system), 0.5))

/** What it asks of each node. */
async function bestLoads(name: string): Promise<readonly number[]> {
  const system = quorumSystemFrom(name)
  return measureStrategy(system, await bestStrategy(name), workloadOf(0.5), nodeTable(system)).nodeLoads
}

/** A phase ends when the round trips to some quorum are over; a round trip is the sum of two exponentials. */
function predictedLatency(name: string): number {
  const system = quorumSystemFrom(name)
  const roundTrips = system.nodes.map(() => erlangDelay(2, meanMs))
  return meanDelay(quorumDelay(system, 1, roundTrips)) + meanDelay(quorumDelay(system, 2, roundTrips))
}

/** Every decision has one phase of each kind. */
function predictedLoad(name: string): number {
  const system = quorumSystemFrom(name)
  return measureStrategy(system, uniformStrategy(system), workloadOf(0.5), nodeTable(system)).nodeLoads[0]!
}

function agreement(rows: readonly Row[]): Table {
  return {
    id: "analysis-vs-simulation",
    caption: "Latency, load and unavailability: exact values by the analysis and simulated means, by system.",
    columns: [
      { heading: "system" },
      { heading: "quantity" },
      { heading: "exact", digits: 4 },
      { heading: "simulated", digits: 4 },
      { heading: "agrees" },
    ],
    rows: rows.map((row) => [
      row.system,
      row.quantity,
      row.predicted,
      intervalOf(row, "simulated"),
      row.agrees,
    ]),
    notes: [
      `${meansOf(rows, "99.9 %")}. Latency (ms): until the proposer learns, exponential one-way delays with mean ${meanMs} ms. Load: of one acceptor with quorums chosen uniformly at random. Best load: of the busiest acceptor under the optimal strategy. Unavailability: acceptors down with probability ${downProbability}.`,
    ],
  }
}

function agreementFigure(rows: readonly Row[]): Figure {
  const share = (row: Row, end: number | null): number | null => (end === null ? null : end / row.predicted)
  return {
    kind: "bars",
    mark: "point",
    id: "analysis-vs-simulation-ratio",
    caption: "Simulated means divided by the exact values of the analysis, by system and quantity.",
    groups: "",
    value: { title: "simulated / exact" },
    reference: 1,
    panels: [
      {
        title: "",
        bars: barsOf(rows, {
          group: ({ system }) => system,
          series: ({ quantity }) => quantity,
          value: (row) => ({
            value: share(row, row.simulated),
            low: share(row, row.simulatedLow),
            high: share(row, row.simulatedHigh),
          }),
        }),
      },
    ],
    notes: [`${meansOf(rows, "99.9 %")}.`],
  }
}
