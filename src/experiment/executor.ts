import type { AnyExperiment } from "./define.ts"
import { replicaSeed } from "./seed.ts"

/**
 * Carries out the chunks of a sweep, wherever and in whatever order: in this
 * process, in worker threads, on other machines. A chunk may be delivered more
 * than once; `merge` makes that harmless.
 */
export interface Executor {
  run(chunks: Iterable<Chunk>): AsyncIterable<ChunkResult>
}

/** The unit of work: some replicas of one case. Plain JSON, and all a worker needs beside the experiment's code. */
export interface Chunk {
  readonly experiment: string
  readonly rootSeed: number
  /** Position in `cases()`. */
  readonly caseIndex: number
  readonly firstReplica: number
  readonly replicas: number
}

/** A chunk and what was observed in its replicas, in order. Plain JSON. */
export interface ChunkResult {
  readonly chunk: Chunk
  readonly observations: readonly unknown[]
}

/** Computes one chunk: what every executor calls, in the end. */
export async function computeChunk(experiment: AnyExperiment, chunk: Chunk): Promise<ChunkResult> {
  const c = experiment.cases()[chunk.caseIndex]
  const observations: unknown[] = []
  for (let i = 0; i < chunk.replicas; i++) {
    observations.push(await experiment.observe(c, replicaSeed(chunk.rootSeed, chunk.firstReplica + i)))
  }
  return { chunk, observations }
}

/** Computes the chunks here, one after the other. */
export function inProcessExecutor(experiment: AnyExperiment): Executor {
  return {
    async *run(chunks) {
      for (const chunk of chunks) yield await computeChunk(experiment, chunk)
    },
  }
}
