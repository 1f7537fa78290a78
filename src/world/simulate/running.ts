import { UsageError } from "../../base/errors.ts"
import type { Random } from "../../base/random.ts"
import type { Address, Micros, Process, Timer } from "../../protocol/actor.ts"
import type { DiskLoss } from "../faults/fault.ts"
import { RunningProcess } from "../process.ts"
import type { DiskModel, NodeModel, Scenario } from "./scenario.ts"

/** A process while it is simulated: what its processor, its clock and its disk are doing. */
export class Running<Message, Stored, Report> extends RunningProcess<Message, Stored, Report, TimerSetting> {
  readonly timerDraws: Random
  /** Local microseconds that pass in a real one. */
  clockRate: number
  /** Timers fire up to this much late. */
  timerJitter: Micros = 0

  /** How many records, from the first that waits, the write under way will make durable. */
  writing = 0
  readonly syncTime: () => Micros

  /** What messages cost it; without it, nothing. */
  readonly costs: Costs<Message> | undefined
  /** What has arrived and is not read yet. */
  inbox: Unread<Message>[] = []
  inboxHead = 0
  /** Whether the message at the head of the inbox is being read. */
  serving = false
  /** When its processor has done all it was given so far. */
  busyUntil: Micros = 0
  paused = false
  /** Of the pauses it is in the last end, which counts. */
  pausedUntil: Micros = 0
  /** Timers that should have fired during the pause, in order. */
  overdueTimers: Timer[] = []
  /** What a fault adds to the reading of every message. */
  slowedBy: Micros = 0

  constructor(definition: Process<Message, Stored, Report>, address: Address, machine: Machine<Message>) {
    super(definition, address)
    this.timerDraws = machine.timerDraws
    this.clockRate = machine.clockRate
    this.syncTime = machine.syncTime
    this.costs = machine.costs
  }

  /** Takes the head off the inbox; its array is given up when all of it has been read. */
  takeFirst(): Unread<Message> {
    const head = this.inbox[this.inboxHead++]!
    if (this.inboxHead === this.inbox.length) {
      this.inbox = []
      this.inboxHead = 0
    } else if (this.inboxHead === 1024) {
      this.inbox.splice(0, this.inboxHead)
      this.inboxHead = 0
    }
    return head
  }

  /** The machine stops: what it was doing and what has arrived is gone. */
  stop(now: Micros): void {
    this.writing = 0
    this.inbox = []
    this.inboxHead = 0
    this.overdueTimers = []
    this.serving = false
    this.paused = false
    this.pausedUntil = 0
    this.busyUntil = now
  }
}

/** What a process runs on. */
type Machine<Message> = Pick<
  Running<Message, never, never>,
  "timerDraws" | "clockRate" | "syncTime" | "costs"
>

/** Which setting of a timer counts, and when it fires by the run's clock. */
export interface TimerSetting {
  readonly setting: number
  readonly firesAt: Micros
}

/** A message in an inbox. */
export interface Unread<Message> {
  readonly id: number
  readonly from: Address
  readonly message: Message
}

/** Draws of the costs of one process. */
export interface Costs<Message> {
  receive(message: Message): Micros
  send(message: Message): Micros
  readonly writesBroadcastOnce: boolean
}

/** The processes of a scenario before anything has happened, each with streams of its own. */
export function runningProcesses<Message, Stored, Report>(
  scenario: Scenario<Message, Stored, Report>,
  random: Random,
): Running<Message, Stored, Report>[] {
  const timers = random.fork("timers")
  const nodes = random.fork("nodes")
  const disks = random.fork("disks")
  const { disk, writeLatency = 0, node, bytesOf = noBytes } = scenario
  const alwaysAlike = (): Micros => writeLatency
  return scenario.processes.map((definition, address) => {
    const { name } = definition
    const model = node?.(address)
    return new Running(definition, address, {
      timerDraws: timers.fork(name),
      clockRate: clockRateOf(scenario.clockRates?.[address] ?? 1, address),
      syncTime: disk === undefined ? alwaysAlike : syncTime(disk, address, disks.fork(name)),
      costs: model === undefined ? undefined : costs(model, address, bytesOf, nodes.fork(name)),
    })
  })
}

const never = (): boolean => false
const noBytes = (): number => 0

/** The rate, if it is one: greater than 0 and finite; else a UsageError. */
export function clockRateOf(rate: number, address: Address): number {
  if (rate > 0 && rate < Infinity) return rate
  throw new UsageError(`the clock rate of process ${address} is ${rate}; must be greater than 0.`)
}

/** How long each synchronous write of a process takes, drawn from a stream of its own. */
function syncTime({ sync }: DiskModel, address: Address, random: Random): () => Micros {
  const draw = sync.sampler(random)
  return () => draw(address, address)
}

/** What messages cost a process, reading and writing drawn from streams of their own. */
function costs<Message>(
  model: NodeModel,
  address: Address,
  bytesOf: (message: Message) => number,
  random: Random,
): Costs<Message> {
  const { microsPerByte, writesBroadcastOnce } = model
  const [receive, send] = [
    model.receive.sampler(random.fork("receive")),
    model.send.sampler(random.fork("send")),
  ]
  const byBytes = (message: Message): Micros =>
    microsPerByte === 0 ? 0 : Math.round(bytesOf(message) * microsPerByte)
  return {
    receive: (message) => receive(address, address) + byBytes(message),
    send: (message) => send(address, address) + byBytes(message),
    writesBroadcastOnce,
  }
}

/** The writes under way at a crash that are on the disk after all; tells the names of what was lost. */
export function survivingStores<Message, Stored, Report>(
  process: Running<Message, Stored, Report>,
  loss: DiskLoss,
  random: Random,
  onFault: ((name: string) => void) | undefined,
): readonly Stored[] {
  onFault?.("crash")
  if (loss === "lost") onFault?.("disk-lost")
  const waiting = process.unwritten()
  if (waiting.length > 0) onFault?.(`unsynced-${loss}`)
  return survivors(waiting, loss, process.definition.follows ?? never, random)
}

/** Which of the writes under way are on the disk after all. */
function survivors<Stored>(
  waiting: readonly Stored[],
  loss: DiskLoss,
  follows: (record: Stored) => boolean,
  random: Random,
): readonly Stored[] {
  // The torn one is at the end of what was written, and is recognised and dropped.
  if (loss === "torn" && waiting.length > 0) return waiting.slice(0, random.below(waiting.length))
  if (loss !== "partial") return []
  // A record that stands for earlier ones survives only with all of them: disks reorder
  // writes, not what waits for them.
  let complete = true
  return waiting.filter((record) => {
    const survives = random.below(2) === 0 && (complete || !follows(record))
    complete &&= survives
    return survives
  })
}
