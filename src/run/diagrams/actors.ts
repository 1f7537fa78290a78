import {
  DiagramBuilder,
  type DiagramEvent,
  type InFlight,
  type SequenceDiagram,
} from "../../experiment/diagram/model.ts"
import { canonicalText } from "../../world/explore/canonical-text.ts"
import type { Envelope, Local, WorldStep } from "../../world/explore/model.ts"
import type { ActorTrace } from "../../world/explore/trace.ts"

/** How a protocol's messages and states are written in a diagram. */
export interface ActorWords<Message, Stored> {
  readonly message: (message: Message) => string
  /** What a process remembers; undefined where it is not worth a word. */
  readonly state: (local: Local<Stored>) => string | undefined
  /** The remarks after a number of steps. */
  readonly news?: (after: number) => readonly string[]
}

/**
 * A run of actors as a diagram: every message from where it was sent to where it arrived, time-outs and
 * crashes, and states where they change. Processes that initiate are on the left, as proposers are in
 * the figures of the thesis.
 *
 * Messages in transit at the end are omitted; those the network lost are drawn as lost.
 */
export function actorDiagram<Message, Stored, Remembered>(
  trace: ActorTrace<Message, Stored, Remembered>,
  words: ActorWords<Message, Stored>,
  title?: string,
): SequenceDiagram {
  return new ActorDrawing(trace, words).draw(title)
}

class ActorDrawing<Message, Stored, Remembered> {
  private readonly trace: ActorTrace<Message, Stored, Remembered>
  private readonly words: ActorWords<Message, Stored>
  private readonly builder: DiagramBuilder
  /** By process: its place from the left. */
  private readonly positions: readonly number[]
  /** By text of an envelope: how often it will still arrive or be lost. */
  private readonly wanted = new Map<string, number>()
  /** By text of an envelope: its copies under way, oldest first. */
  private readonly underWay = new Map<string, InFlight[]>()

  constructor(trace: ActorTrace<Message, Stored, Remembered>, words: ActorWords<Message, Stored>) {
    this.trace = trace
    this.words = words
    const order = begunFirst(trace)
    this.builder = new DiagramBuilder(
      order.map((process) => ({ name: trace.model.processes[process]!.name })),
    )
    this.positions = order.map((_, process) => order.indexOf(process))
    for (const step of trace.steps) {
      if (step.action !== "deliver" && step.action !== "lose") continue
      const text = envelopeText(step)
      this.wanted.set(text, (this.wanted.get(text) ?? 0) + 1)
    }
  }

  draw(title: string | undefined): SequenceDiagram {
    this.send(this.trace.worlds[0]!.messages)
    this.trace.steps.forEach((step, i) => {
      this.drawCause(step)
      this.drawStates(i)
      for (const text of this.words.news?.(i + 1) ?? []) this.builder.remark(text)
      this.send(this.sentBy(i))
    })
    return this.builder.build(title)
  }

  private send(envelopes: readonly Envelope<Message>[]): void {
    for (const envelope of envelopes) {
      const text = envelopeText(envelope)
      const copies = this.underWay.get(text) ?? []
      if ((this.wanted.get(text) ?? 0) <= copies.length) continue
      const [from, to] = [this.positions[envelope.from]!, this.positions[envelope.to]!]
      const sent = this.builder.send(from, to, this.words.message(envelope.message))
      this.underWay.set(text, [...copies, sent])
    }
  }

  /** The messages in the world after step `i` that were not in it before. */
  private sentBy(i: number): Envelope<Message>[] {
    const before = new Map<string, number>()
    for (const envelope of this.trace.worlds[i]!.messages) {
      const text = envelopeText(envelope)
      before.set(text, (before.get(text) ?? 0) + 1)
    }
    const step = this.trace.steps[i]!
    const gone = this.trace.model.network === "duplicating" ? ["lose"] : ["lose", "deliver"]
    if ((step.action === "deliver" || step.action === "lose") && gone.includes(step.action)) {
      const text = envelopeText(step)
      before.set(text, before.get(text)! - 1)
    }
    return this.trace.worlds[i + 1]!.messages.filter((envelope) => {
      const text = envelopeText(envelope)
      const left = before.get(text) ?? 0
      before.set(text, left - 1)
      return left <= 0
    })
  }

  private drawCause(step: WorldStep<Message>): void {
    switch (step.action) {
      case "deliver":
      case "lose": {
        const text = envelopeText(step)
        const copy = this.underWay.get(text)?.shift()
        this.wanted.set(text, this.wanted.get(text)! - 1)
        if (step.action === "lose") return
        if (copy === undefined)
          this.builder.message(
            this.positions[step.from]!,
            this.positions[step.to]!,
            `${this.words.message(step.message)} again`,
          )
        else this.builder.receive(copy)
        if (step.crashBefore !== undefined) this.event(step.to, "crash", "crash before its write")
        return
      }
      case "timeout":
        this.event(step.process, "timeout", "timeout")
        if (step.crashBefore !== undefined) this.event(step.process, "crash", "crash before its write")
        return
      case "ask":
        this.event(step.process, "other", `asked for ${step.value}`)
        if (step.crashBefore !== undefined) this.event(step.process, "crash", "crash before its write")
        return
      case "crash":
        return this.event(step.process, "crash", "crash")
      case "recover":
        return this.event(step.process, "recovery", "recovery")
    }
  }

  private event(process: number, kind: DiagramEvent["kind"], text: string): void {
    this.builder.event(this.positions[process]!, kind, text)
  }

  private drawStates(i: number): void {
    const [before, after] = [this.trace.worlds[i]!.locals, this.trace.worlds[i + 1]!.locals]
    after.forEach((local, process) => {
      const text = this.words.state(local)
      if (text !== undefined && text !== this.words.state(before[process]!))
        this.builder.state(this.positions[process]!, text)
    })
  }
}

/** The processes: those that speak before they are spoken to, then the others, each in the model's order. */
function begunFirst<Message, Stored, Remembered>({
  model,
  worlds,
  steps,
}: ActorTrace<Message, Stored, Remembered>): number[] {
  const begin = new Set(worlds[0]!.messages.map(({ from }) => from))
  for (const step of steps) {
    if (step.action === "ask" || step.action === "timeout") begin.add(step.process)
  }
  const all = model.processes.map((_, process) => process)
  return [...all.filter((process) => begin.has(process)), ...all.filter((process) => !begin.has(process))]
}

function envelopeText<Message>({ from, to, message }: Envelope<Message>): string {
  return canonicalText({ from, to, message })
}
