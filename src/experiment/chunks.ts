import type { Chunk } from "./executor.ts"

/**
 * Replicas in one chunk at most. Small, so that little is lost when a run is
 * stopped, and so that slow replicas are shared out evenly; what is quick is
 * handed over many chunks at a time.
 */
const mostInChunk = 25

/** Where a case has few replicas they are slow, more often than not: it is cut into so many chunks at least, if it can be. */
const leastChunks = 16

/** Some replicas of some cases: what is to be cut into chunks. */
export interface Range {
  readonly experiment: string
  readonly rootSeed: number
  /** Positions in `cases()`. */
  readonly cases: Iterable<number>
  readonly firstReplica: number
  readonly endReplica: number
}

/** The work of a range, case by case. It is made while it is walked through, as often as one likes. */
export function chunksOf(range: Range): Iterable<Chunk> {
  return { [Symbol.iterator]: () => walk(range) }
}

function* walk({ experiment, rootSeed, cases, firstReplica, endReplica }: Range): Generator<Chunk> {
  const size = Math.min(mostInChunk, Math.ceil((endReplica - firstReplica) / leastChunks))
  for (const caseIndex of cases) {
    for (let first = firstReplica; first < endReplica; first += size) {
      const replicas = Math.min(size, endReplica - first)
      yield { experiment, rootSeed, caseIndex, firstReplica: first, replicas }
    }
  }
}

/** Names a chunk within a run, whose experiment and seed are those of all. */
export function chunkKey({ caseIndex, firstReplica }: Chunk): number {
  return caseIndex * 2 ** 26 + firstReplica
}

/** Replicas a case may have, so that every chunk has a key of its own. */
export const mostReplicas = 2 ** 26

/** The numbers from 0 to below `end`, without a list of them. */
export function upTo(end: number): Iterable<number> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < end; i++) yield i
    },
  }
}
