import {
  type Address,
  type InPlaceSteps,
  type Input,
  type Micros,
  type Output,
  type Outputs,
  type Process,
  type Step,
  type Timer,
  type TimerRange,
  type Value,
  reportOutput,
} from "../protocol/actor.ts"

/**
 * What executes the outputs of processes: a simulator in virtual time, an explorer, a world stepped by
 * hand, or a machine with a network, a disk and a clock.
 *
 * `RunningProcess` calls it for each output that takes effect, in order, and for nothing else. It answers
 * with calls of that process: `step` for what arrives, `timeout` when a timer fires, `written` when a
 * write is durable, `crash` and `recover`.
 *
 * `Setting` is whatever the host keeps of a timer that is set, such as when it fires.
 */
export interface Host<Running, Message, Stored, Report, Setting> {
  /** Whether a record is durable as soon as it is stored; then `write` is never called. */
  readonly writesAtOnce: boolean
  /**
   * Begins a write of one or more of the records in `unwritten`, from the first on, and calls `written`
   * with their number once they are durable. At most one write of a process is under way.
   */
  write(process: Running): void
  /** A record is on the disk now; a volatile one is not, and is only noted. */
  stored(process: Running, record: Stored, isVolatile: boolean): void
  send(process: Running, to: Address, message: Message): void
  /** Sends a copy to each address, in the order of the list. */
  broadcast(process: Running, to: readonly Address[], message: Message): void
  /** Has the timer fire once, after a time in the range. A setting that it replaces must not fire any more. */
  setTimer(process: Running, timer: Timer, after: TimerRange): Setting
  learned(process: Running, epoch: number, value: Value): void
  reported(process: Running, report: Report): void
}

/**
 * A process while it runs: the one interpreter of an actor's outputs, in every world.
 *
 * It keeps the actor's state, the disk and the timers that are set, and these rules:
 *
 * - Outputs take effect in order. Those that follow a `store` wait until its record is durable, those of
 *   later steps included, so that no reply overtakes the promise it rests on.
 * - What the disk holds after a write is what `keep` makes of it, or the record alone. A volatile record
 *   is only noted.
 * - Setting a timer again replaces it. A crash forgets timers, the state, and all outputs that wait.
 * - A process that comes back starts afresh, sets the timers that its start sets, and is given what is on
 *   its disk. What else the start says is not said again.
 *
 * The host decides when a write is durable, how messages travel and what a timer's range comes to. An
 * actor that works in place, or a `keep` that does, is for hosts that never look back.
 *
 * An actor's steps in place say their outputs to the process itself: each takes effect as it is said, and
 * becomes an object only if it has to wait. A list of outputs, where an actor has no such steps, is gone
 * through one by one.
 *
 * Cost: constant per output.
 */
export class RunningProcess<Message, Stored, Report, Setting> implements Outputs<Message, Stored, Report> {
  readonly address: Address
  readonly definition: Process<Message, Stored, Report>
  readonly actor: Process<Message, Stored, Report>["actor"]
  /** What the actor's last step returned. */
  state: unknown = undefined
  up = true
  /** How often it has crashed: tells what was under way in an earlier life. */
  life = 0
  /** What is on its disk. */
  disk: Stored | undefined = undefined
  /** The timers that are set; a timeout of any other has been replaced or cancelled. */
  readonly timers = new Map<Timer, Setting>()
  /** Outputs that wait for a write, in order, the first of them a store; those before `waitingFrom` have happened. */
  private waiting: Output<Message, Stored, Report>[] = []
  private waitingFrom = 0
  private readonly inPlace: InPlaceSteps<unknown, Message, Stored, Report> | undefined
  /** Whose calls what the steps in place say becomes. */
  private host: Host<this, Message, Stored, Report, Setting> | undefined = undefined

  constructor(definition: Process<Message, Stored, Report>, address: Address) {
    this.definition = definition
    this.actor = definition.actor
    this.inPlace = definition.actor.inPlace
    this.address = address
  }

  /** Runs for the first time. */
  start(host: Host<this, Message, Stored, Report, Setting>): void {
    this.disk = this.definition.prepared?.()
    this.host = host
    if (this.inPlace === undefined) this.apply(this.actor.start(this.address), host)
    else this.state = this.inPlace.start(this.address, this)
  }

  /** Gives a message to the actor, which must be up. */
  receive(from: Address, message: Message, host: Host<this, Message, Stored, Report, Setting>): void {
    if (this.inPlace === undefined) this.step({ type: "receive", from, message }, host)
    else this.inPlace.receive(this.state, from, message, this)
  }

  /** Gives an input to the actor, which must be up. */
  step(input: Input<Message, Stored>, host: Host<this, Message, Stored, Report, Setting>): void {
    const { state, outputs } = this.actor.step(this.state, input)
    this.state = state
    if (outputs.length > 0) this.perform(outputs, host)
  }

  /** A timer that is set fires. */
  timeout(timer: Timer, host: Host<this, Message, Stored, Report, Setting>): void {
    this.timers.delete(timer)
    if (this.inPlace === undefined) this.step({ type: "timeout", timer }, host)
    else this.inPlace.timeout(this.state, timer, this)
  }

  /** Takes over the state of a step and executes its outputs; `step` is for all who do not look at these first. */
  apply(
    { state, outputs }: Step<unknown, Message, Stored, Report>,
    host: Host<this, Message, Stored, Report, Setting>,
  ): void {
    this.state = state
    this.perform(outputs, host)
  }

  /** The records that are to be written and are not durable yet, in order. */
  unwritten(): Stored[] {
    return this.waiting
      .slice(this.waitingFrom)
      .flatMap((output) => (output.type === "store" && output.volatile !== true ? [output.record] : []))
  }

  /** The first `records` of `unwritten` are durable, and what waited for no more than those takes effect. */
  written(records: number, host: Host<this, Message, Stored, Report, Setting>): void {
    let left = records
    while (this.waitingFrom < this.waiting.length) {
      const output = this.waiting[this.waitingFrom]!
      const isWrite = output.type === "store" && output.volatile !== true
      if (isWrite && left === 0) {
        this.dropHandled()
        return host.write(this)
      }
      this.waitingFrom++
      if (isWrite) {
        left--
        this.toDisk(output.record, host)
      } else {
        this.performOne(output, host)
      }
    }
    this.waiting = []
    this.waitingFrom = 0
  }

  /** Stops: all but the disk is gone. `survivors` are those of `unwritten` that are on the disk after all. */
  crash(survivors: readonly Stored[], host: Host<this, Message, Stored, Report, Setting>): void {
    for (const record of survivors) this.toDisk(record, host)
    this.up = false
    this.life++
    this.state = undefined
    this.timers.clear()
    this.waiting = []
    this.waitingFrom = 0
  }

  /** Comes back after a crash. */
  recover(host: Host<this, Message, Stored, Report, Setting>): void {
    this.restart(host)
    this.step(this.recovery, host)
  }

  /** The first half of `recover`: the process is up and new, with the timers that its start sets. */
  restart(host: Host<this, Message, Stored, Report, Setting>): void {
    const { state, outputs } = this.actor.start(this.address)
    this.up = true
    this.state = state
    this.perform(
      outputs.filter(({ type }) => type === "set-timer"),
      host,
    )
  }

  /** The input that is the second half of `recover`. */
  get recovery(): Input<Message, Stored> {
    return { type: "recover", stored: this.disk, life: this.life }
  }

  // ---- What the steps in place say

  send(to: Address, message: Message): void {
    if (this.isWriting) this.waiting.push({ type: "send", to, message })
    else this.host!.send(this, to, message)
  }

  broadcast(to: readonly Address[], message: Message): void {
    if (this.isWriting) this.waiting.push({ type: "broadcast", to, message })
    else this.host!.broadcast(this, to, message)
  }

  store(record: Stored): void {
    if (this.host!.writesAtOnce) this.toDisk(record, this.host!)
    else this.perform([{ type: "store", record }], this.host!)
  }

  setTimer(timer: Timer, min: Micros, max: Micros = min): void {
    const after = { min, max }
    if (this.isWriting) this.waiting.push({ type: "set-timer", timer, after })
    else this.timers.set(timer, this.host!.setTimer(this, timer, after))
  }

  cancelTimer(timer: Timer): void {
    if (this.isWriting) this.waiting.push({ type: "cancel-timer", timer })
    else this.timers.delete(timer)
  }

  report(report: Report): void {
    if (this.isWriting) this.waiting.push(reportOutput(report))
    else this.host!.reported(this, report)
  }

  // ---- Effects

  /** Whether outputs wait for a write. */
  private get isWriting(): boolean {
    return this.waitingFrom < this.waiting.length
  }

  private perform(
    outputs: readonly Output<Message, Stored, Report>[],
    host: Host<this, Message, Stored, Report, Setting>,
  ): void {
    for (const output of outputs) {
      // Whatever comes after a write that is under way waits behind it, even if it does not depend on it: an
      // actor's outputs are in order.
      if (this.isWriting) this.waiting.push(output)
      else this.performOne(output, host)
    }
  }

  private performOne(
    output: Output<Message, Stored, Report>,
    host: Host<this, Message, Stored, Report, Setting>,
  ): void {
    switch (output.type) {
      case "send":
        return host.send(this, output.to, output.message)
      case "broadcast":
        return host.broadcast(this, output.to, output.message)
      case "store":
        if (output.volatile === true) return host.stored(this, output.record, true)
        if (host.writesAtOnce) return this.toDisk(output.record, host)
        this.waiting.push(output)
        return host.write(this)
      case "set-timer":
        this.timers.set(output.timer, host.setTimer(this, output.timer, output.after))
        return
      case "cancel-timer":
        this.timers.delete(output.timer)
        return
      case "learn":
        return host.learned(this, output.epoch, output.value)
      case "report":
        return host.reported(this, (output as { report: Report }).report)
    }
  }

  private toDisk(record: Stored, host: Host<this, Message, Stored, Report, Setting>): void {
    const { keep } = this.definition
    this.disk = keep === undefined ? record : keep(this.disk, record)
    host.stored(this, record, false)
  }

  /** Gives up the memory of outputs that have happened, now and then. */
  private dropHandled(): void {
    if (this.waitingFrom < 1024) return
    this.waiting.splice(0, this.waitingFrom)
    this.waitingFrom = 0
  }
}
