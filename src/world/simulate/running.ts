import { UsageError } from "../../base/errors.ts"
import type { Random } from "../../base/random.ts"
import type { Address, Micros, Output, Process, Timer } from "../../protocol/actor.ts"
import type { DiskLoss } from "../faults/fault.ts"
import type { NodeModel, Scenario } from "./scenario.ts"

/** A process while it is simulated: its state, and what its machine is doing. */
export interface Running<Message, Stored, Report> {
  readonly address: Address
  readonly actor: Process<Message, Stored, Report>["actor"]
  readonly keep: (before: Stored | undefined, record: Stored) => Stored
  readonly follows: (record: Stored) => boolean
  state: unknown
  up: boolean
  /** Counts restarts: what was scheduled in an earlier life is void. */
  life: number

  readonly timerDraws: Random
  /** Local microseconds that pass in a real one. */
  clockRate: number
  /** Timers fire up to this much late. */
  timerJitter: Micros
  /** The setting that counts for each timer; a timeout of any other has been replaced or cancelled. */
  readonly timers: Map<Timer, TimerSetting>

  /** What is on its disk. */
  stored: Stored | undefined
  /** Outputs that wait for a write, in order; those before `pendingHead` have happened. */
  pending: Output<Message, Stored, Report>[]
  pendingHead: number
  /** How many stores, from the head of `pending`, the write under way will make durable; 0 when none is under way. */
  writing: number
  readonly syncTime: () => Micros

  /** What messages cost it; without it, nothing. */
  readonly costs: Costs<Message> | undefined
  /** What has arrived and is not read yet. */
  inbox: Unread<Message>[]
  inboxHead: number
  /** Whether the message at the head of the inbox is being read. */
  serving: boolean
  /** When its processor has done all it was given so far. */
  busyUntil: Micros
  paused: boolean
  /** Of the pauses it is in the last end, which counts. */
  pausedUntil: Micros
  /** Timers that should have fired during the pause, in order. */
  overdueTimers: Timer[]
  /** What a fault adds to the reading of every message. */
  slowedBy: Micros
}

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
  return scenario.processes.map(({ name, actor, keep, prepared, follows }, address) => ({
    address,
    actor,
    keep: keep ?? recordAlone,
    state: undefined,
    up: true,
    life: 0,
    timerDraws: timers.fork(name),
    clockRate: clockRateOf(scenario.clockRates?.[address] ?? 1, address),
    timerJitter: 0,
    timers: new Map(),
    stored: prepared?.(),
    follows: follows ?? never,
    pending: [],
    pendingHead: 0,
    writing: 0,
    syncTime: syncTime(scenario, address, disks.fork(name)),
    costs: costs(scenario.node?.(address), address, scenario.bytesOf ?? noBytes, nodes.fork(name)),
    inbox: [],
    inboxHead: 0,
    serving: false,
    busyUntil: 0,
    paused: false,
    pausedUntil: 0,
    overdueTimers: [],
    slowedBy: 0,
  }))
}

/** Processes that do not say otherwise keep the last record and no other. */
const recordAlone = <Stored>(_before: Stored | undefined, record: Stored): Stored => record
const never = (): boolean => false
const noBytes = (): number => 0

/** The rate, if it is one: greater than 0 and finite; else a UsageError. */
export function clockRateOf(rate: number, address: Address): number {
  if (rate > 0 && rate < Infinity) return rate
  throw new UsageError(`The clock of process ${address} runs at a rate of ${rate}; a rate is greater than 0.`)
}

/** How long each synchronous write of a process takes, drawn from a stream of its own. */
function syncTime(
  { disk, writeLatency = 0 }: Pick<Scenario<never, never>, "disk" | "writeLatency">,
  address: Address,
  random: Random,
): () => Micros {
  if (disk === undefined) return () => writeLatency
  const draw = disk.sync.sampler(random)
  return () => draw(address, address)
}

/** What messages cost a process, reading and writing drawn from streams of their own. */
function costs<Message>(
  model: NodeModel | undefined,
  address: Address,
  bytesOf: (message: Message) => number,
  random: Random,
): Costs<Message> | undefined {
  if (model === undefined) return undefined
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

/** Takes the head off an inbox; its array is given up when all of it has been read. */
export function takeFirst<Message>(
  process: Pick<Running<Message, never, never>, "inbox" | "inboxHead">,
): Unread<Message> {
  const head = process.inbox[process.inboxHead++]!
  if (process.inboxHead === process.inbox.length) {
    process.inbox = []
    process.inboxHead = 0
  } else if (process.inboxHead === 1024) {
    process.inbox.splice(0, process.inboxHead)
    process.inboxHead = 0
  }
  return head
}

/** Gives up the memory of outputs that have happened, now and then. */
export function dropHandled(process: { readonly pending: unknown[]; pendingHead: number }): void {
  if (process.pendingHead < 1024) return
  process.pending.splice(0, process.pendingHead)
  process.pendingHead = 0
}

/** A crash: everything that is not on the disk is gone, and what was scheduled is void. */
export function stop<Message, Stored, Report>(process: Running<Message, Stored, Report>, now: Micros): void {
  process.up = false
  process.life++
  process.timers.clear()
  process.pending = []
  process.pendingHead = 0
  process.writing = 0
  process.inbox = []
  process.inboxHead = 0
  process.overdueTimers = []
  process.serving = false
  process.paused = false
  process.pausedUntil = 0
  process.busyUntil = now
}

/** The records that a process has asked to be written and that are not durable yet, in order. */
export function waitingStores<Message, Stored, Report>(
  process: Pick<Running<Message, Stored, Report>, "pending" | "pendingHead">,
): Stored[] {
  return process.pending
    .slice(process.pendingHead)
    .flatMap((output: Output<Message, Stored, Report>) =>
      output.type === "store" && output.volatile !== true ? [output.record] : [],
    )
}

/** The writes under way at a crash that are on the disk after all; tells the names of what was lost. */
export function survivingStores<Message, Stored, Report>(
  process: Pick<Running<Message, Stored, Report>, "pending" | "pendingHead" | "follows">,
  loss: DiskLoss,
  random: Random,
  onFault: ((name: string) => void) | undefined,
): readonly Stored[] {
  onFault?.("crash")
  if (loss === "lost") onFault?.("disk-lost")
  const waiting = waitingStores(process)
  if (waiting.length > 0) onFault?.(`unsynced-${loss}`)
  return survivors(waiting, loss, process.follows, random)
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
