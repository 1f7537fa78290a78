import type { Futures } from "./futures.ts"
import type { ActorMachine, Transition } from "./machine.ts"
import type { World, WorldStep } from "./model.ts"

/** Where the parts of a row of numbers are: crashes left, what is remembered, local states, then envelopes. */
const crashesAt = 0
const rememberedAt = 1
const localsAt = 2

/** What receives successors: the row is reused, `length` of its numbers count. */
export interface RowSink {
  add(row: Uint32Array, length: number): unknown
}

/** More messages under way than this, with the processes, do not fit a row. */
const longestRow = 4096

/**
 * The successors of states of the world, as rows of numbers.
 *
 * The messages under way follow the local states: sorted by number where the
 * network has no order, by pair and then as sent where it is ordered. Equal
 * states have equal rows.
 *
 * The innermost loop of every search of actors: it allocates nothing, and looks up
 * what actors do (`ActorMachine`).
 */
export class WorldSuccessors<Message, Stored, Remembered> {
  private readonly machine: ActorMachine<Message, Stored, Remembered>
  private readonly futures: Futures<Message, Stored, Remembered> | undefined
  private readonly row = new Uint32Array(longestRow)
  private readonly netAt: number
  private readonly ordered: boolean
  private readonly keeps: boolean
  private readonly timeouts: boolean
  private readonly lossy: boolean
  private readonly recovers: boolean
  private sink: RowSink = { add: () => undefined }
  // The current step, for callers that need the steps: plain fields, because this is the innermost loop.
  private action: WorldStep<Message>["action"] = "deliver"
  private subject = 0
  private timer = 0
  private crashBefore = -1
  /** Successors left out because a message was not admitted. */
  cut = 0

  /** With `futures`, states that no future can tell apart have one row. */
  constructor(
    machine: ActorMachine<Message, Stored, Remembered>,
    futures?: Futures<Message, Stored, Remembered>,
  ) {
    const { model } = machine
    this.machine = machine
    this.futures = futures
    this.netAt = localsAt + model.processes.length
    this.ordered = model.network === "ordered"
    this.keeps = model.network === "duplicating"
    this.timeouts = model.timeouts ?? true
    this.lossy = model.lossy ?? false
    this.recovers = model.recovers ?? true
  }

  initial(): Uint32Array {
    const { locals, sends, remembered } = this.machine.initial()
    const { row } = this
    row[crashesAt] = this.machine.model.crashes ?? 0
    row[rememberedAt] = remembered
    row.set(locals, localsAt)
    let length = this.netAt
    for (const envelope of sends) length = this.insert(envelope, length)
    return row.slice(0, this.reduce(length))
  }

  /** Gives `sink` every successor of the row at `from[at]`, in a fixed order. Deliveries that change nothing are left out. */
  expand(from: Uint32Array, at: number, length: number, sink: RowSink): void {
    this.sink = sink
    this.visitMessages(from, at, length)
    for (let process = 0; process < this.machine.model.processes.length; process++) {
      this.visitProcess(from, at, length, process)
    }
  }

  /** The successors with the steps that lead to them. */
  steps(row: Uint32Array): { step: WorldStep<Message>; row: Uint32Array }[] {
    const found: { step: WorldStep<Message>; row: Uint32Array }[] = []
    this.expand(row, 0, row.length, {
      add: (next, length) => found.push({ step: this.currentStep(row), row: next.slice(0, length) }),
    })
    return found
  }

  /** The state of the world a row stands for. */
  world(from: Uint32Array, at = 0, length = from.length): World<Message, Stored, Remembered> {
    const { machine } = this
    const numbers = from.subarray(at, at + length)
    return {
      locals: Array.from(numbers.subarray(localsAt, this.netAt), (id) => machine.local(id)),
      remembered: machine.memories.values[numbers[rememberedAt]!]!,
      messages: Array.from(numbers.subarray(this.netAt), (id) => machine.envelopes.values[id]!),
    }
  }

  rememberedOf(from: Uint32Array, at: number): number {
    return from[at + rememberedAt]!
  }

  /** The step whose successor is being emitted; `from` is the row before it. */
  private currentStep(from: Uint32Array): WorldStep<Message> {
    const { action, subject, crashBefore } = this
    const crash = crashBefore < 0 ? {} : { crashBefore }
    switch (action) {
      case "deliver":
        return { action, ...this.machine.envelopes.values[subject]!, ...crash }
      case "lose":
        return { action, ...this.machine.envelopes.values[subject]! }
      case "timeout": {
        const { timers } = this.machine.local(from[localsAt + subject]!)
        return { action, process: subject, timer: timers[this.timer]!, ...crash }
      }
      case "ask": {
        const { waiting } = this.machine.local(from[localsAt + subject]!)
        return { action, process: subject, value: waiting![0]!, ...crash }
      }
      case "crash":
      case "recover":
        return { action, process: subject }
    }
  }

  private visitMessages(from: Uint32Array, at: number, length: number): void {
    const { machine, ordered } = this
    for (let i = this.netAt; i < length; i++) {
      const envelope = from[at + i]!
      if (i > this.netAt && !this.isFirst(from[at + i - 1]!, envelope)) continue
      this.subject = envelope
      const process = machine.receiver[envelope]!
      const local = from[at + localsAt + process]!
      const { up } = machine.local(local)
      // A message to a process that is down stays under way, and may find it up again: that it was lost
      // is a run in which it is never delivered.
      if (up) {
        this.action = "deliver"
        this.takeStep(from, at, length, process, machine.deliver(local, envelope), i)
      }
      if (this.lossy || (ordered && !up)) {
        this.action = "lose"
        this.sink.add(this.row, this.copyWithout(from, at, length, i))
      }
    }
  }

  /** Whether a message is the first of its equals, or of its pair: the others add nothing, or have to wait. */
  private isFirst(previous: number, envelope: number): boolean {
    if (this.ordered) return this.machine.pair[previous] !== this.machine.pair[envelope]
    return previous !== envelope
  }

  private visitProcess(from: Uint32Array, at: number, length: number, process: number): void {
    const { machine } = this
    const local = from[at + localsAt + process]!
    const { up, timers, waiting } = machine.local(local)
    this.subject = process
    if (!up) {
      if (!this.recovers) return
      this.action = "recover"
      this.takeStep(from, at, length, process, machine.recover(local), -1)
      return
    }
    for (let i = 0; this.timeouts && i < timers.length; i++) {
      this.action = "timeout"
      this.timer = i
      this.takeStep(from, at, length, process, machine.timeout(local, i), -1)
    }
    if (waiting !== undefined) {
      this.action = "ask"
      this.takeStep(from, at, length, process, machine.ask(local), -1)
    }
    if (from[at + crashesAt]! > 0) {
      this.action = "crash"
      this.take(from, at, length, process, machine.crash(local), -1, 1)
    }
  }

  /** The transition, and where the model has crashes left, those inside it. */
  private takeStep(
    from: Uint32Array,
    at: number,
    length: number,
    process: number,
    transition: Transition,
    delivered: number,
  ): void {
    // On an ordered network even an idle delivery matters: it lets the next message through.
    if (!transition.idle || this.ordered) this.take(from, at, length, process, transition, delivered, 0)
    if (from[at + crashesAt] === 0) return
    for (const interrupted of transition.crashes) {
      this.crashBefore = interrupted.before
      this.take(from, at, length, process, interrupted, delivered, 1)
      this.crashBefore = -1
    }
  }

  /** Emits the row after a transition of `process`, without the message at `delivered` (−1: none). */
  private take(
    from: Uint32Array,
    at: number,
    length: number,
    process: number,
    transition: Transition,
    delivered: number,
    crashes: number,
  ): void {
    if (!transition.admitted) {
      this.cut++
      return
    }
    let next = this.copyWithout(from, at, length, this.keeps ? -1 : delivered)
    const { row, machine } = this
    row[crashesAt] = from[at + crashesAt]! - crashes
    row[localsAt + process] = transition.local
    row[rememberedAt] = machine.rememberedAfter(from[at + rememberedAt]!, transition)
    for (let i = 0; i < transition.sends.length; i++) next = this.insert(transition.sends[i]!, next)
    next = this.reduce(next)
    // A message less and no other difference: without the step there is more that can happen, and nothing less.
    if (this.futures !== undefined && transition.sends.length === 0 && this.isSameSoFar(from, at)) return
    this.sink.add(row, next)
  }

  /** Where futures are known: each process by its representative, dead messages dropped; returns the new length. */
  private reduce(length: number): number {
    const { futures, row, machine, netAt } = this
    if (futures === undefined) return length
    for (let i = localsAt; i < netAt; i++) row[i] = futures.representative(row[i]!)
    let kept = netAt
    for (let i = netAt; i < length; i++) {
      const envelope = row[i]!
      if (futures.matters(row[localsAt + machine.receiver[envelope]!]!, envelope)) row[kept++] = envelope
    }
    return kept
  }

  /** Whether all but the messages is as it was. */
  private isSameSoFar(from: Uint32Array, at: number): boolean {
    for (let i = 0; i < this.netAt; i++) if (this.row[i] !== from[at + i]) return false
    return true
  }

  private copyWithout(from: Uint32Array, at: number, length: number, removed: number): number {
    const { row } = this
    if (removed < 0) {
      for (let i = 0; i < length; i++) row[i] = from[at + i]!
      return length
    }
    for (let i = 0; i < removed; i++) row[i] = from[at + i]!
    for (let i = removed + 1; i < length; i++) row[i - 1] = from[at + i]!
    return length - 1
  }

  /** Puts a message where it belongs among those under way; returns the new length. */
  private insert(envelope: number, length: number): number {
    const { row } = this
    let i = length
    if (this.ordered) {
      const { pair } = this.machine
      while (i > this.netAt && pair[row[i - 1]!]! > pair[envelope]!) i--
    } else {
      while (i > this.netAt && row[i - 1]! > envelope) i--
      if (this.keeps && i > this.netAt && row[i - 1] === envelope) return length
    }
    for (let j = length; j > i; j--) row[j] = row[j - 1]!
    row[i] = envelope
    return length + 1
  }
}
