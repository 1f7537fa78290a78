import { type AnyExperiment, type RowOf, defineExperiment } from "../../experiment/define.ts"
import { measured } from "../../experiment/measured.ts"
import { factsOfMeasures, observedMeasures, runLog } from "../log.ts"
import { logMeasures, maxShed } from "../log-measures.ts"
import type { LogProtocol } from "../log-protocol.ts"
import { logReplayCommand } from "../replay.ts"
import { logSafety } from "../safety.ts"
import { type Strategies, type SweepCase, lastOf, logSetup, seedOf, sweepAxes, sweepCases } from "./cases.ts"
import type { SweepData } from "./document.ts"
import {
  type Observation,
  type RowNote,
  axisCells,
  axisColumns,
  percent,
  safeMeasures,
  safetyOfCases,
  shownMeasures,
  sweepFigures,
  sweepHead,
  sweepTables,
  violationCells,
  violationColumns,
} from "./output.ts"

/** A sweep over replicated logs, by the measures that the protocol declares: latency and throughput as clients see them. */
export function logSweep(data: SweepData, strategies: Strategies, protocol: LogProtocol): AnyExperiment {
  const called = data.protocolFile?.path ?? protocol.id
  const setupOf = lastOf((c: SweepCase) => logSetup(data, c, protocol, strategies))
  const { measures: declared = logMeasures } = protocol
  const measures = measured(declared)
  const gather = factsOfMeasures(protocol)
  const shown = shownMeasures(data, declared)
  const over = weightingNote(data)
  return defineExperiment<SweepCase, Observation, RowOf>({
    ...sweepHead(data),
    safety: safetyOfCases((c) => logSafety(protocol, setupOf(c))),
    columns: [...axisColumns(data), ...violationColumns, ...measures.columns],
    cases: () => sweepCases(data),
    observe: (c, replicaSeed) => {
      const [setup, seed] = [setupOf(c), seedOf(c.seed, replicaSeed)]
      const run = runLog(setup, seed, { protocol, gather, traceHash: "none" })
      return {
        measures: observedMeasures(run, setup),
        violation: run.violations.length === 0 ? null : logReplayCommand(protocol, setup, seed, called),
      }
    },
    summarise: (c, observations) => [
      {
        ...axisCells(data, c),
        ...measures.cells(safeMeasures(observations)),
        ...violationCells(observations),
      },
    ],
    tables: sweepTables(data, shown, [
      ...("latencyMs" in declared ? [`${over} p99 latency: over requests.`] : []),
      ...[silentNote, openGapNote, shedNote],
    ]),
    figures: sweepFigures(data, shown, { latencyMs: over }),
  })
}

/** What the mean latency is the mean of. */
function weightingNote(data: SweepData): string {
  const isWeighted = sweepAxes(data).conditions.some(({ settings }) => settings["groupWeights"] !== undefined)
  return `Mean latency: over client groups, ${isWeighted ? "weighted by groupWeights" : "equally weighted"}.`
}

/** The share of a column as a note says it, where it is above a limit; a protocol need not have the measure. */
const shareAbove = (share: unknown, limit: number): string | undefined =>
  Number(share) > limit ? percent(Number(share)) : undefined

const silentNote: RowNote = {
  about: "Runs in which one of the groups of clients got no answer, in no mean latency",
  of: ({ silentShare }) => shareAbove(silentShare, 0),
}

const shedNote: RowNote = {
  about:
    "WARNING: requests that found no client free and were not made, in no measure (whenBusy: queue makes them)",
  of: ({ shedShare }) => shareAbove(shedShare, maxShed),
}

const openGapNote: RowNote = {
  about: "Runs that ended without an answer after their longest gap",
  of: ({ openGapShare }) => shareAbove(openGapShare, 0),
}
