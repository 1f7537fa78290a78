import type { LogMessage, LogRecord, LogReport } from "../protocol/log/messages.ts"
import type { SelectiveObserver, TraceEvent } from "../sim/trace.ts"

/** What a run of the log costs in messages and writes, all of it, the start included. */
export class LogTraffic implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["send", "store", "report"] as const
  sent = 0
  /** Messages of which no copy arrives. */
  lost = 0
  /** Copies that arrive beyond the first. */
  duplicates = 0
  writes = 0
  /** Slots carried out, no-ops included, and the commands in them. */
  slots = 0
  commands = 0
  snapshots = 0
  private readonly types = new Map<string, number>()

  observe(event: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type === "send") return this.onSend(event.message.type, event.copies)
    if (event.type === "store") {
      this.writes++
      if (event.record.type === "snapshot") this.snapshots++
    } else if (event.type === "report" && event.report.type === "executed") {
      const { slot, batch } = event.report
      if (slot !== this.slots) return
      this.slots++
      this.commands += batch.length
    }
  }

  /** Messages sent, by type, the most frequent first. */
  get byType(): readonly { readonly type: string; readonly sent: number }[] {
    return [...this.types]
      .map(([type, sent]) => ({ type, sent }))
      .sort((a, b) => b.sent - a.sent || (a.type < b.type ? -1 : 1))
  }

  private onSend(type: string, copies: number): void {
    this.sent++
    if (copies === 0) this.lost++
    else this.duplicates += copies - 1
    this.types.set(type, (this.types.get(type) ?? 0) + 1)
  }
}
