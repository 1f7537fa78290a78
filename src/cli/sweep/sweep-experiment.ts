import type { AnyExperiment } from "../../experiment/define.ts"
import { decreeSweep } from "./decree-sweep.ts"
import { logSweep } from "./log-sweep.ts"
import type { SweepData } from "./sweep-data.ts"

/** The experiment a sweep file describes. */
export function sweepExperiment(data: SweepData): AnyExperiment {
  return data.protocol === "log" ? logSweep(data) : decreeSweep(data)
}
