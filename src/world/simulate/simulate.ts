import { UsageError } from "../../base/errors.ts"
import { type Random, randomFromSeed } from "../../base/random.ts"
import type { Address, Input, Micros, Output, Timer, Value } from "../../protocol/actor.ts"
import { type ScriptEntry, type Strike, scriptOf } from "../faults/fault.ts"
import { Agenda, Due } from "./agenda.ts"
import { onLinks } from "./links.ts"
import type { Route } from "./network.ts"
import {
  type Running,
  clockRateOf,
  dropHandled,
  runningProcesses,
  stop,
  survivingStores,
  takeFirst,
  waitingStores,
} from "./running.ts"
import type { Scenario } from "./scenario.ts"
import { Audience, type Observer, type SelectiveObserver, type TraceEvent } from "./trace.ts"

/**
 * Computes one run of a scenario in virtual time and shows it to the observers,
 * event by event. Deterministic: events at equal times happen in the order in
 * which they were scheduled, and all randomness comes from the scenario's seed.
 *
 * Cost: constant per event, plus the actor's step (`agenda.ts`; O(log pending) for what is a second away).
 *
 * Discrete-event simulation of the usual kind, with one twist: outputs of a step that follow a `store`
 * wait until the write is done, in order. An actor says what it does, and the simulator decides when it
 * is true; so no reply overtakes the promise it rests on, a classic mistake of implementations.
 */
export function simulate<Message, Stored, Report = never>(
  scenario: Scenario<Message, Stored, Report>,
  ...observers: readonly (Observer<Message, Stored, Report> | SelectiveObserver<Message, Stored, Report>)[]
): RunEnd {
  return new Simulation(scenario, new Audience(observers)).run()
}

/** How a run ended; all else is in its trace. */
export interface RunEnd {
  /** `idle`: nothing was left to happen. `horizon`: there was, but later than the scenario lasts. `over`: the scenario said so. */
  readonly ended: "idle" | "horizon" | "over"
  readonly at: Micros
  /** How many scheduled events were handled. */
  readonly events: number
}

/** One run: the processes, the agenda, and what happens when an entry of it comes due. */
export class Simulation<Message, Stored, Report> {
  readonly agenda = new Agenda()
  private readonly running: Running<Message, Stored, Report>[]
  private readonly route: Route
  private readonly scenario: Scenario<Message, Stored, Report>
  private readonly audience: Audience<Message, Stored, Report>
  private readonly crashDraws: Random
  private now: Micros = 0
  private messages = 0
  private timerSettings = 0

  constructor(scenario: Scenario<Message, Stored, Report>, audience: Audience<Message, Stored, Report>) {
    this.scenario = scenario
    this.audience = audience
    const random = randomFromSeed(scenario.seed)
    this.route = onLinks(scenario, scenario.network(random.fork("network")))
    this.running = runningProcesses(scenario, random)
    this.crashDraws = random.fork("crashes")
  }

  run(): RunEnd {
    for (const process of this.running) this.boot(process, () => true)
    this.scheduleScript()
    const { agenda } = this
    const { horizon, isOver } = this.scenario
    let [events, standing] = [0, 0]
    for (let next = agenda.nextTime; next <= horizon; next = agenda.nextTime) {
      standing = next > this.now ? 0 : standing + 1
      if (standing > mostAtOnce) throw timeStandsStill(this.now)
      this.now = next
      agenda.take()
      this.handle(this.running[agenda.process]!)
      events++
      if (isOver?.(this.now) === true) return { ended: "over", at: this.now, events }
    }
    return { ended: agenda.size === 0 ? "idle" : "horizon", at: this.now, events }
  }

  /** Faults first: a process that crashes at the time of a proposal does not see it. */
  private scheduleScript(): void {
    for (const entry of scriptOf(this.scenario)) this.agenda.add(entry.at, Due.script, 0, 0, 0, entry)
    for (const { at, process, value } of this.scenario.proposals) {
      this.agenda.add(at, Due.propose, process, 0, 0, value)
    }
  }

  /** What is due, at whom. Entries of an earlier life are recognised by its number and dropped. */
  private handle(process: Running<Message, Stored, Report>): void {
    const { due, other, number, content } = this.agenda
    switch (due) {
      case Due.arrive:
        return this.arrive(process, other, number, content as Message)
      case Due.timeout:
        return this.timeout(process, content as Timer, number)
      case Due.served:
        if (process.life === other) this.served(process)
        return
      case Due.synced:
        if (process.life === other) this.synced(process)
        return
      case Due.propose:
        return this.propose(process, content as Value)
      case Due.script:
        return this.strike(content as ScriptEntry)
    }
  }

  // ---- What a process hears

  /** A message is there. Where reading costs nothing it is delivered; else it queues for the processor. */
  private arrive(
    process: Running<Message, Stored, Report>,
    from: Address,
    id: number,
    message: Message,
  ): void {
    if (!process.up) {
      if (this.audience.wants.miss) {
        this.observe({ at: this.now, type: "miss", id, from, to: process.address, message })
      }
      return
    }
    if (process.costs === undefined && !process.paused && process.slowedBy === 0 && !process.serving) {
      return this.deliver(process, from, id, message)
    }
    process.inbox.push({ id, from, message })
    this.serveNext(process)
  }

  private deliver(
    process: Running<Message, Stored, Report>,
    from: Address,
    id: number,
    message: Message,
  ): void {
    if (this.audience.wants.deliver) {
      this.observe({ at: this.now, type: "deliver", id, from, to: process.address, message })
    }
    this.input(process, { type: "receive", from, message })
  }

  /** Only the last setting of a timer counts: the agenda has no removal, and the others are ignored. */
  private timeout(process: Running<Message, Stored, Report>, timer: Timer, setting: number): void {
    if (process.timers.get(timer)?.setting !== setting) return
    if (process.paused) process.overdueTimers.push(timer)
    else this.fire(process, timer)
  }

  private fire(process: Running<Message, Stored, Report>, timer: Timer): void {
    process.timers.delete(timer)
    if (this.audience.wants.timeout) {
      this.observe({ at: this.now, type: "timeout", process: process.address, timer })
    }
    this.input(process, { type: "timeout", timer })
  }

  private propose(process: Running<Message, Stored, Report>, value: Value): void {
    if (!process.up) return
    this.observe({ at: this.now, type: "propose", process: process.address, value })
    this.input(process, { type: "propose", value })
  }

  private input(process: Running<Message, Stored, Report>, input: Input<Message, Stored>): void {
    const { state, outputs } = process.actor.step(process.state, input)
    process.state = state
    if (outputs.length > 0) this.perform(process, outputs)
  }

  // ---- Its processor: one message after the other

  /** Begins to read the head of the inbox, unless something else is being read or nothing may be. */
  private serveNext(process: Running<Message, Stored, Report>): void {
    if (process.serving || process.paused || process.inboxHead === process.inbox.length) return
    const head = process.inbox[process.inboxHead]!
    const cost = (process.costs?.receive(head.message) ?? 0) + process.slowedBy
    process.busyUntil = Math.max(process.busyUntil, this.now) + cost
    process.serving = true
    this.agenda.add(process.busyUntil, Due.served, process.address, process.life, 0, undefined)
  }

  /** The message has been read: the step is taken at the end of its service time, not at the beginning. */
  private served(process: Running<Message, Stored, Report>): void {
    process.serving = false
    if (process.paused) return
    const head = takeFirst(process)
    this.deliver(process, head.from, head.id, head.message)
    this.serveNext(process)
  }

  // ---- What it says

  /** Outputs in order; from the first write that takes time on, they wait for it, and nothing overtakes them. */
  private perform(
    process: Running<Message, Stored, Report>,
    outputs: readonly Output<Message, Stored, Report>[],
  ): void {
    for (const output of outputs) {
      // Whatever is said after a write that is under way waits behind it, even if it does not depend on
      // it: an actor's outputs are in order.
      const waits = process.pendingHead < process.pending.length
      if (waits) process.pending.push(output)
      else this.performOne(process, output)
    }
  }

  /** A synchronous write. Without a disk it takes no time and the rest of the step goes on at once. */
  private store(
    process: Running<Message, Stored, Report>,
    output: Output<Message, Stored, Report> & { type: "store" },
  ): void {
    const { disk, writeLatency = 0 } = this.scenario
    if (output.volatile === true) return this.noteStore(process, output.record, true)
    if (disk === undefined && writeLatency === 0) return this.makeDurable(process, output.record)
    process.pending.push(output)
    this.startWrite(process)
  }

  /** With group commit, one write for every store that waits by now. */
  private startWrite(process: Running<Message, Stored, Report>): void {
    dropHandled(process)
    process.writing = this.scenario.disk?.groupCommit === true ? waitingStores(process).length : 1
    const at = this.now + process.syncTime()
    this.agenda.add(at, Due.synced, process.address, process.life, 0, undefined)
  }

  /** What was being written is durable, and what waited for no more than that happens. */
  private synced(process: Running<Message, Stored, Report>): void {
    while (process.pendingHead < process.pending.length) {
      const output = process.pending[process.pendingHead]!
      const isWrite = output.type === "store" && output.volatile !== true
      if (isWrite && process.writing === 0) return this.startWrite(process)
      process.pendingHead++
      if (isWrite) {
        process.writing--
        this.makeDurable(process, output.record)
      } else {
        this.performOne(process, output)
      }
    }
    process.pending = []
    process.pendingHead = 0
  }

  private makeDurable(process: Running<Message, Stored, Report>, record: Stored): void {
    process.stored = process.keep(process.stored, record)
    this.noteStore(process, record)
  }

  private noteStore({ address }: Running<Message, Stored, Report>, record: Stored, volatile?: true): void {
    if (!this.audience.wants.store) return
    this.observe({ at: this.now, type: "store", process: address, record, ...(volatile && { volatile }) })
  }

  private performOne(
    process: Running<Message, Stored, Report>,
    output: Output<Message, Stored, Report>,
  ): void {
    switch (output.type) {
      case "store":
        return this.store(process, output)
      case "send":
        return this.send(process, output.to, output.message)
      case "broadcast":
        return this.broadcast(process, output.to, output.message)
      case "set-timer":
        return this.setTimer(process, output.timer, output.after.min, output.after.max)
      case "cancel-timer":
        process.timers.delete(output.timer)
        return
      case "learn": {
        const { epoch, value } = output
        return this.observe({ at: this.now, type: "learn", process: process.address, epoch, value })
      }
      case "report": {
        if (!this.audience.wants.report) return
        const { report } = output as { report: Report }
        const event = { at: this.now, type: "report", process: process.address, report }
        return this.observe(event as unknown as TraceEvent<Message, Stored, Report>)
      }
    }
  }

  private send(process: Running<Message, Stored, Report>, to: Address, message: Message): void {
    this.transmit(process.address, to, message, this.writtenAt(process, message))
  }

  /** Where the node model says so the message is written once, and all copies leave together. */
  private broadcast(
    process: Running<Message, Stored, Report>,
    to: readonly Address[],
    message: Message,
  ): void {
    if (process.costs?.writesBroadcastOnce === false) {
      for (const address of to) this.send(process, address, message)
    } else if (to.length > 0) {
      const left = this.writtenAt(process, message)
      for (let i = 0; i < to.length; i++) this.transmit(process.address, to[i]!, message, left)
    }
  }

  /** When the sender's processor has written a message, after all that it has to do before; at once where that costs nothing. */
  private writtenAt(process: Running<Message, Stored, Report>, message: Message): Micros {
    if (process.costs === undefined) return this.now
    process.busyUntil = Math.max(process.busyUntil, this.now) + process.costs.send(message)
    return process.busyUntil
  }

  /** Hands a message to the network; without copies it is lost, and a trace shows a sending that nothing follows. */
  private transmit(from: Address, to: Address, message: Message, left: Micros): void {
    const id = this.messages++
    const delays = this.route(from, to, left, message)
    if (this.audience.wants.send) {
      this.observe({ at: this.now, type: "send", id, from, to, message, copies: delays.length })
    }
    for (let i = 0; i < delays.length; i++) {
      this.agenda.add(left + delays[i]!, Due.arrive, to, from, id, message)
    }
  }

  /** A timer runs by the process's own clock: a local microsecond is 1/rate of a real one. */
  private setTimer(process: Running<Message, Stored, Report>, timer: Timer, min: Micros, max: Micros): void {
    const { clockRate, timerJitter, timerDraws } = process
    const local = min === max ? min : timerDraws.between(min, max)
    const late = timerJitter === 0 ? 0 : timerDraws.between(0, timerJitter)
    this.schedule(process, timer, this.now + Math.round(local / clockRate) + late)
  }

  private schedule(process: Running<Message, Stored, Report>, timer: Timer, firesAt: Micros): void {
    const setting = ++this.timerSettings
    process.timers.set(timer, { setting, firesAt })
    this.agenda.add(firesAt, Due.timeout, process.address, 0, setting, timer)
  }

  // ---- What befalls it

  /** A fault, or its end, happens. Aimed at the leader it strikes whoever leads now, if anybody does. */
  private strike({ process: target, action }: ScriptEntry): void {
    const address = target === "leader" ? this.scenario.leader?.() : target
    const process = this.running[address ?? -1]
    if (process === undefined) return
    switch (action.type) {
      case "crash":
        return this.crash(process, action)
      case "recover":
        return this.recover(process, action.life)
      case "pause":
        if (!process.up) return
        process.paused = true
        process.pausedUntil = Math.max(process.pausedUntil, action.until)
        this.later(action.until, process, { type: "resume", life: process.life })
        break
      case "resume":
        if (process.life !== action.life || this.now < process.pausedUntil) return
        return this.resume(process)
      case "slow":
        process.slowedBy += action.extra
        this.later(action.until, process, { type: "slow-end", extra: action.extra })
        break
      case "slow-end":
        process.slowedBy -= action.extra
        return
      case "clock-rate":
        process.clockRate = clockRateOf(action.rate, process.address)
        break
      case "clock-step":
        this.stepClock(process, action.by)
        break
      case "timer-jitter":
        process.timerJitter = action.upTo
        break
    }
    this.scenario.onFault?.(action.type)
  }

  /** Whoever wakes up looks at the clock first. */
  private resume(process: Running<Message, Stored, Report>): void {
    process.paused = false
    const timers = process.overdueTimers
    process.overdueTimers = []
    for (const timer of timers) if (process.timers.has(timer)) this.fire(process, timer)
    this.serveNext(process)
  }

  /** The end of a fault, as an entry of its own. Slowness adds up. */
  private later(at: Micros, process: Running<Message, Stored, Report>, action: Strike): void {
    this.agenda.add(Math.max(at, this.now), Due.script, process.address, 0, 0, {
      at,
      process: process.address,
      action,
    })
  }

  /** What was synchronously written stays; of what was under way, what the kind of loss leaves. */
  private crash(
    process: Running<Message, Stored, Report>,
    { disk, recoverAt }: Strike & { type: "crash" },
  ): void {
    if (!process.up) return
    const survivors = survivingStores(process, disk, this.crashDraws, this.scenario.onFault)
    if (disk === "lost") process.stored = undefined
    else for (const record of survivors) this.makeDurable(process, record)
    stop(process, this.now)
    this.observe({ at: this.now, type: "crash", process: process.address })
    if (!this.isAnyUp(this.scenario.processes[process.address]!.role)) this.scenario.onFault?.("all-down")
    if (recoverAt !== undefined) this.later(recoverAt, process, { type: "recover", life: process.life })
  }

  private isAnyUp(role: string): boolean {
    return this.scenario.processes.some(
      (process, address) => process.role === role && this.running[address]!.up,
    )
  }

  /** Back from the crash that ended life `life` − 1, unless something else has brought it back already. */
  private recover(process: Running<Message, Stored, Report>, life: number): void {
    if (process.up || process.life !== life) return
    process.up = true
    this.observe({ at: this.now, type: "recover", process: process.address })
    // Timers are set again; what was said and stored at the very first start is not repeated.
    this.boot(process, ({ type }) => type === "set-timer")
    this.input(process, { type: "recover", stored: process.stored, life })
  }

  /** A process starts: its actor's first state and outputs, of which a restart takes only the timers. */
  private boot(process: Running<Message, Stored, Report>, does: (output: { type: string }) => boolean): void {
    const { state, outputs } = process.actor.start(process.address)
    process.state = state
    this.perform(process, outputs.filter(does))
  }

  /** The clock jumps: everything that was set fires sooner by that, though never in the past. */
  private stepClock(process: Running<Message, Stored, Report>, by: Micros): void {
    for (const [timer, { firesAt }] of process.timers) {
      this.schedule(process, timer, Math.max(this.now, firesAt - Math.round(by / process.clockRate)))
    }
  }

  private observe(event: TraceEvent<Message, Stored, Report>): void {
    this.audience.observe(event)
  }
}

/** More events than this at one instant are taken for a loop that takes no time. */
export const mostAtOnce = 10_000_000

/** What to say of it. */
export function timeStandsStill(now: Micros): UsageError {
  return new UsageError(
    `After ${now} µs, ${mostAtOnce} events happened without any time passing: something repeats and costs none, ` +
      "such as clients beside their leader that ask again at once. Give them a think time, or messages a latency.",
  )
}

/** The trace of a scenario as a list: for short runs that are read, drawn or replayed. */
export function traceOf<Message, Stored, Report = never>(
  scenario: Scenario<Message, Stored, Report>,
): readonly TraceEvent<Message, Stored, Report>[] {
  const trace: TraceEvent<Message, Stored, Report>[] = []
  simulate(scenario, (event: TraceEvent<Message, Stored, Report>) => trace.push(event))
  return trace
}
