import { hashRow } from "./state-table.ts"

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
