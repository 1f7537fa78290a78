import { EventQueue } from "../base/event-queue.ts"
import type { Address, Micros } from "../protocol/actor.ts"

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
export type Due = (typeof Due)[keyof typeof Due]

/**
 * All that is still to happen in a run, by time, and by the order of scheduling
 * among equals. What an entry consists of lies in parallel arrays, and the queue
 * moves only its number: nothing is allocated per entry once the arrays are
 * large enough. `take` makes the next entry current; its parts are read from
 * the fields before the next `add`.
 *
 * Cost: O(log pending) for `add` and `take`.
 */
export class Agenda {
  private readonly queue = new EventQueue<number>()
  private dues = new Uint8Array(initialSlots)
  private processes = new Int32Array(initialSlots)
  private others = new Int32Array(initialSlots)
  private numbers = new Float64Array(initialSlots)
  private readonly contents: unknown[] = []
  private readonly free: number[] = []
  private used = 0

  /** The parts of the entry taken last: whom it happens to, a sender or a life, an id or a setting, and the rest. */
  due: Due = Due.arrive
  process: Address = 0
  other = 0
  number = 0
  content: unknown = undefined

  get nextTime(): Micros {
    return this.queue.nextTime
  }

  get size(): number {
    return this.queue.size
  }

  add(at: Micros, due: Due, process: Address, other: number, number: number, content: unknown): void {
    let slot = this.free.pop()
    if (slot === undefined) {
      slot = this.used++
      if (slot === this.dues.length) this.grow()
    }
    this.dues[slot] = due
    this.processes[slot] = process
    this.others[slot] = other
    this.numbers[slot] = number
    this.contents[slot] = content
    this.queue.push(at, slot)
  }

  /** Makes the earliest entry current and forgets it. There must be one. */
  take(): void {
    const slot = this.queue.pop()!
    this.due = this.dues[slot] as Due
    this.process = this.processes[slot]!
    this.other = this.others[slot]!
    this.number = this.numbers[slot]!
    this.content = this.contents[slot]
    this.contents[slot] = undefined
    this.free.push(slot)
  }

  private grow(): void {
    const { dues, processes, others, numbers } = this
    this.dues = new Uint8Array(this.used * 2)
    this.processes = new Int32Array(this.used * 2)
    this.others = new Int32Array(this.used * 2)
    this.numbers = new Float64Array(this.used * 2)
    this.dues.set(dues)
    this.processes.set(processes)
    this.others.set(others)
    this.numbers.set(numbers)
  }
}

const initialSlots = 1024
