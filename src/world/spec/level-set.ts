/**
 * The states of the level being built, each once: open addressing over packed
 * words, appended to a store in the order of their discovery.
 *
 * Only one level is held, because the graph is graded: every action that
 * changes anything adds exactly one message, so a state with k messages is k
 * steps from the initial state whichever way it is reached, and can only meet
 * itself among states found from the same level. The whole state is compared,
 * so there is no collision to worry about. The all-zero slot is empty: that
 * state is the initial one, which no step leads to.
 *
 * Memory: `words` · 4 bytes a slot, two to four slots per state of the largest level.
 */
export class LevelSet {
  private found: StateStore
  private readonly words: number
  private table: Uint32Array
  private mask: number
  private used = 0
  private capacity: number

  constructor(store: StateStore) {
    this.found = store
    this.words = store.words
    this.capacity = smallestCapacity
    this.mask = this.capacity - 1
    this.table = new Uint32Array(this.capacity * this.words)
  }

  /** The states added to this level, in the order of their discovery. */
  get store(): StateStore {
    return this.found
  }

  /** The memory of the table and of the store. */
  get bytes(): number {
    return this.table.byteLength + this.found.bytes
  }

  /** Hands over the finished level and continues into `spent`, which is emptied. */
  exchangeStore(spent: StateStore): StateStore {
    const finished = this.found
    spent.clear()
    this.found = spent
    return finished
  }

  /** Forgets the last level; `expected` is a guess of the next one's size. */
  startLevel(expected: number): void {
    this.used = 0
    const wanted = capacityFor(expected)
    if (wanted * this.words > this.table.length) this.table = new Uint32Array(wanted * this.words)
    else this.table.fill(0, 0, wanted * this.words)
    this.capacity = wanted
    this.mask = wanted - 1
  }

  /**
   * Adds the state at `state[from]` unless present; returns whether it was new. Expected cost: one or
   * two probes.
   */
  add(state: Uint32Array, from = 0): boolean {
    const { words, table, mask } = this
    let slot = hashState(state, words, from) & mask
    for (;;) {
      const at = slot * words
      let occupied = 0
      let differing = 0
      for (let w = 0; w < words; w++) {
        const word = table[at + w]!
        occupied |= word
        differing |= word ^ state[from + w]!
      }
      // Compared before it is known whether the slot is occupied: the state of zeros is never added.
      if (differing === 0) return false
      if (occupied === 0) return this.place(state, from, at)
      slot = (slot + 1) & mask
    }
  }

  private place(state: Uint32Array, from: number, at: number): true {
    for (let w = 0; w < this.words; w++) this.table[at + w] = state[from + w]!
    this.found.push(state, from)
    if (++this.used * 2 > this.capacity) this.grow()
    return true
  }

  private grow(): void {
    const old = this.table.subarray(0, this.capacity * this.words)
    const from = this.capacity
    this.capacity *= 2
    this.mask = this.capacity - 1
    this.table = new Uint32Array(this.capacity * this.words)
    for (let slot = 0; slot < from; slot++) this.rehash(old, slot * this.words)
  }

  private rehash(old: Uint32Array, at: number): void {
    const { words, table, mask } = this
    const state = old.subarray(at, at + words)
    if (state.every((word) => word === 0)) return
    let slot = hashState(state, words) & mask
    while (!isEmpty(table, slot * words, words)) slot = (slot + 1) & mask
    table.set(state, slot * words)
  }
}

const smallestCapacity = 1 << 10

/** The power of two that holds `states` at most half full. */
function capacityFor(states: number): number {
  return Math.max(smallestCapacity, 2 ** Math.ceil(Math.log2(Math.max(1, states * 2))))
}

/** The memory of the table for a level of `states` states, including its growth to that size. */
export function tableBytes(states: number, words: number): number {
  return capacityFor(states) * words * 4 * 1.5
}

function isEmpty(table: Uint32Array, at: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (table[at + w] !== 0) return false
  return true
}

/** 32 well-mixed bits of a state: multiply, rotate and finish, one word at a time. */
export function hashState(state: ArrayLike<number>, words: number, at = 0): number {
  let hash = 0
  for (let w = 0; w < words; w++) {
    hash = Math.imul(hash ^ state[at + w]!, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x85ebca6b)
  return hash ^ (hash >>> 15)
}

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
