import { text } from "../../experiment/column.ts"
import { type AnyExperiment, type RowOf, defineExperiment } from "../../experiment/define.ts"
import { measured } from "../../experiment/measured.ts"
import { type Protocol, settingsOf, traceMeasures } from "../protocol.ts"
import { simulationReplayCommand } from "../replay.ts"
import { runSafety } from "../safety.ts"
import { measureRun, simulationOf } from "../simulation.ts"
import { type Strategies, type SweepCase, lastOf, seedOf, simulationOfCase, sweepCases } from "./cases.ts"
import { type SweepData, hasVariants } from "./document.ts"
import {
  type Observation,
  axisCells,
  axisColumns,
  safeMeasures,
  safetyOfCases,
  shownMeasures,
  sweepFigures,
  sweepHead,
  sweepTables,
  unfinishedNote,
  violationCells,
  violationColumns,
} from "./output.ts"

/** A sweep over runs of a protocol, by the measures that it declares. */
export function protocolSweep(data: SweepData, protocol: Protocol, strategies: Strategies): AnyExperiment {
  const made = lastOf((c: SweepCase) => {
    const simulation = simulationOfCase(data, c, protocol, strategies)
    return { simulation, at: simulationOf(simulation) }
  })
  const declared = traceMeasures(protocol)
  const measures = measured(declared)
  const variants = hasVariants(settingsOf(protocol))
  const shown = shownMeasures(data, declared)
  return defineExperiment<SweepCase, Observation, RowOf>({
    ...sweepHead(data),
    safety: safetyOfCases((c) => runSafety(protocol, made(c).at(1).run), variants),
    columns: [
      ...axisColumns(data),
      ...(variants ? [text("variant", "The member of the Paxos family.")] : []),
      ...violationColumns,
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
    summarise: (c, observations) => [
      {
        ...axisCells(data, c),
        ...(variants && { variant: c.variant }),
        ...measures.cells(safeMeasures(observations)),
        ...violationCells(observations),
      },
    ],
    tables: sweepTables(data, shown, [unfinishedNote]),
    figures: sweepFigures(data, shown),
  })
}
