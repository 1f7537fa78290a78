import {
  type Decisions,
  type Learnings,
  type PaxosEvent,
  type PaxosFact,
  decisions,
  learnings,
} from "../check/paxos/facts.ts"
import { transfersOf } from "../check/paxos/transfers.ts"
import { type Gatherer, type Reading, reading } from "../check/property.ts"
import { deliveredMessages, sentMessages, syncWrites } from "../check/traffic.ts"
import { mean, share } from "../experiment/measured.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type { MessageType, PaxosMessage } from "../protocol/paxos/messages.ts"
import { measureRead } from "./protocol-measures.ts"

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
  /**
   * Messages lost by the network, or arriving at a crashed process; duplicates can make it less than
   * sent − delivered.
   */
  readonly messagesLost: number
  readonly messagesByType: Readonly<Partial<Record<MessageType, number>>>
  /** Synchronous writes by all processes. */
  readonly syncWrites: number
  /** Epochs in which a proposer started, over all proposers. */
  readonly epochsUsed: number
}

/** When proposers first proposed, and the epochs that they used. */
class EpochsUsed implements Gatherer<PaxosEvent> {
  count = 0
  proposedAt: Micros | null = null
  private readonly proposers: readonly Address[]
  /** The epoch that each process has used last. */
  private readonly epochOf: number[] = []

  constructor({ proposers }: Cluster) {
    this.proposers = proposers
  }

  observe(event: PaxosEvent): void {
    if (event.type !== "send") return
    for (const { from, message } of transfersOf(event)) {
      if (message.type === "propose") this.proposedAt ??= event.at
      this.countEpoch(from, message)
    }
  }

  /** An epoch is used when its first prepare or proposal is sent; continuing another's counts too. */
  private countEpoch(from: Address, message: PaxosMessage): void {
    if (message.type !== "prepare" && message.type !== "propose") return
    if (this.epochOf[from] === message.epoch || !this.proposers.includes(from)) return
    this.epochOf[from] = message.epoch
    this.count++
  }
}

const epochsUsed: PaxosFact<EpochsUsed> = {
  wants: ["send"],
  gather: (cluster) => new EpochsUsed(cluster),
}

/** The measures of a run of single-decree Paxos. */
export const decreeMeasures: Reading<Cluster, PaxosEvent, RunMeasures> = reading(
  { decisions, learnings, sentMessages, deliveredMessages, syncWrites, epochsUsed },
  (facts, { proposers }) => {
    const [first] = facts.decisions.list
    return {
      proposedAt: facts.epochsUsed.proposedAt,
      decidedAt: first?.at ?? null,
      decidedValue: first?.proposal.value ?? null,
      decidedEpoch: first?.proposal.epoch ?? null,
      learnedAt: proposers.map(
        (address) => facts.learnings.list.find(({ process }) => process === address)?.at ?? null,
      ),
      messagesSent: facts.sentMessages.count,
      messagesDelivered: facts.deliveredMessages.count,
      messagesLost: facts.sentMessages.lost + facts.deliveredMessages.missed,
      messagesByType: { ...facts.sentMessages.byType },
      syncWrites: facts.syncWrites.count,
      epochsUsed: countOfEpochs(facts.epochsUsed, facts.decisions),
    }
  },
)

const inMs = (at: Micros | undefined): number | null => (at === undefined ? null : at / 1000)

/** When the first proposer learned. */
function firstLearning({ list }: Learnings, { proposers }: Cluster): Micros | undefined {
  return list.find(({ process }) => proposers.includes(process))?.at
}

/** What the runs of Paxos are measured by: when a value was decided, when a learner learned it, and what that cost. */
export const paxosMeasures = {
  decidedShare: measureRead(
    share("Share of the runs in which a value was decided.", { digits: 4 }),
    reading({ decisions }, (facts) => facts.decisions.list.length > 0),
    { heading: "decided", digits: 3 },
  ),
  decideMs: measureRead(
    mean("Mean time to the commit point, over the runs that decided.", {
      unit: "ms",
      empty: "never decided",
    }),
    reading({ decisions }, (facts) => inMs(facts.decisions.list[0]?.at)),
    { heading: "decided after", digits: 1 },
  ),
  learnedShare: measureRead(
    share("Share of the runs in which some proposer learned.", { digits: 4 }),
    reading(
      { learnings },
      (facts, cluster: Cluster) => firstLearning(facts.learnings, cluster) !== undefined,
    ),
  ),
  learnMs: measureRead(
    mean("Mean time until the first proposer learned, over the runs in which one did.", {
      unit: "ms",
      empty: "never learned",
    }),
    reading({ learnings }, (facts, cluster: Cluster) => inMs(firstLearning(facts.learnings, cluster))),
    { heading: "learned after", digits: 1, figure: { id: "learned" } },
  ),
  messages: measureRead(
    mean("Mean number of messages sent.", { digits: 1 }),
    reading({ sentMessages }, (facts) => facts.sentMessages.count),
    { heading: "messages", digits: 0, plain: true },
  ),
  epochs: measureRead(
    mean("Mean number of epochs used.", { digits: 2 }),
    reading({ epochsUsed, decisions }, (facts) => countOfEpochs(facts.epochsUsed, facts.decisions)),
  ),
}

/** What a replica that is a quorum by itself asks itself takes no message, and is an epoch all the same. */
function countOfEpochs({ count }: EpochsUsed, { list }: Decisions): number {
  return Math.max(count, list.length === 0 ? 0 : 1)
}

/** The round trips that each process has begun, and how many it had when it first learned. */
class PhasesBegun implements Gatherer<PaxosEvent> {
  readonly whenLearned = new Map<Address, number>()
  private readonly begun = new Map<Address, Set<string>>()
  private asked = 0

  observe(event: PaxosEvent): void {
    if (event.type === "send") for (const { from, message } of transfersOf(event)) this.sent(from, message)
    if (event.type === "learn" && !this.whenLearned.has(event.process))
      this.whenLearned.set(event.process, this.begun.get(event.process)?.size ?? 0)
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
      case "generate-next":
      case "forward":
        return `${message.type} ${this.asked++}`
      default:
        return null
    }
  }
}

const phases: PaxosFact<PhasesBegun> = { wants: ["send", "learn"], gather: () => new PhasesBegun() }

/**
 * How many round trips each proposer began before it learned, in proposer order;
 * null for those that did not: a phase of an epoch, a question to the allocator, a
 * value forwarded. In the best case each of them is a round trip; one that is
 * given up, or goes unanswered, counts too.
 */
export const phasesBegun: Reading<Cluster, PaxosEvent, readonly (number | null)[]> = reading(
  { phases },
  (facts, { proposers }) => proposers.map((address) => facts.phases.whenLearned.get(address) ?? null),
)
