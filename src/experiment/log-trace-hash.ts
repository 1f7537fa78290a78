import type { LogMessage, LogRecord, LogReport } from "../protocol/log/messages.ts"
import { TraceHash } from "../sim/trace-hash.ts"
import { traceEventTypes } from "../sim/trace.ts"
import { text } from "./column.ts"
import type { LogObserver } from "./log-scenario.ts"

/** How much of a run its fingerprint covers: what replicas write and report, or besides that every message and timer. */
export type HashedPart = "states" | "messages"

/** The fingerprint of a run of the log, and the observer that computes it. Messages take twice as long. */
export function logTraceHash(part: HashedPart): { readonly digits: string; readonly observer: LogObserver } {
  const hash = new TraceHash<LogMessage, LogRecord, LogReport>(digest)
  const wants = part === "messages" ? traceEventTypes : (["store", "report", "crash", "recover"] as const)
  return {
    get digits() {
      return hash.digits
    },
    observer: { wants, observe: hash.observe },
  }
}

/** The numbers of a message, a record or a report that tell it from others. */
function digest(content: LogMessage | LogRecord | LogReport): number {
  const parts = content as { type: string; epoch?: number; slot?: number; request?: number }
  return (parts.epoch ?? 0) * 65_537 + (parts.slot ?? 0) * 257 + (parts.request ?? 0) * 31 + parts.type.length
}

/** The column of every experiment on the log. */
export const traceHashColumn = text(
  "traceHash",
  "Fingerprint of the runs behind the row: equal for equal runs, whatever was measured of them.",
)
