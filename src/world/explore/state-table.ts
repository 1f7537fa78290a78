/**
 * Rows of numbers of any length, each once, numbered in the order of their
 * discovery, each with the number of the row it was found from.
 *
 * Open addressing over 32-bit hashes with the whole row compared, so collisions
 * cost time and never a state. Memory: 4 bytes a number, and 16 to 24 a row.
 */
export class StateTable {
  private readonly chunks: Uint32Array[] = []
  private room = 0
  private used = chunkWords
  /** By row: where it starts (chunk · chunkWords + offset), its length, and its parent. */
  private start = new Float64Array(1024)
  private lengths = new Uint16Array(1024)
  private parents = new Uint32Array(1024)
  /** By slot: 1 + the number of a row, and its hash. */
  private slots = new Uint32Array(2 * 1024)
  private mask = 1023
  private count = 0

  get size(): number {
    return this.count
  }

  get bytes(): number {
    return (
      this.room +
      this.start.byteLength +
      this.lengths.byteLength +
      this.parents.byteLength +
      this.slots.byteLength
    )
  }

  /** Adds a row unless it is there; its number if it was new, −1 otherwise. */
  add(row: Uint32Array, length: number, parent: number): number {
    const hash = hashRow(row, length)
    const slot = this.slotOf(row, length, hash)
    return this.slots[2 * slot] === 0 ? this.place(row, length, parent, slot, hash) : -1
  }

  /** The number of a row, −1 if it is not there. */
  find(row: Uint32Array, length: number): number {
    return this.slots[2 * this.slotOf(row, length, hashRow(row, length))]! - 1
  }

  /** The slot of a row, or the empty one that it belongs into. */
  private slotOf(row: Uint32Array, length: number, hash: number): number {
    const { slots, mask } = this
    let slot = hash & mask
    for (;;) {
      const number = slots[2 * slot]!
      if (number === 0) return slot
      if (slots[2 * slot + 1] === hash && this.equals(number - 1, row, length)) return slot
      slot = (slot + 1) & mask
    }
  }

  chunkOf(number: number): Uint32Array {
    return this.chunks[Math.floor(this.start[number]! / chunkWords)]!
  }

  offsetOf(number: number): number {
    return this.start[number]! % chunkWords
  }

  lengthOf(number: number): number {
    return this.lengths[number]!
  }

  /** The rows from the first one to this one, each found from the one before. */
  pathTo(number: number): Uint32Array[] {
    const rows = [this.read(number)]
    for (let at = number; at !== 0; at = this.parents[at]!) rows.unshift(this.read(this.parents[at]!))
    return rows
  }

  read(number: number): Uint32Array {
    const at = this.offsetOf(number)
    return this.chunkOf(number).slice(at, at + this.lengthOf(number))
  }

  private equals(number: number, row: Uint32Array, length: number): boolean {
    if (this.lengths[number] !== length) return false
    const chunk = this.chunkOf(number)
    const at = this.offsetOf(number)
    for (let i = 0; i < length; i++) if (chunk[at + i] !== row[i]) return false
    return true
  }

  private place(row: Uint32Array, length: number, parent: number, slot: number, hash: number): number {
    // A row never straddles chunks: what is left of the last one is wasted, a
    // few numbers in a quarter million.
    if (this.used + length > chunkWords) {
      this.chunks.push(new Uint32Array(chunkWords))
      this.room += chunkWords * 4
      this.used = 0
    }
    const chunk = this.chunks[this.chunks.length - 1]!
    for (let i = 0; i < length; i++) chunk[this.used + i] = row[i]!
    const number = this.count++
    if (number === this.start.length) this.growRows()
    this.start[number] = (this.chunks.length - 1) * chunkWords + this.used
    this.lengths[number] = length
    this.parents[number] = parent
    this.used += length
    this.slots[2 * slot] = number + 1
    this.slots[2 * slot + 1] = hash
    if (this.count * 2 > this.mask) this.growSlots()
    return number
  }

  private growRows(): void {
    const { length } = this.start
    const [start, lengths, parents] = [this.start, this.lengths, this.parents]
    this.start = new Float64Array(2 * length)
    this.lengths = new Uint16Array(2 * length)
    this.parents = new Uint32Array(2 * length)
    this.start.set(start)
    this.lengths.set(lengths)
    this.parents.set(parents)
  }

  private growSlots(): void {
    const old = this.slots
    this.mask = 2 * this.mask + 1
    this.slots = new Uint32Array(2 * (this.mask + 1))
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue
      let slot = old[i + 1]! & this.mask
      while (this.slots[2 * slot] !== 0) slot = (slot + 1) & this.mask
      this.slots[2 * slot] = old[i]!
      this.slots[2 * slot + 1] = old[i + 1]!
    }
  }
}

/** A megabyte: growing never copies a state. */
const chunkWords = 1 << 18

/** 32 well-mixed bits of a row. */
export function hashRow(row: Uint32Array, length: number, seed = 0): number {
  let hash = seed ^ length
  for (let i = 0; i < length; i++) {
    hash = Math.imul(hash ^ row[i]!, 0x9e3779b1)
    hash ^= hash >>> 15
  }
  hash = Math.imul(hash, 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

/**
 * A set of rows known by 64-bit fingerprints: two 32-bit hashes of different
 * seeds. Open addressing; the pair (0, 0) is taken for (0, 1). Memory: 16 to 32
 * bytes a row.
 */
export class FingerprintSet {
  private slots = new Uint32Array(2 * 1024)
  private mask = 1023
  private count = 0

  get size(): number {
    return this.count
  }

  get bytes(): number {
    return this.slots.byteLength
  }

  /** Adds a row; whether its fingerprint was new. */
  add(row: Uint32Array, length: number): boolean {
    const high = hashRow(row, length)
    // 0 marks an empty slot.
    const low = hashRow(row, length, 0x243f6a88) || 1
    let slot = high & this.mask
    while (this.slots[2 * slot + 1] !== 0) {
      if (this.slots[2 * slot] === high && this.slots[2 * slot + 1] === low) return false
      slot = (slot + 1) & this.mask
    }
    this.slots[2 * slot] = high
    this.slots[2 * slot + 1] = low
    if (++this.count * 2 > this.mask) this.grow()
    return true
  }

  private grow(): void {
    const old = this.slots
    this.mask = 2 * this.mask + 1
    this.slots = new Uint32Array(2 * (this.mask + 1))
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue
      let slot = old[i]! & this.mask
      while (this.slots[2 * slot + 1] !== 0) slot = (slot + 1) & this.mask
      this.slots[2 * slot] = old[i]!
      this.slots[2 * slot + 1] = old[i + 1]!
    }
  }
}
