import type { DiagramEvent, DiagramItem, Participant, SequenceDiagram } from "./model.ts"

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
