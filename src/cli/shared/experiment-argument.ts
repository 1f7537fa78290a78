import { UsageError, didYouMean } from "../../base/errors.ts"
import type { AnyExperiment } from "../../experiment/define.ts"

/** The experiments of these ids, or all of them for `all`; an unknown id is a UsageError. */
export async function readExperiments(ids: readonly string[]): Promise<readonly AnyExperiment[]> {
  const { experiments } = await import("../../../experiments/index.ts")
  if (ids.includes("all")) return [...experiments.values()]
  return [...new Set(ids)].map((id) => {
    const experiment = experiments.get(id)
    if (experiment !== undefined) return experiment
    throw new UsageError(
      `unknown experiment ${id}.${didYouMean(id, experiments.keys())} ` +
        `Valid ids: ${[...experiments.keys()].join(", ")}, all.`,
    )
  })
}
