import { UsageError } from "../base/errors.ts"
import { EventQueue } from "../base/event-queue.ts"
import { type Random, randomFromSeed } from "../base/random.ts"
import type { Address, Input, Micros, Output, Process, Timer, Value } from "../protocol/actor.ts"
import type { Route } from "./network.ts"
import type { Scenario } from "./scenario.ts"
import type { Observer, TraceEvent } from "./trace.ts"

/** How a run ended; all else is in its trace. */
export interface RunEnd {
  /** `idle`: nothing was left to happen. `horizon`: there was, but later than the scenario lasts. */
  readonly ended: "idle" | "horizon"
  readonly at: Micros
  /** How many scheduled events were handled. */
  readonly events: number
}

/**
 * Computes one run of a scenario in virtual time and shows it to the observers,
 * event by event. Deterministic: events at equal times happen in the order in
 * which they were scheduled, and all randomness comes from the scenario's seed.
 *
 * Cost: O(log pending) per event, plus the actor's step.
 */
export function simulate<Message, Stored>(
  scenario: Scenario<Message, Stored>,
  ...observers: readonly Observer<Message, Stored>[]
): RunEnd {
  return new Simulation(scenario, observers).run()
}

/** The trace of a scenario as a list: for short runs that are read, drawn or replayed. */
export function traceOf<Message, Stored>(
  scenario: Scenario<Message, Stored>,
): readonly TraceEvent<Message, Stored>[] {
  const trace: TraceEvent<Message, Stored>[] = []
  simulate(scenario, (event) => trace.push(event))
  return trace
}

type Scheduled<Message, Stored> =
  | { readonly type: "propose"; readonly process: Address; readonly value: Value }
  | {
      readonly type: "arrive"
      readonly id: number
      readonly from: Address
      readonly to: Address
      readonly message: Message
    }
  | { readonly type: "timeout"; readonly process: Address; readonly timer: Timer; readonly setting: number }
  | { readonly type: "crash"; readonly process: Address }
  | { readonly type: "recover"; readonly process: Address }
  /** Outputs that had to wait until a write was durable; void if the process has crashed since. */
  | {
      readonly type: "continue"
      readonly process: Address
      readonly life: number
      readonly outputs: readonly Output<Message, Stored>[]
      readonly from: number
      /** Whether the output at `from` is a store whose write is now complete. */
      readonly written: boolean
    }

interface Running<Message, Stored> {
  readonly address: Address
  readonly actor: Process<Message, Stored>["actor"]
  readonly timerDraws: Random
  /** Local microseconds that pass in a real one. */
  readonly clockRate: number
  state: unknown
  up: boolean
  /** Counts restarts: what was scheduled in an earlier life is void. */
  life: number
  stored: Stored | undefined
  /** The setting that counts for each timer; a timeout of any other has been replaced or cancelled. */
  readonly timers: Map<Timer, number>
  /** When all writes asked for so far are durable. */
  durableAt: Micros
}

function clockRateOf(
  { clockRates }: Pick<Scenario<unknown, unknown>, "clockRates">,
  address: Address,
): number {
  const rate = clockRates?.[address] ?? 1
  if (rate > 0 && rate < Infinity) return rate
  throw new UsageError(`The clock of process ${address} runs at a rate of ${rate}; a rate is greater than 0.`)
}

class Simulation<Message, Stored> {
  private readonly queue = new EventQueue<Scheduled<Message, Stored>>()
  private readonly running: Running<Message, Stored>[]
  private readonly route: Route
  private readonly scenario: Scenario<Message, Stored>
  private readonly observers: readonly Observer<Message, Stored>[]
  private readonly writeLatency: Micros
  private now: Micros = 0
  private messages = 0
  private timerSettings = 0

  constructor(scenario: Scenario<Message, Stored>, observers: readonly Observer<Message, Stored>[]) {
    this.scenario = scenario
    this.observers = observers
    this.writeLatency = scenario.writeLatency ?? 0
    const random = randomFromSeed(scenario.seed)
    this.route = scenario.network(random.fork("network"))
    const timers = random.fork("timers")
    this.running = scenario.processes.map(({ name, actor }, address) => ({
      address,
      actor,
      timerDraws: timers.fork(name),
      clockRate: clockRateOf(scenario, address),
      state: undefined,
      up: true,
      life: 0,
      stored: undefined,
      timers: new Map(),
      durableAt: 0,
    }))
  }

  run(): RunEnd {
    for (const process of this.running) this.boot(process)
    this.scheduleScript()
    let events = 0
    while (this.queue.nextTime <= this.scenario.horizon) {
      this.now = this.queue.nextTime
      this.handle(this.queue.pop()!)
      events++
    }
    const ended = this.queue.size === 0 ? "idle" : "horizon"
    return { ended, at: this.now, events }
  }

  /** Crashes first: a process that crashes at the time of a proposal does not see it. */
  private scheduleScript(): void {
    for (const { process, at, recoverAt } of this.scenario.crashes ?? []) {
      this.queue.push(at, { type: "crash", process })
      if (recoverAt !== undefined) this.queue.push(recoverAt, { type: "recover", process })
    }
    for (const { at, process, value } of this.scenario.proposals) {
      this.queue.push(at, { type: "propose", process, value })
    }
  }

  private handle(event: Scheduled<Message, Stored>): void {
    switch (event.type) {
      case "arrive":
        return this.arrive(event)
      case "timeout":
        return this.timeout(event)
      case "propose":
        return this.propose(event)
      case "continue":
        if (this.running[event.process]!.life === event.life) this.resume(event)
        return
      case "crash":
        return this.crash(this.running[event.process]!)
      case "recover":
        return this.recover(this.running[event.process]!)
    }
  }

  private arrive({ id, from, to, message }: Scheduled<Message, Stored> & { type: "arrive" }): void {
    const process = this.running[to]!
    const type = process.up ? "deliver" : "miss"
    this.observe({ at: this.now, type, id, from, to, message })
    if (process.up) this.input(process, { type: "receive", from, message })
  }

  private timeout({
    process: address,
    timer,
    setting,
  }: Scheduled<Message, Stored> & { type: "timeout" }): void {
    const process = this.running[address]!
    if (process.timers.get(timer) !== setting) return
    process.timers.delete(timer)
    this.observe({ at: this.now, type: "timeout", process: address, timer })
    this.input(process, { type: "timeout", timer })
  }

  private propose({ process: address, value }: Scheduled<Message, Stored> & { type: "propose" }): void {
    const process = this.running[address]!
    if (!process.up) return
    this.observe({ at: this.now, type: "propose", process: address, value })
    this.input(process, { type: "propose", value })
  }

  private crash(process: Running<Message, Stored>): void {
    if (!process.up) return
    process.up = false
    process.life++
    process.timers.clear()
    process.durableAt = this.now
    this.observe({ at: this.now, type: "crash", process: process.address })
  }

  private recover(process: Running<Message, Stored>): void {
    if (process.up) return
    process.up = true
    this.observe({ at: this.now, type: "recover", process: process.address })
    this.boot(process)
    this.input(process, { type: "recover", stored: process.stored })
  }

  private boot(process: Running<Message, Stored>): void {
    const { state, outputs } = process.actor.start(process.address)
    process.state = state
    this.output(process, outputs)
  }

  private input(process: Running<Message, Stored>, input: Input<Message, Stored>): void {
    const { state, outputs } = process.actor.step(process.state, input)
    process.state = state
    this.output(process, outputs)
  }

  /** While a write is under way everything a process says waits for it, in order: nothing overtakes a promise. */
  private output(process: Running<Message, Stored>, outputs: readonly Output<Message, Stored>[]): void {
    if (outputs.length === 0) return
    if (process.durableAt > this.now) this.defer(process, outputs, 0, false)
    else this.perform(process, outputs, 0)
  }

  private perform(
    process: Running<Message, Stored>,
    outputs: readonly Output<Message, Stored>[],
    from: number,
  ): void {
    for (let i = from; i < outputs.length; i++) {
      const output = outputs[i]!
      if (output.type !== "store") {
        this.performOne(process, output)
      } else if (output.volatile === true) {
        this.observe({ at: this.now, type: "store", process: process.address, record: output.record })
      } else if (this.writeLatency === 0) {
        this.makeDurable(process, output.record)
      } else {
        process.durableAt = this.now + this.writeLatency
        return this.defer(process, outputs, i, true)
      }
    }
  }

  /** The write these outputs waited for is durable; unless they wait behind another, they may happen. */
  private resume(event: Scheduled<Message, Stored> & { type: "continue" }): void {
    const { outputs, from, written } = event
    const process = this.running[event.process]!
    const first = outputs[from]!
    if (written && first.type === "store") {
      this.makeDurable(process, first.record)
      return this.perform(process, outputs, from + 1)
    }
    if (process.durableAt > this.now) return this.defer(process, outputs, from, false)
    this.perform(process, outputs, from)
  }

  /** Puts outputs off until every write asked for so far is durable. */
  private defer(
    process: Running<Message, Stored>,
    outputs: readonly Output<Message, Stored>[],
    from: number,
    written: boolean,
  ): void {
    const { address, life, durableAt } = process
    this.queue.push(durableAt, { type: "continue", process: address, life, outputs, from, written })
  }

  private makeDurable(process: Running<Message, Stored>, record: Stored): void {
    process.stored = record
    this.observe({ at: this.now, type: "store", process: process.address, record })
  }

  private performOne(
    process: Running<Message, Stored>,
    output: Exclude<Output<Message, Stored>, { type: "store" }>,
  ): void {
    switch (output.type) {
      case "send":
        return this.transmit(process.address, output.to, output.message)
      case "set-timer":
        return this.setTimer(process, output)
      case "cancel-timer":
        process.timers.delete(output.timer)
        return
      case "learn":
        return this.observe({
          at: this.now,
          type: "learn",
          process: process.address,
          epoch: output.epoch,
          value: output.value,
        })
    }
  }

  private transmit(from: Address, to: Address, message: Message): void {
    const id = this.messages++
    const delays = this.route(from, to, this.now)
    this.observe({ at: this.now, type: "send", id, from, to, message, copies: delays.length })
    for (const delay of delays) this.queue.push(this.now + delay, { type: "arrive", id, from, to, message })
  }

  private setTimer(
    process: Running<Message, Stored>,
    { timer, after }: Output<Message, Stored> & { type: "set-timer" },
  ): void {
    const setting = ++this.timerSettings
    process.timers.set(timer, setting)
    const delay = after.min === after.max ? after.min : process.timerDraws.between(after.min, after.max)
    const real = Math.round(delay / process.clockRate)
    this.queue.push(this.now + real, { type: "timeout", process: process.address, timer, setting })
  }

  private observe(event: TraceEvent<Message, Stored>): void {
    for (const observer of this.observers) observer(event)
  }
}
