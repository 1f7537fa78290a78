import type { Path } from "./path.ts"
import type { Timeline } from "./timeline.ts"

/** Operations in the order of their returns: for asking what must happen first. */
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

  /** The first that has yet to take effect, or −1. Cost: logarithmic, and those that took effect early. */
  firstRemaining(path: Progress): number {
    const { operations } = this
    const at = this.nextRemaining(path, firstFrom(operations, this.returnAt, path.position))
    return at < operations.length ? operations[at]! : -1
  }

  /** The first that has yet to take effect and whose key is another than `key`, or −1. */
  firstRemainingBesides(path: Progress, keys: Int32Array, key: number): number {
    const { operations } = this
    let at = this.nextRemaining(path, firstFrom(operations, this.returnAt, path.position))
    while (at < operations.length && keys[operations[at]!] === key) at = this.nextRemaining(path, at + 1)
    return at < operations.length ? operations[at]! : -1
  }

  /** At most `most` of those that have yet to take effect, the first ones. */
  remaining(path: Progress, most: number): number[] {
    const { operations } = this
    const found: number[] = []
    let at = this.nextRemaining(path, firstFrom(operations, this.returnAt, path.position))
    for (; at < operations.length && found.length < most; at = this.nextRemaining(path, at + 1)) {
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

/** Operations in the order of their calls: for asking what can still happen. */
export class ByCall {
  private readonly operations: Int32Array
  /** Those that never return. */
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
    this.longest = this.operations.reduce((most, one) => Math.max(most, returnAt[one]! - callAt[one]!), 0)
    this.callAt = callAt
    this.returnAt = returnAt
  }

  /**
   * Whether any of them that is called before the event at `before` has yet to
   * take effect; where `lasts` is given, any for which that is after `call`.
   * Cost: logarithmic, and those called lately.
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

  /** What never returns lasts to the end. */
  private someEndless(path: Progress, before: number): boolean {
    for (const operation of this.endless) {
      if (this.callAt[operation]! >= before) return false
      if (!path.hasTakenEffect(operation)) return true
    }
    return false
  }
}

/** As much of the path as is asked about. */
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
