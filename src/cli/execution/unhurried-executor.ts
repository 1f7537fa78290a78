import { setImmediate as breath } from "node:timers/promises"
import type { AnyExperiment } from "../../experiment/define.ts"
import { type Chunk, type Executor, computeChunk } from "../../experiment/executor.ts"

/** How long this thread works alone before the others are asked, in milliseconds: about what starting them takes. */
const aloneMs = 250

/**
 * Begins in this thread and goes on with others: a small sweep is done before
 * threads would have started, and a large one loses next to nothing. `start`
 * begins to start the others and resolves when they are ready; until then this
 * thread goes on.
 */
export function unhurriedExecutor(
  experiment: AnyExperiment,
  others: Executor,
  start: () => Promise<void>,
): Executor {
  return {
    async *run(chunks) {
      const waiting = chunks[Symbol.iterator]()
      const begun = performance.now()
      let [asked, ready] = [false, false]
      while (!ready) {
        const next = waiting.next()
        if (next.done === true) return
        yield [await computeChunk(experiment, next.value)]
        if (!asked && performance.now() - begun >= aloneMs) {
          asked = true
          void start().then(() => (ready = true))
        }
        // Their answer is only heard when this thread pauses.
        if (asked) await breath()
      }
      yield* others.run(restOf(waiting))
    },
  }
}

/** What an iterator has left, to be walked through once. */
function restOf(iterator: Iterator<Chunk>): Iterable<Chunk> {
  return { [Symbol.iterator]: () => iterator }
}
