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

/** The wheel shows this many microseconds from now on, some 131 ms; a power of two. */
const slots = 1 << 17

/**
 * All that is still to happen in a run, by time in whole microseconds, and by
 * the order of scheduling among equals.
 *
 * A timing wheel (Varghese and Lauck 1987, scheme 4) over the next 131 ms, with a list for each
 * microsecond, and a heap for what is later, from which entries move to the wheel as soon as it shows
 * their time: before anything can be added to their list, so each list stays in the order of scheduling.
 * Lists and entries lie in typed arrays: nothing is allocated per entry once these are large enough.
 *
 * The wheel is made when there are more than a few entries for the first
 * time: until then all are in the heap, for making it takes as long as a fifth
 * of a short run.
 *
 * Nothing may be added before the time of the entry taken last.
 *
 * Cost: constant for `add` and `take`, but O(log pending) for what is more than 131 ms away.
 * `agenda.test.ts` holds it to a plain queue.
 *
 * Why not a heap: a run spends most of its events some milliseconds ahead, where a heap pays a
 * logarithm and an allocation for each, and the list of a microsecond pays neither. The order among
 * equals then needs no number of its own, since each list keeps the order in which it was filled.
 * Why not two wheels: each entry would be carried from the coarse one to the fine one.
 */
export class Agenda {
  private readonly later = new EventQueue<number>()
  private wheel: Wheel | undefined
  /** How many entries the wheel holds. */
  private inWheel = 0
  /** The time of the next entry of the wheel; −1 when that is not known. */
  private nextInWheel: Micros = -1
  /** The time of the entry taken last. */
  private now: Micros = 0

  /** By entry, from 1: what it is about, and the next of its list. */
  private ints = new Int32Array(intsOfEntry * initialEntries)
  /** By entry: its number. */
  private numbers = new Float64Array(initialEntries)
  private readonly contents: unknown[] = []
  /** The first of the entries that are free, linked as lists are; 0 for none. */
  private free = 0
  private used = 0

  /** How many entries there are. */
  get size(): number {
    return this.inWheel + this.later.size
  }

  /** When the next entry is due; +∞ if there is none. */
  get nextTime(): Micros {
    if (this.inWheel === 0) return this.later.nextTime
    if (this.nextInWheel < 0) this.nextInWheel = this.wheel!.next(this.now)
    return this.nextInWheel
  }

  /**
   * Schedules something. The parts mean what `due` makes of them; `number` may be any
   * double, as ids and settings are.
   */
  add(at: Micros, due: Due, process: Address, other: number, number: number, content: unknown): void {
    let entry = this.free
    if (entry === 0) {
      entry = ++this.used
      if (entry === this.numbers.length) this.grow()
    } else {
      this.free = this.ints[entry * intsOfEntry]!
    }
    const { ints } = this
    const i = entry * intsOfEntry
    ints[i + 1] = process * kinds + due
    ints[i + 2] = other
    this.numbers[entry] = number
    this.contents[entry] = content
    if (this.wheel !== undefined && at - this.now < slots) this.toWheel(at, entry)
    else this.toHeap(at, entry)
  }

  /**
   * Removes the earliest entry, whose parts can be read until the next is added. There must be one, and
   * `nextTime` must have been asked.
   */
  take(): Entry {
    const entry = this.removeFirst()
    // What it holds is overwritten by the next that takes its place, soon in a run of any length.
    this.ints[entry * intsOfEntry] = this.free
    this.free = entry
    return entry
  }

  dueOf(entry: Entry): Due {
    return (this.ints[entry * intsOfEntry + 1]! & (kinds - 1)) as Due
  }

  /** The process that it happens to. */
  processOf(entry: Entry): Address {
    return this.ints[entry * intsOfEntry + 1]! >> kindBits
  }

  /** A sender or a life. */
  otherOf(entry: Entry): number {
    return this.ints[entry * intsOfEntry + 2]!
  }

  /** The id of a message or the setting of a timer. */
  numberOf(entry: Entry): number {
    return this.numbers[entry]!
  }

  contentOf(entry: Entry): unknown {
    return this.contents[entry]
  }

  private removeFirst(): number {
    if (this.inWheel === 0) {
      this.now = this.later.nextTime
      const entry = this.later.pop()!
      if (this.wheel !== undefined) this.refill()
      return entry
    }
    const at = this.nextInWheel
    const wheel = this.wheel!
    const entry = wheel.shift(at, this.ints)
    this.inWheel--
    if (!wheel.has(at)) this.nextInWheel = -1
    if (at > this.now) {
      this.now = at
      this.refill()
    }
    return entry
  }

  private toWheel(at: Micros, entry: number): void {
    this.wheel!.push(at, entry, this.ints)
    this.inWheel++
    if (at < this.nextInWheel) this.nextInWheel = at
  }

  private toHeap(at: Micros, entry: number): void {
    this.later.push(at, entry)
    if (this.wheel === undefined && this.later.size > initialEntries) {
      this.wheel = new Wheel()
      this.refill()
    }
  }

  /** Whatever the wheel shows by now moves there. */
  private refill(): void {
    const { later } = this
    while (later.nextTime - this.now < slots) {
      const at = later.nextTime
      this.toWheel(at, later.pop()!)
    }
  }

  /** Twice the room: a constant number of copies per entry over a run. */
  private grow(): void {
    const length = this.used * 2
    this.ints = copyOf(this.ints, new Int32Array(intsOfEntry * length))
    this.numbers = copyOf(this.numbers, new Float64Array(length))
  }
}

/** The number of an entry of an agenda. */
export type Entry = number

/** An entry is four integers, of which one is spare: the next of its list, `process` and `due` together, `other`. */
const intsOfEntry = 4

/** Room for the kinds of `Due`. */
const kindBits = 3
const kinds = 1 << kindBits

/** Enough for a short run. */
const initialEntries = 64

/** The new array with the old one's content. */
function copyOf<A extends { set(from: A): void }>(from: A, to: A): A {
  to.set(from)
  return to
}

/**
 * A list of entries for each microsecond of a window, and which of them are not empty. A list is a ring: its
 * cell holds the last entry, whose next is the first; 0 for none.
 */
class Wheel {
  private readonly cells = new Int32Array(slots)
  /** A bit for each list that is not empty, and a bit for each word of those that is not 0. */
  private readonly words = new Int32Array(slots / 32)
  private readonly summary = new Int32Array(slots / 1024)

  has(at: Micros): boolean {
    return this.cells[at & (slots - 1)] !== 0
  }

  /** The time of the first list from `now` on. There must be one. */
  next(now: Micros): Micros {
    const start = now & (slots - 1)
    const word = start >> 5
    const bits = this.words[word]! & (-1 << (start & 31))
    const slot = bits !== 0 ? word * 32 + lowestBit(bits) : this.firstAfter(word)
    return now + ((slot - start) & (slots - 1))
  }

  /** The first list beyond a word, cyclically. */
  private firstAfter(word: number): number {
    const { words, summary } = this
    const from = (word + 1) & (words.length - 1)
    let block = from >> 5
    let bits = summary[block]! & (-1 << (from & 31))
    while (bits === 0) {
      block = (block + 1) & (summary.length - 1)
      bits = summary[block]!
    }
    const found = block * 32 + lowestBit(bits)
    return found * 32 + lowestBit(words[found]!)
  }

  push(at: Micros, entry: number, ints: Int32Array): void {
    const { cells } = this
    const slot = at & (slots - 1)
    const last = cells[slot]!
    if (last === 0) {
      ints[entry * intsOfEntry] = entry
      this.words[slot >> 5]! |= 1 << (slot & 31)
      this.summary[slot >> 10]! |= 1 << ((slot >> 5) & 31)
    } else {
      ints[entry * intsOfEntry] = ints[last * intsOfEntry]!
      ints[last * intsOfEntry] = entry
    }
    cells[slot] = entry
  }

  shift(at: Micros, ints: Int32Array): number {
    const { cells, words } = this
    const slot = at & (slots - 1)
    const last = cells[slot]!
    const entry = ints[last * intsOfEntry]!
    if (entry !== last) {
      ints[last * intsOfEntry] = ints[entry * intsOfEntry]!
      return entry
    }
    cells[slot] = 0
    const word = slot >> 5
    words[word]! &= ~(1 << (slot & 31))
    if (words[word] === 0) this.summary[word >> 5]! &= ~(1 << (word & 31))
    return entry
  }
}

/** The place of the lowest bit set, in two instructions. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
