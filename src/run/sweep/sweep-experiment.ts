import type { AnyExperiment } from "../../experiment/define.ts"
import type { SweepData } from "./sweep-data.ts"

/** The experiment a sweep file describes. Each thread loads only the protocol it needs. */
export async function sweepExperiment(data: SweepData): Promise<AnyExperiment> {
  return data.protocol === "log"
    ? (await import("./log-sweep.ts")).logSweep(data)
    : (await import("./decree-sweep.ts")).decreeSweep(data)
}
