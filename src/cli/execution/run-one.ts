import { join } from "node:path"
import { setImmediate as breath } from "node:timers/promises"
import type { AnyExperiment, RowOf } from "../../experiment/define.ts"
import {
  type Chunk,
  type Executor,
  chunksOf,
  computeChunk,
  matrixOf,
  upTo,
} from "../../experiment/executor.ts"
import { configurationHash } from "../../experiment/manifest.ts"
import { type Result, needsAllRows } from "../../experiment/result.ts"
import { sweepRows } from "../../experiment/sweep.ts"
import type { Progress } from "../shared/progress.ts"
import { StagedCsv, explained } from "../shared/results-folder.ts"
import { sha256 } from "./environment.ts"
import { type SourcedExperiment, codeOf } from "./experiment-source.ts"
import { interruptible } from "./interruption.ts"
import { type Journal, type JournalHeader, journaled, openJournal } from "./journal.ts"
import { takeLock } from "./run-lock.ts"
import { type Shard, chunksOfShard, formatShard, lockFile, shardFile, unfinishedFile } from "./shard.ts"

/** What is to be run: all that its rows depend on. */
export type RunConfiguration = SourcedExperiment & Pick<Result, "rootSeed" | "runs" | "stopping">

/** One experiment to be run: what, how, and under whose eyes. */
export interface RunRequest {
  readonly configuration: RunConfiguration
  readonly executor: Executor
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Whether all rows are wanted in memory when it is done, although no table or figure needs them. */
  readonly keepRows: boolean
}

/** A place where the work of a run is kept until it is done. */
export interface Kept {
  readonly journal: Journal
  /** Closes the journal and gives the place back; `done` also takes the journal away. */
  end(done: boolean): void
}

/** A result, and its CSV where it was written row by row. */
export interface RunOutcome {
  readonly result: Result
  readonly staged?: StagedCsv
}

/**
 * Computes an experiment. With a folder and a place to keep its work, what that
 * has already is not computed again, and the rows go into the folder's CSV as
 * they come, staged until the caller publishes them.
 */
export async function runOne(
  request: RunRequest,
  place?: { folder: string; kept?: Kept },
): Promise<RunOutcome> {
  const { experiment } = request.configuration
  const staged = place && explained(place.folder, () => new StagedCsv(place.folder, experiment))
  const keep = request.keepRows || staged === undefined || needsAllRows(experiment)
  const rows: RowOf[] = []
  let rowCount = 0
  try {
    for await (const some of rowsOf(request, place?.kept)) {
      explained(place?.folder ?? "", () => staged?.add(some))
      rowCount += some.length
      if (keep) for (const row of some) rows.push(row)
    }
  } catch (error) {
    staged?.discard()
    throw error
  }
  const result = { ...request.configuration, rows, ...(rows.length < rowCount && { rowCount }) }
  return { result, ...(staged && { staged }) }
}

function rowsOf(request: RunRequest, kept: Kept | undefined): AsyncIterable<readonly RowOf[]> {
  const { configuration, progress } = request
  const { experiment, rootSeed, runs, stopping } = configuration
  progress.start(experiment.id, matrixOf(experiment).length * runs)
  return sweepRows(experiment, {
    rootSeed,
    runs,
    ...(stopping && { stopping }),
    executor: keepingExecutor(request, kept),
    onProgress: (done, total) => progress.update(done, total),
  })
}

/** Computes one shard into its journal; answers how many runs that has now. */
export async function runShard(request: RunRequest, shard: Shard, kept: Kept): Promise<number> {
  const { configuration, progress } = request
  const chunks = { [Symbol.iterator]: () => chunksOfShard(shard, allChunks(configuration)) }
  let [done, total] = [0, 0]
  for (const { runs } of chunks) total += runs
  progress.start(configuration.experiment.id, total)
  for await (const results of keepingExecutor(request, kept).run(chunks)) {
    for (const { chunk } of results) done += chunk.runs
    progress.update(done, total)
  }
  return done
}

/** The chunks of a result with a fixed number of runs. */
export function allChunks({
  experiment,
  rootSeed,
  runs,
}: Pick<RunConfiguration, "experiment" | "rootSeed" | "runs">): Iterable<Chunk> {
  const cases = upTo(matrixOf(experiment).length)
  return chunksOf({ experiment: experiment.id, rootSeed, cases, firstRun: 0, endRun: runs })
}

function keepingExecutor({ executor, signal }: RunRequest, kept: Kept | undefined): Executor {
  return interruptible(kept === undefined ? executor : journaled(executor, kept.journal), signal)
}

/** Where unfinished work is kept, and whether any that is there is wanted. */
export interface KeepOptions {
  readonly folder: string
  readonly shard?: Shard
  /** Throw away unfinished work instead of continuing it. */
  readonly fresh: boolean
  readonly codeSha256: string
  readonly warn: (message: string) => void
}

/** Takes the place where a run keeps its work, in the folder of its result. Another run that has it is a UsageError. */
export function keepWork(
  configuration: RunConfiguration,
  { folder, shard, fresh, codeSha256, warn }: KeepOptions,
): Kept {
  const name = shard === undefined ? unfinishedFile : shardFile(shard)
  const file = join(folder, name)
  const giveBack = takeLock(lockFile(folder, name))
  try {
    const header = headerOf(configuration, codeSha256, shard)
    const journal = openJournal(file, header, { fresh, warn })
    return { journal, end: (done) => endJournal(journal, done, giveBack) }
  } catch (error) {
    giveBack()
    throw error
  }
}

function endJournal(journal: Journal, done: boolean, giveBack: () => void): void {
  try {
    if (done) journal.remove()
    else journal.close()
  } finally {
    giveBack()
  }
}

/** What the journal of a run, or of a shard of it, begins with. */
export function headerOf(
  configuration: RunConfiguration,
  programSha256: string,
  shard?: Shard,
): JournalHeader {
  const { experiment, rootSeed, runs, stopping } = configuration
  return {
    quorateJournal: 1,
    experiment: experiment.id,
    seed: rootSeed,
    runs,
    ...(stopping && { stopping }),
    configurationSha256: configurationHash(configuration, sha256),
    codeSha256: codeOf(configuration.source, programSha256),
    ...(shard !== undefined && { shard: formatShard(shard) }),
  }
}

/** How long this thread works alone before the others are asked, in milliseconds: about what starting them takes. */
const aloneMs = 250

/**
 * Begins in this thread and goes on with others: a small sweep is done before
 * threads would have started, and a large one loses next to nothing. `start`
 * begins to start the others and resolves when they are ready; until then this
 * thread goes on.
 */
export function unhurriedExecutor(
  experiment: AnyExperiment,
  others: Executor,
  start: () => Promise<void>,
): Executor {
  return {
    async *run(chunks) {
      const waiting = chunks[Symbol.iterator]()
      const begun = performance.now()
      let [asked, ready] = [false, false]
      while (!ready) {
        const next = waiting.next()
        if (next.done === true) return
        yield [await computeChunk(experiment, next.value)]
        if (!asked && performance.now() - begun >= aloneMs) {
          asked = true
          void start().then(() => (ready = true))
        }
        // Their answer is only heard when this thread pauses.
        if (asked) await breath()
      }
      yield* others.run(restOf(waiting))
    },
  }
}

/** What an iterator has left, to be walked through once. */
function restOf(iterator: Iterator<Chunk>): Iterable<Chunk> {
  return { [Symbol.iterator]: () => iterator }
}
