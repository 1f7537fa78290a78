import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { crc32 } from "node:zlib"
import type { ChunkResult } from "../../experiment/executor.ts"
import type { Stopping } from "../../experiment/stopping.ts"

/**
 * What the results in a journal belong to. Work is continued, and shards are
 * merged, only where all of this is the same.
 */
export interface JournalHeader {
  /** The version of this format. */
  readonly quorateJournal: 1
  readonly experiment: string
  readonly seed: number
  readonly replicas: number
  /** Of the experiment, its matrix, the seed and the replicas, as in the manifest. */
  readonly configurationSha256: string
  /** Of the program that computed them (`codeVersion`). */
  readonly codeSha256: string
  /** Where cases got more replicas until their intervals were narrow. */
  readonly stopping?: Stopping
  /** Which part of the work this is: "2/4". Missing where it is all of it. */
  readonly shard?: string
}

/** The first line of a journal. */
export function headerLine(header: JournalHeader): string {
  return lineOf(JSON.stringify(header))
}

/** The line of a result: which case and replicas, and what was observed. The rest of its chunk is in the header. */
export function resultLine({ chunk, observations }: ChunkResult): string {
  return lineOf(`[${chunk.caseIndex},${chunk.firstReplica},${chunk.replicas},${observations}]`)
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

/** Reads a journal up to its first line that is not whole; `onEnd` is told where that is. */
export function readJournal(file: string, onEnd?: (end: JournalEnd) => void): JournalContent {
  const lines = wholeLines(file, onEnd)
  const first = lines.next()
  if (first.done === true) return { header: undefined, results: [] }
  const header = JSON.parse(first.value) as JournalHeader
  return { header, results: resultsOf(header, lines) }
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
    const [prefix, caseIndex, firstReplica, replicas] = /^\[(\d+),(\d+),(\d+),/.exec(line)!
    yield {
      chunk: {
        experiment: header.experiment,
        rootSeed: header.seed,
        caseIndex: Number(caseIndex),
        firstReplica: Number(firstReplica),
        replicas: Number(replicas),
      },
      observations: line.slice(prefix.length, -1),
    }
  }
}

function* wholeLines(file: string, onEnd: ((end: JournalEnd) => void) | undefined): Generator<string, void> {
  const descriptor = openSync(file, "r")
  let goodBytes = 0
  try {
    for (const line of linesOf(descriptor)) {
      const text = line.subarray(9)
      if (line.subarray(0, 9).toString("latin1") !== `${checksum(text)} `) break
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
