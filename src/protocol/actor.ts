/**
 * What every protocol here is made of: a step from a state and an input to a
 * state and outputs, and nothing else. The same actor is simulated (one world
 * in virtual time), explored (all worlds), stepped by hand, or run over a real
 * transport. It knows no clock, no network, no randomness and no promises.
 */
export interface Actor<State, Message, Stored, Report = never> {
  /** The state and first outputs of a process that has never run before. */
  start(self: Address): Step<State, Message, Stored, Report>
  /**
   * Pure: the same state and input give the same step, and the state given is left as it was; unless the
   * actor has `inPlace`, and then the state given is changed and returned.
   */
  step(state: State, input: Input<Message, Stored>): Step<State, Message, Stored, Report>
  /** The same steps without objects for inputs and outputs, for hosts that never go back to an earlier state. */
  readonly inPlace?: InPlaceSteps<State, Message, Stored, Report>
}

/**
 * The steps of an actor that changes its state in place and says each output by a call: what a simulator
 * of millions of events runs. `inPlaceActor` makes an actor of them, and that one is their oracle.
 */
export interface InPlaceSteps<State, Message, Stored, Report = never> {
  start(self: Address, out: Outputs<Message, Stored, Report>): State
  receive(state: State, from: Address, message: Message, out: Outputs<Message, Stored, Report>): void
  timeout(state: State, timer: Timer, out: Outputs<Message, Stored, Report>): void
  recover(state: State, stored: Stored | undefined, life: number, out: Outputs<Message, Stored, Report>): void
}

/** Takes the outputs of a step, one by one and in order; each means what `Output` says of it. */
export interface Outputs<Message, Stored, Report = never> {
  send(to: Address, message: Message): void
  /** No recipient, where the list is empty. */
  broadcast(to: readonly Address[], message: Message): void
  store(record: Stored): void
  /** Fires once, after `min` to `max`; after exactly `min`, without `max`. */
  setTimer(timer: Timer, min: Micros, max?: Micros): void
  cancelTimer(timer: Timer): void
  report(report: Report): void
}

/**
 * The number of a process in its cluster. Acceptors come first, in the order of
 * the quorum system's nodes, so the address of an acceptor is its bit in a NodeSet.
 */
export type Address = number

/** What consensus is reached on. Opaque: protocols only compare values for equality. */
export type Value = string

/** Virtual time in whole microseconds. */
export type Micros = number

/** A duration to be drawn uniformly from [min, max] by the host of the actor; an explorer takes every one. */
export interface TimerRange {
  readonly min: Micros
  readonly max: Micros
}

/** The name of a timer of one process; setting it again replaces it. */
export type Timer = string

/** What can happen to a process. There is no "send failed" and no "message lost": no process can know. */
export type Input<Message, Stored> =
  | { readonly type: "receive"; readonly from: Address; readonly message: Message }
  | { readonly type: "timeout"; readonly timer: Timer }
  /** A client asks this process to get `value` decided. */
  | { readonly type: "propose"; readonly value: Value }
  /**
   * After a crash, instead of whatever the state was: the last record stored, if any.
   * `life` differs from that of every earlier recovery of this process, as the time would.
   */
  | { readonly type: "recover"; readonly stored: Stored | undefined; readonly life?: number }

/**
 * Outputs happen in order. Nothing that follows a `store` takes effect before
 * its record is durable: a reply that depends on a promise comes after it.
 */
export type Output<Message, Stored, Report = never> =
  | { readonly type: "send"; readonly to: Address; readonly message: Message }
  /**
   * One message to several processes: a copy leaves for each address, at the same time and in the order of
   * the list, in which no address appears twice. Unlike as many sends, it may be written once for all.
   */
  | { readonly type: "broadcast"; readonly to: readonly Address[]; readonly message: Message }
  | { readonly type: "set-timer"; readonly timer: Timer; readonly after: TimerRange }
  | { readonly type: "cancel-timer"; readonly timer: Timer }
  /**
   * One synchronous write: `record` replaces the process's stored record. A
   * volatile one is only noted: it takes no time, and a crash loses it.
   */
  | { readonly type: "store"; readonly record: Stored; readonly volatile?: true }
  /** This process now knows that `value` is decided, in `epoch`. */
  | { readonly type: "learn"; readonly epoch: number; readonly value: Value }
  | Reporting<Report>

/** What a process says of itself, for measures and checks; no other process receives it. */
export type Reporting<Report> = [Report] extends [never]
  ? never
  : { readonly type: "report"; readonly report: Report }

/** What an actor makes of one input: its next state, and what is to be done. */
export interface Step<State, Message, Stored, Report = never> {
  readonly state: State
  readonly outputs: readonly Output<Message, Stored, Report>[]
}

/** What a process is for; an actor does not know it, traces and diagrams do. */
export type Role = "acceptor" | "proposer" | "learner" | "allocator" | "reader" | "replica" | "client"

/** One process of a cluster; its address is its place in the cluster. */
export interface Process<Message, Stored, Report = never> {
  /** "a1", "p1", "l1", or the node's own name: what traces and diagrams show. */
  readonly name: string
  readonly role: Role
  readonly actor: Actor<unknown, Message, Stored, Report>
  /**
   * Whether a record is written only after all before it are durable, such as a
   * snapshot that stands for them: a crash never keeps it and not them.
   */
  readonly follows?: (record: Stored) => boolean
  /** What is on its disk before it first runs, if it is prepared: so that an empty disk is told from a lost one. */
  readonly prepared?: () => Stored
  /**
   * What the disk holds after one more record; without it, the record alone.
   * Called in the order of the writes; it may change and return what it was given.
   */
  readonly keep?: (before: Stored | undefined, record: Stored) => Stored
}

/** A step that changes nothing and says nothing. */
export function unchanged<State>(state: State): Step<State, never, never> {
  return { state, outputs: [] }
}

/** The output that sends a message; delivery is the outside's business, and not certain. */
export function send<Message>(to: Address, message: Message): Output<Message, never> {
  return { type: "send", to, message }
}

/** The output that sends one message to several processes; see `Output`. */
export function broadcast<Message>(to: readonly Address[], message: Message): Output<Message, never> {
  return { type: "broadcast", to, message }
}

/** The recipients of an output in order; none, if it sends nothing. */
export function recipientsOf(output: Output<unknown, unknown, unknown>): readonly Address[] {
  if (output.type === "send") return [output.to]
  return output.type === "broadcast" ? output.to : []
}

/**
 * The actor of steps in place: collects their outputs in a list. Takes no proposals.
 *
 * A copy of it, `{ ...actor, step }`, has no `inPlace`: with another step, those would be another actor's.
 */
export function inPlaceActor<State, Message, Stored, Report>(
  inPlace: InPlaceSteps<State, Message, Stored, Report>,
): Actor<State, Message, Stored, Report> {
  const actor: Actor<State, Message, Stored, Report> = {
    start: (self) => {
      const out = new OutputList<Message, Stored, Report>()
      return { state: inPlace.start(self, out), outputs: out.outputs }
    },
    step: (state, input) => {
      const out = new OutputList<Message, Stored, Report>()
      if (input.type === "receive") inPlace.receive(state, input.from, input.message, out)
      else if (input.type === "timeout") inPlace.timeout(state, input.timer, out)
      else if (input.type === "recover") inPlace.recover(state, input.stored, input.life ?? 0, out)
      return { state, outputs: out.outputs }
    },
  }
  return Object.defineProperty(actor, "inPlace", { value: inPlace, enumerable: false })
}

/** Lists the outputs of one step. */
class OutputList<Message, Stored, Report> implements Outputs<Message, Stored, Report> {
  readonly outputs: Output<Message, Stored, Report>[] = []

  send(to: Address, message: Message): void {
    this.outputs.push({ type: "send", to, message })
  }

  broadcast(to: readonly Address[], message: Message): void {
    if (to.length > 0) this.outputs.push({ type: "broadcast", to, message })
  }

  store(record: Stored): void {
    this.outputs.push({ type: "store", record })
  }

  setTimer(timer: Timer, min: Micros, max: Micros = min): void {
    this.outputs.push({ type: "set-timer", timer, after: { min, max } })
  }

  cancelTimer(timer: Timer): void {
    this.outputs.push({ type: "cancel-timer", timer })
  }

  report(report: Report): void {
    this.outputs.push(reportOutput(report))
  }
}

/** The output that reports something, of an actor that has reports. */
export function reportOutput<Message, Stored, Report>(report: Report): Output<Message, Stored, Report> {
  return { type: "report", report } as Output<Message, Stored, Report>
}
