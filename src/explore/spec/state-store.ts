/**
 * Packed states in the order they were found: one level of a search.
 *
 * Memory: `words` · 4 bytes a state, in chunks, so that growing copies nothing;
 * emptied chunks are kept for the level after next.
 */
export class StateStore {
  readonly words: number
  private readonly chunks: Uint32Array[] = []
  private last: Uint32Array = new Uint32Array(0)
  private length = 0

  constructor(words: number) {
    this.words = words
  }

  get size(): number {
    return this.length
  }

  get bytes(): number {
    return this.chunks.length * chunkStates * this.words * 4
  }

  /** Appends the state whose words start at `from[at]`. */
  push(from: Uint32Array, at = 0): void {
    const { words } = this
    const offset = (this.length & (chunkStates - 1)) * words
    const chunk = offset === 0 ? this.openChunk() : this.last
    for (let w = 0; w < words; w++) chunk[offset + w] = from[at + w]!
    this.length++
  }

  private openChunk(): Uint32Array {
    const position = Math.floor(this.length / chunkStates)
    this.last = this.chunks[position] ??= new Uint32Array(chunkStates * this.words)
    return this.last
  }

  /** Empties the store and keeps its memory. */
  clear(): void {
    this.length = 0
  }

  /** The chunk that holds state `index`; its words start at `offsetOf(index)`. */
  chunkOf(index: number): Uint32Array {
    return this.chunks[(index / chunkStates) | 0]!
  }

  offsetOf(index: number): number {
    return (index & (chunkStates - 1)) * this.words
  }

  /** A copy of state `index`. */
  read(index: number): Uint32Array {
    const at = this.offsetOf(index)
    return this.chunkOf(index).slice(at, at + this.words)
  }
}

/** A power of two, so that an index splits by mask and shift. */
export const chunkStates = 1 << 14
