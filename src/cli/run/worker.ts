import { availableParallelism } from "node:os"
import { Command } from "commander"
import type { Context } from "../shared/context.ts"
import { whole } from "../shared/options.ts"

interface WorkerOptions {
  readonly queue: string
  readonly workers: number
  readonly idle?: number
}

/** `quorate worker`: computes what `quorate run --queue` asks for, on any number of machines. */
export function workerCommand({ io }: Context): Command {
  return new Command("worker")
    .summary("compute work of quorate run --queue on this machine")
    .description(
      "Computes work from a queue in Redis until stopped. Workers may join and leave at any time; workers with different code get no work.",
    )
    .requiredOption("-q, --queue <address>", "address of Redis, such as redis://localhost:6379")
    .option("-w, --workers <n>", "worker threads", whole("--workers", 1), availableParallelism())
    .option("--idle <seconds>", "stop after this time without work (default: never)", whole("--idle", 1))
    .addHelpText("after", help)
    .action(async ({ queue: url, workers: threads, idle }: WorkerOptions) => {
      const { serveQueue } = await import("../execution/queue-worker.ts")
      const { codeVersion } = await import("../execution/environment.ts")
      const { listenForInterruption } = await import("../execution/interruption.ts")
      const { signal, ignore } = listenForInterruption()
      const say = (line: string): void => io.err(`${line}\n`)
      try {
        const programSha256 = codeVersion()
        const { parcels } = await serveQueue({
          url,
          programSha256,
          threads,
          signal,
          say,
          ...(idle !== undefined && { idleSeconds: idle }),
        })
        say(`stopped after ${parcels} parcels`)
      } finally {
        ignore()
      }
    })
}

const help = `
Needs the packages bullmq and ioredis: npm install bullmq ioredis. All machines need the same
version of quorate and of Node; a file of one's own must lie in the same place.

Examples:
  $ redis-server --port 6379 &
  $ quorate worker --queue redis://localhost:6379 &
  $ quorate run failures --full --queue redis://localhost:6379`
