import { type Batch, type Command, type Result, formatCommand } from "../../protocol/log/command.ts"
import type { LogMessage, LogRecord, LogReport } from "../../protocol/log/messages.ts"
import { StateMachine } from "../../protocol/log/state-machine.ts"
import type { SelectiveObserver, TraceEvent } from "../../sim/trace.ts"
import { Finding, type Judgement } from "./verdicts.ts"

/** Who knows what is decided in a slot: the judge, which watches the disks, and the run before this does. */
export interface Decided {
  decidedAt(slot: number): Batch | undefined
}

/** From which place in the order of writes on a key had a value, and up to where; the last has no end yet. */
interface Version {
  readonly from: number
  until: number
}

/**
 * Whether every get is as fresh as real time asks: it sees a state that is not
 * older than any answered operation was when the get was called. The order of
 * writes is that of the log, so this is decided at once, answer by answer;
 * the general question, without a log to look at, is for the history checks.
 *
 * Remembers every value that was ever written: for runs of bounded length.
 */
export class FreshReads implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["report"] as const
  private readonly finding = new Finding("fresh-reads", "Herlihy and Wing 1990: real-time order", "gets")
  private readonly decided: Decided
  private readonly machine = new StateMachine()
  private readonly versions = new Map<number, Map<Result, Version>>()
  private executed = 0
  /** How many slots an operation that starts now must see. */
  private floor = 0
  private readonly floorAtCall = new Map<number, number>()
  private readonly placeOf = new Map<string, number>()

  constructor(decided: Decided) {
    this.decided = decided
  }

  observe(event: TraceEvent<LogMessage, LogRecord, LogReport>): void {
    if (event.type !== "report") return
    const { report } = event
    if (report.type === "executed") {
      this.writeDecided(report.slot)
      if (report.slot === this.executed) this.writeBatch(report.batch)
    } else if (report.type === "installed") {
      this.writeDecided(report.upTo)
    } else if (report.type === "call") {
      this.floorAtCall.set(report.command.client, this.floor)
    } else if (report.type === "return") {
      this.onReturn(event.at, report.command, report.result)
    }
  }

  get judgement(): Judgement {
    return this.finding.judgement
  }

  /** Slots before this that nobody has said to have carried out: those of a snapshot that survived their reports. */
  private writeDecided(upTo: number): void {
    while (this.executed < upTo) {
      const batch = this.decided.decidedAt(this.executed)
      if (batch === undefined) return
      this.writeBatch(batch)
    }
  }

  private writeBatch(batch: Batch): void {
    this.executed++
    for (const command of batch) this.write(command)
  }

  private write(command: Command): void {
    const before = this.machine.read(command.key)
    const isNew = this.machine.lastRequest(command.client) < command.request
    this.machine.apply(command)
    if (isNew) this.placeOf.set(nameOf(command), this.executed)
    const after = this.machine.read(command.key)
    if (after === before) return
    let versions = this.versions.get(command.key)
    if (versions === undefined) {
      versions = new Map([[null, { from: 0, until: Infinity }]])
      this.versions.set(command.key, versions)
    }
    versions.get(before)!.until = this.executed
    versions.set(after, { from: this.executed, until: Infinity })
  }

  private onReturn(at: number, command: Command, result: Result): void {
    const floor = this.floorAtCall.get(command.client) ?? 0
    if (command.operation !== "get") {
      this.floor = Math.max(this.floor, this.placeOf.get(nameOf(command)) ?? 0)
      return
    }
    this.finding.looked++
    const versions = this.versions.get(command.key)
    const version = versions === undefined && result === null ? always : versions?.get(result)
    if (version === undefined) {
      this.finding.report(
        at,
        `${formatCommand(command)} found ${String(result)}, which was never written there`,
      )
    } else if (version.until <= floor) {
      this.finding.report(
        at,
        `${formatCommand(command)} found ${String(result)}, which had been overwritten in slot ${version.until - 1}; ` +
          `when it was called, an operation in slot ${floor - 1} had been answered`,
      )
    }
    // Whoever is called after this answer must not see an older state.
    if (version !== undefined) this.floor = Math.max(this.floor, version.from)
  }
}

const always: Version = { from: 0, until: Infinity }

const nameOf = ({ client, request }: Command): string => `${client}.${request}`
