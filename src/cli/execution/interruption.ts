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
      const { stopped, forget } = rejectedBy(signal)
      const results: AsyncIterator<ChunkResult> = executor.run(chunks)[Symbol.asyncIterator]()
      try {
        for (let turn = performance.now(); ;) {
          // Signals are heard between two turns of the event loop, which chunks computed here do not make.
          if (performance.now() - turn > turnMs) {
            await setImmediate()
            turn = performance.now()
          }
          const next = await Promise.race([stopped, results.next()])
          if (next.done === true) return
          yield next.value
        }
      } finally {
        forget()
      }
    },
  }
}

/** How long the event loop may stand still, in milliseconds. */
const turnMs = 20

function rejectedBy(signal: AbortSignal): { stopped: Promise<never>; forget: () => void } {
  let forget = (): void => undefined
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new Interrupted("interrupted"))
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop, { once: true })
    forget = () => signal.removeEventListener("abort", stop)
  })
  stopped.catch(() => undefined)
  return { stopped, forget }
}
