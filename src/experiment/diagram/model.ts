/**
 * A message sequence diagram: who said what to whom, time running downwards.
 *
 * Time is in rows, whole numbers from 0: the order of events and nothing more.
 * A message that is sent in one row and received in a later one is a slanted
 * arrow; one that is never received ends in a cross. Renderers draw items of
 * one row in the order given.
 */
export interface SequenceDiagram {
  readonly title?: string
  readonly participants: readonly Participant[]
  readonly items: readonly DiagramItem[]
}

/** Whose lifeline it is. */
export interface Participant {
  readonly name: string
  /** A second, smaller line under the name: "epoch 0". */
  readonly detail?: string
}

/** Participants are positions in the diagram's list. */
export type DiagramItem = DiagramMessage | DiagramEvent | DiagramState | DiagramRemark

/** A message from one lifeline to another: an arrow, slanted where it takes time. */
export interface DiagramMessage {
  readonly type: "message"
  readonly from: number
  readonly to: number
  readonly label: string
  readonly sentAt: number
  /** The row of its arrival; null if it is lost. */
  readonly receivedAt: number | null
}

/** Something that happens at one participant. */
export interface DiagramEvent {
  readonly type: "event"
  readonly kind: "timeout" | "crash" | "recovery" | "other"
  readonly at: number
  readonly participant: number
  readonly text: string
}

/** What a participant remembers from this row on. */
export interface DiagramState {
  readonly type: "state"
  readonly at: number
  readonly participant: number
  readonly text: string
}

/** A sentence about the whole diagram at this row. */
export interface DiagramRemark {
  readonly type: "remark"
  readonly at: number
  readonly text: string
}

/** The row in which an item is told: messages when they arrive, lost ones when they are sent. */
export function rowOf(item: DiagramItem): number {
  return item.type === "message" ? (item.receivedAt ?? item.sentAt) : item.at
}

/** The items in the order of their rows; items of one row keep their order. */
export function itemsByRow(diagram: SequenceDiagram): DiagramItem[] {
  return diagram.items.toSorted((a, b) => rowOf(a) - rowOf(b))
}

/** One more than the last row of a diagram; 0 for an empty one. */
export function rowCount(diagram: SequenceDiagram): number {
  return diagram.items.reduce((rows, item) => Math.max(rows, rowOf(item) + 1), 0)
}

/** A message under way; what `send` returns and `receive` ends. */
export type InFlight = { readonly item: number }

/**
 * Writes a diagram from top to bottom: every call but `state` takes the next row.
 *
 * `send` and `receive` draw a message that takes time, `message` one that does
 * not. What is sent and never received is lost.
 */
export class DiagramBuilder {
  private readonly participants: readonly Participant[]
  private readonly items: DiagramItem[] = []
  private row = 0

  constructor(participants: readonly Participant[]) {
    this.participants = participants
  }

  send(from: number, to: number, label: string): InFlight {
    const item =
      this.items.push({ type: "message", from, to, label, sentAt: this.row++, receivedAt: null }) - 1
    return { item }
  }

  receive({ item }: InFlight): void {
    const message = this.items[item]!
    if (message.type === "message") this.items[item] = { ...message, receivedAt: this.row++ }
  }

  /** A message that arrives in the row in which it is sent. */
  message(from: number, to: number, label: string): void {
    const sentAt = this.row++
    this.items.push({ type: "message", from, to, label, sentAt, receivedAt: sentAt })
  }

  event(participant: number, kind: DiagramEvent["kind"], text: string): void {
    this.items.push({ type: "event", kind, participant, text, at: this.row++ })
  }

  /** What a participant remembers after the last row. */
  state(participant: number, text: string): void {
    this.items.push({ type: "state", participant, text, at: Math.max(0, this.row - 1) })
  }

  remark(text: string): void {
    this.items.push({ type: "remark", text, at: this.row++ })
  }

  build(title?: string): SequenceDiagram {
    return { ...(title !== undefined && { title }), participants: this.participants, items: [...this.items] }
  }
}
