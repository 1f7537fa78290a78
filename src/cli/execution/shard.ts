import { join } from "node:path"
import { UsageError } from "../../base/errors.ts"
import type { Chunk } from "../../experiment/executor.ts"

/** One of several equal parts of a sweep: `number` of `count`, counted from 1. */
export interface Shard {
  readonly number: number
  readonly count: number
}

/** Reads `2/4`. */
export function parseShard(text: string): Shard {
  const match = /^(\d+)\/(\d+)$/.exec(text.trim())
  const [number, count] = [Number(match?.[1]), Number(match?.[2])]
  if (Number.isSafeInteger(count) && number >= 1 && number <= count) return { number, count }
  throw new UsageError(
    `--shard is ${JSON.stringify(text)}; must be i/n with 1 <= i <= n, such as 2/4 for the second of four parts.`,
  )
}

/** "2/8": as `--shard` reads it. */
export function formatShard({ number, count }: Shard): string {
  return `${number}/${count}`
}

/** The chunks of a shard: every count-th, so that long cases are spread over all shards. */
export function* chunksOfShard({ number, count }: Shard, chunks: Iterable<Chunk>): Generator<Chunk> {
  let position = 0
  for (const chunk of chunks) if (position++ % count === number - 1) yield chunk
}

/** The file of a shard in a result's folder. */
export function shardFile({ number, count }: Shard): string {
  return `shard-${number}-of-${count}.journal`
}

/** The file of a run that is not a shard, while it is unfinished. */
export const unfinishedFile = "unfinished.journal"

/** Whoever has this file is the only one that writes the result of a folder. */
export function lockFile(folder: string, name = unfinishedFile): string {
  return join(folder, `${name}.lock`)
}
