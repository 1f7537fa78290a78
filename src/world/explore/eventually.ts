import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import { defaultMaxBytes, formatBytes } from "../../base/text.ts"
import { Judge } from "./judge.ts"
import type { ActorMachine } from "./machine.ts"
import type { Property } from "./model.ts"
import { StateTable } from "./state-table.ts"
import { WorldSuccessors } from "./successors.ts"
import { type ActorTrace, traceThrough } from "./trace.ts"

/** The limits of the search: it ends with `unknown` beyond a number of states or their memory. */
export interface EventuallyLimits {
  readonly maxStates?: number
  readonly maxBytes?: number
}

/**
 * Whether every maximal run reaches a state in which the condition is true.
 *
 * Searches, breadth first, the states reached without the condition. A terminal state among them ends a
 * run that never satisfies it: a violation, with a shortest run. Otherwise two cases leave the verdict
 * unknown: a step that the model does not admit, such as a retry in an epoch beyond its bounds, begins a
 * run that is not explored further; and a cycle among these states is an infinite run without the
 * condition, whose fairness is not judged. A step that changes nothing is no cycle. Cost: that of a
 * breadth-first search of the states without the condition; twice that where there may be cycles.
 */
export function checkEventually<Message, Stored, Remembered>(
  machine: ActorMachine<Message, Stored, Remembered>,
  property: Property<Message, Stored, Remembered>,
  limits: EventuallyLimits = {},
): Verdict<ActorTrace<Message, Stored, Remembered>> {
  return new StatesWithout(machine, property, limits).verdict()
}

/** The number of states between checks of the limits. */
const statesPerCheck = 1 << 10

/** The part of the state graph in which the condition has not yet been true. */
class StatesWithout<Message, Stored, Remembered> {
  private readonly machine: ActorMachine<Message, Stored, Remembered>
  private readonly property: Property<Message, Stored, Remembered>
  private readonly limits: EventuallyLimits
  private readonly successors: WorldSuccessors<Message, Stored, Remembered>
  private readonly judge: Judge<Message, Stored, Remembered>
  private readonly seen = new StateTable()
  /** By state: from how many steps it was reached, those that change nothing apart. */
  private readonly arrivals: number[] = [0]

  constructor(
    machine: ActorMachine<Message, Stored, Remembered>,
    property: Property<Message, Stored, Remembered>,
    limits: EventuallyLimits,
  ) {
    this.machine = machine
    this.property = property
    this.limits = limits
    this.successors = new WorldSuccessors(machine)
    this.judge = new Judge(machine, this.successors)
  }

  verdict(): Verdict<ActorTrace<Message, Stored, Remembered>> {
    const { name } = this.property
    const initial = this.successors.initial()
    if (this.isTrue(initial, initial.length)) return holds(`${name} from the beginning`)
    this.seen.add(initial, initial.length, 0)
    for (let state = 0; state < this.seen.size; state++) {
      const stopped = this.limitReached(state)
      if (stopped !== undefined) return unknown(stopped)
      if (this.expand(state)) return this.endsIn(state)
    }
    if (this.successors.cut > 0) {
      return unknown(`runs leave the bounds of the model before ${name}; what becomes of them is not known`)
    }
    if (this.hasCycle()) {
      return unknown(`runs can go round in circles without ${name}; whether such a run is fair is not judged`)
    }
    return holds(`every run comes to where ${name}`)
  }

  /** Meets what follows a state; whether it is an end, where nothing can happen, not even beyond the bounds. */
  private expand(state: number): boolean {
    const cutBefore = this.successors.cut
    let possible = 0
    this.eachSuccessor(state, (row, length) => {
      possible++
      if (this.isTrue(row, length)) return
      const known = this.seen.find(row, length)
      const next = known < 0 ? this.seen.add(row, length, state) : known
      if (next !== state) this.arrivals[next] = (this.arrivals[next] ?? 0) + 1
    })
    return possible === 0 && this.successors.cut === cutBefore
  }

  private endsIn(state: number): Verdict<ActorTrace<Message, Stored, Remembered>> {
    const trace = traceThrough(this.machine, this.seen.pathTo(state))
    return violated(trace, `a run of ${trace.steps.length} steps ends before ${this.property.name}`)
  }

  /** Whether the states lie on a circle: those that are left when all without arrivals are taken away, again and again. */
  private hasCycle(): boolean {
    const free = [...this.arrivals.keys()].filter((state) => this.arrivals[state] === 0)
    let taken = 0
    for (let state = free.pop(); state !== undefined; state = free.pop()) {
      taken++
      this.eachSuccessor(state, (row, length) => {
        const next = this.seen.find(row, length)
        if (next >= 0 && next !== state && --this.arrivals[next]! === 0) free.push(next)
      })
    }
    return taken < this.seen.size
  }

  private eachSuccessor(state: number, add: (row: Uint32Array, length: number) => void): void {
    const { seen } = this
    this.successors.expand(seen.chunkOf(state), seen.offsetOf(state), seen.lengthOf(state), { add })
  }

  private limitReached(state: number): string | undefined {
    const { size, bytes } = this.seen
    const { maxStates = Infinity, maxBytes = defaultMaxBytes } = this.limits
    if (size > maxStates) return `stopped after ${size} states without it`
    const isLarge = state % statesPerCheck === 0 && bytes > maxBytes
    return isLarge ? `stopped when the states without it took ${formatBytes(bytes)}` : undefined
  }

  private isTrue(row: Uint32Array, length: number): boolean {
    return this.judge.isTrue(this.property, row, 0, length)
  }
}
