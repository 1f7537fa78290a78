import { UsageError } from "../../base/errors.ts"
import type { ActorMachine, Transition } from "./machine.ts"

/** What one process can do in one local state, whatever the others do. */
export interface LocalEdge {
  /** What happens: the same number for the same input in every local state. */
  readonly label: number
  /** The envelope delivered, or −1. */
  readonly envelope: number
  readonly transition: Transition
}

/** Computing more transitions than this takes longer than it saves. */
const mostTransitions = 400_000

/**
 * Every local state that a process may get into, and what it can do there: a
 * superset of what is reachable.
 *
 * Any message that anyone may ever send to a process is taken to be deliverable
 * in any of its states, any number of times; timers, crashes and recoveries are
 * those of the model. Steps that the model does not admit are left out. Throws
 * UsageError where there are too many. Cost: a step of an actor per transition.
 *
 * A superset is what is needed: a message that can make no difference in any of these states can make
 * none in those that are reachable, and two states that nothing here can tell apart nothing there can
 * either. The price is that some states that could be merged are not.
 */
export class LocalGraph<Message, Stored, Remembered> {
  /** By number of a local state; empty for numbers that are not in the graph. */
  readonly edges: LocalEdge[][] = []
  /** By process: its local states. */
  readonly locals: readonly (readonly number[])[]
  private readonly machine: ActorMachine<Message, Stored, Remembered>
  private readonly found: number[][]
  private readonly arriving: number[][]
  private readonly known = new Set<number>()
  private readonly sent = new Set<number>()
  private readonly labels = new Map<string, number>()
  private transitions = 0

  constructor(machine: ActorMachine<Message, Stored, Remembered>) {
    this.machine = machine
    this.found = machine.model.processes.map(() => [])
    this.arriving = machine.model.processes.map(() => [])
    this.locals = this.found
    const { locals, sends } = machine.initial()
    for (const local of locals) this.addLocal(local)
    for (const envelope of sends) this.addEnvelope(envelope)
    this.close()
  }

  /** Every local state meets every message to its process, once, in whichever order the two are found. */
  private close(): void {
    const done = this.found.map(() => ({ locals: 0, envelopes: 0 }))
    for (let changed = true; changed;) {
      changed = false
      for (const [process, before] of done.entries()) {
        const [locals, envelopes] = [this.found[process]!, this.arriving[process]!]
        const now = { locals: locals.length, envelopes: envelopes.length }
        if (now.locals === before.locals && now.envelopes === before.envelopes) continue
        changed = true
        done[process] = now
        for (let i = 0; i < now.locals; i++) {
          if (i >= before.locals) this.visitAlone(locals[i]!)
          const from = i < before.locals ? before.envelopes : 0
          for (let j = from; j < now.envelopes; j++) this.visitDelivery(locals[i]!, envelopes[j]!)
        }
      }
    }
  }

  private visitDelivery(local: number, envelope: number): void {
    if (!this.machine.local(local).up) return
    this.addStep(local, `deliver ${envelope}`, this.machine.deliver(local, envelope), envelope)
  }

  /** What a process does without a message. */
  private visitAlone(local: number): void {
    const { machine } = this
    const { timeouts = true, crashes = 0, recovers = true } = machine.model
    const { up, timers, waiting } = machine.local(local)
    if (!up) {
      if (recovers) this.addStep(local, "recover", machine.recover(local))
      return
    }
    if (timeouts)
      timers.forEach((timer, i) => this.addStep(local, `timer ${timer}`, machine.timeout(local, i)))
    if (waiting !== undefined) this.addStep(local, `ask ${waiting[0]}`, machine.ask(local))
    if (crashes > 0) this.addEdge(local, "crash", machine.crash(local), -1)
  }

  /** A transition, and where the model has crashes, those inside it. */
  private addStep(local: number, label: string, transition: Transition, envelope = -1): void {
    this.addEdge(local, label, transition, envelope)
    if ((this.machine.model.crashes ?? 0) === 0) return
    for (const interrupted of transition.crashes) {
      this.addEdge(local, `${label}, crash before ${interrupted.before}`, interrupted, envelope)
    }
  }

  private addEdge(local: number, label: string, transition: Transition, envelope: number): void {
    if (++this.transitions > mostTransitions) throw tooMany()
    if (!transition.admitted) return
    let number = this.labels.get(label)
    if (number === undefined) this.labels.set(label, (number = this.labels.size))
    this.edges[local]!.push({ label: number, envelope, transition })
    this.addLocal(transition.local)
    for (const sent of transition.sends) this.addEnvelope(sent)
  }

  /** One more than the greatest number of an envelope in the graph. */
  get envelopes(): number {
    return this.machine.envelopes.values.length
  }

  private addLocal(local: number): void {
    if (this.known.has(local)) return
    this.known.add(local)
    this.edges[local] = []
    this.found[this.machine.local(local).address]!.push(local)
  }

  private addEnvelope(envelope: number): void {
    if (this.sent.has(envelope)) return
    this.sent.add(envelope)
    this.arriving[this.machine.receiver[envelope]!]!.push(envelope)
  }
}

/** The refusal, with what to try instead. */
function tooMany(): UsageError {
  return new UsageError(
    `The states of single processes are too many to compare: more than ${mostTransitions} transitions. ` +
      `Explore without --reduce, or take fewer epochs or proposers.`,
  )
}
