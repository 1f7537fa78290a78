import { EventQueue } from "../../base/event-queue.ts"
import type { Address, Micros } from "../../protocol/actor.ts"

/** What kinds of things are still to happen. Numbers, because the agenda keeps them in a typed array. */
export const Due = {
  arrive: 0,
  timeout: 1,
  propose: 2,
  /** The write under way at a process is durable. */
  synced: 3,
  /** A process has finished reading the message at the head of its inbox. */
  served: 4,
  /** An entry of the script: a crash, a recovery, a pause, a change of clock. */
  script: 5,
} as const
/** One of these numbers. */
export type Due = (typeof Due)[keyof typeof Due]

/** A wheel has this many slots; the first turns once in 1024 µs, the second once in about a second. */
const slots = 1024

/**
 * All that is still to happen in a run, by time in whole microseconds, and by
 * the order of scheduling among equals.
 *
 * A timing wheel of two levels (Varghese and Lauck 1987): a list for each
 * microsecond of the current millisecond or so, one for each such millisecond
 * of the current second or so, and a heap for what is later. A list is carried
 * down before anything can be added to where it goes, so each stays in the
 * order of scheduling. Lists and entries lie in typed arrays: nothing is
 * allocated per entry once these are large enough.
 *
 * The wheels are made when there are more than a few entries for the first
 * time: until then all are in the heap, for making them takes as long as a fifth
 * of a short run.
 *
 * Nothing may be added before the time of the entry taken last.
 *
 * Cost: constant for `add` and `take`, but O(log pending) for what is a second
 * away. `agenda.test.ts` holds it to a plain queue.
 *
 * Why not a heap: a run spends most of its events a few milliseconds ahead, where a heap pays a
 * logarithm and an allocation for each, and the list of a microsecond pays neither. The order among
 * equals then needs no number of its own, since each list keeps the order in which it was filled.
 */
export class Agenda {
  private later = new EventQueue<number>()
  /** Whether there are wheels; without, all is in the heap. */
  private turning = false
  private fine = emptyWheel()
  private coarse = this.fine
  /** The millisecond that the fine wheel shows, and the second that the coarse one does: whole numbers of 2¹⁰ and 2²⁰ µs. */
  private block = 0
  private superblock = 0
  /** Where in the fine wheel the next entry is; −1 when that is not known. */
  private cursor = -1
  /** The time of the entry taken last. */
  private now: Micros = 0

  /** Both of the next in one buffer, as making one takes a short run's time. */
  private readonly first = new ArrayBuffer((doublesOfEntry * 8 + intsOfEntry * 4) * initialEntries)
  /** By entry: when it is due, and its number. */
  private doubles = new Float64Array(this.first, 0, doublesOfEntry * initialEntries)
  /** By entry, from 1: what it is about, and the next of its list. */
  private ints = new Int32Array(this.first, doublesOfEntry * 8 * initialEntries)
  private readonly contents: unknown[] = []
  /** The first of the entries that are free, linked as lists are; 0 for none. */
  private free = 0
  private used = 0

  /** How many entries there are. */
  size = 0

  /** The parts of the entry taken last: whom it happens to, a sender or a life, an id or a setting, and the rest. */
  due: Due = Due.arrive
  process: Address = 0
  other = 0
  number = 0
  content: unknown = undefined

  /** When the next entry is due; +∞ if there is none. */
  get nextTime(): Micros {
    if (!this.turning || this.size === 0) return this.later.nextTime
    if (this.cursor < 0) this.findNext()
    return this.block * slots + this.cursor
  }

  /**
   * Schedules something. The parts mean what `due` makes of them; `number` may be any
   * double, as ids and settings are.
   */
  add(at: Micros, due: Due, process: Address, other: number, number: number, content: unknown): void {
    let entry = this.free
    if (entry === 0) {
      entry = ++this.used
      if (entry * intsOfEntry === this.ints.length) this.grow()
    } else {
      this.free = this.ints[entry * intsOfEntry]!
    }
    const { ints, doubles } = this
    const i = entry * intsOfEntry
    ints[i + 1] = due
    ints[i + 2] = process
    ints[i + 3] = other
    doubles[entry * doublesOfEntry] = at
    doubles[entry * doublesOfEntry + 1] = number
    this.contents[entry] = content
    this.size++
    this.place(entry, at)
  }

  /** Makes the earliest entry current and forgets it. There must be one, and `nextTime` must have been asked. */
  take(): void {
    const { ints } = this
    const entry = this.turning ? this.takeFromWheel() : this.later.pop()!
    const i = entry * intsOfEntry
    this.due = ints[i + 1] as Due
    this.process = ints[i + 2]!
    this.other = ints[i + 3]!
    this.now = this.doubles[entry * doublesOfEntry]!
    this.number = this.doubles[entry * doublesOfEntry + 1]!
    this.content = this.contents[entry]
    this.contents[entry] = undefined
    ints[i] = this.free
    this.free = entry
    this.size--
  }

  private takeFromWheel(): number {
    const entry = this.fine.shift(this.cursor, this.ints)
    if (!this.fine.has(this.cursor)) this.cursor = -1
    return entry
  }

  /** Into the wheel that shows its time, or into the heap. */
  private place(entry: number, at: Micros): void {
    if (!this.turning) {
      if (this.size <= initialEntries) return this.later.push(at, entry)
      this.makeWheels()
    }
    const block = Math.floor(at / slots)
    if (block === this.block) {
      const slot = at - block * slots
      this.fine.push(slot, entry, this.ints)
      if (slot < this.cursor) this.cursor = slot
      return
    }
    const superblock = Math.floor(block / slots)
    if (superblock === this.superblock) this.coarse.push(block - superblock * slots, entry, this.ints)
    else this.later.push(at, entry)
  }

  /** The wheels show the present, and everything in the heap moves to where it belongs. */
  private makeWheels(): void {
    const cells = new Int32Array(2 * wheelCells)
    this.fine = new Wheel(cells, 0)
    this.coarse = new Wheel(cells, wheelCells)
    this.turning = true
    this.block = Math.floor(this.now / slots)
    this.superblock = Math.floor(this.block / slots)
    const all = this.later
    this.later = new EventQueue()
    while (all.size > 0) {
      const at = all.nextTime
      this.place(all.pop()!, at)
    }
  }

  /** Turns the wheels until the fine one shows something. Only called where there is an entry. */
  private findNext(): void {
    let slot = this.fine.first()
    while (slot < 0) {
      this.turn()
      slot = this.fine.first()
    }
    this.cursor = slot
  }

  /** The fine wheel is empty: the next list of the coarse one comes down, or the next second of what is later. */
  private turn(): void {
    const coarse = this.coarse.first()
    if (coarse < 0) return this.turnLater()
    this.block = this.superblock * slots + coarse
    const start = this.block * slots
    while (this.coarse.has(coarse)) {
      const entry = this.coarse.shift(coarse, this.ints)
      this.fine.push(this.doubles[entry * doublesOfEntry]! - start, entry, this.ints)
    }
  }

  /** Both wheels are empty: they jump to the second of the earliest entry of the heap. */
  private turnLater(): void {
    const { later } = this
    this.block = Math.floor(later.nextTime / slots)
    this.superblock = Math.floor(this.block / slots)
    const end = (this.superblock + 1) * slots * slots
    while (later.nextTime < end) {
      const at = later.nextTime
      this.place(later.pop()!, at)
    }
  }

  /** Twice the room: a constant number of copies per entry over a run. */
  private grow(): void {
    const length = this.used * 2
    this.ints = copyOf(this.ints, new Int32Array(intsOfEntry * length))
    this.doubles = copyOf(this.doubles, new Float64Array(doublesOfEntry * length))
  }
}

/** An entry is four integers (the next of its list, `due`, `process`, `other`) and two doubles (its time, `number`). */
const [intsOfEntry, doublesOfEntry] = [4, 2]

/** Enough for a short run. */
const initialEntries = 64

/** The new array with the old one's content. */
function copyOf<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from)
  return to
}

/** The cells of a wheel: a list for each slot, then a bit for each list that is not empty. */
const wordsAt = slots
const wheelCells = wordsAt + slots / 32

/**
 * 1024 lists of entries, and which of them are not empty. A list is a ring: its cell holds the last entry,
 * whose next is the first; 0 for none.
 */
class Wheel {
  private readonly cells: Int32Array
  private readonly base: number
  /** One bit for each word of bits. */
  private summary = 0

  constructor(cells: Int32Array, base: number) {
    this.cells = cells
    this.base = base
  }

  has(slot: number): boolean {
    return this.cells[this.base + slot] !== 0
  }

  /** The first list that is not empty, or −1. */
  first(): number {
    if (this.summary === 0) return -1
    const word = lowestBit(this.summary)
    return word * 32 + lowestBit(this.cells[this.base + wordsAt + word]!)
  }

  push(slot: number, entry: number, ints: Int32Array): void {
    const { cells, base } = this
    const last = cells[base + slot]!
    if (last === 0) {
      ints[entry * intsOfEntry] = entry
      cells[base + wordsAt + (slot >> 5)]! |= 1 << (slot & 31)
      this.summary |= 1 << (slot >> 5)
    } else {
      ints[entry * intsOfEntry] = ints[last * intsOfEntry]!
      ints[last * intsOfEntry] = entry
    }
    cells[base + slot] = entry
  }

  shift(slot: number, ints: Int32Array): number {
    const { cells, base } = this
    const last = cells[base + slot]!
    const entry = ints[last * intsOfEntry]!
    if (entry !== last) {
      ints[last * intsOfEntry] = ints[entry * intsOfEntry]!
      return entry
    }
    cells[base + slot] = 0
    const word = base + wordsAt + (slot >> 5)
    cells[word]! &= ~(1 << (slot & 31))
    if (cells[word] === 0) this.summary &= ~(1 << (slot >> 5))
    return entry
  }
}

/** Stands for the wheels while there are none. */
function emptyWheel(): Wheel {
  return new Wheel(new Int32Array(0), 0)
}

/** The place of the lowest bit set, in two instructions. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
