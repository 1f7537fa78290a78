/**
 * A priority queue of events by time; events at equal times leave in the order
 * in which they were scheduled. A binary heap in parallel arrays: the keys are
 * compared without touching the events, and an empty queue costs next to nothing.
 *
 * Cost: O(log n) for `push` and `pop`.
 */
export class EventQueue<Event> {
  private readonly times: number[] = []
  private readonly sequences: number[] = []
  private readonly events: (Event | undefined)[] = []
  private count = 0
  private scheduled = 0

  get size(): number {
    return this.count
  }

  /** The time of the event that leaves next; +∞ when there is none. */
  get nextTime(): number {
    return this.count === 0 ? Infinity : this.times[0]!
  }

  push(time: number, event: Event): void {
    const { times, sequences, events } = this
    let hole = this.count++
    // The new event has the greatest sequence number, so only an earlier time moves it up.
    while (hole > 0) {
      const parent = (hole - 1) >> 1
      if (times[parent]! <= time) break
      times[hole] = times[parent]!
      sequences[hole] = sequences[parent]!
      events[hole] = events[parent]
      hole = parent
    }
    times[hole] = time
    sequences[hole] = this.scheduled++
    events[hole] = event
  }

  /** Removes and returns the earliest event, or nothing. */
  pop(): Event | undefined {
    if (this.count === 0) return undefined
    const { times, sequences, events } = this
    const first = events[0]
    const last = --this.count
    const [time, sequence, event] = [times[last]!, sequences[last]!, events[last]]
    events[last] = undefined
    let hole = 0
    for (;;) {
      let child = 2 * hole + 1
      if (child >= last) break
      const right = child + 1
      if (right < last && precedes(times, sequences, right, child)) child = right
      if (time < times[child]! || (time === times[child]! && sequence < sequences[child]!)) break
      times[hole] = times[child]!
      sequences[hole] = sequences[child]!
      events[hole] = events[child]
      hole = child
    }
    if (last > 0) {
      times[hole] = time
      sequences[hole] = sequence
      events[hole] = event
    }
    return first
  }
}

function precedes(times: readonly number[], sequences: readonly number[], a: number, b: number): boolean {
  return times[a]! < times[b]! || (times[a]! === times[b]! && sequences[a]! < sequences[b]!)
}
