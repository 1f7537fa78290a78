/**
 * The configurations a search has entered, so that none is searched twice: nor
 * any that one already entered can stand in for.
 *
 * A configuration is a position, a state, and for every open operation one of
 * *undone*, *done* and *free* (either, as will be needed). One with more that
 * is free, or with more observations done, can do all that the other can.
 * Configurations are compared whole, so
 * no two are ever taken for the same by a collision of hashes.
 *
 * Cost of `admit`: the number of configurations at that position and state of
 * which none stands in for another. Memory: 8 bytes per 32 slots, and 4.
 */
export class Configurations {
  private readonly positions: number
  private readonly words: number
  private readonly newest = new Map<number, number>()
  private older = new Int32Array(1 << 8)
  private masks: Uint32Array
  private count = 0

  /** For positions below `positions`, and masks of `words` words. */
  constructor(positions: number, words: number) {
    this.positions = positions
    this.words = words
    this.masks = new Uint32Array((1 << 8) * 2 * words)
  }

  get size(): number {
    return this.count
  }

  /**
   * Adds a configuration, unless one that is there can stand in for it; says
   * whether it was added. States are numbers from −1; `observing` has the slots
   * whose operations only observe, at that position.
   */
  admit(
    position: number,
    state: number,
    done: Uint32Array,
    free: Uint32Array,
    observing: Uint32Array,
  ): boolean {
    const group = (state + 1) * this.positions + position
    const newest = this.newest.get(group) ?? -1
    for (let at = newest; at >= 0; at = this.older[at]!) {
      if (this.standsIn(at, done, free, observing)) return false
    }
    this.newest.set(group, this.append(newest, done, free))
    return true
  }

  /** Whether the configuration at `at` agrees in all that is neither free in it, nor an observation done there. */
  private standsIn(at: number, done: Uint32Array, free: Uint32Array, observing: Uint32Array): boolean {
    const { words, masks } = this
    const base = at * 2 * words
    for (let w = 0; w < words; w++) {
      const doneThere = masks[base + w]!
      const fixed = ~(masks[base + words + w]! | (doneThere & observing[w]!))
      if ((((done[w]! ^ doneThere) | free[w]!) & fixed) !== 0) return false
    }
    return true
  }

  private append(older: number, done: Uint32Array, free: Uint32Array): number {
    const at = this.count++
    if (at === this.older.length) this.grow()
    this.older[at] = older
    const base = at * 2 * this.words
    for (let w = 0; w < this.words; w++) {
      this.masks[base + w] = done[w]!
      this.masks[base + this.words + w] = free[w]!
    }
    return at
  }

  private grow(): void {
    const older = new Int32Array(this.older.length * 2)
    older.set(this.older)
    this.older = older
    const masks = new Uint32Array(this.masks.length * 2)
    masks.set(this.masks)
    this.masks = masks
  }
}
