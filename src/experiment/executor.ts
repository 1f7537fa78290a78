import { ExperimentError, InvariantError, UsageError } from "../base/errors.ts"
import { oncePer } from "../base/memo.ts"
import { randomFromSeed } from "../base/random.ts"
import type { AnyExperiment, Cases } from "./define.ts"

/**
 * Executes the chunks of a sweep, wherever and in whatever order: in this
 * process, in worker threads, on other machines. A chunk may be delivered more
 * than once; merging makes that harmless. The chunks may be walked through more
 * than once, and are not all in memory. Results come together as they were done
 * together: what a sweep of quick runs costs beside them goes by the number of
 * lists, not of chunks.
 */
export interface Executor {
  run(chunks: Iterable<Chunk>): AsyncIterable<readonly ChunkResult[]>
}

/** The unit of work: some runs of one case. Plain JSON, and all a worker needs beside the case and the experiment's code. */
export interface Chunk {
  readonly experiment: string
  readonly rootSeed: number
  /** Position in `cases()`. */
  readonly caseIndex: number
  readonly firstRun: number
  readonly runs: number
}

/**
 * A chunk and what was observed in its runs, in order, as the JSON text of
 * a list. It stays text on its way through threads, journals and queues: it is
 * written once and read once, and no way can change it.
 */
export interface ChunkResult {
  readonly chunk: Chunk
  readonly observations: string
}

/**
 * Computes one chunk: what every executor calls, in the end. The case is looked up
 * unless it is given. What the experiment throws becomes an ExperimentError with its
 * place, but for errors of quorate, which have theirs.
 */
export async function computeChunk(
  experiment: AnyExperiment,
  chunk: Chunk,
  c: unknown = matrixOf(experiment).at(chunk.caseIndex),
): Promise<ChunkResult> {
  const observations: unknown[] = []
  for (let i = 0; i < chunk.runs; i++) {
    const seed = runSeed(chunk.rootSeed, chunk.firstRun + i)
    try {
      observations.push(await experiment.observe(c, seed))
    } catch (error) {
      if (error instanceof UsageError || error instanceof InvariantError) throw error
      throw new ExperimentError(thrownAt(chunk, c, seed, error), { cause: error })
    }
  }
  return { chunk, observations: plainJson(experiment.id, observations) }
}

/** What was thrown, where among the cases, and in which lines of the experiment's code. */
function thrownAt({ experiment, caseIndex }: Chunk, c: unknown, seed: number, error: unknown): string {
  // Not text where the case is undefined, as that of an experiment with one case may be.
  const shown = (JSON.stringify(c) as string | undefined) ?? "undefined"
  const lines = error instanceof Error ? (error.stack ?? "").split("\n") : []
  const frames = lines.filter((line) => line.startsWith("    at "))
  const ours = frames.findIndex((line) => line.includes("computeChunk"))
  return [
    `experiment ${experiment} threw in case ${caseIndex} (${shown.length > 200 ? `${shown.slice(0, 200)} …` : shown}) ` +
      `at seed ${seed}: ${error instanceof Error ? error.message : String(error)}`,
    ...frames.slice(0, ours < 0 ? 5 : ours),
  ].join("\n")
}

/** The cases of an experiment, built once: a large matrix is asked for by many. */
export const matrixOf = oncePer((experiment: AnyExperiment): Cases<unknown> => experiment.cases())

/** Computes the chunks here, one after the other. */
export function inProcessExecutor(experiment: AnyExperiment): Executor {
  return {
    async *run(chunks) {
      for (const chunk of chunks) yield [await computeChunk(experiment, chunk)]
    },
  }
}

/**
 * The observations of a chunk as JSON text: how they travel, always, so that it
 * makes no difference whether by a thread, a journal or a queue.
 *
 * What JSON would change silently (NaN, an infinity, a Map, a missing value) is
 * a broken promise of the experiment, and named with its place.
 */
export function plainJson(experiment: string, observations: readonly unknown[]): string {
  observations.forEach((observation, i) => {
    const invalid = nonJsonPart(observation, "observation")
    if (invalid !== undefined) {
      throw new ExperimentError(
        `experiment ${experiment}, observation ${i} of a chunk: ${invalid}. Observations are plain JSON: ` +
          `texts, finite numbers, booleans, null, and lists and objects of them; what is not known is null.`,
      )
    }
  })
  return JSON.stringify(observations)
}

/** Where a value is not plain JSON, and what is there instead. The place is put together only then. */
function nonJsonPart(value: unknown, place: string): string | undefined {
  if (isPlain(value)) return undefined
  if (typeof value === "number") return `${place} is ${value}`
  if (typeof value !== "object" || value === null) {
    return `${place} is ${value === undefined ? "missing" : `a ${typeof value}`}`
  }
  if (!isListOrRecord(value)) return `${place} is a ${value.constructor.name}`
  const isList = Array.isArray(value)
  for (const [key, item] of Object.entries(value)) {
    const invalid = nonJsonPart(item, isList ? `${place}[${key}]` : `${place}.${key}`)
    if (invalid !== undefined) return invalid
  }
  return `${place} has gaps`
}

function isPlain(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true
  if (typeof value === "number") return Number.isFinite(value)
  if (typeof value !== "object" || !isListOrRecord(value)) return false
  // A list with a hole would be filled with null.
  if (Array.isArray(value)) return value.every(isPlain) && Object.keys(value).length === value.length
  for (const key in value) if (!isPlain((value as Record<string, unknown>)[key])) return false
  return true
}

/** Told by the prototype's own prototype, so that objects of another realm are records, too. */
function isListOrRecord(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/**
 * Runs in one chunk at most. Small, so that little is lost when a computation is
 * stopped, and so that slow runs are shared out evenly; what is quick is
 * handed over many chunks at a time.
 */
export const maxInChunk = 25

/** Where a case has few runs they are slow, more often than not: it is cut into so many chunks at least, if it can be. */
const leastChunks = 16

/** Some runs of some cases: what is to be cut into chunks. */
export interface Range {
  readonly experiment: string
  readonly rootSeed: number
  /** Positions in `cases()`. */
  readonly cases: Iterable<number>
  readonly firstRun: number
  readonly endRun: number
}

/** The work of a range, case by case. It is made while it is walked through, as often as one likes. */
export function chunksOf(range: Range): Iterable<Chunk> {
  return { [Symbol.iterator]: () => walk(range) }
}

function* walk({ experiment, rootSeed, cases, firstRun, endRun }: Range): Generator<Chunk> {
  const size = Math.min(maxInChunk, Math.ceil((endRun - firstRun) / leastChunks))
  for (const caseIndex of cases) {
    for (let first = firstRun; first < endRun; first += size) {
      const runs = Math.min(size, endRun - first)
      yield { experiment, rootSeed, caseIndex, firstRun: first, runs }
    }
  }
}

/** Names a chunk within a run, whose experiment and seed are those of all. */
export function chunkKey({ caseIndex, firstRun }: Chunk): number {
  return caseIndex * 2 ** 26 + firstRun
}

/** Runs a case may have, so that every chunk has a key of its own. */
export const maxRuns = 2 ** 26

/** The numbers from 0 to below `end`, without a list of them. */
export function upTo(end: number): Iterable<number> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < end; i++) yield i
    },
  }
}

/**
 * The seed of a run: 53 bits that depend on the root seed and the number of
 * the run, not on the case. All systems of a sweep therefore meet the same
 * delays and failures (common random numbers), and their differences are
 * sharper than their values.
 */
export function runSeed(rootSeed: number, run: number): number {
  // The stream keeps its old name: every number in `results/` follows from it.
  const random = randomFromSeed(rootSeed).fork("replica").fork(String(run))
  return (random.uint32() >>> 11) * 2 ** 32 + random.uint32()
}
