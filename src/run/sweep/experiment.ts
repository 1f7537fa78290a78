import type { AnyExperiment } from "../../experiment/define.ts"
import { planFrom } from "../from-text.ts"
import type { Protocol as OwnProtocol } from "../protocol.ts"
import { type Strategies, drawsFromStrategies, sweepAxes } from "./cases.ts"
import type { SweepData } from "./document.ts"

/** The experiment a sweep file describes; `own` is the protocol of the user's own that it names, if it does. Each thread loads only the protocol it needs. */
export async function sweepExperiment(data: SweepData, own?: OwnProtocol): Promise<AnyExperiment> {
  if (own !== undefined) return (await import("./protocol.ts")).protocolSweep(data, own)
  const strategies = await strategiesOf(data)
  return data.protocol === "log"
    ? (await import("./log.ts")).logSweep(data, strategies)
    : (await import("./decree.ts")).decreeSweep(data, strategies)
}

/** The strategy of least load of each system, where quorums are drawn from one: a linear program each. */
async function strategiesOf(data: SweepData): Promise<Strategies> {
  if (!drawsFromStrategies(data)) return new Map()
  const { leastLoadStrategy } = await import("../drawn-quorums.ts")
  // A decree has a phase of each kind; a log's leader is elected once.
  const phase1Share = data.protocol === "log" ? 0 : 0.5
  const strategies = sweepAxes(data).system.map(
    async (system) => [system, await leastLoadStrategy(planFrom(system), phase1Share)] as const,
  )
  return new Map(await Promise.all(strategies))
}
