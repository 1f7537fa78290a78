import { shareInterval } from "../../base/statistics/estimates.ts"
import { count, estimateCells, estimateColumns, meanCells, text } from "../../experiment/column.ts"
import { type AnyExperiment, defineExperiment } from "../../experiment/define.ts"
import { decreeSafety, runDecree } from "../decree.ts"
import type { DecreeSetup } from "../decree-settings.ts"
import { type Strategies, type SweepCase, decreeSetup, lastOf, seedOf, sweepCases } from "./cases.ts"
import type { SweepData } from "./document.ts"
import {
  axisCells,
  axisColumns,
  safeOnes,
  safetyOfCases,
  sweepFigures,
  sweepHead,
  sweepTables,
  unfinishedNote,
} from "./output.ts"

interface Observation {
  readonly decideMs: number | null
  readonly learnMs: number | null
  readonly messages: number
  readonly epochs: number
  /** The command that shows the violation, where safety was violated. */
  readonly violation: string | null
}

/** A sweep over single decrees: when a value was decided, when somebody learned it, and what that cost. */
export function decreeSweep(data: SweepData, strategies: Strategies): AnyExperiment {
  const setupOf = lastOf((c: SweepCase) => decreeSetup(data, c, strategies))
  return defineExperiment<SweepCase, Observation, Record<string, string | number | boolean | null>>({
    ...sweepHead(data),
    safety: safetyOfCases((c) => decreeSafety(setupOf(c)), true),
    columns: [
      ...axisColumns(data),
      text("variant", "The member of the Paxos family."),
      count("runs", "Number of independent runs."),
      count("violations", "Runs in which a safety property was violated; they are in no average."),
      text("violationReplay", "The command that shows the first of them.", { empty: "no violation" }),
      ...estimateColumns("decidedShare", "Share of the runs in which a value was decided.", { digits: 4 }),
      ...estimateColumns("decideMs", "Mean time to the commit point, over the runs that decided.", {
        unit: "ms",
        empty: "never decided",
      }),
      ...estimateColumns("learnedShare", "Share of the runs in which some proposer learned.", { digits: 4 }),
      ...estimateColumns(
        "learnMs",
        "Mean time until the first proposer learned, over the runs in which one did.",
        {
          unit: "ms",
          empty: "never learned",
        },
      ),
      ...estimateColumns("messages", "Mean number of messages sent.", { digits: 1 }),
      ...estimateColumns("epochs", "Mean number of epochs used.", { digits: 2 }),
    ],
    cases: () => sweepCases(data),
    observe: (c, seed) => observe(setupOf(c), c, seed),
    summarise: (c, observations) => {
      const safe = safeOnes(observations)
      return [
        {
          ...axisCells(data, c),
          variant: c.variant,
          runs: observations.length,
          violations: observations.length - safe.length,
          violationReplay: observations.find(({ violation }) => violation !== null)?.violation ?? null,
          ...estimateCells("decidedShare", shareInterval(safe.map(({ decideMs }) => decideMs !== null))),
          ...meanCells("decideMs", safe, ({ decideMs }) => decideMs),
          ...estimateCells("learnedShare", shareInterval(safe.map(({ learnMs }) => learnMs !== null))),
          ...meanCells("learnMs", safe, ({ learnMs }) => learnMs),
          ...meanCells("messages", safe, ({ messages }) => messages),
          ...meanCells("epochs", safe, ({ epochs }) => epochs),
        },
      ]
    },
    tables: sweepTables(
      data,
      [
        { name: "decidedShare", heading: "decided", digits: 3 },
        { name: "decideMs", heading: "decided after", unit: "ms", digits: 1 },
        { name: "learnMs", heading: "learned after", unit: "ms", digits: 1 },
        { name: "messages", heading: "messages", digits: 0, plain: true },
      ],
      [unfinishedNote],
    ),
    figures: sweepFigures(data, [{ name: "learnMs", id: "learned", title: "learned after", unit: "ms" }]),
  })
}

function observe(setup: DecreeSetup, { seed: root }: SweepCase, seed: number): Observation {
  const { measures, violations } = runDecree(setup, seedOf(root, seed))
  const learned = measures.learnedAt.filter((at) => at !== null)
  return {
    decideMs: measures.decidedAt === null ? null : measures.decidedAt / 1000,
    learnMs: learned.length === 0 ? null : Math.min(...learned) / 1000,
    messages: measures.messagesSent,
    epochs: measures.epochsUsed,
    violation: violations[0]?.replay ?? null,
  }
}
