import { chunkKey } from "../../experiment/chunks.ts"
import type { Chunk } from "../../experiment/executor.ts"

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
