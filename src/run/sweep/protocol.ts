import { type Column, count, text } from "../../experiment/column.ts"
import { type AnyExperiment, type RowOf, defineExperiment } from "../../experiment/define.ts"
import { measured } from "../../experiment/measured.ts"
import { type Protocol, settingsOf, traceMeasures } from "../protocol.ts"
import type { Observed } from "../protocol-measures.ts"
import { simulationReplayCommand } from "../replay.ts"
import { runSafety } from "../safety.ts"
import { measureRun, simulationOf } from "../simulation.ts"
import { type Strategies, type SweepCase, lastOf, seedOf, simulationOfCase, sweepCases } from "./cases.ts"
import { type SweepData, hasVariants } from "./document.ts"
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

/** What a run comes to. */
interface Observation {
  readonly measures: Readonly<Record<string, Observed>>
  /** The command that shows the violation, where a property was violated. */
  readonly violation: string | null
}

const violations: readonly Column[] = [
  count("runs", "Number of independent runs."),
  count("violations", "Runs in which a safety property was violated; they are in no average."),
  text("violationReplay", "The command that shows the first of them.", { empty: "no violation" }),
]

/** A sweep over runs of a protocol, by the measures that it declares. */
export function protocolSweep(data: SweepData, protocol: Protocol, strategies: Strategies): AnyExperiment {
  const made = lastOf((c: SweepCase) => {
    const simulation = simulationOfCase(data, c, protocol, strategies)
    return { simulation, at: simulationOf(simulation) }
  })
  const declared = traceMeasures(protocol)
  const measures = measured(declared)
  const variants = hasVariants(settingsOf(protocol))
  const shown = Object.entries(declared).flatMap(
    ([
      name,
      {
        details: { unit },
        shown: how,
      },
    ]) => (how === undefined ? [] : [{ name, ...how, ...(unit !== undefined && { unit }) }]),
  )
  return defineExperiment<SweepCase, Observation, RowOf>({
    ...sweepHead(data),
    safety: safetyOfCases((c) => runSafety(protocol, made(c).at(1).run), variants),
    columns: [
      ...axisColumns(data),
      ...(variants ? [text("variant", "The member of the Paxos family.")] : []),
      ...violations,
      ...measures.columns,
    ],
    cases: () => sweepCases(data),
    observe: (c, replicaSeed) => {
      const { simulation, at } = made(c)
      const seed = seedOf(c.seed, replicaSeed)
      const run = measureRun(simulation, at(seed))
      const called = data.protocolFile?.path ?? protocol.id
      return {
        measures: run.measures,
        violation: run.isViolated ? simulationReplayCommand(simulation, seed, called) : null,
      }
    },
    summarise: (c, observations) => {
      const safe = safeOnes(observations)
      return [
        {
          ...axisCells(data, c),
          ...(variants && { variant: c.variant }),
          ...measures.cells(safe.map((run) => run.measures)),
          runs: observations.length,
          violations: observations.length - safe.length,
          violationReplay: observations.find(({ violation }) => violation !== null)?.violation ?? null,
        },
      ]
    },
    tables: sweepTables(data, shown, [unfinishedNote]),
    figures: sweepFigures(
      data,
      shown.flatMap(({ name, heading, unit = "", figure }) =>
        figure === undefined ? [] : [{ name, id: figure, title: heading, unit }],
      ),
    ),
  })
}
