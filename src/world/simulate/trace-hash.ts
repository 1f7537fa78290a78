import type { TraceEvent } from "./trace.ts"

/**
 * A fingerprint of a trace, 64 bits as 16 hexadecimal digits: two runs with the
 * same one were, as good as certainly, the same run. Of every event it takes
 * its type, its time and whom it concerns; of a message or record, what
 * `digest` makes of it. The same on every machine.
 *
 * It stands for the whole trace where that would be too long to keep: results carry it, so that
 * a reader can tell whether a run of his own was the very same. It is no defence against
 * anybody: collisions can be made.
 */
export class TraceHash<Message, Stored, Report = never> {
  private low = 0x243f6a88
  private high = 0x9e3779b9
  private readonly digest: (content: Message | Stored | Report) => string | number

  constructor(digest: (content: Message | Stored | Report) => string | number = () => 0) {
    this.digest = digest
  }

  readonly observe = (event: TraceEvent<Message, Stored, Report>): void => {
    const { at, type } = event as TraceEvent<Message, Stored>
    this.addText(type)
    this.addNumber(at)
    switch (event.type) {
      case "send":
      case "deliver":
      case "miss":
        this.addNumber(event.from)
        this.addNumber(event.to)
        this.addNumber(event.id)
        return this.addContent(event.message)
      case "store":
        this.addNumber(event.process)
        return this.addContent(event.record)
      default: {
        const rest = event as { process: number; report?: Report; value?: string; timer?: string }
        this.addNumber(rest.process)
        if (rest.report !== undefined) this.addContent(rest.report)
        return this.addText(rest.value ?? rest.timer ?? "")
      }
    }
  }

  get digits(): string {
    return [this.high, this.low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("")
  }

  private addContent(content: Message | Stored | Report): void {
    const digest = this.digest(content)
    if (typeof digest === "number") this.addNumber(digest)
    else this.addText(digest)
  }

  addText(text: string): void {
    for (let i = 0; i < text.length; i++) this.addWord(text.charCodeAt(i))
    this.addWord(text.length)
  }

  private addNumber(value: number): void {
    this.addWord(value | 0)
    if (value >= 2 ** 31) this.addWord(Math.floor(value / 2 ** 32))
  }

  /** Two lanes of multiply and rotate that also mix with each other. */
  private addWord(word: number): void {
    const low = Math.imul(this.low ^ word, 0x85ebca6b)
    const high = Math.imul(this.high ^ word ^ (low >>> 15), 0xc2b2ae35)
    this.low = (low << 13) | (low >>> 19)
    this.high = (high << 17) | (high >>> 15)
    this.low ^= this.high >>> 7
  }
}

/** One fingerprint for several runs, in their order. */
export function combinedHash(digits: readonly string[]): string {
  if (digits.length === 1) return digits[0]!
  const all = new TraceHash()
  for (const text of digits) all.addText(text)
  return all.digits
}
