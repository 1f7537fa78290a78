import type { Epoch } from "../../quorum/plan.ts"
import type { Batch, Result } from "./command.ts"
import type { LogMessageOf, LogReport } from "./messages.ts"
import type { LogRecord } from "./records.ts"

type AcceptRecord = Extract<LogRecord, { readonly type: "accept" }>
type ExecutedReport = Extract<LogReport, { readonly type: "executed" }>

/**
 * What all replicas of a cluster write, say and report of a slot, interned: equal, and so one object for
 * all of them while they do. With one for each they would be most of what a run allocates, and out of the
 * processor's cache when they arrive. Which object carries a message, a record or a report means nothing.
 *
 * Cost: constant; remembers the last 1024 slots.
 */
export class Interned {
  private readonly accepts: (LogMessageOf<"accept"> | undefined)[] = []
  private readonly records: (AcceptRecord | undefined)[] = []
  private readonly reports: (ExecutedReport | undefined)[] = []

  /** The message that accepts a slot. */
  accept(epoch: Epoch, slot: number): LogMessageOf<"accept"> {
    const place = slot & (remembered - 1)
    const recent = this.accepts[place]
    if (recent !== undefined && recent.slot === slot && recent.epoch === epoch) return recent
    return (this.accepts[place] = { type: "accept", epoch, slot })
  }

  /** The write that accepts a slot. */
  acceptRecord(epoch: Epoch, slot: number, batch: Batch): AcceptRecord {
    const place = slot & (remembered - 1)
    const recent = this.records[place]
    if (recent !== undefined && recent.batch === batch && recent.slot === slot && recent.epoch === epoch)
      return recent
    return (this.records[place] = { type: "accept", slot, epoch, batch })
  }

  /** The report that a slot has been executed. */
  executed(slot: number, batch: Batch, results: readonly Result[]): ExecutedReport {
    const place = slot & (remembered - 1)
    const recent = this.reports[place]
    if (recent !== undefined && recent.batch === batch && recent.slot === slot) {
      if (areEqual(recent.results, results)) return recent
    }
    return (this.reports[place] = { type: "executed", slot, batch, results })
  }
}

/** A power of two. */
const remembered = 1024

function areEqual(a: readonly Result[], b: readonly Result[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
