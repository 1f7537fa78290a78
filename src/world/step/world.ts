import { InvariantError, UsageError } from "../../base/errors.ts"
import type { Address, Process, Timer, Value } from "../../protocol/actor.ts"
import { type Host, RunningProcess } from "../process.ts"

/** A message that has been sent and has neither arrived nor been lost. */
export interface InFlight<Message> {
  readonly id: number
  readonly from: Address
  readonly to: Address
  readonly message: Message
}

/** One event; `at` numbers them from 0. A trace of a simulation has the same shape. */
export type WorldEvent<Message, Stored> = { readonly at: number } & EventBody<Message, Stored>

type EventBody<Message, Stored> =
  | { readonly type: "propose"; readonly process: Address; readonly value: Value }
  | (InFlight<Message> & { readonly type: "send"; readonly copies: number })
  | (InFlight<Message> & { readonly type: "deliver" | "miss" | "lose" })
  | { readonly type: "store"; readonly process: Address; readonly record: Stored }
  | { readonly type: "timeout"; readonly process: Address; readonly timer: Timer }
  | { readonly type: "learn"; readonly process: Address; readonly epoch: number; readonly value: Value }
  | { readonly type: "report"; readonly process: Address; readonly report: unknown }
  | { readonly type: "crash" | "recover"; readonly process: Address }

/** A process of the world; a timer is set or is not. */
type Stepped<Message, Stored> = RunningProcess<Message, Stored, unknown, true>

/**
 * A cluster stepped manually: nothing happens unless a method is called. Writes are durable immediately,
 * messages remain in transit until they are delivered or lost, timers fire when a method fires them. The
 * actors are those of the simulator.
 */
export class World<Message, Stored> implements Host<
  Stepped<Message, Stored>,
  Message,
  Stored,
  unknown,
  true
> {
  readonly events: WorldEvent<Message, Stored>[] = []
  readonly writesAtOnce = true
  private readonly processes: readonly Stepped<Message, Stored>[]
  private readonly underWay: InFlight<Message>[] = []
  private messages = 0

  constructor(processes: readonly Process<Message, Stored, unknown>[]) {
    this.processes = processes.map((definition, address) => new RunningProcess(definition, address))
    for (const process of this.processes) process.start(this)
  }

  /** The messages under way, in the order in which they were sent. */
  get inFlight(): readonly InFlight<Message>[] {
    return this.underWay
  }

  stateOf(address: Address): unknown {
    return this.at(address).state
  }

  propose(address: Address, value: Value): void {
    this.note({ type: "propose", process: address, value })
    const process = this.at(address)
    if (process.up) process.step({ type: "propose", value }, this)
  }

  deliver(message: InFlight<Message>): void {
    this.take(message)
    const process = this.at(message.to)
    this.note({ type: process.up ? "deliver" : "miss", ...message })
    if (process.up) process.step({ type: "receive", from: message.from, message: message.message }, this)
  }

  lose(message: InFlight<Message>): void {
    this.take(message)
    this.note({ type: "lose", ...message })
  }

  /** The timer of a process that was set first fires. */
  timeout(address: Address): void {
    const process = this.at(address)
    const [timer] = process.timers.keys()
    if (timer === undefined) throw new UsageError(`${process.definition.name} waits for no timer.`)
    this.note({ type: "timeout", process: address, timer })
    process.timeout(timer, this)
  }

  crash(address: Address): void {
    this.at(address).crash([], this)
    this.note({ type: "crash", process: address })
  }

  recover(address: Address): void {
    this.note({ type: "recover", process: address })
    this.at(address).recover(this)
  }

  /**
   * Gives a process the state of a record, as if it had recovered with it: for stories that begin with a
   * given state.
   */
  give(address: Address, record: Stored): void {
    const process = this.at(address)
    process.disk = record
    process.state = process.actor.step(process.state, process.recovery).state
    this.note({ type: "store", process: address, record })
  }

  // ---- The effects of outputs

  send({ address }: Stepped<Message, Stored>, to: Address, message: Message): void {
    const sent: InFlight<Message> = { id: this.messages++, from: address, to, message }
    this.underWay.push(sent)
    this.note({ type: "send", ...sent, copies: 1 })
  }

  broadcast(process: Stepped<Message, Stored>, to: readonly Address[], message: Message): void {
    for (const address of to) this.send(process, address, message)
  }

  write(): void {
    throw new InvariantError("a write takes time, and in a world that is stepped manually none does.")
  }

  stored({ address }: Stepped<Message, Stored>, record: Stored): void {
    this.note({ type: "store", process: address, record })
  }

  setTimer(): true {
    return true
  }

  learned({ address }: Stepped<Message, Stored>, epoch: number, value: Value): void {
    this.note({ type: "learn", process: address, epoch, value })
  }

  reported({ address }: Stepped<Message, Stored>, report: unknown): void {
    this.note({ type: "report", process: address, report })
  }

  private at(address: Address): Stepped<Message, Stored> {
    const process = this.processes[address]
    if (process === undefined) throw new InvariantError(`unknown process address ${address}.`)
    return process
  }

  private take(message: InFlight<Message>): void {
    const place = this.underWay.findIndex(({ id }) => id === message.id)
    if (place < 0) throw new InvariantError(`message ${message.id} is not in transit.`)
    this.underWay.splice(place, 1)
  }

  /** Adds to the history, which is what checks and diagrams read. */
  private note(event: EventBody<Message, Stored>): void {
    this.events.push({ at: this.events.length, ...event })
  }
}
