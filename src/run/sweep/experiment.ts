import type { AnyExperiment } from "../../experiment/define.ts"
import { planFrom } from "../from-text.ts"
import { InvariantError } from "../../base/errors.ts"
import { type Strategies, drawsFromStrategies, sweepAxes } from "./cases.ts"
import { type SweepData, type SweptProtocol, kindOf, sweptProtocol } from "./document.ts"

/** The experiment a sweep file describes; `own` is the protocol of the user's own that it names, if it does. Each thread loads only the protocol it needs. */
export async function sweepExperiment(data: SweepData, own?: SweptProtocol): Promise<AnyExperiment> {
  const swept = sweptProtocol(data, own)
  if (swept === undefined)
    throw new InvariantError(`the sweep ${data.id} is of no protocol: ${data.protocol}.`)
  const { kind, protocol } = kindOf(swept)
  switch (kind) {
    case "log":
      return (await import("./log.ts")).logSweep(data, await strategiesOf(data, 0), protocol)
    case "decree":
      return (await import("./protocol.ts")).protocolSweep(data, protocol, await strategiesOf(data, 0.5))
  }
}

/**
 * The strategy of least load of each system, where quorums are drawn from one: a linear program each.
 * A decree has a phase of each kind; a log's leader is elected once.
 */
async function strategiesOf(data: SweepData, phase1Share: number): Promise<Strategies> {
  if (!drawsFromStrategies(data)) return new Map()
  const { leastLoadStrategy } = await import("../drawn-quorums.ts")
  const strategies = sweepAxes(data).system.map(
    async (system) => [system, await leastLoadStrategy(planFrom(system), phase1Share)] as const,
  )
  return new Map(await Promise.all(strategies))
}
