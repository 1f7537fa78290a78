import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../../base/errors.ts"
import { type ChunkResult, type Executor, chunkKey } from "../../experiment/executor.ts"
import type { SourcedExperiment } from "./experiment-source.ts"
import { type JournalHeader, MissingChunks, headerDifference, readJournal } from "./journal.ts"
import { type RunConfiguration, type RunOutcome, allChunks, headerOf, runOne } from "./run-one.ts"
import { parseShard } from "./shard.ts"

/** The shards in a folder, by name. */
export function shardsIn(folder: string): string[] {
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .filter((name) => /^shard-\d+-of-\d+\.journal$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}

/** Where a merged result goes, and what it must have been computed by. */
export interface MergeContext {
  /** Where the CSV is staged. */
  readonly folder: string
  /** Makes that folder, when it is known that there is something to be merged. */
  readonly prepare: () => void
  readonly keepRows: boolean
  readonly codeSha256: string
  readonly warn: (message: string) => void
}

/**
 * The result of shards, as one run would have had it. They may overlap and come
 * in any order. A shard of another run or other code, or a chunk that is in
 * none of them, is a UsageError.
 */
export async function mergeShards(
  sourced: SourcedExperiment,
  files: readonly string[],
  context: MergeContext,
): Promise<RunOutcome> {
  const headers = files.map(readHeader)
  const { seed: rootSeed, runs } = headers[0]!
  const configuration = { ...sourced, rootSeed, runs }
  const expected = headerOf(configuration, context.codeSha256)
  headers.forEach((header, i) => refuseOther(files[i]!, header, expected))
  refuseMissing(files, headers, configuration)
  context.prepare()
  const request = {
    configuration,
    executor: readingExecutor(files, context.warn),
    keepRows: context.keepRows,
  }
  return runOne({ ...request, ...unwatched }, { folder: context.folder })
}

/** Reading is quick: nobody waits for it, or stops it. */
const unwatched = {
  signal: new AbortController().signal,
  progress: { start: () => undefined, update: () => undefined, finish: () => undefined },
}

function readHeader(file: string): JournalHeader {
  if (!existsSync(file)) throw new UsageError(`no shard ${file}.`)
  if (!existsSync(file)) {
    throw new UsageError(`no shard ${file}. Shards are written by quorate run … --shard 1/2.`)
  }
  const { header } = readJournal(file)
  if (header?.quorateJournal === 1) return header
  throw new UsageError(`${file} is not a shard, or its first line is damaged; compute it again.`)
}

function refuseOther(file: string, header: JournalHeader, expected: JournalHeader): void {
  const { shard, ...found } = header
  const difference = headerDifference(found, expected)
  if (difference === undefined) return
  throw new UsageError(
    `${file}${shard === undefined ? "" : ` (shard ${shard})`} does not match the other shards: ${difference}. ` +
      `All shards must have the same code, seed and number of runs.`,
  )
}

/** Names what is in none of the shards, before anything is summarised. */
function refuseMissing(
  files: readonly string[],
  headers: readonly JournalHeader[],
  configuration: RunConfiguration,
): void {
  const chunks = allChunks(configuration)
  const there = new MissingChunks(chunks)
  for (const file of files) for (const { chunk } of readJournal(file).results) there.remove(chunk)
  const missing: number[] = []
  let position = 0
  const absent = new Set([...there].map(chunkKey))
  for (const chunk of chunks) {
    if (absent.has(chunkKey(chunk))) missing.push(position)
    position++
  }
  if (missing.length === 0) return
  const id = configuration.argument ?? configuration.experiment.id
  const { seed, runs, shard } = headers.find((header) => header.shard !== undefined) ?? headers[0]!
  const count = shard === undefined ? 1 : parseShard(shard).count
  const wanted = [...new Set(missing.map((position) => (position % count) + 1))].sort((a, b) => a - b)
  throw new UsageError(
    `${missing.length} of ${position} chunks of ${id} are missing. Compute them with:` +
      wanted
        .slice(0, 20)
        .map((i) => `\n  quorate run ${id} --seed ${seed} --runs ${runs} --shard ${i}/${count}`)
        .join("") +
      (wanted.length > 20 ? `\n  … and ${wanted.length - 20} more` : ""),
  )
}

/** Computes nothing: gives what the shards have, a little of each in turn, so that cases are complete early. */
function readingExecutor(files: readonly string[], warn: (message: string) => void): Executor {
  return {
    async *run() {
      let open = files.map((file) => resultsIn(file, warn))
      while (open.length > 0) {
        const next = open.map((results) => results.next())
        for (const { done, value } of next) if (done !== true) yield [value]
        open = open.filter((_, i) => next[i]!.done !== true)
      }
    },
  }
}

function resultsIn(file: string, warn: (message: string) => void): Iterator<ChunkResult> {
  const { results } = readJournal(file, ({ goodBytes, bytes }) => {
    if (goodBytes < bytes) warn(`the last ${bytes - goodBytes} bytes of ${file} are damaged and not used`)
  })
  return results[Symbol.iterator]()
}
