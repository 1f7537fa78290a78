import { InvariantError } from "../../base/errors.ts"
import type { Address, Input, Output, Timer, Value } from "../../protocol/actor.ts"
import { type Host, RunningProcess } from "../process.ts"
import { canonicalText } from "./canonical-text.ts"
import type { ActorModel, Envelope, Local, WorldEvent } from "./model.ts"

/** The effect of one input on one process, computed once and then looked up. */
export interface Transition {
  /** The number of the process' next local state. */
  readonly local: number
  /** The numbers of the envelopes sent, in order. */
  readonly sends: readonly number[]
  /** Whether nothing changes and nothing is sent, stored, learned or reported. */
  readonly idle: boolean
  /** Whether every message sent is admitted by the model. */
  readonly admitted: boolean
  /** By number of what is remembered before: its number after. Filled on demand. */
  readonly remembered: (number | undefined)[]
  /** By envelope or timer: crashes before a store that follows a send or a learning. */
  readonly crashes: readonly Transition[]
  readonly events: readonly unknown[]
  /** For `crashes`: the number of the output that did not happen. */
  readonly before: number
}

/** A local state with the transitions computed from it. */
interface LocalEntry<Stored> {
  readonly local: Local<Stored>
  /** By envelope number. */
  readonly deliver: (Transition | undefined)[]
  /** By position in `local.timers`. */
  readonly timeout: (Transition | undefined)[]
  ask?: Transition
  crash?: Transition
  recover?: Transition
}

/**
 * The processes of a model as tables of numbers.
 *
 * Local states, envelopes and memories are numbered in the order of their discovery, and the actor
 * executes each (local state, input) once. A state of the world is then a short row of numbers, and a
 * step looks up a transition and edits the row.
 *
 * This makes exploring real actors affordable: an actor needs a microsecond or more per step, and a
 * search repeats the same few thousand steps millions of times. It requires pure actors; one that works
 * in place must be passed as `pureActor`.
 */
export class ActorMachine<Message, Stored, Remembered> {
  readonly model: ActorModel<Message, Stored, Remembered>
  readonly envelopes = new Interner<Envelope<Message>>(canonicalText)
  readonly memories = new Interner<Remembered>(canonicalText)
  /** By envelope: receiver, and the number of its ordered pair of processes. */
  readonly receiver: number[] = []
  readonly pair: number[] = []
  private readonly locals = new Interner<Local<Stored>>(canonicalText)
  private readonly entries: LocalEntry<Stored>[] = []

  constructor(model: ActorModel<Message, Stored, Remembered>) {
    this.model = model
  }

  /** The local states at the beginning, what is sent and what is remembered. */
  initial(): { locals: number[]; sends: number[]; remembered: number } {
    const effects = new Effects<Message, Stored>()
    const locals = this.model.processes.map((definition, address) => {
      const process = new RunningProcess<Message, Stored, unknown, true>(definition, address)
      process.start(effects)
      const wanted = this.requestsOf(address)
      if (this.model.lateRequests === true) return this.numberOf(withWaiting(localOf(process), wanted))
      for (const value of wanted) {
        const step = process.actor.step(process.state, { type: "propose", value })
        // The messages of a request are bounded like all others: if they are not admitted, the request
        // is not made.
        if (this.isAdmitted(step.outputs)) process.apply(step, effects)
      }
      return this.numberOf(localOf(process))
    })
    const first = this.memories.idOf(this.model.history?.initial as Remembered)
    return { locals, sends: this.numbersOf(effects.sent), remembered: this.fold(first, effects.events) }
  }

  local(id: number): Local<Stored> {
    return this.entries[id]!.local
  }

  deliver(local: number, envelope: number): Transition {
    const entry = this.entries[local]!
    return (entry.deliver[envelope] ??= this.onReceive(local, envelope))
  }

  timeout(local: number, timer: number): Transition {
    const entry = this.entries[local]!
    return (entry.timeout[timer] ??= this.onTimeout(local, entry.local.timers[timer]!))
  }

  /** The client's next request, of a process for which one is waiting. */
  ask(local: number): Transition {
    const entry = this.entries[local]!
    return (entry.ask ??= this.onAsk(local))
  }

  crash(local: number): Transition {
    const entry = this.entries[local]!
    return (entry.crash ??= this.onCrash(local))
  }

  recover(local: number): Transition {
    const entry = this.entries[local]!
    return (entry.recover ??= this.onRecover(local))
  }

  /** The number of what is remembered after a transition. */
  rememberedAfter(remembered: number, transition: Transition): number {
    return (transition.remembered[remembered] ??= this.fold(
      remembered,
      transition.events as WorldEvent<Message, Stored>[],
    ))
  }

  private fold(remembered: number, events: readonly WorldEvent<Message, Stored>[]): number {
    const { history } = this.model
    if (history === undefined) return remembered
    const before = this.memories.values[remembered]!
    const after = events.reduce<Remembered>((memory, event) => history.observe(memory, event), before)
    // Most events are not worth remembering, and then there is nothing to compare.
    return after === before ? remembered : this.memories.idOf(after)
  }

  private onReceive(before: number, id: number): Transition {
    const envelope = this.envelopes.values[id]!
    const { from, message } = envelope
    const event: WorldEvent<Message, Stored> = { type: "deliver", ...envelope }
    return this.transition(before, this.local(before), { type: "receive", from, message }, [event])
  }

  private onTimeout(before: number, timer: Timer): Transition {
    const local = this.local(before)
    const fired = { ...local, timers: local.timers.filter((other) => other !== timer) }
    return this.transition(before, fired, { type: "timeout", timer })
  }

  private onAsk(before: number): Transition {
    const local = this.local(before)
    const [value, ...waiting] = local.waiting!
    return this.transition(before, withWaiting(local, waiting), { type: "propose", value: value! })
  }

  /**
   * The process crashes between two steps: it loses its memory but not its disk, and its messages remain
   * in transit.
   */
  private onCrash(before: number): Transition {
    const effects = new Effects<Message, Stored>()
    const process = this.running(this.local(before))
    process.crash([], effects)
    effects.events.push({ type: "crash", process: process.address })
    return this.finish(before, localOf(process), effects)
  }

  private requestsOf(address: Address): readonly Value[] {
    return this.model.requests.flatMap(({ process, value }) => (process === address ? [value] : []))
  }

  /**
   * The process is back with what is on its disk. How often it has been down is no part of its state, so
   * its lives have no numbers.
   */
  private onRecover(before: number): Transition {
    const process = this.running(this.local(before))
    process.restart(new Effects())
    // Its pending requests are lost, and its clients repeat them.
    const fresh = localOf(process, this.requestsOf(process.address))
    const event: WorldEvent<Message, Stored> = { type: "recover", process: process.address }
    return this.transition(before, fresh, process.recovery, [event])
  }

  /** The process in a local state. */
  private running({ address, state, up, stored, timers }: Local<Stored>): Explored<Message, Stored> {
    const process: Explored<Message, Stored> = new RunningProcess(this.model.processes[address]!, address)
    process.state = state
    process.up = up
    process.disk = stored
    for (const timer of timers) process.timers.set(timer, true)
    return process
  }

  /** What an input does to a process that was in the local state `before` and has been brought to `local` for it. */
  private transition(
    before: number,
    local: Local<Stored>,
    input: Input<Message, Stored>,
    events: readonly WorldEvent<Message, Stored>[] = [],
  ): Transition {
    const process = this.running(local)
    const step = process.actor.step(local.state, input)
    const effects = new Effects<Message, Stored>(events)
    process.apply(step, effects)
    const crashes = storesAfterSpeaking(step.outputs).map((output) =>
      this.crashDuring(
        before,
        local,
        { state: step.state, outputs: step.outputs.slice(0, output) },
        events,
        output,
      ),
    )
    return this.finish(before, localOf(process, local.waiting), effects, crashes)
  }

  /** The first outputs of a step, and then a crash. */
  private crashDuring(
    before: number,
    local: Local<Stored>,
    step: { readonly state: unknown; readonly outputs: readonly Output<Message, Stored, unknown>[] },
    events: readonly WorldEvent<Message, Stored>[],
    output: number,
  ): Transition {
    const effects = new Effects<Message, Stored>(events)
    const process = this.running(local)
    process.apply(step, effects)
    process.crash([], effects)
    effects.events.push({ type: "crash", process: local.address })
    return this.finish(before, localOf(process), effects, [], output)
  }

  /**
   * The transition, and whether the model admits it: a step beyond the bounds is
   * kept, so that it can be counted.
   */
  private finish(
    before: number,
    next: Local<Stored>,
    { events, sent }: Effects<Message, Stored>,
    crashes: readonly Transition[] = [],
    output = -1,
  ): Transition {
    const { admits, permits } = this.model
    const local = this.numberOf(next)
    const sends = this.numbersOf(sent)
    return {
      local,
      sends,
      idle: local === before && events.every(({ type }) => type === "deliver"),
      admitted:
        (admits === undefined || sends.every((id) => admits(this.envelopes.values[id]!.message))) &&
        (permits === undefined || !next.up || permits(next.state)),
      remembered: [],
      crashes,
      events,
      before: output,
    }
  }

  private isAdmitted(outputs: readonly Output<Message, Stored, unknown>[]): boolean {
    const { admits } = this.model
    return outputs.every(
      (output) =>
        admits === undefined ||
        (output.type !== "send" && output.type !== "broadcast") ||
        admits(output.message),
    )
  }

  private numbersOf(sent: readonly Envelope<Message>[]): number[] {
    return sent.map((envelope) => this.envelopeNumber(envelope))
  }

  private envelopeNumber(envelope: Envelope<Message>): number {
    const id = this.envelopes.idOf(envelope)
    const { length } = this.model.processes
    if (envelope.to >= length) {
      throw new InvariantError(
        `process ${envelope.from} sends to process ${envelope.to}; there are ${length}.`,
      )
    }
    this.receiver[id] = envelope.to
    this.pair[id] = envelope.from * length + envelope.to
    return id
  }

  /** The number of a local state, new or known. */
  private numberOf(local: Local<Stored>): number {
    const id = this.locals.idOf(local)
    this.entries[id] ??= { local, deliver: [], timeout: [] }
    return id
  }
}

/** A process while one transition is worked out; a timer is set or is not. */
type Explored<Message, Stored> = RunningProcess<Message, Stored, unknown, true>

/** What remains of a process as part of a state of the world. */
function localOf<Stored>(
  { address, state, up, disk, timers }: Explored<unknown, Stored>,
  waiting: readonly Value[] = [],
): Local<Stored> {
  return withWaiting({ address, state, up, stored: disk, timers: [...timers.keys()].sort() }, waiting)
}

/**
 * The effects of one transition, in order. Writes are durable at once, since a crash before one is a
 * transition of its own; timers have no duration.
 */
class Effects<Message, Stored> implements Host<Explored<Message, Stored>, Message, Stored, unknown, true> {
  readonly writesAtOnce = true
  readonly events: WorldEvent<Message, Stored>[]
  readonly sent: Envelope<Message>[] = []

  constructor(before: readonly WorldEvent<Message, Stored>[] = []) {
    this.events = [...before]
  }

  write(): void {
    throw new InvariantError("a write takes time, and in an exploration none does.")
  }

  stored({ address }: Explored<Message, Stored>, record: Stored): void {
    this.events.push({ type: "store", process: address, record })
  }

  send({ address }: Explored<Message, Stored>, to: Address, message: Message): void {
    const envelope = { from: address, to, message }
    this.sent.push(envelope)
    this.events.push({ type: "send", ...envelope })
  }

  broadcast(process: Explored<Message, Stored>, to: readonly Address[], message: Message): void {
    for (const address of to) this.send(process, address, message)
  }

  setTimer(): true {
    return true
  }

  learned({ address }: Explored<Message, Stored>, epoch: number, value: Value): void {
    this.events.push({ type: "learn", process: address, epoch, value })
  }

  reported({ address }: Explored<Message, Stored>, report: unknown): void {
    this.events.push({ type: "report", process: address, report })
  }
}

function withWaiting<Stored>(local: Local<Stored>, waiting: readonly Value[]): Local<Stored> {
  const { address, state, up, stored, timers } = local
  return { address, state, up, stored, timers, ...(waiting.length > 0 && { waiting }) }
}

/**
 * The stores that follow a send or a learning. A crash before one of these differs from a crash before
 * or after the whole step: an effect is visible that is not on disk. Any other crash inside a step is
 * equivalent to one of those, with the remaining messages in transit for ever.
 */
function storesAfterSpeaking(outputs: readonly Output<unknown, unknown, unknown>[]): number[] {
  const spoken = outputs.findIndex(({ type }) => type === "send" || type === "broadcast" || type === "learn")
  if (spoken < 0) return []
  return outputs.flatMap(({ type }, i) => (type === "store" && i > spoken ? [i] : []))
}

/**
 * Numbers values from 0 in the order of their first appearance; equal values have equal numbers.
 *
 * It turns a world into a row of a dozen numbers: equality of states and messages of any size becomes
 * equality of numbers. Cost: one canonical text per call.
 */
export class Interner<T> {
  readonly values: T[] = []
  private readonly ids = new Map<string, number>()
  private readonly textOf: (value: T) => string

  constructor(textOf: (value: T) => string) {
    this.textOf = textOf
  }

  idOf(value: T): number {
    const text = this.textOf(value)
    let id = this.ids.get(text)
    if (id === undefined) {
      id = this.values.push(value) - 1
      this.ids.set(text, id)
    }
    return id
  }
}
