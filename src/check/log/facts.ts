import { type NodeSet, emptySet, withMember } from "../../base/node-set.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { LogCluster } from "../../protocol/log/cluster.ts"
import type { LogMessage, LogReport } from "../../protocol/log/messages.ts"
import { noEpoch } from "../../protocol/log/slots.ts"
import { StateMachine } from "../../protocol/log/state-machine.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import type { TraceEvent } from "../../world/simulate/trace.ts"
import {
  type FactKind,
  type Gatherer,
  type Needs,
  type Property,
  type PropertyDefinition,
  property,
} from "../property.ts"
import { type Batch, type Command, type Result, sameBatch } from "../../protocol/log/command.ts"
import type { LogImage, LogRecord } from "../../protocol/log/records.ts"

/*
 * A log makes millions of events, so its facts are counts and the first fact of
 * each kind that contradicts what was known before: enough for a verdict and its
 * witness, in memory that does not grow with the run. Cost: constant per write
 * and per executed slot.
 */

/** An event in the trace of a run of the log. */
export type LogEvent = TraceEvent<LogMessage, LogRecord, LogReport>
/** What properties of a log are stated of. */
export type LogSubject = Pick<LogCluster, "plan">
/** A property of runs of the log. */
export type LogProperty = Property<LogSubject, LogEvent>
/** A kind of fact about them. */
export type LogFact<Gathered extends Gatherer<LogEvent>> = FactKind<LogSubject, LogEvent, Gathered>

/** Defines a property of runs of the log. */
export function logProperty<N extends Needs<LogSubject, LogEvent>>(
  definition: PropertyDefinition<LogSubject, LogEvent, N>,
): LogProperty {
  return property<LogSubject, LogEvent, N>(definition)
}

// ---- What acceptors write, and what is decided by that

/** Acceptances of one proposal for a slot; those that come after it is decided need not be noted. */
interface Ballot {
  readonly epoch: Epoch
  readonly batch: Batch
  by: NodeSet
}

/** Two values for one slot that should be one. */
interface TwoValues {
  readonly at: Micros
  readonly slot: number
  readonly epoch: Epoch
  readonly first: Batch
  readonly second: Batch
  readonly by: NodeSet
}

/**
 * What acceptors have durably promised and accepted, slot by slot, and the decisions that follow,
 * independent of decisions that replicas report. Almost every slot has proposals of one epoch only, in
 * flat arrays; others have a list of them. Slots before `base` are discarded.
 */
export class AcceptorWrites implements Gatherer<LogEvent> {
  /** Writes that say what is promised, acceptances and decided slots. */
  promises = 0
  acceptances = 0
  decisions = 0
  /** The first write of a promise below what the acceptor had promised before. */
  lowered: { at: Micros; acceptor: Address; epoch: Epoch; before: Epoch } | undefined
  /** The first slot with two proposals of one epoch. */
  rivals: TwoValues | undefined
  /** The first slot with two decisions: `by` accepted the second, in `epoch`. */
  redecided: TwoValues | undefined
  base = 0
  private readonly plan: QuorumPlan
  private readonly lastPromised: Epoch[]
  private readonly ballots: (Ballot | undefined)[] = []
  private readonly decided: (Batch | undefined)[] = []
  private readonly more = new Map<number, Ballot[]>()

  constructor(plan: QuorumPlan) {
    this.plan = plan
    this.lastPromised = plan.nodes.map(() => noEpoch)
  }

  stored(at: Micros, process: Address, record: LogRecord): void {
    switch (record.type) {
      case "promise":
        return this.promised(at, process, record.epoch)
      case "accept":
        this.promised(at, process, record.epoch)
        return this.accepted(at, process, record.slot, record.epoch, record.batch)
      case "accepts":
        this.promised(at, process, record.epoch)
        return record.batches.forEach((batch, i) =>
          this.accepted(at, process, record.slot + i, record.epoch, batch),
        )
      case "image":
        // After the loss of its disk an acceptor is bound by what the others know; its own attempts to lead are void.
        this.lastPromised[process] = record.lastPromised
        return this.imageWritten(at, process, record)
      default:
        return
    }
  }

  get end(): number {
    return this.base + this.ballots.length
  }

  decidedAt(slot: number): Batch | undefined {
    return this.decided[slot - this.base]
  }

  /** Forgets the slots before `slot`. */
  forget(slot: number): void {
    const count = slot - this.base
    for (let i = 0; i < count; i++) if (this.more.size > 0) this.more.delete(this.base + i)
    this.ballots.splice(0, count)
    this.decided.splice(0, count)
    this.base = slot
  }

  private promised(at: Micros, acceptor: Address, epoch: Epoch): void {
    this.promises++
    const before = this.lastPromised[acceptor]!
    if (epoch < before) this.lowered ??= { at, acceptor, epoch, before }
    else this.lastPromised[acceptor] = epoch
  }

  /**
   * A whole disk image: its entries of the last promised epoch are accepted. Entries of earlier epochs
   * were received from others; they constrain later leaders but are no acceptances, since their leader
   * receives no further ones.
   */
  private imageWritten(at: Micros, acceptor: Address, { accepted, lastPromised }: LogImage): void {
    for (let slot = accepted.base; slot < accepted.end; slot++) {
      const epoch = accepted.epochAt(slot)
      if (epoch !== noEpoch && epoch >= lastPromised)
        this.accepted(at, acceptor, slot, epoch, accepted.batchAt(slot))
    }
  }

  private accepted(at: Micros, acceptor: Address, slot: number, epoch: Epoch, batch: Batch): void {
    if (slot < this.base) return
    const ballot = this.ballotAt(slot, epoch, batch)
    this.acceptances++
    if (ballot.batch !== batch && !sameBatch(ballot.batch, batch))
      this.rivals ??= { at, slot, epoch, first: ballot.batch, second: batch, by: ballot.by }
    const before = this.decidedAt(slot)
    if (before === ballot.batch) return
    ballot.by = withMember(ballot.by, acceptor)
    if (!this.plan.systemAt(epoch).isQuorum(2, ballot.by)) return
    if (before === undefined) {
      this.decisions++
      this.decided[slot - this.base] = ballot.batch
    } else if (!sameBatch(before, ballot.batch)) {
      this.redecided ??= { at, slot, epoch, first: before, second: ballot.batch, by: ballot.by }
    }
  }

  /** The acceptances of this epoch; `batch` is its proposal, if they are the first. */
  private ballotAt(slot: number, epoch: Epoch, batch: Batch): Ballot {
    const place = slot - this.base
    while (this.ballots.length <= place) {
      this.ballots.push(undefined)
      this.decided.push(undefined)
    }
    const latest = this.ballots[place]
    return latest?.epoch === epoch ? latest : this.otherBallot(slot, place, latest, epoch, batch)
  }

  private otherBallot(
    slot: number,
    place: number,
    latest: Ballot | undefined,
    epoch: Epoch,
    batch: Batch,
  ): Ballot {
    const ballot = { epoch, batch, by: emptySet }
    if (latest === undefined) {
      this.ballots[place] = ballot
      return ballot
    }
    let others = this.more.get(slot)
    if (others === undefined) this.more.set(slot, (others = []))
    const known = others.find((other) => other.epoch === epoch)
    if (known !== undefined) return known
    others.push(ballot)
    return ballot
  }
}

/** What acceptors wrote. */
export const acceptorWrites: LogFact<AcceptorWrites> = {
  wants: ["store"],
  gather: ({ plan }) => new AcceptorWrites(plan),
}

// ---- What replicas execute, and the replies of clients

/** Slots are kept until every replica has executed them, but no more than this many. */
const maxRemembered = 1 << 20

/**
 * The slots replicas executed with their results, and the replies to clients' writes, compared with a
 * reference copy that executes the decided slots.
 */
export class Executions implements Gatherer<LogEvent> {
  /** Slots executed, by all replicas together, and those of them that had not been forgotten. */
  count = 0
  remembered = 0
  /** Results of commands that could be compared. */
  results = 0
  /** The first slot executed when another was next. */
  outOfOrder: { at: Micros; replica: Address; slot: number; expected: number } | undefined
  /** The first slot executed that was not decided, or decided to be something else. */
  undecided:
    { at: Micros; replica: Address; slot: number; batch: Batch; decided: Batch | undefined } | undefined
  /** The first result that differs from the reference's. */
  unequal:
    | { at: Micros; replica: Address; slot: number; command: Command; result: Result; expected: Result }
    | undefined
  /** Replies to clients that acknowledge a write. */
  answers = 0
  /** The first reply to a command that was in no executed slot. */
  unexecuted: { at: Micros; command: Command } | undefined
  /** The first reply that differs from the result of its command. */
  untrue: { at: Micros; command: Command; result: Result; expected: Result } | undefined
  /** Executes each slot once, when the first replica does. */
  private readonly reference = new StateMachine()
  private readonly writes: AcceptorWrites
  /** By replica: the slot it executes next. */
  private readonly next: number[]
  private readonly expected: (readonly Result[] | undefined)[] = []
  private expectedBase = 0

  constructor(replicas: number, writes: AcceptorWrites) {
    this.writes = writes
    this.next = Array.from({ length: replicas }, () => 0)
  }

  observe(event: LogEvent): void {
    if (event.type === "recover") this.next[event.process] = 0
  }

  reported(at: Micros, process: Address, report: LogReport): void {
    if (report.type === "executed") {
      this.executed(at, process, report.slot, report.batch, report.results)
    } else if (report.type === "installed") {
      this.next[process] = report.upTo
      this.executeDecided(report.upTo)
    } else if (report.type === "return") {
      this.answered(at, report.command, report.result)
    }
  }

  private executed(
    at: Micros,
    replica: Address,
    slot: number,
    batch: Batch,
    results: readonly Result[],
  ): void {
    this.count++
    const expected = this.next[replica]!
    if (slot !== expected) this.outOfOrder ??= { at, replica, slot, expected }
    this.next[replica] = slot + 1
    if (slot >= this.writes.base) this.mustBeDecided(at, replica, slot, batch)
    this.compareResults(at, replica, slot, batch, results)
    if (slot - this.writes.base >= 2048) this.forgetOld()
  }

  private mustBeDecided(at: Micros, replica: Address, slot: number, batch: Batch): void {
    this.remembered++
    const decided = this.writes.decidedAt(slot)
    if (decided === batch) return
    if (decided === undefined || !sameBatch(decided, batch))
      this.undecided ??= { at, replica, slot, batch, decided }
  }

  private compareResults(
    at: Micros,
    replica: Address,
    slot: number,
    batch: Batch,
    results: readonly Result[],
  ): void {
    this.executeDecided(slot)
    const place = slot - this.expectedBase
    if (place < 0) return
    if (place === this.expected.length) this.expected.push(this.reference.applyAll(batch))
    const expected = this.expected[place]
    if (expected === undefined) return
    for (let i = 0; i < batch.length; i++) {
      this.results++
      if (results[i] === expected[i]) continue
      this.unequal ??= { at, replica, slot, command: batch[i]!, result: results[i]!, expected: expected[i]! }
    }
  }

  /**
   * The reference executes the decided slots before `upTo`. Replicas may not have reported their
   * execution: a crash may leave a snapshot on the disk and lose the reports before it.
   */
  private executeDecided(upTo: number): void {
    for (let slot = this.expectedBase + this.expected.length; slot < upTo; slot++) {
      const batch = this.writes.decidedAt(slot)
      if (batch === undefined) return
      this.expected.push(this.reference.applyAll(batch))
    }
  }

  /** A get may be served without the log; `ClientHistory` judges whether its result is fresh. */
  private answered(at: Micros, command: Command, result: Result): void {
    if (command.operation === "get") return
    this.answers++
    const known = this.reference.lastRequest(command.client)
    if (known < command.request) {
      this.unexecuted ??= { at, command }
    } else if (known === command.request) {
      const expected = this.reference.lastResult(command.client)
      if (expected !== result) this.untrue ??= { at, command, result, expected }
    }
  }

  private forgetOld(): void {
    const everyone = this.next.reduce((min, slot) => Math.min(min, slot))
    const keep = Math.max(everyone, this.writes.end - maxRemembered)
    if (keep - this.writes.base < 1024) return
    this.writes.forget(keep)
    this.expected.splice(0, keep - this.expectedBase)
    this.expectedBase = keep
  }
}

/** What replicas executed. */
export const executions: LogFact<Executions> = {
  wants: ["report", "recover"],
  gather: ({ plan }, facts) => new Executions(plan.nodes.length, facts.of(acceptorWrites)),
}

// ---- What acceptors answer

/** What is on the disk of one acceptor. */
interface OnDisk {
  lastPromised: Epoch
  readonly accepted: Map<number, Epoch>
  /**
   * Slots before this have been executed: they are decided, and the acceptor's reports of them constrain
   * no leader.
   */
  executedUpTo: number
}

/** Promises and acceptances that acceptors sent, against their disks. Remembers every slot: for runs of bounded length. */
export class AcceptorAnswers implements Gatherer<LogEvent> {
  count = 0
  /** The first that nothing on the disk vouches for; of a slot, if it is an acceptance. */
  unwritten: { at: Micros; acceptor: Address; epoch: Epoch; slot: number | undefined } | undefined
  private readonly disks = new Map<Address, OnDisk>()

  observe(event: LogEvent): void {
    if (event.type === "send") this.sent(event.at, event.from, event.message)
  }

  reported(_: Micros, process: Address, report: LogReport): void {
    if (report.type !== "executed" && report.type !== "installed") return
    const disk = this.diskOf(process)
    disk.executedUpTo = Math.max(
      disk.executedUpTo,
      report.type === "executed" ? report.slot + 1 : report.upTo,
    )
  }

  private diskOf(process: Address): OnDisk {
    let disk = this.disks.get(process)
    if (disk === undefined) {
      disk = { lastPromised: noEpoch, accepted: new Map(), executedUpTo: 0 }
      this.disks.set(process, disk)
    }
    return disk
  }

  stored(_: Micros, process: Address, record: LogRecord): void {
    const disk = this.diskOf(process)
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

  private sent(at: Micros, acceptor: Address, message: LogMessage): void {
    if (message.type !== "promise" && message.type !== "accept") return
    this.count++
    const { lastPromised, accepted, executedUpTo } = this.diskOf(acceptor)
    const { epoch } = message
    if (message.type === "promise") {
      if (lastPromised < epoch) this.unwritten ??= { at, acceptor, epoch, slot: undefined }
    } else if (message.slot >= executedUpTo && (accepted.get(message.slot) ?? noEpoch) < epoch) {
      this.unwritten ??= { at, acceptor, epoch, slot: message.slot }
    }
  }
}

/** The replies of acceptors. */
export const acceptorAnswers: LogFact<AcceptorAnswers> = {
  wants: ["send", "store", "report"],
  gather: () => new AcceptorAnswers(),
}
