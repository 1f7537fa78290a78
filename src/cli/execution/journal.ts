import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, readSync, rmSync } from "node:fs"
import { dirname } from "node:path"
import { crc32 } from "node:zlib"
import { z } from "zod"
import { UsageError } from "../../base/errors.ts"
import { type Chunk, type ChunkResult, type Executor, chunkKey } from "../../experiment/executor.ts"
import type { Stopping } from "../../experiment/stopping.ts"
import { valuesOf } from "./checked-answers.ts"
import { parseJson } from "../shared/read-text.ts"
import { openOwn, openToAppend, syncFolder, writeWhole } from "../shared/files.ts"
import { unwritable } from "../shared/results-folder.ts"

/**
 * The results of an unfinished run, on disk as they come: append-only, one
 * line each with a checksum. After a crash, what was kept is read again, the
 * last line redone if it was cut off, and only the rest is computed.
 *
 * A line outlives the death of the process as soon as it is written, and the
 * death of the machine once it is synced. Syncs are paced so that they take at
 * most a thirtieth of the time, and at least one is made every second that
 * brings results; a disk that syncs in a millisecond is asked about each parcel.
 * The file comes into being with the first result.
 */
export class Journal {
  readonly file: string
  /** Whether it had results already when it was opened. */
  readonly continued: boolean
  private readonly header: JournalHeader
  private readonly goodBytes: number
  private readonly now: () => number
  private descriptor: number | undefined
  private lastSync = -Infinity
  private syncTook = 0
  private open = true

  constructor(file: string, header: JournalHeader, goodBytes: number, now: () => number) {
    this.file = file
    this.continued = goodBytes > 0
    this.header = header
    this.goodBytes = goodBytes
    this.now = now
  }

  /** Keeps results. After `close` it does nothing: what is still on its way then is computed again. */
  append(results: readonly ChunkResult[]): void {
    if (!this.open || results.length === 0) return
    try {
      this.descriptor ??= this.begin()
      writeWhole(this.descriptor, results.map(resultLine).join(""))
      const pause = Math.min(1000, 30 * this.syncTook)
      if (this.now() - this.lastSync >= pause) this.sync(this.descriptor)
    } catch (error) {
      throw keptSoFar(this.file, error)
    }
  }

  /** What it has, one after the other; nothing is kept in memory. */
  results(): Iterable<ChunkResult> {
    return existsSync(this.file) && this.open && (this.continued || this.descriptor !== undefined)
      ? readJournal(this.file).results
      : []
  }

  close(): void {
    if (!this.open) return
    this.open = false
    if (this.descriptor === undefined) return
    try {
      fsyncSync(this.descriptor)
    } catch (error) {
      throw keptSoFar(this.file, error)
    } finally {
      closeSync(this.descriptor)
    }
  }

  /** Closes it and takes it away: its results have gone into the CSV. */
  remove(): void {
    this.open = false
    if (this.descriptor !== undefined) closeSync(this.descriptor)
    rmSync(this.file, { force: true })
  }

  /** Opens the file after what is good of it; a new one begins with its header. */
  private begin(): number {
    const descriptor = openToAppend(this.file)
    ftruncateSync(descriptor, this.goodBytes)
    if (this.goodBytes > 0) return descriptor
    writeWhole(descriptor, headerLine(this.header))
    syncFolder(dirname(this.file))
    return descriptor
  }

  private sync(descriptor: number): void {
    const started = this.now()
    fsyncSync(descriptor)
    this.lastSync = this.now()
    this.syncTook = this.lastSync - started
  }
}

/** How a journal is opened. */
export interface JournalOptions {
  /** Throw away what is there, instead of continuing it. */
  readonly fresh?: boolean
  /** Told in a sentence when the end of the file was damaged. */
  readonly warn?: (message: string) => void
  /** A clock in milliseconds. */
  readonly now?: () => number
}

/**
 * Opens the journal of a run, or a new one. One with results of another
 * configuration, or computed by other code, is a UsageError that says what
 * differs. Cost: reads the whole file.
 */
export function openJournal(file: string, header: JournalHeader, options: JournalOptions = {}): Journal {
  const { fresh = false, warn, now = () => performance.now() } = options
  try {
    if (fresh) rmSync(file, { force: true })
    const goodBytes = existsSync(file) ? checkedBytes(file, header, warn) : 0
    return new Journal(file, header, goodBytes, now)
  } catch (error) {
    throw unwritable(dirname(file), error)
  }
}

/** The same executor, which first gives what the journal has of the chunks, and keeps what else it computes before it gives it. */
export function journaled(executor: Executor, journal: Journal): Executor {
  return {
    async *run(chunks) {
      const missing = new MissingChunks(chunks)
      for (const result of journal.results()) if (missing.remove(result.chunk)) yield [result]
      for await (const results of executor.run(missing)) {
        journal.append(results)
        yield results
      }
    },
  }
}

/** How much of a journal is whole; its header must be the expected one. Without results there is nothing to continue. */
function checkedBytes(file: string, expected: JournalHeader, warn: JournalOptions["warn"]): number {
  const end = { goodBytes: 0, bytes: 0 }
  const { header, results } = readJournal(file, (found) => Object.assign(end, found))
  let count = 0
  // Read to the end, which tells how much of it is whole.
  for (const result of results) count += result.chunk.runs
  if (header === undefined || count === 0) return 0
  refuseOther(file, header, expected)
  if (end.goodBytes < end.bytes) {
    warn?.(
      `the last ${end.bytes - end.goodBytes} bytes of ${file} were cut off or damaged; what they held is computed again`,
    )
  }
  return end.goodBytes
}

function refuseOther(file: string, found: JournalHeader, expected: JournalHeader): void {
  const difference = headerDifference(found, expected)
  if (difference === undefined) return
  throw new UsageError(
    `${file} holds unfinished work of a different configuration: ${difference}. ` +
      `Finish it with its original command, discard it with --fresh, or choose another folder with --out.`,
  )
}

/** In words, why the work of two journals cannot go together; nothing where it can. */
export function headerDifference(found: JournalHeader, expected: JournalHeader): string | undefined {
  const part = ({ shard }: JournalHeader): string => (shard === undefined ? "not a shard" : `shard ${shard}`)
  if (found.experiment !== expected.experiment) {
    return `it has experiment ${found.experiment}, and ${expected.experiment} was asked for`
  }
  if (found.seed !== expected.seed) return `it has seed ${found.seed}, and ${expected.seed} was asked for`
  if (found.runs !== expected.runs) {
    return `it has ${found.runs} runs per configuration instead of ${expected.runs}`
  }
  if (JSON.stringify(found.stopping) !== JSON.stringify(expected.stopping)) {
    return `it stops at other intervals: ${stoppingText(found)}, and this is ${stoppingText(expected)}`
  }
  if (found.shard !== expected.shard) return `it is ${part(found)}, and this is ${part(expected)}`
  if (found.configurationSha256 !== expected.configurationSha256) {
    return "the cases of the experiment have changed since"
  }
  return found.codeSha256 === expected.codeSha256
    ? undefined
    : `it was computed by other code (${found.codeSha256.slice(0, 12)}, and this is ${expected.codeSha256.slice(0, 12)})`
}

function stoppingText({ stopping }: JournalHeader): string {
  return stopping === undefined
    ? "a fixed number of runs"
    : `--until-ci ${stopping.relativeHalfWidth} --max-runs ${stopping.maxRuns}`
}

function keptSoFar(file: string, error: unknown): unknown {
  const explained = unwritable(dirname(file), error)
  if (!(explained instanceof UsageError)) return error
  return new UsageError(
    `${explained.message} Completed work is kept in ${file}; the same command continues from there.`,
  )
}

/**
 * What the results in a journal belong to. Work is continued, and shards are
 * merged, only where all of this is the same.
 */
export interface JournalHeader {
  /** The version of this format. */
  readonly quorateJournal: 1
  readonly experiment: string
  readonly seed: number
  readonly runs: number
  /** Of the experiment, its matrix, the seed and the runs, as in the manifest. */
  readonly configurationSha256: string
  /** Of the program that computed them (`codeVersion`). */
  readonly codeSha256: string
  /** Where cases got more runs until their intervals were narrow. */
  readonly stopping?: Stopping
  /** Which part of the work this is: "2/4". Missing where it is all of it. */
  readonly shard?: string
}

/** The first line of a journal. */
export function headerLine(header: JournalHeader): string {
  return lineOf(JSON.stringify(header))
}

/** The line of a result: which case and runs, and what was observed. The rest of its chunk is in the header. */
export function resultLine({ chunk, observations }: ChunkResult): string {
  return lineOf(`[${chunk.caseIndex},${chunk.firstRun},${chunk.runs},${observations}]`)
}

/** What a journal holds. Results are read when they are asked for, one after the other. */
export interface JournalContent {
  /** Undefined where not even the first line is whole. */
  readonly header: JournalHeader | undefined
  readonly results: Iterable<ChunkResult>
}

/** Where a journal stops being whole, and how long the file is. */
export interface JournalEnd {
  readonly goodBytes: number
  readonly bytes: number
}

/** Reads a journal up to its first line that is not whole; `onEnd` is called with its position. */
export function readJournal(file: string, onEnd?: (end: JournalEnd) => void): JournalContent {
  const lines = wholeLines(file, onEnd)
  const first = lines.next()
  if (first.done === true) return { header: undefined, results: [] }
  const header = parseJson(first.value, file)
  if (!headerSchema.safeParse(header).success) {
    throw new UsageError(`${file} does not begin as a journal does; discard it with --fresh.`)
  }
  return { header: header as JournalHeader, results: resultsOf(header as JournalHeader, lines) }
}

/** A line is the checksum of its text, then the text. One that was cut off, or damaged, does not match. */
function lineOf(text: string): string {
  return `${checksum(text)} ${text}\n`
}

function checksum(text: string | Buffer): string {
  return crc32(text).toString(16).padStart(8, "0")
}

function* resultsOf(header: JournalHeader, lines: Iterable<string>): Generator<ChunkResult> {
  for (const line of lines) {
    const [prefix, caseIndex, firstRun, runs] = resultStart.exec(line)!
    yield {
      chunk: {
        experiment: header.experiment,
        rootSeed: header.seed,
        caseIndex: Number(caseIndex),
        firstRun: Number(firstRun),
        runs: Number(runs),
      },
      observations: line.slice(prefix.length, -1),
    }
  }
}

const resultStart = /^\[(\d{1,15}),(\d{1,15}),(\d{1,15}),(?=\[.*\]\]$)/

/** Whether a line is a result: its place, and as many observations as it has runs. */
function isResult(line: string): boolean {
  const [prefix, , , runs] = resultStart.exec(line) ?? []
  return prefix !== undefined && valuesOf(line.slice(prefix.length, -1), Number(runs)) !== undefined
}

const headerSchema = z.looseObject({
  quorateJournal: z.literal(1),
  experiment: z.string(),
  seed: z.int(),
  runs: z.int(),
  configurationSha256: z.string(),
  codeSha256: z.string(),
  stopping: z.object({ relativeHalfWidth: z.number(), maxRuns: z.int() }).optional(),
  shard: z
    .string()
    .regex(/^[1-9]\d*\/[1-9]\d*$/)
    .optional(),
})

function* wholeLines(file: string, onEnd: ((end: JournalEnd) => void) | undefined): Generator<string, void> {
  const descriptor = openOwn(file)
  let goodBytes = 0
  try {
    for (const line of linesOf(descriptor)) {
      const text = line.subarray(9)
      if (line.subarray(0, 9).toString("latin1") !== `${checksum(text)} `) break
      // The first is the header. A checksum keeps out accidents only; what else is there is no result.
      if (goodBytes > 0 && !isResult(text.toString("utf8"))) break
      goodBytes += line.length + 1
      yield text.toString("utf8")
    }
    onEnd?.({ goodBytes, bytes: fstatSync(descriptor).size })
  } finally {
    closeSync(descriptor)
  }
}

/** The lines of a file that end with a line feed, without it, read a megabyte at a time. */
function* linesOf(descriptor: number): Generator<Buffer> {
  const block = Buffer.alloc(1 << 20)
  let rest: Buffer = Buffer.alloc(0)
  for (let size = readSync(descriptor, block); size > 0; size = readSync(descriptor, block)) {
    let from = 0
    for (let end = block.indexOf(10); end >= 0 && end < size; end = block.indexOf(10, from)) {
      const part = block.subarray(from, end)
      yield rest.length === 0 ? part : Buffer.concat([rest, part])
      rest = Buffer.alloc(0)
      from = end + 1
    }
    rest = Buffer.concat([rest, block.subarray(from, size)])
  }
}

/** The chunks of a sweep that have not been found anywhere yet. As long as none was found, it costs no memory. */
export class MissingChunks implements Iterable<Chunk> {
  private readonly chunks: Iterable<Chunk>
  private missing: Set<number> | undefined

  constructor(chunks: Iterable<Chunk>) {
    this.chunks = chunks
  }

  /** Takes one out that was found; answers whether it was wanted and missing. */
  remove(found: Chunk): boolean {
    this.missing ??= keysOf(this.chunks)
    return this.missing.delete(chunkKey(found))
  }

  *[Symbol.iterator](): Generator<Chunk> {
    for (const chunk of this.chunks) if (this.missing?.has(chunkKey(chunk)) ?? true) yield chunk
  }
}

function keysOf(chunks: Iterable<Chunk>): Set<number> {
  const keys = new Set<number>()
  for (const chunk of chunks) keys.add(chunkKey(chunk))
  return keys
}
