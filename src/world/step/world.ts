import { InvariantError, UsageError } from "../../base/errors.ts"
import {
  type Address,
  type Input,
  type Output,
  type Process,
  type Timer,
  type Value,
  recipientsOf,
} from "../../protocol/actor.ts"
import type { PaxosMessage, PaxosRecord } from "../../protocol/paxos/messages.ts"

/** A message that has been sent and has neither arrived nor been lost. */
export interface InFlight {
  readonly id: number
  readonly from: Address
  readonly to: Address
  readonly message: PaxosMessage
}

/** What happened, one thing at a time; `at` counts them from 0. A trace of a simulation has the same shape. */
export type WorldEvent = { readonly at: number } & (
  | { readonly type: "propose"; readonly process: Address; readonly value: Value }
  | (InFlight & { readonly type: "send"; readonly copies: number })
  | (InFlight & { readonly type: "deliver" | "miss" | "lose" })
  | { readonly type: "store"; readonly process: Address; readonly record: PaxosRecord }
  | { readonly type: "timeout"; readonly process: Address; readonly timer: Timer }
  | { readonly type: "learn"; readonly process: Address; readonly epoch: number; readonly value: Value }
  | { readonly type: "crash" | "recover"; readonly process: Address }
)

type EventBody = WorldEvent extends infer E ? (E extends { at: number } ? Omit<E, "at"> : never) : never

/** A process with its disk, its timers, and whether it is up. */
interface Running {
  readonly process: Process<PaxosMessage, PaxosRecord>
  state: unknown
  up: boolean
  stored: PaxosRecord | undefined
  readonly timers: Set<Timer>
}

/**
 * A cluster stepped by hand: nothing happens unless a method is called. Writes
 * are durable at once, messages stay under way until they are delivered or
 * lost, timers run out when they are told to. The actors are the real ones.
 */
export class World {
  readonly events: WorldEvent[] = []
  private readonly running: Running[]
  private readonly underWay: InFlight[] = []
  private messages = 0

  constructor(processes: readonly Process<PaxosMessage, PaxosRecord>[]) {
    this.running = processes.map((process) => ({
      process,
      state: undefined,
      up: true,
      stored: undefined,
      timers: new Set(),
    }))
    for (const [address, running] of this.running.entries()) {
      const { state, outputs } = running.process.actor.start(address)
      running.state = state
      this.perform(address, outputs)
    }
  }

  /** The messages under way, in the order in which they were sent. */
  get inFlight(): readonly InFlight[] {
    return this.underWay
  }

  stateOf(address: Address): unknown {
    return this.at(address).state
  }

  propose(address: Address, value: Value): void {
    this.note({ type: "propose", process: address, value })
    this.input(address, { type: "propose", value })
  }

  deliver(message: InFlight): void {
    this.take(message)
    const { up } = this.at(message.to)
    this.note({ type: up ? "deliver" : "miss", ...message })
    if (up) this.input(message.to, { type: "receive", from: message.from, message: message.message })
  }

  lose(message: InFlight): void {
    this.take(message)
    this.note({ type: "lose", ...message })
  }

  /** The one timer of a process runs out. */
  timeout(address: Address): void {
    const { timers, process } = this.at(address)
    const [timer] = timers
    if (timer === undefined) throw new UsageError(`${process.name} waits for no timer.`)
    timers.delete(timer)
    this.note({ type: "timeout", process: address, timer })
    this.input(address, { type: "timeout", timer })
  }

  crash(address: Address): void {
    const running = this.at(address)
    running.up = false
    running.timers.clear()
    this.note({ type: "crash", process: address })
  }

  recover(address: Address): void {
    const running = this.at(address)
    running.up = true
    this.note({ type: "recover", process: address })
    // A fresh state, as after a restart: what `start` would do at once is not done,
    // for the process has run before.
    running.state = running.process.actor.start(address).state
    this.input(address, { type: "recover", stored: running.stored })
  }

  /** Puts a process in the state of a record, as if it had come back with it: where a story begins in the middle. */
  give(address: Address, record: PaxosRecord): void {
    const running = this.at(address)
    running.stored = record
    running.state = running.process.actor.step(running.state, { type: "recover", stored: record }).state
    this.note({ type: "store", process: address, record })
  }

  private at(address: Address): Running {
    const running = this.running[address]
    if (running === undefined) throw new InvariantError(`There is no process with address ${address}.`)
    return running
  }

  private input(address: Address, input: Input<PaxosMessage, PaxosRecord>): void {
    const running = this.at(address)
    if (!running.up) return
    const { state, outputs } = running.process.actor.step(running.state, input)
    running.state = state
    this.perform(address, outputs)
  }

  private perform(address: Address, outputs: readonly Output<PaxosMessage, PaxosRecord>[]): void {
    const running = this.at(address)
    for (const output of outputs) {
      switch (output.type) {
        case "send":
        case "broadcast":
          for (const to of recipientsOf(output)) {
            const sent: InFlight = { id: this.messages++, from: address, to, message: output.message }
            this.underWay.push(sent)
            this.note({ type: "send", ...sent, copies: 1 })
          }
          break
        case "store":
          if (output.volatile !== true) running.stored = output.record
          this.note({ type: "store", process: address, record: output.record })
          break
        case "learn":
          this.note({ type: "learn", process: address, epoch: output.epoch, value: output.value })
          break
        case "set-timer":
          running.timers.add(output.timer)
          break
        case "cancel-timer":
          running.timers.delete(output.timer)
          break
      }
    }
  }

  private take(message: InFlight): void {
    const place = this.underWay.findIndex(({ id }) => id === message.id)
    if (place < 0) throw new InvariantError(`Message ${message.id} is not under way.`)
    this.underWay.splice(place, 1)
  }

  /** Adds to the history, which is what checks and diagrams read. */
  private note(event: EventBody): void {
    this.events.push({ at: this.events.length, ...event })
  }
}
