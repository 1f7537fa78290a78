import { availableParallelism } from "node:os"
import { join } from "node:path"
import { setFlagsFromString } from "node:v8"
import { UsageError } from "../../base/errors.ts"
import { type Executor, inProcessExecutor } from "../../experiment/executor.ts"
import { type Result, needsAllRows, rowCountOf } from "../../experiment/result.ts"
import { cautionsOf } from "../../experiment/safety.ts"
import { type Context, exitCodes } from "../shared/context.ts"
import { type Progress, progressOn } from "../shared/progress.ts"
import { prepareFolder, resultFolder, writeResult } from "../shared/results-folder.ts"
import { warnOfCautions } from "../shared/cautions.ts"
import { currentEnvironment } from "./environment.ts"
import type { SourcedExperiment } from "./experiment-source.ts"
import { Interrupted, listenForInterruption } from "./interruption.ts"
import { checkedAnswers } from "./checked-answers.ts"
import { parcelExecutor } from "./parcels.ts"
import type { QueueService } from "./queue-service.ts"
import {
  type Kept,
  type RunConfiguration,
  type RunRequest,
  keepWork,
  runOne,
  runShard,
  unhurriedExecutor,
} from "./run-one.ts"
import { type Shard, formatShard, shardFile } from "./shard.ts"
import { WorkerPool } from "./worker-pool.ts"
import { shellWord } from "../../base/text.ts"

/** By whom experiments are computed, and where their results go. None of it changes a result. */
export interface RunAllOptions {
  readonly out: string
  readonly write: boolean
  /** Worker threads, 0 for none; as many as there are cores unless given, and none where it would not pay. */
  readonly workers?: number
  /** Threads that have been started already; `runAll` ends them. */
  readonly pool?: WorkerPool
  /** The address of a Redis whose workers compute it, instead of threads. */
  readonly queue?: string
  /** The file of the key that the run and the workers share. */
  readonly keyFile?: string
  /** Throw away unfinished work instead of continuing it. */
  readonly fresh?: boolean
  readonly shard?: Shard
  /** Whether all rows of a result are wanted in memory, although no table needs them. */
  readonly keepRows: boolean
}

/**
 * Runs experiments one after the other, each on all threads, and writes each
 * result as soon as it is there; `onResult` is called then. An interruption ends
 * it with what was computed kept, a line that says how to go on, and its own
 * exit code.
 */
export async function runAll(
  context: Context,
  runs: readonly RunConfiguration[],
  options: RunAllOptions,
  onResult: (result: Result) => Promise<void>,
): Promise<"complete" | "interrupted"> {
  if (options.shard !== undefined && !options.write) {
    throw new UsageError("--shard cannot be combined with --no-write: quorate merge needs its file.")
  }
  const session = await openSession(context, runs, options)
  announce(context, runs, session)
  try {
    for (const run of runs) {
      if (options.shard === undefined) await onResult(await runWhole(session, run))
      else await runPart(session, run, options.shard)
    }
    return "complete"
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    session.progress.finish(interruptedLines(context, options))
    context.end(exitCodes.interrupted)
    return "interrupted"
  } finally {
    await session.close()
  }
}

/** What all runs of one command share. */
interface Session {
  readonly options: RunAllOptions
  readonly environment: ReturnType<typeof currentEnvironment>
  readonly progress: Progress
  readonly pool: WorkerPool
  readonly queue?: QueueService
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
  /** Where the work of each is kept, until it is done; empty where nothing is written. */
  readonly kept: Map<RunConfiguration, Kept>
  close(): Promise<void>
}

async function openSession(
  { io, args }: Context,
  runs: readonly RunConfiguration[],
  options: RunAllOptions,
): Promise<Session> {
  const environment = currentEnvironment(args)
  const warn = (message: string): void => io.err(`warning: ${message}\n`)
  const kept = options.write
    ? takePlaces(runs, options, environment.codeSha256!, warn)
    : new Map<never, Kept>()
  const { pool = new WorkerPool(options.workers ?? availableParallelism()) } = options
  const queue = await openQueue(options, environment.codeSha256!, warn).catch((error: unknown) => {
    for (const one of kept.values()) one.end(false)
    throw error
  })
  if (runs.some(({ experiment }) => !needsAllRows(experiment))) keepHeapsSmall()
  const { signal, ignore } = listenForInterruption()
  const close = async (): Promise<void> => {
    ignore()
    await queue?.close()
    await pool.close()
    for (const one of kept.values()) one.end(false)
  }
  return {
    options,
    environment,
    progress: await progressOn(io),
    pool,
    ...(queue && { queue }),
    signal,
    warn,
    kept,
    close,
  }
}

/**
 * Rows that stream leave much behind and keep little. V8 lets the heap
 * of each thread grow to up to four times what is in use before it looks again;
 * here to one and a half times: a third less memory for some of the time.
 */
function keepHeapsSmall(): void {
  setFlagsFromString("--heap-growing-percent=50")
}

async function openQueue(
  { queue, keyFile, workers }: RunAllOptions,
  programSha256: string,
  warn: (message: string) => void,
): Promise<QueueService | undefined> {
  if (queue === undefined) {
    if (keyFile !== undefined) throw new UsageError("--key-file requires --queue.")
    return undefined
  }
  if (workers !== undefined) {
    throw new UsageError("--workers cannot be combined with --queue: give --workers to quorate worker.")
  }
  const { QueueService, shownAddress } = await import("./queue-service.ts")
  const { queueKey } = await import("./queue-messages.ts")
  const service = await QueueService.open({ url: queue, programSha256, key: queueKey(keyFile), warn })
  if ((await service.workers()) === 0) {
    warn(
      `no worker of code ${programSha256.slice(0, 12)} is there yet; start some with: quorate worker --queue ${shownAddress(queue)}`,
    )
  }
  return service
}

/** Takes every place before anything is computed: what cannot be written, or is another's, is found out at once. */
function takePlaces(
  runs: readonly RunConfiguration[],
  { out, fresh = false, shard }: RunAllOptions,
  codeSha256: string,
  warn: (message: string) => void,
): Map<RunConfiguration, Kept> {
  const kept = new Map<RunConfiguration, Kept>()
  for (const { experiment } of runs) prepareFolder(resultFolder(out, experiment.id))
  try {
    for (const run of runs) {
      const folder = resultFolder(out, run.experiment.id)
      kept.set(run, keepWork(run, { folder, fresh, codeSha256, warn, ...(shard && { shard }) }))
    }
    return kept
  } catch (error) {
    for (const one of kept.values()) one.end(false)
    throw error
  }
}

function announce({ io }: Context, runs: readonly RunConfiguration[], { options, kept }: Session): void {
  const seeds = [...new Set(runs.map(({ rootSeed }) => rootSeed))]
  io.err(`seed ${seeds.join(", ")}${options.write ? `; writing results to ${options.out}/` : ""}\n`)
  for (const { experiment } of runs) warnOfCautions(io, experiment.id, cautionsOf(experiment))
  for (const [{ experiment }, { journal }] of kept) {
    if (journal.continued) io.err(`${experiment.id}: continuing from ${journal.file}\n`)
  }
}

function requestOf(session: Session, configuration: RunConfiguration): RunRequest {
  const { signal, progress, options } = session
  const { keepRows } = options
  return { configuration, executor: executorFor(configuration, session), signal, progress, keepRows }
}

/** Threads as asked for; where nothing was asked for, only for what takes longer than starting them. */
function executorFor(
  { experiment, source }: SourcedExperiment,
  { pool, queue, warn, options }: Session,
): Executor {
  if (queue !== undefined) return parcelExecutor(checkedAnswers(queue, experiment, warn), source, experiment)
  if (options.workers === 0) return inProcessExecutor(experiment)
  const threads = parcelExecutor(pool, source, experiment)
  if (options.workers !== undefined || pool.started) return threads
  return unhurriedExecutor(experiment, threads, () => pool.ready(source))
}

async function runWhole(session: Session, run: RunConfiguration): Promise<Result> {
  const { options, environment, kept } = session
  const folder = resultFolder(options.out, run.experiment.id)
  const clock = stopwatch()
  const place = options.write ? { folder, kept: kept.get(run)! } : undefined
  const { result, staged } = await runOne(requestOf(session, run), place)
  const wallTimeSeconds = clock()
  if (options.write) {
    try {
      await writeResult(folder, result, { ...environment, wallTimeSeconds }, staged)
    } finally {
      staged?.discard()
    }
    release(session, run, true)
  }
  session.progress.finish(
    `${run.experiment.id}: ${counted(rowCountOf(result), "row")}, ${counted(result.runs, "run")} each, ${wallTimeSeconds} s`,
  )
  return result
}

/** `1 run`, `20 runs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

async function runPart(session: Session, run: RunConfiguration, shard: Shard): Promise<void> {
  const { id } = run.experiment
  const clock = stopwatch()
  const runs = await runShard(requestOf(session, run), shard, session.kept.get(run)!)
  release(session, run, false)
  const file = join(resultFolder(session.options.out, id), shardFile(shard))
  session.progress.finish(
    `${id}: shard ${formatShard(shard)}, ${counted(runs, "run")}, ${clock()} s, in ${file}\n` +
      `when all ${shard.count} are there: quorate merge ${run.argument ?? id} --from ${session.options.out}`,
  )
}

/** Gives the place back; a finished result needs no journal any more, a shard is its journal. */
function release({ kept }: Session, run: RunConfiguration, done: boolean): void {
  kept.get(run)?.end(done)
  kept.delete(run)
}

/** Seconds since it was called, to two digits. */
function stopwatch(): () => number {
  const started = performance.now()
  return () => Number(((performance.now() - started) / 1000).toFixed(2))
}

function interruptedLines({ args }: Context, { write }: RunAllOptions): string {
  const command = `quorate ${args
    .filter((word) => word !== "--fresh")
    .map(shellWord)
    .join(" ")}`
  return write
    ? `interrupted; what was computed is kept, and the same command continues from there:\n  ${command}`
    : "interrupted; nothing was kept, because of --no-write"
}
