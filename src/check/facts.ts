import { type NodeSet, emptySet, withMember } from "../base/node-set.ts"
import type { Address, Micros, Value } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import type {
  AcceptorRecord,
  PaxosMessage,
  PaxosRecord,
  PromiseMessage,
  Proposal,
} from "../protocol/paxos/messages.ts"
import { acceptorPart } from "../protocol/paxos/records.ts"
import type { Epoch } from "../quorum/plan.ts"
import type { TraceEvent } from "../world/simulate/trace.ts"
import { type Decision, DecisionLog } from "./decision.ts"
import { transfersOf } from "./check.ts"

/** A proposer began to use an epoch, or put a value forward in it; `life` counts its restarts. */
export interface ProposerAct {
  readonly at: Micros
  readonly proposer: Address
  readonly life: number
  readonly epoch: Epoch
}

/** The first `propose` of a value in an epoch by one life of a proposer, and what it had been told by then. */
export interface MadeProposal extends ProposerAct {
  readonly value: Value
  /** Who had promised this epoch to it, with what they reported. */
  readonly promises: Promises
  /**
   * Those of them that came once it had asked in this life. Where epochs are used again after a crash, it
   * may have been told more before, and not have listened yet.
   */
  readonly answers: Promises
}

/** What acceptors reported that promised an epoch. */
export type Promises = ReadonlyMap<Address, Proposal | null>

/** A promise or an acceptance that an acceptor sent to a proposer. */
export interface Reply {
  readonly at: Micros
  readonly acceptor: Address
  readonly to: Address
  readonly type: "promise" | "accept"
  readonly epoch: Epoch
  /** What a promise reports as accepted last. */
  readonly reported: Proposal | null
  /** The values that `to` had put to the acceptor in this epoch. */
  readonly asked: ReadonlySet<Value>
  /** Whether `to` had sent the acceptor the request of this epoch that the reply answers. */
  readonly requested: boolean
  /** The durable record before the message was handled, and as it stands behind the reply. */
  readonly before: AcceptorRecord
  readonly after: AcceptorRecord
  /** Whether anything was written since the reply before. */
  readonly wrote: boolean
}

/** An acceptor changed what it has on disk. */
export interface AcceptorWrite {
  readonly at: Micros
  readonly acceptor: Address
  readonly before: AcceptorRecord
  readonly after: AcceptorRecord
  /** Whether a request that it received since it last came up can be behind it. */
  readonly explained: boolean
}

/** A process learned a value; these had told it since it last came up that they accepted in that epoch. */
export interface Learning {
  readonly at: Micros
  readonly process: Address
  readonly epoch: Epoch
  readonly value: Value
  readonly acceptedBy: NodeSet
}

/** An acceptor that has neither promised nor accepted. */
export const blankRecord: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

/** What an acceptor is known to be doing. */
interface AcceptorNotes {
  before: AcceptorRecord
  record: AcceptorRecord
  wrote: boolean
  writes: number
  requests: number
  /** "prepare 3 5": requests received, by type, epoch and sender. */
  readonly received: Set<string>
  readonly asked: Map<string, Set<Value>>
}

/** What a proposer has been told since it last came up. */
interface ProposerNotes {
  life: number
  readonly epochs: Set<Epoch>
  readonly proposed: Set<string>
  readonly promises: Map<Epoch, Map<Address, Proposal | null>>
  readonly answers: Map<Epoch, Map<Address, Proposal | null>>
  readonly accepts: Map<Epoch, NodeSet>
}

/**
 * The facts of one run of Paxos that its properties and lemmas speak of,
 * gathered from the trace alone. Several checks may share one: an event that
 * was just seen is not counted twice.
 */
export class RunFacts {
  readonly cluster: Cluster
  readonly epochsStarted: ProposerAct[] = []
  readonly proposals: MadeProposal[] = []
  readonly replies: Reply[] = []
  readonly writes: AcceptorWrite[] = []
  readonly learnings: Learning[] = []
  private readonly log: DecisionLog
  private readonly acceptors = new Map<Address, AcceptorNotes>()
  private readonly proposers = new Map<Address, ProposerNotes>()
  private last: unknown

  constructor(cluster: Cluster) {
    this.cluster = cluster
    this.log = new DecisionLog(cluster.plan)
  }

  /** In the order of their commit points. */
  get decisions(): readonly Decision[] {
    return this.log.decisions
  }

  observe(event: TraceEvent<PaxosMessage, PaxosRecord>): void {
    if (event === this.last) return
    this.last = event
    this.log.observe(event)
    switch (event.type) {
      case "store":
        this.stored(event.at, event.process, acceptorPart(event.record))
        return
      case "deliver":
        for (const { from, to, message } of transfersOf(event)) this.delivered(from, to, message)
        return
      case "send":
        for (const { from, to, message } of transfersOf(event)) this.sent(event.at, from, to, message)
        return
      case "learn":
        return this.learned(event)
      case "crash":
        return this.crashed(event.process)
      default:
        return
    }
  }

  private stored(at: Micros, acceptor: Address, record: AcceptorRecord | null): void {
    if (record === null) return
    const notes = this.acceptorNotes(acceptor)
    const before = notes.record
    if (!notes.wrote) notes.before = before
    notes.record = record
    notes.writes++
    const isForgotten = record.lastPromised === null && before.lastPromised !== null
    const explained = notes.writes <= notes.requests && !isForgotten
    // A write that no request explains belongs to no step: what follows is held against its result.
    notes.wrote = explained
    this.writes.push({ at, acceptor, before, after: record, explained })
  }

  private delivered(from: Address, to: Address, message: PaxosMessage): void {
    if (message.type === "prepare" || message.type === "propose") return this.requested(from, to, message)
    if (message.type === "decided") this.acceptorNotes(to).requests++
    if (message.type === "promise") this.promised(from, to, message)
    if (message.type === "accept") {
      const { accepts } = this.proposerNotes(to)
      accepts.set(message.epoch, withMember(accepts.get(message.epoch) ?? emptySet, from))
    }
  }

  private promised(from: Address, to: Address, { epoch, lastAccepted }: PromiseMessage): void {
    const { epochs, promises, answers } = this.proposerNotes(to)
    noted(promises, epoch).set(from, lastAccepted)
    if (epochs.has(epoch)) noted(answers, epoch).set(from, lastAccepted)
  }

  private requested(
    from: Address,
    acceptor: Address,
    message: PaxosMessage & { type: "prepare" | "propose" },
  ): void {
    const notes = this.acceptorNotes(acceptor)
    notes.requests++
    notes.received.add(`${message.type} ${message.epoch} ${from}`)
    if (message.type !== "propose") return
    const key = `${message.epoch} ${from}`
    notes.asked.set(key, (notes.asked.get(key) ?? new Set()).add(message.value))
  }

  private sent(at: Micros, from: Address, to: Address, message: PaxosMessage): void {
    if (message.type === "prepare") this.startedEpoch(at, from, message.epoch)
    if (message.type === "propose") {
      this.startedEpoch(at, from, message.epoch)
      this.proposed(at, from, message)
    }
    if (!this.cluster.proposers.includes(to)) return
    if (message.type === "promise") this.replied(at, from, to, message, message.lastAccepted)
    if (message.type === "accept") this.replied(at, from, to, message, null)
  }

  private startedEpoch(at: Micros, proposer: Address, epoch: Epoch): void {
    const { epochs, life } = this.proposerNotes(proposer)
    if (epochs.has(epoch)) return
    epochs.add(epoch)
    this.epochsStarted.push({ at, proposer, life, epoch })
  }

  private proposed(at: Micros, proposer: Address, { epoch, value }: Proposal): void {
    const { proposed, promises, answers, life } = this.proposerNotes(proposer)
    const key = `${epoch} ${value}`
    if (proposed.has(key)) return
    proposed.add(key)
    this.proposals.push({
      ...{ at, proposer, life, epoch, value },
      promises: new Map(promises.get(epoch)),
      answers: new Map(answers.get(epoch)),
    })
  }

  private replied(
    at: Micros,
    acceptor: Address,
    to: Address,
    { type, epoch }: PaxosMessage & { type: "promise" | "accept" },
    reported: Proposal | null,
  ): void {
    const notes = this.acceptorNotes(acceptor)
    this.replies.push({
      at,
      acceptor,
      to,
      type,
      epoch,
      reported,
      asked: notes.asked.get(`${epoch} ${to}`) ?? noValues,
      requested: notes.received.has(`${type === "promise" ? "prepare" : "propose"} ${epoch} ${to}`),
      before: notes.wrote ? notes.before : notes.record,
      after: notes.record,
      wrote: notes.wrote,
    })
    notes.wrote = false
  }

  private learned({ at, process, epoch, value }: Omit<Learning, "acceptedBy">): void {
    const { accepts } = this.proposerNotes(process)
    this.learnings.push({ at, process, epoch, value, acceptedBy: accepts.get(epoch) ?? emptySet })
  }

  /** What is on disk stays; what was heard, and the count of requests, does not. */
  private crashed(process: Address): void {
    const acceptor = this.acceptors.get(process)
    if (acceptor !== undefined) Object.assign(acceptor, { wrote: false, writes: 0, requests: 0 })
    const life = this.proposers.get(process)?.life ?? 0
    this.proposers.set(process, freshProposer(life + 1))
  }

  private acceptorNotes(acceptor: Address): AcceptorNotes {
    let notes = this.acceptors.get(acceptor)
    if (notes === undefined) {
      notes = {
        before: blankRecord,
        record: blankRecord,
        wrote: false,
        writes: 0,
        requests: 0,
        received: new Set(),
        asked: new Map(),
      }
      this.acceptors.set(acceptor, notes)
    }
    return notes
  }

  private proposerNotes(process: Address): ProposerNotes {
    let notes = this.proposers.get(process)
    if (notes === undefined) {
      notes = freshProposer(0)
      this.proposers.set(process, notes)
    }
    return notes
  }
}

const noValues: ReadonlySet<Value> = new Set()

function freshProposer(life: number): ProposerNotes {
  const [epochs, proposed] = [new Set<Epoch>(), new Set<string>()]
  return { life, epochs, proposed, promises: new Map(), answers: new Map(), accepts: new Map() }
}

/** The promises of an epoch, to be added to. */
function noted(all: Map<Epoch, Map<Address, Proposal | null>>, epoch: Epoch): Map<Address, Proposal | null> {
  const ofEpoch = all.get(epoch) ?? new Map<Address, Proposal | null>()
  all.set(epoch, ofEpoch)
  return ofEpoch
}
