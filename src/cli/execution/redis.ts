import type * as bullmq from "bullmq"
import type { Redis } from "ioredis"
import { UsageError } from "../../base/errors.ts"

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
    throw new UsageError("--queue needs two packages that are not installed: npm install bullmq ioredis")
  }
}

/** Connects to Redis; where there is none, a UsageError says so at once. Later it reconnects by itself, for ever. */
export async function connect({ redis }: QueuePackages, url: string): Promise<Redis> {
  if (!/^rediss?:\/\//.test(url)) {
    throw new UsageError(
      `--queue is ${url}; it must be the address of a Redis, such as redis://localhost:6379.`,
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
      `Cannot reach Redis at ${shownAddress(url)}: ${why}. Is it running? redis-server --port 6379 starts one.`,
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
  /** Only workers of the same code see a run's parcels. */
  queue: (programSha256: string): string => `quorate-${programSha256.slice(0, 16)}`,
  /** Exists as long as the run is alive. */
  alive: (run: string): string => `quorate:alive:${run}`,
  /** Where the answers of a run go. */
  answers: (run: string): string => `quorate:answers:${run}`,
}
