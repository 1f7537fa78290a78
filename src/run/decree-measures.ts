import { DecisionLog } from "../check/decision.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { MessageType, PaxosMessage, PaxosRecord } from "../protocol/paxos/messages.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"

/** What one run of single-decree Paxos cost, and what it achieved. Times are virtual microseconds from its start. */
export interface RunMeasures {
  /** When the first proposal left a proposer: the end of the first phase 1; null if none did. */
  readonly proposedAt: Micros | null
  /** The commit point: when a phase-2 quorum of one epoch had accepted one value; null if that never happened. */
  readonly decidedAt: Micros | null
  readonly decidedValue: string | null
  readonly decidedEpoch: number | null
  /** When each proposer learned the outcome, in proposer order; null for those that did not. */
  readonly learnedAt: readonly (Micros | null)[]
  readonly messagesSent: number
  readonly messagesDelivered: number
  /** Sent but lost by the network, or arriving where nobody was up; a duplicate can make it less than sent − delivered. */
  readonly messagesLost: number
  readonly messagesByType: Readonly<Partial<Record<MessageType, number>>>
  /** Synchronous writes by all processes. */
  readonly syncWrites: number
  /** Epochs in which a proposer started, over all proposers. */
  readonly epochsUsed: number
}

/** Computes the measures of a run while it is simulated: pass `observe` to `simulate`, then ask for `result`. */
export class Measuring {
  private readonly decisions: DecisionLog
  private readonly proposers: ReadonlyMap<Address, number>
  private readonly learnedAt: (Micros | null)[]
  private readonly byType: Partial<Record<MessageType, number>> = {}
  private proposedAt: Micros | null = null
  private sent = 0
  private delivered = 0
  private lost = 0
  private writes = 0
  private epochs = 0
  private readonly epochOf = new Map<Address, number>()

  constructor(cluster: Cluster) {
    this.decisions = new DecisionLog(cluster.plan)
    this.proposers = new Map(cluster.proposers.map((address, index) => [address, index]))
    this.learnedAt = cluster.proposers.map(() => null)
  }

  readonly observe = (event: TraceEvent<PaxosMessage, PaxosRecord>): void => {
    this.decisions.observe(event)
    switch (event.type) {
      case "send":
        this.sent++
        if (event.copies === 0) this.lost++
        if (event.message.type === "propose") this.proposedAt ??= event.at
        this.byType[event.message.type] = (this.byType[event.message.type] ?? 0) + 1
        this.countEpoch(event.from, event.message)
        return
      case "deliver":
        this.delivered++
        return
      case "miss":
        this.lost++
        return
      case "store":
        if (event.volatile !== true) this.writes++
        return
      case "learn": {
        const index = this.proposers.get(event.process)
        if (index !== undefined) this.learnedAt[index] ??= event.at
        return
      }
      case "propose":
      case "timeout":
      case "crash":
      case "recover":
        return
    }
  }

  /** An epoch is used when its first prepare or proposal is sent; continuing another's counts too. */
  private countEpoch(from: Address, message: PaxosMessage): void {
    const request = message.type === "ring" ? message.request : message
    if (request.type !== "prepare" && request.type !== "propose") return
    if (this.epochOf.get(from) === request.epoch || !this.proposers.has(from)) return
    this.epochOf.set(from, request.epoch)
    this.epochs++
  }

  get result(): RunMeasures {
    const first = this.decisions.decisions[0]
    return {
      proposedAt: this.proposedAt,
      decidedAt: first?.at ?? null,
      decidedValue: first?.proposal.value ?? null,
      decidedEpoch: first?.proposal.epoch ?? null,
      learnedAt: [...this.learnedAt],
      messagesSent: this.sent,
      messagesDelivered: this.delivered,
      messagesLost: this.lost,
      messagesByType: { ...this.byType },
      syncWrites: this.writes,
      epochsUsed: this.epochs,
    }
  }
}

/**
 * How many round trips each proposer began before it learned: a phase of an
 * epoch, a question to the allocator, a value forwarded. In the best case each
 * of them is a round trip; one that is given up, or goes unanswered, counts too.
 */
export class PhasesBegun {
  private readonly begun = new Map<Address, Set<string>>()
  private readonly learned = new Map<Address, number>()
  private readonly proposers: readonly Address[]
  private asked = 0

  constructor({ proposers }: Cluster) {
    this.proposers = proposers
  }

  readonly observe = (event: TraceEvent<PaxosMessage, PaxosRecord>): void => {
    if (event.type === "send") this.sent(event.from, event.message)
    if (event.type === "learn" && !this.learned.has(event.process)) {
      this.learned.set(event.process, this.begun.get(event.process)?.size ?? 0)
    }
  }

  /** By proposer; null for those that have not learned. */
  get result(): readonly (number | null)[] {
    return this.proposers.map((address) => this.learned.get(address) ?? null)
  }

  private sent(from: Address, message: PaxosMessage): void {
    const phase = this.phaseOf(message)
    if (phase === null) return
    const phases = this.begun.get(from) ?? new Set()
    this.begun.set(from, phases.add(phase))
  }

  /** A message that begins a phase, as a key that its copies to other acceptors share. */
  private phaseOf(message: PaxosMessage): string | null {
    switch (message.type) {
      case "prepare":
      case "propose":
        return `${message.type} ${message.epoch}`
      case "ring":
        return message.replies.length === 0 ? this.phaseOf(message.request) : null
      case "generate-next":
      case "forward":
        return `${message.type} ${this.asked++}`
      default:
        return null
    }
  }
}
