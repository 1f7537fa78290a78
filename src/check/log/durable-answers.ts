import type { Address } from "../../protocol/actor.ts"
import type { LogMessage, LogRecord, LogReport } from "../../protocol/log/messages.ts"
import { noEpoch } from "../../protocol/log/slots.ts"
import { formatEpoch } from "../../protocol/log/versions.ts"
import type { SelectiveObserver, TraceEvent } from "../../world/simulate/trace.ts"
import { Finding, type Judgement } from "./judge.ts"

/** What is on the disk of one acceptor. */
interface OnDisk {
  lastPromised: number
  readonly accepted: Map<number, number>
  /** Slots before this have been carried out: they are decided, and what the acceptor says of them binds nobody. */
  executedUpTo: number
}

/**
 * Whether acceptors promise and accept only what they have written down (Howard
 * 2019, property 10). Watches every message, and remembers every slot: for runs
 * of bounded length.
 */
export class DurableAnswers implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["send", "store", "report"] as const
  private readonly finding = new Finding(
    "durable-answers",
    "Howard 2019, property 10",
    "promises and acceptances",
  )
  private readonly disks = new Map<Address, OnDisk>()

  observe(event: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type === "store") this.onStore(this.diskOf(event.process), event.record)
    else if (event.type === "send") this.onSend(event.at, event.from, event.message)
    else if (event.type === "report" && event.report.type === "executed") {
      const disk = this.diskOf(event.process)
      disk.executedUpTo = Math.max(disk.executedUpTo, event.report.slot + 1)
    } else if (event.type === "report" && event.report.type === "installed") {
      const disk = this.diskOf(event.process)
      disk.executedUpTo = Math.max(disk.executedUpTo, event.report.upTo)
    }
  }

  get judgement(): Judgement {
    return this.finding.judgement
  }

  private diskOf(process: Address): OnDisk {
    let disk = this.disks.get(process)
    if (disk === undefined) {
      disk = { lastPromised: noEpoch, accepted: new Map(), executedUpTo: 0 }
      this.disks.set(process, disk)
    }
    return disk
  }

  private onStore(disk: OnDisk, record: LogRecord): void {
    if (record.type === "promise") disk.lastPromised = Math.max(disk.lastPromised, record.epoch)
    if (record.type === "accept") {
      disk.lastPromised = Math.max(disk.lastPromised, record.epoch)
      disk.accepted.set(record.slot, record.epoch)
    }
    if (record.type === "accepts") {
      disk.lastPromised = Math.max(disk.lastPromised, record.epoch)
      record.batches.forEach((_, i) => disk.accepted.set(record.slot + i, record.epoch))
    }
    if (record.type === "image") {
      disk.lastPromised = Math.max(disk.lastPromised, record.lastPromised)
      const { accepted } = record
      for (let slot = accepted.base; slot < accepted.end; slot++)
        disk.accepted.set(slot, accepted.epochAt(slot))
    }
  }

  private onSend(at: number, from: Address, message: LogMessage): void {
    if (message.type !== "promise" && message.type !== "accept") return
    this.finding.looked++
    const { lastPromised, accepted, executedUpTo } = this.diskOf(from)
    const { epoch } = message
    if (message.type === "promise") {
      if (lastPromised >= epoch) return
      this.finding.report(
        at,
        `process ${from} promised epoch ${formatEpoch(epoch)}, and nothing on its disk says so`,
      )
    } else if (message.slot >= executedUpTo && (accepted.get(message.slot) ?? noEpoch) < epoch) {
      this.finding.report(
        at,
        `process ${from} accepted slot ${message.slot} in epoch ${formatEpoch(epoch)}, and nothing on its disk says so`,
      )
    }
  }
}
