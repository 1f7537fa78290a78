import { UsageError } from "../../base/errors.ts"
import { type Random, randomFromSeed } from "../../base/random.ts"
import type { Address, Micros, Timer, TimerRange, Value } from "../../protocol/actor.ts"
import { type ScriptEntry, type Strike, scriptOf } from "../faults/fault.ts"
import type { Host } from "../process.ts"
import { Agenda, Due, type Entry } from "./agenda.ts"
import { onLinks } from "./links.ts"
import type { Route } from "./network.ts"
import { type Running, type TimerSetting, clockRateOf, runningProcesses, survivingStores } from "./running.ts"
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
class Simulation<Message, Stored, Report> implements Host<
  Running<Message, Stored, Report>,
  Message,
  Stored,
  Report,
  TimerSetting
> {
  /** Without a disk a write takes no time and the rest of the step goes on at once. */
  readonly writesAtOnce: boolean
  private readonly agenda = new Agenda()
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
    this.writesAtOnce = scenario.disk === undefined && (scenario.writeLatency ?? 0) === 0
    const random = randomFromSeed(scenario.seed)
    this.route = onLinks(scenario, scenario.network(random.fork("network")))
    this.running = runningProcesses(scenario, random)
    this.crashDraws = random.fork("crashes")
  }

  run(): RunEnd {
    for (const process of this.running) process.start(this)
    this.scheduleScript()
    const { agenda } = this
    const { horizon, isOver } = this.scenario
    let [events, standing, pending] = [0, 0, agenda.size]
    for (let next = agenda.nextTime; next <= horizon; next = agenda.nextTime) {
      if (next > this.now) {
        standing = 0
        pending = agenda.size
      } else if (++standing > maxAtOnce && standing > maxForEach * (pending + this.running.length)) {
        throw this.timeStandsStill(standing)
      }
      this.now = next
      this.handle(agenda.take())
      events++
      if (isOver?.(this.now) === true) return { ended: "over", at: this.now, events }
    }
    return { ended: agenda.size === 0 ? "idle" : "horizon", at: this.now, events }
  }

  /** Goes on for a while and says what is repeating. */
  private timeStandsStill(events: number): UsageError {
    const { agenda } = this
    const times = new Map<string, number>()
    for (let i = 0; i < 1000 && agenda.nextTime === this.now; i++) {
      const entry = agenda.take()
      const what = this.describe(entry)
      times.set(what, (times.get(what) ?? 0) + 1)
      this.handle(entry)
    }
    const frequent = [...times].sort(([, a], [, b]) => b - a).slice(0, 4)
    return new UsageError(
      `${events} events happen at ${this.now} µs and no time passes; repeating: ${frequent.map(([what]) => what).join(", ")}. ` +
        "Give messages a latency, writes or processors a cost, timers and pauses a duration, or clients a think time.",
    )
  }

  /** What is due, in words: "propose at a1", "timer phase of p1". */
  private describe(entry: Entry): string {
    const { agenda } = this
    const content = agenda.contentOf(entry)
    const { name } = this.scenario.processes[agenda.processOf(entry)]!
    switch (agenda.dueOf(entry)) {
      case Due.arrive:
        return `${(content as { readonly type?: string }).type ?? "a message"} at ${name}`
      case Due.timeout:
        return `timer ${content as Timer} of ${name}`
      case Due.synced:
        return `a write of ${name}`
      case Due.served:
        return `a message read by ${name}`
      case Due.propose:
        return `a value proposed to ${name}`
      case Due.script:
        return `a fault of ${name}`
    }
  }

  /** Faults first: a process that crashes at the time of a proposal does not see it. */
  private scheduleScript(): void {
    for (const entry of scriptOf(this.scenario)) this.agenda.add(entry.at, Due.script, 0, 0, 0, entry)
    for (const { at, process, value } of this.scenario.proposals) {
      this.agenda.add(at, Due.propose, process, 0, 0, value)
    }
  }

  /** What is due, at whom. Entries of an earlier life are recognised by its number and dropped. */
  private handle(entry: Entry): void {
    const { agenda } = this
    const process = this.running[agenda.processOf(entry)]!
    switch (agenda.dueOf(entry)) {
      case Due.arrive: {
        const message = agenda.contentOf(entry) as Message
        return this.arrive(process, agenda.otherOf(entry), agenda.numberOf(entry), message)
      }
      case Due.timeout:
        return this.timeout(process, agenda.contentOf(entry) as Timer, agenda.numberOf(entry))
      case Due.served:
        if (process.life === agenda.otherOf(entry)) this.served(process)
        return
      case Due.synced:
        if (process.life === agenda.otherOf(entry)) process.written(process.writing, this)
        return
      case Due.propose:
        return this.propose(process, agenda.contentOf(entry) as Value)
      case Due.script:
        return this.strike(agenda.contentOf(entry) as ScriptEntry)
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
    process.receive(from, message, this)
  }

  /** Only the last setting of a timer counts: the agenda has no removal, and the others are ignored. */
  private timeout(process: Running<Message, Stored, Report>, timer: Timer, setting: number): void {
    if (process.timers.get(timer)?.setting !== setting) return
    if (process.paused) process.overdueTimers.push(timer)
    else this.fire(process, timer)
  }

  private fire(process: Running<Message, Stored, Report>, timer: Timer): void {
    if (this.audience.wants.timeout) {
      this.observe({ at: this.now, type: "timeout", process: process.address, timer })
    }
    process.timeout(timer, this)
  }

  private propose(process: Running<Message, Stored, Report>, value: Value): void {
    if (!process.up) return
    this.observe({ at: this.now, type: "propose", process: process.address, value })
    process.step({ type: "propose", value }, this)
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
    const head = process.takeFirst()
    this.deliver(process, head.from, head.id, head.message)
    this.serveNext(process)
  }

  // ---- What it says: the effects of its outputs

  /** A synchronous write; with group commit, one for every record that waits by now. */
  write(process: Running<Message, Stored, Report>): void {
    process.writing = this.scenario.disk?.groupCommit === true ? process.unwritten().length : 1
    const at = this.now + process.syncTime()
    this.agenda.add(at, Due.synced, process.address, process.life, 0, undefined)
  }

  stored({ address }: Running<Message, Stored, Report>, record: Stored, isVolatile: boolean): void {
    if (this.audience.wants.store) this.audience.stored(this.now, address, record, isVolatile)
  }

  learned({ address }: Running<Message, Stored, Report>, epoch: number, value: Value): void {
    this.observe({ at: this.now, type: "learn", process: address, epoch, value })
  }

  reported({ address }: Running<Message, Stored, Report>, report: Report): void {
    if (this.audience.wants.report) this.audience.reported(this.now, address, report)
  }

  send(process: Running<Message, Stored, Report>, to: Address, message: Message): void {
    this.transmit(process.address, to, message, this.writtenAt(process, message))
  }

  /** Where the node model says so the message is written once, and all copies leave together. */
  broadcast(process: Running<Message, Stored, Report>, to: readonly Address[], message: Message): void {
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
  setTimer(process: Running<Message, Stored, Report>, timer: Timer, { min, max }: TimerRange): TimerSetting {
    const { clockRate, timerJitter, timerDraws } = process
    const local = min === max ? min : timerDraws.between(min, max)
    const late = timerJitter === 0 ? 0 : timerDraws.between(0, timerJitter)
    return this.schedule(process, timer, this.now + Math.round(local / clockRate) + late)
  }

  private schedule(process: Running<Message, Stored, Report>, timer: Timer, firesAt: Micros): TimerSetting {
    const setting = ++this.timerSettings
    this.agenda.add(firesAt, Due.timeout, process.address, 0, setting, timer)
    return { setting, firesAt }
  }

  // ---- What befalls it

  /** A fault, or its end, happens. Aimed at the leader it strikes the current leader, if there is one. */
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

  /** A process that wakes up reads the clock first. */
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
    process.crash(disk === "lost" ? [] : survivors, this)
    if (disk === "lost") process.disk = undefined
    process.stop(this.now)
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
    this.observe({ at: this.now, type: "recover", process: process.address })
    process.recover(this)
  }

  /** The clock jumps: everything that was set fires sooner by that, though never in the past. */
  private stepClock(process: Running<Message, Stored, Report>, by: Micros): void {
    for (const [timer, { firesAt }] of process.timers) {
      const at = Math.max(this.now, firesAt - Math.round(by / process.clockRate))
      process.timers.set(timer, this.schedule(process, timer, at))
    }
  }

  private observe(event: TraceEvent<Message, Stored, Report>): void {
    this.audience.observe(event)
  }
}

/**
 * More events than this at one instant are taken for a loop that takes no time; in large runs, so many for
 * each process and each thing that is still to happen, of which all may happen at once.
 */
const maxAtOnce = 500_000
const maxForEach = 1000

/** The trace of a scenario as a list: for short runs that are read, drawn or replayed. */
export function traceOf<Message, Stored, Report = never>(
  scenario: Scenario<Message, Stored, Report>,
): readonly TraceEvent<Message, Stored, Report>[] {
  const trace: TraceEvent<Message, Stored, Report>[] = []
  simulate(scenario, (event: TraceEvent<Message, Stored, Report>) => trace.push(event))
  return trace
}
