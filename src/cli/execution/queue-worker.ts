import type { Job } from "bullmq"
import { UsageError } from "../../base/errors.ts"
import { allowedSource } from "./allowed-modules.ts"
import { type ParcelAnswer, portableError } from "./parcels.ts"
import { type QueuedJob, type Sealed, openJob, sealAnswer } from "./queue-messages.ts"
import { connect, queueKeys, queuePackages, shownAddress } from "./queue-service.ts"
import { WorkerPool } from "./worker-pool.ts"

/** Which queue to work for, with which program and how many threads, and for how long. */
export interface QueueWorkerOptions {
  readonly url: string
  readonly programSha256: string
  readonly threads: number
  /** Folders whose modules may run; what is in none of them does not. */
  readonly allow: readonly string[]
  /** Shared with the runs; with one, work that is not signed with it is not done. */
  readonly key: Buffer | undefined
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
  const { url, programSha256, threads, key, signal, say } = options
  const packages = await queuePackages()
  const client = await connect(packages, url)
  const pool = new WorkerPool(threads)
  let [parcels, lastWork] = [0, performance.now()]
  const work = async ({ id, data }: Job<unknown>): Promise<void> => {
    const job = jobOf(data, id, key, (message) => new packages.bullmq.UnrecoverableError(message))
    const { run } = job
    // The process that asked for it is gone.
    if ((await client.exists(queueKeys.alive(run))) === 0) return
    const answer = await compute(job, options.allow, pool)
    const answers = queueKeys.answers(run)
    await client.rpush(answers, JSON.stringify(sealAnswer({ run, job: job.job, answer }, key)))
    await client.expire(answers, 86_400)
    ;[parcels, lastWork] = [parcels + 1, performance.now()]
  }
  const name = queueKeys.queue(programSha256, key)
  const worker = new packages.bullmq.Worker<Sealed>(name, work, {
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

/** The job in a message from Redis; an invalid one is not retried. */
function jobOf(
  data: unknown,
  id: string | undefined,
  key: Buffer | undefined,
  unrecoverable: (message: string) => Error,
): QueuedJob {
  try {
    const job = openJob(data, key)
    if (job.job === id) return job
    throw new UsageError("the job has the name of another.")
  } catch (error) {
    throw error instanceof UsageError ? unrecoverable(error.message) : error
  }
}

/** Computes a job; a module that this worker may not run is answered with the error. */
async function compute(
  { source: asked, chunks }: QueuedJob,
  allow: readonly string[],
  pool: WorkerPool,
): Promise<ParcelAnswer> {
  try {
    const source = await allowedSource(asked, allow)
    return await pool.compute({ source, work: chunks.map((chunk) => ({ chunk })) })
  } catch (error) {
    if (error instanceof UsageError) return { observations: [], error: portableError(error), ms: 0 }
    throw error
  }
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
