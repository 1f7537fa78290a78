import { statSync } from "node:fs"
import { availableParallelism } from "node:os"
import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { quoted } from "../../base/text.ts"
import type { Context } from "../shared/context.ts"
import { keyFileOption, whole } from "../shared/options.ts"

interface WorkerOptions {
  readonly queue: string
  readonly workers: number
  readonly idle?: number
  readonly allow: readonly string[]
  readonly keyFile?: string
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
    .option(
      "--allow <folder>",
      "run modules in this folder when a run asks for them; repeatable",
      (folder, before: readonly string[]) => [...before, readableFolder(folder)],
      [],
    )
    .addOption(keyFileOption())
    .option("--idle <seconds>", "stop after this time without work (default: never)", whole("--idle", 1))
    .addHelpText("after", help)
    .action(async ({ queue: url, workers: threads, allow, keyFile, idle }: WorkerOptions) => {
      const { serveQueue } = await import("../execution/queue-worker.ts")
      const { queueKey } = await import("../execution/queue-messages.ts")
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
          allow,
          key: queueKey(keyFile),
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

function readableFolder(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder
  throw new UsageError(`--allow is ${quoted(folder)}; must be a folder.`)
}

const help = `
Needs the packages bullmq and ioredis: npm install bullmq ioredis. All machines need the same
version of quorate and of Node. A module of your own runs only from a folder given by --allow,
if its SHA-256 is that of the run's.

Examples:
  $ redis-server --port 6379 &
  $ quorate worker --queue redis://localhost:6379 --allow ~/experiments --key-file queue.key &
  $ quorate run failures --full --queue redis://localhost:6379 --key-file queue.key`
