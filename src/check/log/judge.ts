import { type NodeSet, emptySet, withMember } from "../../base/node-set.ts"
import { type Verdict, holds, violated } from "../../base/verdict.ts"
import type { Address } from "../../protocol/actor.ts"
import {
  type Batch,
  type Command,
  type LogImage,
  type LogMessage,
  type LogRecord,
  type LogReport,
  type Result,
  formatCommand,
  sameBatch,
} from "../../protocol/log/messages.ts"
import { noEpoch } from "../../protocol/log/slots.ts"
import { StateMachine } from "../../protocol/log/state-machine.ts"
import { formatEpoch } from "../../protocol/log/versions.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import { formatSet } from "../../quorum/system.ts"
import type { SelectiveObserver, TraceEvent } from "../../world/simulate/trace.ts"
import type { Violation } from "../property.ts"

type LogEvent = TraceEvent<LogMessage, LogRecord, LogReport>

/** Slots are remembered until every replica has carried them out, but no more than this many. */
const mostRemembered = 1 << 20

/**
 * What must hold on every run of the log, whatever the faults, judged while the
 * run goes by. What is decided is read from what acceptors have durably
 * accepted, not from what anybody says is decided.
 *
 * Cost: constant per write and per slot carried out.
 *
 * One observer for all of them, since they share what is decided: a log makes too many events to be
 * walked through seven times.
 */
export class LogJudge implements SelectiveObserver<LogMessage, LogRecord, LogReport> {
  readonly wants = ["store", "report", "recover"] as const
  private readonly agreement = new Finding(
    "agreement",
    "Howard 2019, lemma 14, for each slot",
    "decided slots",
  )
  private readonly oneValue = new Finding("one-value-per-epoch", "Howard 2019, lemma 9", "acceptances")
  private readonly monotone = new Finding("last-promised-monotone", "Howard 2019, lemmas 6 and 7", "writes")
  private readonly learning = new Finding("safe-learning", "Howard 2019, lemma 15", "slots carried out")
  private readonly order = new Finding(
    "prefix",
    "Howard 2019, §3.6: slots are carried out in order",
    "slots carried out",
  )
  private readonly equality = new Finding(
    "state-machine",
    "Schneider 1990: equal commands, equal results",
    "results",
  )
  private readonly acknowledged = new Finding(
    "acknowledged",
    "durability: what a client was told is decided",
    "answers to writes",
  )

  private readonly plan: QuorumPlan
  private readonly slots = new DecidedSlots()
  private readonly lastPromised: number[]
  /** By replica: the slot it carries out next. */
  private readonly next: number[]
  /** The reference: carries out each slot once, when the first replica does. */
  private readonly reference = new StateMachine()
  private readonly results: (readonly Result[] | undefined)[] = []
  private resultsBase = 0

  constructor(plan: QuorumPlan) {
    this.plan = plan
    this.lastPromised = plan.nodes.map(() => noEpoch)
    this.next = plan.nodes.map(() => 0)
  }

  observe(event: LogEvent): void {
    if (event.type === "store") this.onStore(event.at, event.process, event.record)
    else if (event.type === "report") this.onReport(event.at, event.process, event.report)
    else if (event.type === "recover") this.next[event.process] = 0
  }

  /** What is decided in a slot, if anything is; slots that everyone has carried out are forgotten in time. */
  decidedAt(slot: number): Batch | undefined {
    return this.slots.decidedAt(slot)
  }

  get judgements(): readonly Judgement[] {
    const { agreement, oneValue, monotone, learning, order, equality, acknowledged } = this
    return [agreement, oneValue, monotone, learning, order, equality, acknowledged].map((f) => f.judgement)
  }

  private onStore(at: number, acceptor: Address, record: LogRecord): void {
    switch (record.type) {
      case "promise":
        return this.onPromised(at, acceptor, record.epoch)
      case "accept":
        this.onPromised(at, acceptor, record.epoch)
        return this.onAccepted(at, acceptor, record.slot, record.epoch, record.batch)
      case "accepts":
        this.onPromised(at, acceptor, record.epoch)
        return record.batches.forEach((batch, i) =>
          this.onAccepted(at, acceptor, record.slot + i, record.epoch, batch),
        )
      case "image":
        // After the loss of its disk an acceptor is bound by what the others know; its own attempts to lead are void.
        this.lastPromised[acceptor] = record.lastPromised
        return this.onImage(at, acceptor, record)
      case "snapshot":
      case "bar":
        return
    }
  }

  private onPromised(at: number, acceptor: Address, epoch: number): void {
    this.monotone.looked++
    const before = this.lastPromised[acceptor]!
    if (epoch < before) {
      this.monotone.report(
        at,
        `${this.name(acceptor)} wrote epoch ${formatEpoch(epoch)} after it had promised ${formatEpoch(before)}`,
      )
    } else {
      this.lastPromised[acceptor] = epoch
    }
  }

  /**
   * A whole disk at once: what is on it for the epoch promised last is accepted. What
   * is there for earlier epochs was told by others, binds whoever asks, and is no
   * acceptance: its leader gets none any more.
   */
  private onImage(at: number, acceptor: Address, { accepted, lastPromised }: LogImage): void {
    for (let slot = accepted.base; slot < accepted.end; slot++) {
      const epoch = accepted.epochAt(slot)
      if (epoch !== noEpoch && epoch >= lastPromised)
        this.onAccepted(at, acceptor, slot, epoch, accepted.batchAt(slot))
    }
  }

  private onAccepted(at: number, acceptor: Address, slot: number, epoch: number, batch: Batch): void {
    if (slot < this.slots.base) return
    const ballot = this.slots.ballotAt(slot, epoch, batch)
    this.oneValue.looked++
    if (ballot.batch !== batch && !sameBatch(ballot.batch, batch)) {
      this.oneValue.report(
        at,
        `epoch ${formatEpoch(epoch)} proposes ${show(ballot.batch)} and ${show(batch)} for slot ${slot}`,
      )
    }
    const before = this.slots.decidedAt(slot)
    if (before === ballot.batch) return
    ballot.by = withMember(ballot.by, acceptor)
    if (!this.plan.systemAt(epoch).isQuorum(2, ballot.by)) return
    if (before === undefined) {
      this.agreement.looked++
      return this.slots.decide(slot, ballot.batch)
    }
    if (sameBatch(before, ballot.batch)) return
    this.agreement.report(
      at,
      `slot ${slot} was decided to be ${show(before)}, and then ${show(ballot.batch)} in epoch ${formatEpoch(epoch)} by ${formatSet(this.plan, ballot.by)}`,
    )
  }

  private onReport(at: number, process: Address, report: LogReport): void {
    switch (report.type) {
      case "executed":
        return this.onExecuted(at, process, report.slot, report.batch, report.results)
      case "installed":
        this.next[process] = report.upTo
        return this.carryOutDecided(report.upTo)
      case "return":
        return this.onReturn(at, report.command, report.result)
      default:
        return
    }
  }

  private onExecuted(
    at: number,
    replica: Address,
    slot: number,
    batch: Batch,
    results: readonly Result[],
  ): void {
    this.order.looked++
    const expected = this.next[replica]!
    if (slot !== expected) {
      this.order.report(at, `${this.name(replica)} carried out slot ${slot} when slot ${expected} was next`)
    }
    this.next[replica] = slot + 1
    if (slot >= this.slots.base) this.mustBeDecided(at, replica, slot, batch)
    this.compareResults(at, replica, slot, batch, results)
    if (slot - this.slots.base >= 2048) this.forgetOld()
  }

  private mustBeDecided(at: number, replica: Address, slot: number, batch: Batch): void {
    this.learning.looked++
    const decided = this.slots.decidedAt(slot)
    if (decided === batch) return
    if (decided === undefined) {
      this.learning.report(
        at,
        `${this.name(replica)} carried out ${show(batch)} in slot ${slot}, which is not decided`,
      )
    } else if (!sameBatch(decided, batch)) {
      this.learning.report(
        at,
        `${this.name(replica)} carried out ${show(batch)} in slot ${slot}, where ${show(decided)} is decided`,
      )
    }
  }

  private compareResults(
    at: number,
    replica: Address,
    slot: number,
    batch: Batch,
    results: readonly Result[],
  ): void {
    this.carryOutDecided(slot)
    const place = slot - this.resultsBase
    if (place < 0) return
    if (place === this.results.length) this.results.push(this.reference.applyAll(batch))
    const expected = this.results[place]
    if (expected === undefined) return
    for (let i = 0; i < batch.length; i++) {
      this.equality.looked++
      if (results[i] === expected[i]) continue
      this.equality.report(
        at,
        `${this.name(replica)} got ${String(results[i])} from ${formatCommand(batch[i]!)} in slot ${slot}; others got ${String(expected[i])}`,
      )
    }
  }

  /**
   * The reference carries out what is decided before `upTo`. Nobody may have said that
   * they did: a crash may leave a snapshot on the disk and swallow the reports before it.
   */
  private carryOutDecided(upTo: number): void {
    for (let slot = this.resultsBase + this.results.length; slot < upTo; slot++) {
      const batch = this.slots.decidedAt(slot)
      if (batch === undefined) return
      this.results.push(this.reference.applyAll(batch))
    }
  }

  /** A get may be answered without the log; whether it is fresh is for `ClientHistory`. */
  private onReturn(at: number, command: Command, result: Result): void {
    if (command.operation === "get") return
    this.acknowledged.looked++
    const { client, request } = command
    const known = this.reference.lastRequest(client)
    if (known < request) {
      this.acknowledged.report(
        at,
        `${formatCommand(command)} was answered, and it is in no slot that was carried out`,
      )
    } else if (known === request && this.reference.lastResult(client) !== result) {
      this.acknowledged.report(
        at,
        `${formatCommand(command)} was answered ${String(result)}; its result is ${String(this.reference.lastResult(client))}`,
      )
    }
  }

  private forgetOld(): void {
    const everyone = this.next.reduce((least, slot) => Math.min(least, slot))
    const keep = Math.max(everyone, this.slots.end - mostRemembered)
    if (keep - this.slots.base < 1024) return
    this.slots.forget(keep)
    this.results.splice(0, keep - this.resultsBase)
    this.resultsBase = keep
  }

  private name(replica: Address): string {
    return this.plan.nodes[replica] ?? `process ${replica}`
  }
}

function show(batch: Batch): string {
  return batch.length === 0 ? "a no-op" : `[${batch.map(formatCommand).join("; ")}]`
}

/** One property of a run and what became of it. */
export interface Judgement {
  /** "agreement": what reports and rows call it. */
  readonly name: string
  /** Definition or lemma, in the literature. */
  readonly reference: string
  readonly verdict: Verdict<Violation>
}

/** Counts what was looked at and remembers the first thing that was wrong. */
export class Finding {
  readonly name: string
  private readonly reference: string
  private readonly what: string
  private first: Violation | undefined
  looked = 0

  constructor(name: string, reference: string, what: string) {
    this.name = name
    this.reference = reference
    this.what = what
  }

  report(at: number, message: string): void {
    this.first ??= { at, message }
  }

  get judgement(): Judgement {
    const { name, reference, first } = this
    const verdict =
      first === undefined ? holds(`${this.looked} ${this.what} were checked`) : violated(first, first.message)
    return { name, reference, verdict }
  }
}

/** Acceptances of one proposal for a slot; those that come after it is decided need not be noted. */
export interface Ballot {
  readonly epoch: Epoch
  readonly batch: Batch
  by: NodeSet
}

/**
 * Who has durably accepted what, slot by slot, and what is decided. Almost every
 * slot has proposals of one epoch only, which lie in flat arrays; others have a
 * list of them. Slots before `base` have been forgotten.
 */
export class DecidedSlots {
  base = 0
  private readonly ballots: (Ballot | undefined)[] = []
  private readonly decided: (Batch | undefined)[] = []
  private readonly more = new Map<number, Ballot[]>()

  get end(): number {
    return this.base + this.ballots.length
  }

  decidedAt(slot: number): Batch | undefined {
    return this.decided[slot - this.base]
  }

  decide(slot: number, batch: Batch): void {
    this.decided[slot - this.base] = batch
  }

  /** The acceptances of this epoch so far; `batch` is what it proposes, if they are the first. */
  ballotAt(slot: number, epoch: Epoch, batch: Batch): Ballot {
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

  /** Forgets the slots before `slot`. */
  forget(slot: number): void {
    const count = slot - this.base
    for (let i = 0; i < count; i++) if (this.more.size > 0) this.more.delete(this.base + i)
    this.ballots.splice(0, count)
    this.decided.splice(0, count)
    this.base = slot
  }
}
