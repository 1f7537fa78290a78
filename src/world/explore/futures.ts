import { UsageError } from "../../base/errors.ts"
import { canonicalText } from "./canonical-text.ts"
import type { ActorMachine, Transition } from "./machine.ts"
import type { Property } from "./model.ts"

/**
 * The quotient of world states by their futures.
 *
 * Two local states of a process are equivalent when for every input they send and record the same and
 * their successors are equivalent; one represents both. A message in transit is dead when its receiver
 * would ignore it in every state it can still reach; it is dropped. Both preserve the runs as far as the
 * history distinguishes them: states that differ by a dead message or by equivalent local states are
 * bisimilar except for steps that change nothing. So whether a condition on the history holds always or
 * sometimes, and after how many steps it fails, is unchanged; the number of states is that of the
 * quotient.
 *
 * Both are computed before the search, from a superset of the local states that are reachable
 * (`LocalGraph`), so they are independent of the protocol.
 */
export class Futures<Message, Stored, Remembered> {
  private readonly graph: LocalGraph<Message, Stored, Remembered>
  /** By local state: the first of its class. */
  private readonly first: Int32Array
  /** By representative, then by envelope: 1 if it matters now or later. */
  private readonly live: Uint8Array[] = []

  constructor(machine: ActorMachine<Message, Stored, Remembered>, maxTransitions?: number) {
    this.graph = new LocalGraph(machine, maxTransitions)
    this.first = representatives(this.graph)
    this.findLive()
  }

  /** The local state that stands for this one. */
  representative(local: number): number {
    return this.first[local]!
  }

  /** Whether a message to a process whose local state has this representative can still have an effect. */
  matters(representative: number, envelope: number): boolean {
    return this.live[representative]![envelope] === 1
  }

  /** Live is what matters now, and what is live after any step: the least such sets. */
  private findLive(): void {
    const classes = this.graph.locals.flat().filter((local) => this.first[local] === local)
    const steps = new Map(classes.map((local) => [local, this.effectiveEdges(local)]))
    for (const local of classes) {
      const live = new Uint8Array(this.graph.envelopes)
      for (const { envelope } of steps.get(local)!) if (envelope >= 0) live[envelope] = 1
      this.live[local] = live
    }
    for (let changed = true; changed;) {
      changed = false
      for (const local of classes.toReversed()) {
        for (const { transition } of steps.get(local)!) {
          if (addAll(this.live[local]!, this.live[this.first[transition.local]!]!)) changed = true
        }
      }
    }
  }

  private effectiveEdges(local: number): LocalEdge[] {
    return this.graph.edges[local]!.filter(
      ({ transition }) => this.first[transition.local] !== local || outputText(transition.events) !== "",
    )
  }
}

/**
 * The futures of a model for a search that judges these properties. Throws
 * UsageError for a property of the whole world, which merging would change, and
 * for an ordered network, where a dead message still holds up those behind it.
 * A search of at most `maxStates` compares no more than is in proportion to them.
 */
export function futuresFor<Message, Stored, Remembered>(
  machine: ActorMachine<Message, Stored, Remembered>,
  properties: readonly Property<Message, Stored, Remembered>[],
  maxStates = Infinity,
): Futures<Message, Stored, Remembered> {
  if (machine.model.network === "ordered") {
    throw new UsageError(
      "--reduce requires an unordered network: on an ordered one even a message without effect delays those behind it. Omit --reduce.",
    )
  }
  const whole = properties.find(({ ofWorld }) => ofWorld !== undefined)
  if (whole === undefined) return new Futures(machine, transitionsFor(maxStates))
  throw new UsageError(
    `merged states differ in their messages in transit, and the property ${whole.name} depends on those. Omit --reduce.`,
  )
}

/** Marks in `own` what is marked in `more`; whether that was new. */
function addAll(own: Uint8Array, more: Uint8Array): boolean {
  let changed = false
  for (let i = 0; i < more.length; i++) {
    if (more[i]! <= own[i]!) continue
    own[i] = 1
    changed = true
  }
  return changed
}

/** What others can notice of a step: everything but that a message was delivered. */
function outputText(events: readonly unknown[]): string {
  const outputs = events.filter((event) => (event as { readonly type: string }).type !== "deliver")
  return outputs.length === 0 ? "" : canonicalText(outputs)
}

/**
 * The representative of each local state: the first of its class. Starts with one class per process and
 * splits it while two members differ in their outputs or in the classes of their successors (Moore
 * 1956). A step without output that stays within the class counts as no step.
 */
function representatives<Message, Stored, Remembered>(
  graph: LocalGraph<Message, Stored, Remembered>,
): Int32Array {
  const classOf = new Int32Array(graph.edges.length).fill(-1)
  graph.locals.forEach((locals) => locals.forEach((local) => (classOf[local] = locals[0]!)))
  const outputs = new Map(
    graph.edges.flatMap((edges) => edges.map((edge) => [edge, outputText(edge.transition.events)] as const)),
  )
  const signature = (local: number): string => {
    // Sorted, so that the order in which edges were found does not tell two states apart.
    const parts = graph.edges[local]!.flatMap((edge) => {
      const next = classOf[edge.transition.local]!
      const output = outputs.get(edge)!
      return output === "" && next === classOf[local] ? [] : [`${edge.label} ${next} ${output}`]
    })
    return `${classOf[local]} ${parts.sort().join("\n")}`
  }
  for (let classes = 0, before = -1; classes !== before;) {
    before = classes
    const firsts = new Map<string, number>()
    const next = graph.locals.flat().map((local): [number, number] => {
      const text = signature(local)
      const first = firsts.get(text) ?? local
      firsts.set(text, first)
      return [local, first]
    })
    for (const [local, first] of next) classOf[local] = first
    classes = firsts.size
  }
  return classOf
}

/** A transition of one process from one local state, independent of the others. */
export interface LocalEdge {
  /** What happens: the same number for the same input in every local state. */
  readonly label: number
  /** The envelope delivered, or −1. */
  readonly envelope: number
  readonly transition: Transition
}

/** Computing more transitions than this takes longer than it saves: in all, and for each state that a search may have. */
const maxTransitions = 400_000
const transitionsPerState = 10
const fewTransitions = 10_000

const transitionsFor = (maxStates: number): number =>
  Math.min(maxTransitions, fewTransitions + transitionsPerState * maxStates)

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
  private readonly max: number
  private transitions = 0

  constructor(machine: ActorMachine<Message, Stored, Remembered>, max = maxTransitions) {
    this.machine = machine
    this.max = max
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
    if (++this.transitions > this.max) throw tooMany(this.max)
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
function tooMany(max: number): UsageError {
  return new UsageError(
    `too many states of single processes to compare: more than ${max} transitions. ` +
      `Omit --reduce, or use fewer epochs or proposers${max < maxTransitions ? ", or more states (--max-states)" : ""}.`,
  )
}
