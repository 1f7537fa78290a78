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
 * order of scheduling. What an entry consists of lies in parallel arrays:
 * nothing is allocated per entry once these are large enough.
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
  private readonly later = new EventQueue<number>()
  private readonly fine = new Wheel()
  private readonly coarse = new Wheel()
  /** The millisecond that the fine wheel shows, and the second that the coarse one does: whole numbers of 2¹⁰ and 2²⁰ µs. */
  private block = 0
  private superblock = 0
  /** Where in the fine wheel the next entry is; −1 when that is not known. */
  private cursor = -1

  private times = new Float64Array(initialEntries)
  private nexts = new Int32Array(initialEntries)
  private dues = new Uint8Array(initialEntries)
  private processes = new Int32Array(initialEntries)
  private others = new Int32Array(initialEntries)
  private numbers = new Float64Array(initialEntries)
  private readonly contents: unknown[] = []
  /** The first of the entries that are free, linked by `nexts`; 0 for none. Entries count from 1. */
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
    if (this.size === 0) return Infinity
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
      if (entry === this.dues.length) this.grow()
    } else {
      this.free = this.nexts[entry]!
    }
    this.times[entry] = at
    this.dues[entry] = due
    this.processes[entry] = process
    this.others[entry] = other
    this.numbers[entry] = number
    this.contents[entry] = content
    this.size++
    this.place(entry, at)
  }

  /** Makes the earliest entry current and forgets it. There must be one, and `nextTime` must have been asked. */
  take(): void {
    const entry = this.fine.shift(this.cursor, this.nexts)
    if (!this.fine.has(this.cursor)) this.cursor = -1
    this.due = this.dues[entry] as Due
    this.process = this.processes[entry]!
    this.other = this.others[entry]!
    this.number = this.numbers[entry]!
    this.content = this.contents[entry]
    this.contents[entry] = undefined
    this.nexts[entry] = this.free
    this.free = entry
    this.size--
  }

  /** Forgets all that is left: it is as if it were new, but for the room it has. */
  clear(): void {
    while (this.nextTime < Infinity) this.take()
    this.content = undefined
    this.block = 0
    this.superblock = 0
  }

  /** Whether it has no more room than a new one. */
  get isSmall(): boolean {
    return this.dues.length === initialEntries
  }

  /** Into the wheel that shows its time, or into the heap. */
  private place(entry: number, at: Micros): void {
    const block = Math.floor(at / slots)
    if (block === this.block) {
      const slot = at - block * slots
      this.fine.push(slot, entry, this.nexts)
      if (slot < this.cursor) this.cursor = slot
      return
    }
    const superblock = Math.floor(block / slots)
    if (superblock === this.superblock) this.coarse.push(block - superblock * slots, entry, this.nexts)
    else this.later.push(at, entry)
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
      const entry = this.coarse.shift(coarse, this.nexts)
      this.fine.push(this.times[entry]! - start, entry, this.nexts)
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
    this.times = copyOf(this.times, new Float64Array(length))
    this.nexts = copyOf(this.nexts, new Int32Array(length))
    this.dues = copyOf(this.dues, new Uint8Array(length))
    this.processes = copyOf(this.processes, new Int32Array(length))
    this.others = copyOf(this.others, new Int32Array(length))
    this.numbers = copyOf(this.numbers, new Float64Array(length))
  }
}

/** Enough for a short run; twenty kilobytes in all with the wheels. */
const initialEntries = 256

/** The new array with the old one's content. */
function copyOf<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from)
  return to
}

/** 1024 lists of entries, and which of them are not empty. */
class Wheel {
  private readonly heads = new Int32Array(slots)
  private readonly tails = new Int32Array(slots)
  /** One bit for each list, and one for each word of those. */
  private readonly words = new Int32Array(slots / 32)
  private summary = 0

  has(slot: number): boolean {
    return this.heads[slot] !== 0
  }

  /** The first list that is not empty, or −1. */
  first(): number {
    if (this.summary === 0) return -1
    const word = lowestBit(this.summary)
    return word * 32 + lowestBit(this.words[word]!)
  }

  push(slot: number, entry: number, nexts: Int32Array): void {
    nexts[entry] = 0
    if (this.heads[slot] === 0) {
      this.heads[slot] = entry
      this.words[slot >> 5]! |= 1 << (slot & 31)
      this.summary |= 1 << (slot >> 5)
    } else {
      nexts[this.tails[slot]!] = entry
    }
    this.tails[slot] = entry
  }

  shift(slot: number, nexts: Int32Array): number {
    const entry = this.heads[slot]!
    const next = nexts[entry]!
    this.heads[slot] = next
    if (next === 0) {
      const word = slot >> 5
      this.words[word]! &= ~(1 << (slot & 31))
      if (this.words[word] === 0) this.summary &= ~(1 << word)
    }
    return entry
  }
}

/** The place of the lowest bit set, in two instructions. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/** An empty agenda that a run has given back, if no other has taken it since. */
let spare: Agenda | undefined

/**
 * An empty agenda: that of an earlier run where there is one, since making one
 * (twenty kilobytes of zeros) takes as long as a third of a short run. A run
 * that begins within another finds none to spare and gets one of its own.
 */
export function takeAgenda(): Agenda {
  const agenda = spare ?? new Agenda()
  spare = undefined
  return agenda
}

/**
 * Gives one back that is no longer used, whatever is left in it. That of a run
 * that threw is better not given back, and one that has grown is let go, so that
 * a long run leaves no memory behind.
 */
export function giveBackAgenda(agenda: Agenda): void {
  if (!agenda.isSmall) return
  agenda.clear()
  spare = agenda
}
