import { UsageError } from "../../base/errors.ts"
import type { AnyExperiment } from "../../experiment/define.ts"
import { mistakesInCases } from "../../run/sweep/cases.ts"
import { type SweepData, mistakesIn } from "../../run/sweep/document.ts"
import { sweepExperiment } from "../../run/sweep/experiment.ts"
import { loadAnyProtocol } from "../shared/protocol-argument.ts"

/** The experiment of a sweep. The file of its protocol is executed: whoever made `data` has seen to it that the user trusts it. */
export async function sweepOf(data: SweepData): Promise<AnyExperiment> {
  return sweepExperiment(data, await ownProtocol(data))
}

const ownProtocol = async ({ protocolFile }: SweepData) =>
  protocolFile === undefined ? undefined : loadAnyProtocol(protocolFile)

/** A sweep that did not come from its file, but from a manifest or a queue, is checked like one that did; `called` in the error. */
export async function refuseSweepMistakes(data: SweepData, called: string): Promise<void> {
  const { latencyFiles, ...stated } = data
  const document = Object.fromEntries(Object.entries(stated).filter(([key]) => key !== "protocolFile"))
  const own = await ownProtocol(data)
  const mistakes = mistakesIn(document, latencyFiles, own)
  const found = mistakes[0] ?? mistakesInCases(data, own)[0]
  if (found === undefined) return
  throw new UsageError(
    `${called}: the sweep is invalid: ${found.path.map(String).join(".")}: ${found.message}`,
  )
}
