import type * as bullmq from "bullmq"
import type { Queue } from "bullmq"
import type { Redis } from "ioredis"
import { randomUUID } from "node:crypto"
import { UsageError } from "../../base/errors.ts"
import { parseJson } from "../shared/read-text.ts"
import type { Parcel, ParcelAnswer, ParcelService } from "./parcels.ts"
import { type Sealed, keyName, openAnswer, sealJob } from "./queue-messages.ts"

interface Waiting {
  readonly parcel: Parcel
  readonly resolve: (answer: ParcelAnswer) => void
  /** How often it was looked for and not found in the queue. */
  missed: number
}

/** Which queue, and how its messages are signed; `warn` reports a lost and a restored connection, and invalid answers. */
export interface QueueOptions {
  readonly url: string
  readonly programSha256: string
  /** Shared with the workers; without one nothing is signed. */
  readonly key: Buffer | undefined
  readonly warn: (message: string) => void
}

/**
 * Workers of any number and place, by way of a queue in Redis (BullMQ).
 *
 * A parcel may be computed more than once: when a worker dies with it, when an
 * answer is lost, when Redis forgets. The first answer counts, and all are the
 * same. What Redis has lost is put there again. When this process dies, its
 * parcels are dropped by the workers within a minute.
 */
export class QueueService implements ParcelService {
  readonly parcelMs = 2000
  private readonly run = randomUUID()
  private readonly waiting = new Map<string, Waiting>()
  private readonly queue: Queue<Sealed>
  private readonly client: Redis
  private readonly answers: Redis
  private readonly timers: NodeJS.Timeout[]
  private readonly key: Buffer | undefined
  private readonly warn: (message: string) => void
  private jobs = 0
  private open = true

  private constructor(
    { key, warn }: Pick<QueueOptions, "key" | "warn">,
    queue: Queue<Sealed>,
    client: Redis,
    answers: Redis,
  ) {
    this.key = key
    this.warn = warn
    this.queue = queue
    this.client = client
    this.answers = answers
    this.timers = [
      setInterval(() => void this.stayAlive().catch(ignore), 15_000),
      setInterval(() => void this.lookForLost().catch(ignore), 3000),
    ]
  }

  static async open({ url, programSha256, key, warn }: QueueOptions): Promise<QueueService> {
    const packages = await queuePackages()
    const client = await connect(packages, url)
    warnOfLoss(client, url, warn)
    const answers = client.duplicate({ lazyConnect: false })
    answers.on("error", ignore)
    const queue = new packages.bullmq.Queue<Sealed>(queueKeys.queue(programSha256, key), {
      connection: client,
    })
    queue.on("error", ignore)
    const service = new QueueService({ key, warn }, queue, client, answers)
    await service.stayAlive()
    void service.listen()
    return service
  }

  atOnce(): number {
    return 64
  }

  /** How many workers are connected now. */
  async workers(): Promise<number> {
    return this.queue.getWorkersCount()
  }

  async compute(parcel: Parcel): Promise<ParcelAnswer> {
    const job = `${this.run}-${this.jobs++}`
    const answer = new Promise<ParcelAnswer>((resolve) =>
      this.waiting.set(job, { parcel, resolve, missed: 0 }),
    )
    await this.submit(job, parcel)
    return answer
  }

  /** Takes back what nobody has begun, and disconnects. */
  async close(): Promise<void> {
    this.open = false
    for (const timer of this.timers) clearInterval(timer)
    this.answers.disconnect()
    await Promise.race([this.takeBack().catch(ignore), pause(2000)])
    await Promise.race([this.queue.close().catch(ignore), pause(500)])
    this.client.disconnect()
  }

  private async submit(jobId: string, { source, work }: Parcel): Promise<void> {
    const chunks = work.map(({ chunk }) => chunk)
    const data = sealJob({ run: this.run, job: jobId, source, chunks }, this.key)
    await this.queue.add("parcel", data, { jobId, attempts: 3, removeOnComplete: true, removeOnFail: true })
  }

  /** Takes answers as they come, until it is closed. */
  private async listen(): Promise<void> {
    while (this.open) {
      try {
        const popped = await this.answers.blpop(queueKeys.answers(this.run), 5)
        if (popped !== null) this.receive(popped[1])
      } catch {
        // Redis is gone, or this is closed: the loop knows which.
        await pause(200)
      }
    }
  }

  /** Takes an answer in. A repeated answer is ignored; an invalid one is discarded, and the parcel goes on waiting. */
  private receive(text: string): void {
    try {
      const { run, job, answer } = openAnswer(parseJson(text, "the answer"), this.key)
      if (run !== this.run) return
      this.waiting.get(job)?.resolve(answer)
      this.waiting.delete(job)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      this.warn(`an answer of the queue was discarded: ${error.message}`)
    }
  }

  /** Whether Redis still has each parcel; one that was not there twice is put there again. */
  private async lookForLost(): Promise<void> {
    for (const [job, waiting] of this.waiting) {
      if ((await this.queue.getJob(job)) !== undefined) {
        waiting.missed = 0
      } else if (++waiting.missed >= 2 && this.waiting.has(job)) {
        waiting.missed = 0
        await this.submit(job, waiting.parcel)
      }
    }
  }

  private async stayAlive(): Promise<void> {
    await this.client.set(queueKeys.alive(this.run), "1", "EX", 60)
  }

  private async takeBack(): Promise<void> {
    await this.client.del(queueKeys.alive(this.run))
    for (const job of this.waiting.keys()) await this.queue.remove(job).catch(ignore)
    await this.client.del(queueKeys.answers(this.run))
  }
}

function warnOfLoss(client: Redis, url: string, warn: (message: string) => void): void {
  let lost = false
  client.on("reconnecting", () => {
    if (!lost)
      warn(`Redis at ${shownAddress(url)} is gone; the run goes on when it is back, and keeps what it has`)
    lost = true
  })
  client.on("ready", () => {
    if (lost) warn(`Redis at ${shownAddress(url)} is back`)
    lost = false
  })
}

const ignore = (): void => undefined

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}

/** The queue's packages, which are installed only where a queue is used. */
export interface QueuePackages {
  readonly bullmq: typeof bullmq
  readonly redis: typeof Redis
}

/** Imports them, or says how to get them. */
export async function queuePackages(): Promise<QueuePackages> {
  try {
    const [queues, clients] = await Promise.all([import("bullmq"), import("ioredis")])
    return { bullmq: queues, redis: clients.Redis }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error
    throw new UsageError("--queue requires two packages that are not installed: npm install bullmq ioredis")
  }
}

/** Connects to Redis; where there is none, a UsageError says so at once. Later it reconnects by itself, for ever. */
export async function connect({ redis }: QueuePackages, url: string): Promise<Redis> {
  if (!/^rediss?:\/\//.test(url)) {
    throw new UsageError(
      `--queue is ${url}; must be the address of a Redis server, such as redis://localhost:6379.`,
    )
  }
  let connected = false
  const client = new redis(url, {
    lazyConnect: true,
    connectTimeout: 5000,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (connected ? Math.min(2000, 100 * attempt) : null),
  })
  let reason = "no answer"
  client.on("error", (error: Error) => (reason = error.message))
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    client.disconnect()
    const why = error instanceof Error && error.message !== "Connection is closed." ? error.message : reason
    throw new UsageError(
      `cannot reach Redis at ${shownAddress(url)}: ${why}. Start one with: redis-server --port 6379`,
    )
  }
  connected = true
  return client
}

/** An address without its password. */
export function shownAddress(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//…@")
}

/** What both sides must agree on. All keys of this program begin with `quorate`. */
export const queueKeys = {
  /** Only workers of the same code and key see a run's parcels. */
  queue: (programSha256: string, key?: Buffer): string =>
    `quorate-${programSha256.slice(0, 16)}${keyName(key)}`,
  /** Exists as long as the run is alive. */
  alive: (run: string): string => `quorate:alive:${run}`,
  /** Where the answers of a run go. */
  answers: (run: string): string => `quorate:answers:${run}`,
}
