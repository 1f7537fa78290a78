import type { AnyExperiment } from "../../experiment/define.ts"

/** Where an experiment's code comes from: plain data, with which a thread or another machine finds it again. */
export interface ExperimentSource {
  readonly kind: "shipped"
  readonly id: string
}

/** An experiment, and how to find it again. */
export interface SourcedExperiment {
  readonly experiment: AnyExperiment
  readonly source: ExperimentSource
  /** What the command line says instead of the id, for a file of the user's own. */
  readonly argument?: string
}

/** The experiment of a source, as this thread has it. */
export async function loadExperiment(source: ExperimentSource): Promise<AnyExperiment> {
  const { readExperiments } = await import("../experiment-argument.ts")
  return (await readExperiments([source.id]))[0]!
}

/** The experiments of a command line: ids, or `all`. */
export async function sourcedExperiments(names: readonly string[]): Promise<readonly SourcedExperiment[]> {
  const { readExperiments } = await import("../experiment-argument.ts")
  const experiments = await readExperiments(names)
  return experiments.map((experiment) => ({ experiment, source: { kind: "shipped", id: experiment.id } }))
}
