import { setFlagsFromString } from "node:v8"
import { Tinypool } from "tinypool"
import { UsageError } from "../../base/errors.ts"

import { type ExperimentSource, preloadWord } from "./experiment-source.ts"
import type { Parcel, ParcelAnswer, ParcelService } from "./parcels.ts"

/**
 * Worker threads that compute parcels. They start when they are told to, or when
 * the first parcel is there, and serve one experiment after the other until the
 * pool is closed.
 */
export class WorkerPool implements ParcelService {
  readonly workers: number
  readonly parcelMs = 50
  private pool: Tinypool | undefined

  constructor(workers: number) {
    this.workers = workers
  }

  /** A thread has work for `aheadMs` waiting, so that it goes on while this thread summarises; slow parcels wait for whoever is free. */
  atOnce(parcelMs: number): number {
    return this.workers * (1 + Math.min(maxWaiting, Math.floor(aheadMs / parcelMs)))
  }

  get started(): boolean {
    return this.pool !== undefined
  }

  /** Starts the threads, which load meanwhile what most experiments of a kind need. */
  start(kind?: ExperimentSource["kind"]): Tinypool {
    return (this.pool ??= startPool(this.workers, kind))
  }

  /** Resolves when a thread has loaded the experiment, or has failed to, which it will say again. */
  async ready(source: ExperimentSource): Promise<void> {
    await this.compute({ source, work: [] }).catch(() => undefined)
  }

  async compute(parcel: Parcel): Promise<ParcelAnswer> {
    const pool = this.start()
    try {
      return (await pool.run(parcel)) as ParcelAnswer
    } catch (error) {
      // What an experiment throws comes back as an answer; here the thread itself has ended.
      if (this.pool !== pool) throw error
      throw new UsageError(
        `a worker thread computing ${parcel.work[0]!.chunk.experiment} terminated: ${(error as Error).message}. ` +
          `It may have run out of memory or called process.exit; try --workers 1.`,
      )
    }
  }

  /** Ends the threads, whatever they are at. */
  async close(): Promise<void> {
    const { pool } = this
    this.pool = undefined
    await pool?.destroy()
  }
}

/** How much work waits with each thread, in milliseconds, where it is known to be quick, and in how many parcels at most. */
const aheadMs = 200
const maxWaiting = 8

/**
 * There are as many threads as cores, unless told otherwise, so each collects by
 * itself what its own runs leave behind: V8's helpers for that are threads, too,
 * and get in the way. The measurement is in decision 71.
 */
function collectAlone(): void {
  setFlagsFromString("--no-parallel-scavenge")
}

function startPool(workers: number, kind: ExperimentSource["kind"] | undefined): Tinypool {
  collectAlone()
  return new Tinypool({
    filename: workerFile(),
    argv: kind === undefined ? [] : [preloadWord + kind],
    minThreads: workers,
    maxThreads: workers,
    // What waits, waits with the threads: from here they would get it only when this thread is idle.
    concurrentTasksPerWorker: 1 + maxWaiting,
    // Runs leave much behind that is soon forgotten; without a bound each thread keeps a hundred megabytes for it.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  })
}

/** The file of the threads. From source, they register the loader themselves: Node 20 reads no TypeScript. */
function workerFile(): string {
  if (!import.meta.url.endsWith(".ts")) return new URL("./chunk-worker.js", import.meta.url).href
  const file = new URL("./chunk-worker.ts", import.meta.url).href
  const loader = import.meta.resolve("tsx/esm/api")
  const bootstrap =
    `import { register } from ${JSON.stringify(loader)}; register();` +
    `export default (await import(${JSON.stringify(file)})).default`
  return `data:text/javascript,${encodeURIComponent(bootstrap)}`
}
