import { groupedBy } from "./operation.ts"
import type { States } from "./states.ts"
import type { Timeline } from "./timeline.ts"

/**
 * The current path of a backtracking search: the current configuration, the order of
 * effects that led to it, and the untried choices of every configuration on the path.
 *
 * A configuration is `position` (a return whose operation is not done, or the end), `state`,
 * and one bit per slot in `done` and in `free`. It is mutated in place; `undo` restores the
 * last committed one by replaying the events backwards and copying its bits. Cost of a choice:
 * proportional to the slots and to the events passed.
 */
export class Path<State, Input, Output> {
  position = 0
  state = 0
  readonly words: number
  readonly done: Uint32Array
  readonly free: Uint32Array
  /** By slot, as `done` and `free`: whether the operation is an observation. */
  readonly observing: Uint32Array
  private readonly timeline: Timeline<State, Input, Output>
  private readonly states: States<State, Input, Output>
  private readonly open: Uint32Array
  private readonly total: Uint32Array
  private readonly operationIn: Int32Array
  /** The operations in order of effect, without those that stayed free. */
  private readonly order: number[] = []
  /** By operation that became free: the index in `order` of the one that overwrote it. */
  private readonly hiddenBefore: Int32Array
  /** The last operation, if it overwrote the state and nothing has observed it since; −1 otherwise. */
  private overwriting = -1
  private readonly frames: Frame[] = []
  private depth = 0

  constructor(timeline: Timeline<State, Input, Output>, states: States<State, Input, Output>) {
    const words = Math.max(1, Math.ceil(timeline.slots / 32))
    this.timeline = timeline
    this.states = states
    this.words = words
    this.done = new Uint32Array(words)
    this.free = new Uint32Array(words)
    this.open = new Uint32Array(words)
    this.observing = new Uint32Array(words)
    this.total = new Uint32Array(words)
    this.operationIn = new Int32Array(words * 32).fill(-1)
    this.hiddenBefore = new Int32Array(timeline.operations.length).fill(-1)
  }

  /** Proceeds to the first return that requires a choice. */
  start(): void {
    this.walk()
  }

  /** Saves the current configuration for `undo`. */
  commit(): void {
    const frame = (this.frames[this.depth] ??= newFrame(this.words))
    this.depth++
    frame.position = this.position
    frame.state = this.state
    frame.orderLength = this.order.length
    frame.overwriting = this.overwriting
    frame.next = -2
    copy(this.done, frame.done)
    copy(this.free, frame.free)
  }

  /** Restores the last committed configuration. */
  undo(): void {
    const frame = this.frames[this.depth - 1]!
    this.walkBack(frame.position)
    this.state = frame.state
    this.order.length = frame.orderLength
    this.overwriting = frame.overwriting
    copy(frame.done, this.done)
    copy(frame.free, this.free)
  }

  /** Backtracks to the configuration before it; false if there is none. */
  retreat(): boolean {
    if (this.depth <= 1) return false
    this.depth--
    this.undo()
    return true
  }

  /**
   * The next choice: to let the returning operation pass, if it is free; to let it take
   * effect; then every other open operation that is not done.
   */
  nextChoice(): number {
    const frame = this.frames[this.depth - 1]!
    const returning = this.timeline.events[this.position]! >> 1
    const slot = this.timeline.slotOf[returning]!
    if (frame.next === -2) {
      frame.next = -1
      if (has(this.free, slot)) return passChoice
    }
    if (frame.next === -1) {
      frame.next = 0
      if (!has(this.observing, slot)) return returning
    }
    const candidate = this.candidateFrom(frame.next, slot)
    if (candidate < 0) return noChoice
    frame.next = candidate + 1
    return this.operationIn[candidate]!
  }

  /** The first slot from `from`, other than `except`, whose operation is open, not done, and not an observation. */
  private candidateFrom(from: number, except: number): number {
    for (let w = from >>> 5; w < this.words; w++) {
      let bits = this.open[w]! & ~this.done[w]! & ~this.observing[w]!
      if (w === from >>> 5) bits &= -1 << (from & 31)
      if (w === except >>> 5) bits &= ~(1 << (except & 31))
      if (bits !== 0) return w * 32 + lowestBit(bits)
    }
    return -1
  }

  /** Lets the returning operation pass, free as it is, and proceeds. */
  pass(): void {
    this.close(this.timeline.events[this.position]! >> 1)
    this.position++
    this.walk()
  }

  /** Lets an operation take effect, then every observation of the state it left, and proceeds. */
  take(operation: number, state: number): void {
    const overwrites = this.timeline.outlines[operation]!.effect === "overwrites"
    this.finish(operation)
    if (overwrites) this.hideBehind(this.order.length - 1)
    this.overwriting = overwrites ? operation : -1
    if (state !== this.state) {
      this.state = state
      this.observe()
    }
    this.walk()
  }

  /** Whether an operation that has not returned before the position is done. */
  hasTakenEffect(operation: number): boolean {
    return this.timeline.callAt[operation]! < this.position && this.isDone(operation)
  }

  /** Whether `isSuch` holds for some open operation that is not done and not an observation. */
  someCandidate(isSuch: (operation: number) => boolean): boolean {
    for (let w = 0; w < this.words; w++) {
      let bits = this.open[w]! & ~this.done[w]! & ~this.observing[w]!
      for (; bits !== 0; bits &= bits - 1) {
        if (isSuch(this.operationIn[w * 32 + lowestBit(bits)]!)) return true
      }
    }
    return false
  }

  /** Visits every open operation that is done and not an observation, with the word and bit of its slot. */
  forEachDone(visit: (operation: number, word: number, bit: number) => void): void {
    for (let w = 0; w < this.words; w++) {
      let bits = this.done[w]! & ~this.observing[w]!
      for (; bits !== 0; bits &= bits - 1) {
        visit(this.operationIn[w * 32 + lowestBit(bits)]!, w, bits & -bits)
      }
    }
  }

  private isDone(operation: number): boolean {
    return has(this.done, this.timeline.slotOf[operation]!)
  }

  /** Whether the last effect was an overwriting operation that is still open, and so could have been delayed. */
  justOverwritten(): boolean {
    const operation = this.overwriting
    return operation >= 0 && this.operationIn[this.timeline.slotOf[operation]!] === operation
  }

  /**
   * The order of effects, with operations that stayed free inserted right before the one that
   * overwrote them. Optional ones are left out.
   */
  linearization(): number[] {
    const placed = new Set(this.order)
    const unseen = [...this.hiddenBefore.keys()].filter(
      (operation) => !placed.has(operation) && this.timeline.optional[operation] === 0,
    )
    const hidden = groupedBy(unseen, (operation) => this.hiddenBefore[operation]!)
    return this.order.flatMap((operation, at) => [...(hidden.get(at) ?? []), operation])
  }

  /** Frees every open operation that is possible in every state, given an overwriting one at `before` in the order. */
  private hideBehind(before: number): void {
    for (let w = 0; w < this.words; w++) {
      let bits = this.open[w]! & ~this.done[w]! & ~this.free[w]! & this.total[w]!
      this.free[w]! |= bits
      for (; bits !== 0; bits &= bits - 1) {
        this.hiddenBefore[this.operationIn[w * 32 + lowestBit(bits)]!] = before
      }
    }
  }

  /** Lets every open observation that the state allows take effect. */
  private observe(): void {
    for (let w = 0; w < this.words; w++) {
      let bits = this.open[w]! & ~this.done[w]! & this.observing[w]!
      for (; bits !== 0; bits &= bits - 1) this.tryToObserve(this.operationIn[w * 32 + lowestBit(bits)]!)
    }
  }

  private tryToObserve(operation: number): void {
    if (this.states.after(this.state, operation) < 0) return
    this.finish(operation)
    this.overwriting = -1
  }

  private finish(operation: number): void {
    const slot = this.timeline.slotOf[operation]!
    this.done[slot >>> 5]! |= 1 << (slot & 31)
    this.free[slot >>> 5]! &= ~(1 << (slot & 31))
    this.order.push(operation)
  }

  /** Proceeds past calls and past returns of operations that are done, to the next other return or the end. */
  private walk(): void {
    const { events } = this.timeline
    for (; this.position < events.length; this.position++) {
      const code = events[this.position]!
      if ((code & 1) === 0) this.call(code >> 1)
      else if (this.isDone(code >> 1)) this.close(code >> 1)
      else return
    }
  }

  /** Replays events backwards to an earlier position; `done` and `free` are not restored. */
  private walkBack(to: number): void {
    const { events } = this.timeline
    while (this.position > to) {
      const code = events[--this.position]!
      if ((code & 1) === 0) this.close(code >> 1)
      else this.occupy(code >> 1)
    }
  }

  private call(operation: number): void {
    this.occupy(operation)
    const slot = this.timeline.slotOf[operation]!
    if (this.timeline.optional[operation] === 1) this.free[slot >>> 5]! |= 1 << (slot & 31)
    if (has(this.observing, slot)) this.tryToObserve(operation)
  }

  private occupy(operation: number): void {
    const slot = this.timeline.slotOf[operation]!
    const { effect } = this.timeline.outlines[operation]!
    const bit = 1 << (slot & 31)
    this.operationIn[slot] = operation
    this.open[slot >>> 5]! |= bit
    if (effect === "observes") this.observing[slot >>> 5]! |= bit
    if (effect === "overwrites" || effect === "updates") this.total[slot >>> 5]! |= bit
  }

  private close(operation: number): void {
    const slot = this.timeline.slotOf[operation]!
    const others = ~(1 << (slot & 31))
    this.operationIn[slot] = -1
    this.open[slot >>> 5]! &= others
    this.observing[slot >>> 5]! &= others
    this.total[slot >>> 5]! &= others
    this.done[slot >>> 5]! &= others
    this.free[slot >>> 5]! &= others
  }
}

/** The result of `nextChoice` if no choice is left. */
export const noChoice = -1
/** The choice to let the returning operation pass, free as it is. */
export const passChoice = -2

/** A configuration on the path, and its next choice. */
interface Frame {
  position: number
  state: number
  orderLength: number
  overwriting: number
  next: number
  readonly done: Uint32Array
  readonly free: Uint32Array
}

function newFrame(words: number): Frame {
  const [done, free] = [new Uint32Array(words), new Uint32Array(words)]
  return { position: 0, state: 0, orderLength: 0, overwriting: -1, next: 0, done, free }
}

/** Copies a mask; faster than `set` for a few words. */
export function copy(from: Uint32Array, to: Uint32Array): void {
  for (let w = 0; w < from.length; w++) to[w] = from[w]!
}

function has(mask: Uint32Array, slot: number): boolean {
  return ((mask[slot >>> 5]! >>> (slot & 31)) & 1) === 1
}

/** The index of the lowest bit set; `bits` is not 0. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}

/**
 * The configurations that a search has entered, for memoisation up to subsumption.
 *
 * A configuration is a position, a state, and for every open operation one of
 * *undone*, *done* and *free* (either, as needed). A configuration with more free
 * operations, or with more observations done, subsumes another. Configurations are
 * compared exactly, not by hashes.
 *
 * Cost of `admit`: the number of configurations stored at that position and state.
 * Memory: 8 bytes per 32 slots, plus 4.
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
   * Adds a configuration unless it is subsumed; returns whether it was added. States are
   * numbers from −1; `observing` has the slots of observations at that position.
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
      if (this.subsumes(at, done, free, observing)) return false
    }
    this.newest.set(group, this.append(newest, done, free))
    return true
  }

  /** Whether the configuration at `at` agrees in all slots that are neither free in it nor observations done in it. */
  private subsumes(at: number, done: Uint32Array, free: Uint32Array, observing: Uint32Array): boolean {
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

/** Operations in the order of their returns, for queries on what must take effect next. */
export class ByReturn {
  private readonly operations: Int32Array
  private readonly returnAt: Int32Array

  constructor(
    operations: Iterable<number>,
    { returnAt }: Pick<Timeline<unknown, unknown, unknown>, "returnAt">,
  ) {
    this.operations = sorted(operations, returnAt)
    this.returnAt = returnAt
  }

  /** The first that has yet to take effect, or −1. Cost: logarithmic, plus the operations that took effect early. */
  firstRemaining(path: Progress): number {
    const { operations } = this
    const at = this.nextRemaining(path, firstFrom(operations, this.returnAt, path.position))
    return at < operations.length ? operations[at]! : -1
  }

  /** The first that has yet to take effect and whose key differs from `key`, or −1. */
  firstRemainingBesides(path: Progress, keys: Int32Array, key: number): number {
    const { operations } = this
    let at = this.nextRemaining(path, firstFrom(operations, this.returnAt, path.position))
    while (at < operations.length && keys[operations[at]!] === key) at = this.nextRemaining(path, at + 1)
    return at < operations.length ? operations[at]! : -1
  }

  /** The first `max` that have yet to take effect. */
  remaining(path: Progress, max: number): number[] {
    const { operations } = this
    const found: number[] = []
    let at = this.nextRemaining(path, firstFrom(operations, this.returnAt, path.position))
    for (; at < operations.length && found.length < max; at = this.nextRemaining(path, at + 1)) {
      found.push(operations[at]!)
    }
    return found
  }

  private nextRemaining(path: Progress, from: number): number {
    const { operations } = this
    let at = from
    while (at < operations.length && path.hasTakenEffect(operations[at]!)) at++
    return at
  }
}

/** Operations in the order of their calls, for queries on what can still take effect. */
export class ByCall {
  private readonly operations: Int32Array
  /** Operations of unknown outcome. */
  private readonly endless: Int32Array
  private readonly longest: number
  private readonly callAt: Int32Array
  private readonly returnAt: Int32Array

  constructor(
    operations: Iterable<number>,
    { callAt, returnAt, events }: Pick<Timeline<unknown, unknown, unknown>, "callAt" | "returnAt" | "events">,
  ) {
    const all = sorted(operations, callAt)
    this.operations = all.filter((operation) => returnAt[operation]! < events.length)
    this.endless = all.filter((operation) => returnAt[operation] === events.length)
    this.longest = this.operations.reduce((max, one) => Math.max(max, returnAt[one]! - callAt[one]!), 0)
    this.callAt = callAt
    this.returnAt = returnAt
  }

  /**
   * Whether some operation called before the event at `before` has yet to take effect; if
   * `lasts` is given, one whose state may last beyond `call`.
   * Cost: logarithmic, plus the operations called recently.
   */
  someRemaining(path: Progress, before: number, lasts?: Int32Array, call = 0): boolean {
    const { operations, callAt, returnAt } = this
    const { position } = path
    const next = firstFrom(operations, callAt, position)
    for (let i = next; i < operations.length && callAt[operations[i]!]! < before; i++) {
      if (lasts === undefined || lasts[operations[i]!]! > call) return true
    }
    for (let i = next - 1; i >= 0 && callAt[operations[i]!]! >= position - this.longest; i--) {
      const operation = operations[i]!
      if (returnAt[operation]! < position || callAt[operation]! >= before) continue
      if (lasts !== undefined && lasts[operation]! <= call) continue
      if (!path.hasTakenEffect(operation)) return true
    }
    return this.someEndless(path, before)
  }

  /** The same for operations of unknown outcome, which last to the end. */
  private someEndless(path: Progress, before: number): boolean {
    for (const operation of this.endless) {
      if (this.callAt[operation]! >= before) return false
      if (!path.hasTakenEffect(operation)) return true
    }
    return false
  }
}

/** The part of the path that queries need. */
type Progress = Pick<Path<unknown, unknown, unknown>, "position" | "hasTakenEffect">

function sorted(operations: Iterable<number>, positionOf: Int32Array): Int32Array {
  return Int32Array.from(operations).sort((a, b) => positionOf[a]! - positionOf[b]! || a - b)
}

/** The index of the first operation whose event is at `position` or later; they are sorted by it. */
function firstFrom(operations: Int32Array, positionOf: Int32Array, position: number): number {
  let [low, high] = [0, operations.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (positionOf[operations[middle]!]! < position) low = middle + 1
    else high = middle
  }
  return low
}
