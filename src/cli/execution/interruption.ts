import { setImmediate } from "node:timers/promises"
import type { ChunkResult, Executor } from "../../experiment/executor.ts"

/** The computation was asked to stop: by Ctrl-C, by a batch system, or by a closed terminal. */
export class Interrupted extends Error {
  override readonly name = "Interrupted"
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Listens for the first such signal, until `ignore` is called. A second one ends the process at once, as usual. */
export function listenForInterruption(): { signal: AbortSignal; ignore: () => void } {
  const controller = new AbortController()
  const ignore = (): void => {
    for (const name of signals) process.removeListener(name, stop)
  }
  const stop = (): void => {
    ignore()
    controller.abort()
  }
  for (const name of signals) process.once(name, stop)
  return { signal: controller.signal, ignore }
}

/** The same executor, which throws `Interrupted` as soon as the signal comes, even in the middle of a chunk. */
export function interruptible(executor: Executor, signal: AbortSignal): Executor {
  return {
    async *run(chunks) {
      const results: AsyncIterator<readonly ChunkResult[]> = executor.run(chunks)[Symbol.asyncIterator]()
      for (let turn = performance.now(); ;) {
        // Signals are heard between two turns of the event loop, which chunks computed here do not make.
        if (performance.now() - turn > turnMs) {
          await setImmediate()
          turn = performance.now()
        }
        const next = await unlessAborted(signal, results.next())
        if (next.done === true) return
        yield next.value
      }
    },
  }
}

/** How long the event loop may stand still, in milliseconds. */
const turnMs = 20

/**
 * The promise, or `Interrupted` if the signal comes first. Not a race with a
 * promise that lasts as long as the run: that would remember every result.
 */
function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Interrupted("interrupted"))
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop)
    const settled = (settle: () => void): void => {
      signal.removeEventListener("abort", stop)
      settle()
    }
    promise.then(
      (value) => settled(() => resolve(value)),
      (error: unknown) => settled(() => reject(error instanceof Error ? error : new Error(String(error)))),
    )
  })
}
