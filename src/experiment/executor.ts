import { ExperimentError, InvariantError, UsageError } from "../base/errors.ts"
import type { AnyExperiment, Cases } from "./define.ts"
import { plainJson } from "./plain-json.ts"
import { replicaSeed } from "./seed.ts"

/**
 * Carries out the chunks of a sweep, wherever and in whatever order: in this
 * process, in worker threads, on other machines. A chunk may be delivered more
 * than once; merging makes that harmless. The chunks may be walked through more
 * than once, and are not all in memory. Results come together as they were done
 * together: what a sweep of quick runs costs beside them goes by the number of
 * lists, not of chunks.
 */
export interface Executor {
  run(chunks: Iterable<Chunk>): AsyncIterable<readonly ChunkResult[]>
}

/** The unit of work: some replicas of one case. Plain JSON, and all a worker needs beside the case and the experiment's code. */
export interface Chunk {
  readonly experiment: string
  readonly rootSeed: number
  /** Position in `cases()`. */
  readonly caseIndex: number
  readonly firstReplica: number
  readonly replicas: number
}

/**
 * A chunk and what was observed in its replicas, in order, as the JSON text of
 * a list. It stays text on its way through threads, journals and queues: it is
 * written once and read once, and no way can change it.
 */
export interface ChunkResult {
  readonly chunk: Chunk
  readonly observations: string
}

/**
 * Computes one chunk: what every executor calls, in the end. The case is looked up
 * unless it is given. What the experiment throws becomes an ExperimentError with its
 * place, but for errors of quorate, which have theirs.
 */
export async function computeChunk(
  experiment: AnyExperiment,
  chunk: Chunk,
  c: unknown = matrixOf(experiment).at(chunk.caseIndex),
): Promise<ChunkResult> {
  const observations: unknown[] = []
  for (let i = 0; i < chunk.replicas; i++) {
    const seed = replicaSeed(chunk.rootSeed, chunk.firstReplica + i)
    try {
      observations.push(await experiment.observe(c, seed))
    } catch (error) {
      if (error instanceof UsageError || error instanceof InvariantError) throw error
      throw new ExperimentError(thrownAt(chunk, c, seed, error), { cause: error })
    }
  }
  return { chunk, observations: plainJson(experiment.id, observations) }
}

/** What was thrown, where among the cases, and in which lines of the experiment's code. */
function thrownAt({ experiment, caseIndex }: Chunk, c: unknown, seed: number, error: unknown): string {
  // Not text where the case is undefined, as that of an experiment with one case may be.
  const shown = (JSON.stringify(c) as string | undefined) ?? "undefined"
  const lines = error instanceof Error ? (error.stack ?? "").split("\n") : []
  const frames = lines.filter((line) => line.startsWith("    at "))
  const ours = frames.findIndex((line) => line.includes("computeChunk"))
  return [
    `Experiment ${experiment} threw in case ${caseIndex} (${shown.length > 200 ? `${shown.slice(0, 200)} …` : shown}) ` +
      `at seed ${seed}: ${error instanceof Error ? error.message : String(error)}`,
    ...frames.slice(0, ours < 0 ? 5 : ours),
  ].join("\n")
}

/** The cases of an experiment, built once: a large matrix is asked for by many. */
export function matrixOf(experiment: AnyExperiment): Cases<unknown> {
  const known = matrices.get(experiment)
  if (known !== undefined) return known
  const cases = experiment.cases()
  matrices.set(experiment, cases)
  return cases
}

const matrices = new WeakMap<AnyExperiment, Cases<unknown>>()

/** Computes the chunks here, one after the other. */
export function inProcessExecutor(experiment: AnyExperiment): Executor {
  return {
    async *run(chunks) {
      for (const chunk of chunks) yield [await computeChunk(experiment, chunk)]
    },
  }
}
