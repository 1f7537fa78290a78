import type { AnyExperiment } from "../../experiment/define.ts"
import { type Chunk, type Executor, computeChunk } from "../../experiment/executor.ts"

/** How long this thread works alone before the others are asked, in milliseconds: about what starting them takes. */
const aloneMs = 250

/**
 * Begins in this thread and goes on with others: a small sweep is done before
 * threads would have started, and a large one loses next to nothing.
 */
export function unhurriedExecutor(experiment: AnyExperiment, others: Executor): Executor {
  return {
    async *run(chunks) {
      const waiting = chunks[Symbol.iterator]()
      const started = performance.now()
      while (performance.now() - started < aloneMs) {
        const next = waiting.next()
        if (next.done === true) return
        yield await computeChunk(experiment, next.value)
      }
      yield* others.run(restOf(waiting))
    },
  }
}

/** What an iterator has left, to be walked through once. */
function restOf(iterator: Iterator<Chunk>): Iterable<Chunk> {
  return { [Symbol.iterator]: () => iterator }
}
