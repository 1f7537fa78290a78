import type { Job } from "bullmq"
import {
  type QueuedAnswer,
  type QueuedParcel,
  connect,
  queueKeys,
  queuePackages,
  shownAddress,
} from "./queue-service.ts"
import { WorkerPool } from "./worker-pool.ts"

/** Which queue to work for, with which program and how many threads, and for how long. */
export interface QueueWorkerOptions {
  readonly url: string
  readonly programSha256: string
  readonly threads: number
  /** Ends after so many seconds without work; never, if not given. */
  readonly idleSeconds?: number
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/**
 * Computes parcels of a queue in threads, so that this thread is free to renew
 * its locks, until it is told to stop. What it has when it is killed is given
 * to another worker when its lock runs out.
 */
export async function serveQueue(options: QueueWorkerOptions): Promise<{ parcels: number }> {
  const { url, programSha256, threads, signal, say } = options
  const packages = await queuePackages()
  const client = await connect(packages, url)
  const pool = new WorkerPool(threads)
  let [parcels, lastWork] = [0, performance.now()]
  const work = async ({ id, data: { run, parcel } }: Job<QueuedParcel>): Promise<void> => {
    // Whoever asked for it is gone.
    if ((await client.exists(queueKeys.alive(run))) === 0) return
    const answer = await pool.compute(parcel)
    const answers = queueKeys.answers(run)
    await client.rpush(answers, JSON.stringify({ job: id!, answer } satisfies QueuedAnswer))
    await client.expire(answers, 86_400)
    ;[parcels, lastWork] = [parcels + 1, performance.now()]
  }
  const name = queueKeys.queue(programSha256)
  const worker = new packages.bullmq.Worker<QueuedParcel>(name, work, {
    ...lockTimes,
    connection: client,
    concurrency: threads + 1,
  })
  worker.on("error", () => undefined)
  worker.on("failed", (_, error) => say(`a parcel failed: ${error.message}`))
  say(
    `worker of code ${programSha256.slice(0, 12)} with ${threads} threads waits for work of ${shownAddress(url)}`,
  )
  await untilStopped(signal, options.idleSeconds, () => performance.now() - lastWork)
  // What is under way takes some seconds at most, and is better finished than begun again.
  await worker.close()
  await pool.close()
  client.disconnect()
  return { parcels }
}

/** A worker that was killed is noticed within fifteen seconds, however often that happens. */
const lockTimes = {
  lockDuration: 10_000,
  stalledInterval: 5000,
  maxStalledCount: 1000,
  maxStartedAttempts: 1000,
}

function untilStopped(
  signal: AbortSignal,
  idleSeconds: number | undefined,
  idleMs: () => number,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (idleSeconds !== undefined && idleMs() > idleSeconds * 1000) stop()
    }, 500)
    const stop = (): void => {
      clearInterval(timer)
      resolve()
    }
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop, { once: true })
  })
}
