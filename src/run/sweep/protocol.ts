import { shareInterval } from "../../base/statistics/estimates.ts"
import { count, estimateCells, estimateColumns, meanCells, text } from "../../experiment/column.ts"
import { type AnyExperiment, defineExperiment } from "../../experiment/define.ts"
import type { Protocol } from "../protocol.ts"
import { protocolReplayCommand } from "../replay.ts"
import { runSafety } from "../safety.ts"
import { runProtocol, simulationOf } from "../simulation.ts"
import { type SweepCase, lastOf, ownSimulation, seedOf, sweepCases } from "./cases.ts"
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
  readonly learnMs: number | null
  readonly messages: number
  readonly writes: number
  /** The command that shows the violation, where a property was violated. */
  readonly violation: string | null
}

/** What is said of each case. */
const columns = [
  count("runs", "Number of independent runs."),
  count("violations", "Runs in which a property was violated; they are in no average."),
  text("violationReplay", "The command that shows the first of them.", { empty: "no violation" }),
  ...estimateColumns("learnedShare", "Share of the runs in which a process learned a value.", {
    digits: 4,
  }),
  ...estimateColumns(
    "learnMs",
    "Mean time until the first process learned, over the runs in which one did.",
    {
      unit: "ms",
      empty: "never learned",
    },
  ),
  ...estimateColumns("messages", "Mean number of messages sent.", { digits: 1 }),
  ...estimateColumns("writes", "Mean number of synchronous writes.", { digits: 1 }),
]

/** A sweep over runs of a protocol of the user's own: what any protocol can be measured by. */
export function protocolSweep(data: SweepData, protocol: Protocol): AnyExperiment {
  const made = lastOf((c: SweepCase) => {
    const simulation = ownSimulation(data, c, protocol)
    return { simulation, at: simulationOf(simulation) }
  })
  const observe = (c: SweepCase, replicaSeed: number): Observation => {
    const { simulation, at } = made(c)
    const seed = seedOf(c.seed, replicaSeed)
    const { measures, judgements } = runProtocol(simulation, at(seed))
    const isViolated = judgements.some(({ verdict }) => verdict.verdict === "violated")
    const [first] = measures.learned
    return {
      learnMs: first === undefined ? null : first.at / 1000,
      messages: measures.messagesSent,
      writes: measures.syncWrites,
      violation: isViolated
        ? protocolReplayCommand(simulation, data.protocolFile?.path ?? protocol.id, seed)
        : null,
    }
  }
  return defineExperiment<SweepCase, Observation, Record<string, string | number | boolean | null>>({
    ...sweepHead(data),
    safety: safetyOfCases((c) => runSafety(protocol, made(c).at(1).run)),
    columns: [...axisColumns(data), ...columns],
    cases: () => sweepCases(data),
    observe,
    summarise: (c, observations) => {
      const safe = safeOnes(observations)
      return [
        {
          ...axisCells(data, c),
          runs: observations.length,
          violations: observations.length - safe.length,
          violationReplay: observations.find(({ violation }) => violation !== null)?.violation ?? null,
          ...estimateCells("learnedShare", shareInterval(safe.map(({ learnMs }) => learnMs !== null))),
          ...meanCells("learnMs", safe, ({ learnMs }) => learnMs),
          ...meanCells("messages", safe, ({ messages }) => messages),
          ...meanCells("writes", safe, ({ writes }) => writes),
        },
      ]
    },
    tables: sweepTables(
      data,
      [
        { name: "learnMs", heading: "learned after", unit: "ms", digits: 1 },
        { name: "messages", heading: "messages", digits: 0 },
        { name: "writes", heading: "writes", digits: 0, plain: true },
      ],
      [unfinishedNote],
    ),
    figures: sweepFigures(data, [{ name: "messages", id: "messages", title: "messages", unit: "" }]),
  })
}
