import { type NodeSet, emptySet, withMember } from "../../base/node-set.ts"
import type { Address, Micros, Value } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage, PromiseMessage, Proposal } from "../../protocol/paxos/messages.ts"
import { type AcceptorRecord, type PaxosRecord, acceptorPart } from "../../protocol/paxos/records.ts"
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
import { transfersOf } from "./transfers.ts"

/** An event in the trace of a run of single-decree Paxos. */
export type PaxosEvent = TraceEvent<PaxosMessage, PaxosRecord>
/** A property of such runs. */
export type PaxosProperty = Property<Cluster, PaxosEvent>
/** A kind of fact about them. */
export type PaxosFact<Gathered extends Gatherer<PaxosEvent>> = FactKind<Cluster, PaxosEvent, Gathered>

/** Defines a property of runs of single-decree Paxos. */
export function paxosProperty<N extends Needs<Cluster, PaxosEvent>>(
  definition: PropertyDefinition<Cluster, PaxosEvent, N>,
): PaxosProperty {
  return property<Cluster, PaxosEvent, N>(definition)
}

/** "a1", "p2": a process as traces show it. */
export function nameOf({ processes }: Cluster, process: Address): string {
  return processes[process]!.name
}

// ---- What is asked, decided and learned: enough for safety

/** The values that clients proposed, and when each was first. */
export class Inputs implements Gatherer<PaxosEvent> {
  private readonly firstAt = new Map<Value, Micros>()

  observe(event: PaxosEvent): void {
    if (event.type === "propose" && !this.firstAt.has(event.value)) this.firstAt.set(event.value, event.at)
  }

  /** Whether some client had proposed a value by then. */
  has(value: Value, by: Micros): boolean {
    const at = this.firstAt.get(value)
    return at !== undefined && at <= by
  }
}

/** What clients proposed. */
export const inputs: PaxosFact<Inputs> = { wants: ["propose"], gather: () => new Inputs() }

/** A proposal that is decided: accepted, durably, by every member of a phase-2 quorum of its epoch. */
export interface Decision {
  readonly proposal: Proposal
  /** The commit point: when the last of the quorum had it on disk, before any process learns it. */
  readonly at: Micros
  readonly acceptedBy: NodeSet
}

/**
 * Finds decisions in a trace from what acceptors store. An acceptance counts
 * even if the acceptor has accepted something else since: decided is decided
 * (Howard 2019, §2.2).
 */
export class Decisions implements Gatherer<PaxosEvent> {
  /** In the order of their commit points; more than one value among them is a violation of agreement. */
  readonly list: Decision[] = []
  /** The latest epochs come last; a run has a handful of proposals that anybody accepts. */
  private readonly acceptances: { readonly proposal: Proposal; by: NodeSet; isDecided: boolean }[] = []
  private readonly plan: QuorumPlan

  constructor(plan: QuorumPlan) {
    this.plan = plan
  }

  observe(event: TraceEvent<PaxosMessage, PaxosRecord, unknown>): void {
    if (event.type !== "store") return
    const lastAccepted = acceptorPart(event.record)?.lastAccepted ?? null
    if (lastAccepted !== null) this.accept(event.process, lastAccepted, event.at)
  }

  private accept(acceptor: Address, proposal: Proposal, at: Micros): void {
    let entry = this.acceptances.findLast(
      (one) => one.proposal.epoch === proposal.epoch && one.proposal.value === proposal.value,
    )
    if (entry === undefined) {
      entry = { proposal, by: emptySet, isDecided: false }
      this.acceptances.push(entry)
    }
    entry.by = withMember(entry.by, acceptor)
    if (entry.isDecided || !this.plan.systemAt(proposal.epoch).isQuorum(2, entry.by)) return
    entry.isDecided = true
    this.list.push({ proposal, at, acceptedBy: entry.by })
  }
}

/** What was decided. */
export const decisions: PaxosFact<Decisions> = {
  wants: ["store"],
  gather: ({ plan }) => new Decisions(plan),
}

/** A process learned a value. */
export interface Learning {
  readonly at: Micros
  readonly process: Address
  readonly epoch: Epoch
  readonly value: Value
  /** How many decisions there were by then. */
  readonly decisionsBefore: number
}

/** What processes learned, in order. */
export class Learnings implements Gatherer<PaxosEvent> {
  readonly list: Learning[] = []
  private readonly decisions: Decisions

  constructor(decided: Decisions) {
    this.decisions = decided
  }

  observe(event: PaxosEvent): void {
    if (event.type !== "learn") return
    const { at, process, epoch, value } = event
    this.list.push({ at, process, epoch, value, decisionsBefore: this.decisions.list.length })
  }
}

/** What processes learned. */
export const learnings: PaxosFact<Learnings> = {
  wants: ["learn"],
  gather: (_, facts) => new Learnings(facts.of(decisions)),
}

/** An acceptor changed what it has on disk. */
export interface AcceptorWrite {
  readonly at: Micros
  readonly acceptor: Address
  readonly before: AcceptorRecord
  readonly after: AcceptorRecord
}

/** An acceptor that has neither promised nor accepted. */
const blankRecord: AcceptorRecord = { role: "acceptor", lastPromised: null, lastAccepted: null }

/** What acceptors wrote, in order, and what is on their disks. */
export class AcceptorWrites implements Gatherer<PaxosEvent> {
  readonly list: AcceptorWrite[] = []
  private readonly records: (AcceptorRecord | undefined)[] = []

  observe(event: PaxosEvent): void {
    if (event.type !== "store") return
    const after = acceptorPart(event.record)
    if (after === null) return
    const { at, process: acceptor } = event
    this.list.push({ at, acceptor, before: this.recordOf(acceptor), after })
    this.records[acceptor] = after
  }

  recordOf(acceptor: Address): AcceptorRecord {
    return this.records[acceptor] ?? blankRecord
  }
}

/** What acceptors wrote. */
export const acceptorWrites: PaxosFact<AcceptorWrites> = {
  wants: ["store"],
  gather: () => new AcceptorWrites(),
}

// ---- What processes say to each other: for the properties and lemmas of chapter 2

/** A sent message, delivered or not. */
export interface Sending {
  readonly at: Micros
  readonly from: Address
  readonly to: Address
  readonly type: PaxosMessage["type"]
}

/** Every message that was sent. */
export class Sendings implements Gatherer<PaxosEvent> {
  readonly list: Sending[] = []

  observe(event: PaxosEvent): void {
    if (event.type !== "send") return
    const { at, from, to, message } = event
    this.list.push({ at, from, to, type: message.type })
  }
}

/** Messages sent. */
export const sendings: PaxosFact<Sendings> = { wants: ["send"], gather: () => new Sendings() }

/** A proposer began to use an epoch, or put a value forward in it; `life` counts its restarts. */
export interface ProposerAct {
  readonly at: Micros
  readonly proposer: Address
  readonly life: number
  readonly epoch: Epoch
}

/**
 * The first `propose` of a value in an epoch by one life of a proposer, with the messages it had
 * received before.
 */
export interface MadeProposal extends ProposerAct {
  readonly value: Value
  /** The promises of this epoch it had received, with their reports. */
  readonly promises: Promises
  /**
   * Those of them received after its prepare of this life. Where epochs are reused after a crash, it may
   * have received others before, which it ignored.
   */
  readonly answers: Promises
}

/** What acceptors reported that promised an epoch. */
export type Promises = ReadonlyMap<Address, Proposal | null>

/**
 * A process learned a value; these are the acceptances of that epoch it had received since its last
 * start or recovery.
 */
export interface LearningFromAccepts {
  readonly at: Micros
  readonly process: Address
  readonly epoch: Epoch
  readonly value: Value
  readonly acceptedBy: NodeSet
  /** Whether the process to which it had forwarded its value reported this one as decided (§3.4). */
  readonly isReply: boolean
}

/** What a proposer has received since its last start or recovery. */
interface ProposerNotes {
  readonly life: number
  readonly epochs: Set<Epoch>
  readonly proposed: Set<string>
  readonly promises: Map<Epoch, Map<Address, Proposal | null>>
  readonly answers: Map<Epoch, Map<Address, Proposal | null>>
  readonly accepts: Map<Epoch, NodeSet>
  /** Values that were decided, by the word of the process it had forwarded its own to. */
  readonly outcomes: Set<Value>
}

/** The actions of proposers, with what they had received before each. */
export class ProposerActs implements Gatherer<PaxosEvent> {
  readonly epochsStarted: ProposerAct[] = []
  readonly proposals: MadeProposal[] = []
  readonly learnings: LearningFromAccepts[] = []
  private readonly notes = new Map<Address, ProposerNotes>()
  /** "3>4": process 3 has forwarded a value to process 4. */
  private readonly forwarded = new Set<string>()

  observe(event: PaxosEvent): void {
    switch (event.type) {
      case "deliver":
        for (const { from, to, message } of transfersOf(event)) this.delivered(from, to, message)
        return
      case "send":
        for (const { from, to, message } of transfersOf(event)) this.sent(event.at, from, to, message)
        return
      case "learn": {
        const { at, process, epoch, value } = event
        const { accepts, outcomes } = this.notesOf(process)
        const acceptedBy = accepts.get(epoch) ?? emptySet
        this.learnings.push({ at, process, epoch, value, acceptedBy, isReply: outcomes.has(value) })
        return
      }
      case "crash":
        this.notes.set(event.process, freshNotes((this.notes.get(event.process)?.life ?? 0) + 1))
        return
      default:
        return
    }
  }

  private delivered(from: Address, to: Address, message: PaxosMessage): void {
    if (message.type === "promise") this.promised(from, to, message)
    if (message.type === "accept") {
      const { accepts } = this.notesOf(to)
      accepts.set(message.epoch, withMember(accepts.get(message.epoch) ?? emptySet, from))
    }
    if (message.type === "decided" && message.value !== undefined && this.forwarded.has(`${to}>${from}`))
      this.notesOf(to).outcomes.add(message.value)
  }

  private promised(from: Address, to: Address, { epoch, lastAccepted }: PromiseMessage): void {
    const { epochs, promises, answers } = this.notesOf(to)
    noted(promises, epoch).set(from, lastAccepted)
    if (epochs.has(epoch)) noted(answers, epoch).set(from, lastAccepted)
  }

  private sent(at: Micros, from: Address, to: Address, message: PaxosMessage): void {
    if (message.type === "forward") this.forwarded.add(`${from}>${to}`)
    if (message.type === "prepare") this.startedEpoch(at, from, message.epoch)
    if (message.type === "propose") {
      this.startedEpoch(at, from, message.epoch)
      this.proposed(at, from, message)
    }
  }

  private startedEpoch(at: Micros, proposer: Address, epoch: Epoch): void {
    const { epochs, life } = this.notesOf(proposer)
    if (epochs.has(epoch)) return
    epochs.add(epoch)
    this.epochsStarted.push({ at, proposer, life, epoch })
  }

  private proposed(at: Micros, proposer: Address, { epoch, value }: Proposal): void {
    const { proposed, promises, answers, life } = this.notesOf(proposer)
    const key = `${epoch} ${value}`
    if (proposed.has(key)) return
    proposed.add(key)
    this.proposals.push({
      ...{ at, proposer, life, epoch, value },
      promises: new Map(promises.get(epoch)),
      answers: new Map(answers.get(epoch)),
    })
  }

  private notesOf(process: Address): ProposerNotes {
    let notes = this.notes.get(process)
    if (notes === undefined) {
      notes = freshNotes(0)
      this.notes.set(process, notes)
    }
    return notes
  }
}

function freshNotes(life: number): ProposerNotes {
  return {
    life,
    epochs: new Set(),
    proposed: new Set(),
    promises: new Map(),
    answers: new Map(),
    accepts: new Map(),
    outcomes: new Set(),
  }
}

/** The promises of an epoch, to be added to. */
function noted(all: Map<Epoch, Map<Address, Proposal | null>>, epoch: Epoch): Map<Address, Proposal | null> {
  const ofEpoch = all.get(epoch) ?? new Map<Address, Proposal | null>()
  all.set(epoch, ofEpoch)
  return ofEpoch
}

/** What proposers did. */
export const proposerActs: PaxosFact<ProposerActs> = {
  wants: ["deliver", "send", "learn", "crash"],
  gather: () => new ProposerActs(),
}

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
  /** Whether `to` had sent the acceptor the request of this epoch to which it replies. */
  readonly requested: boolean
  /** The durable record before the message was handled, and as it stands behind the reply. */
  readonly before: AcceptorRecord
  readonly after: AcceptorRecord
  /** Whether anything was written since the reply before. */
  readonly wrote: boolean
}

/** What an acceptor is known to be doing. */
interface AcceptorNotes {
  before: AcceptorRecord
  wrote: boolean
  writes: number
  requests: number
  /** "prepare 3 5": requests received, by type, epoch and sender. */
  readonly received: Set<string>
  readonly asked: Map<string, Set<Value>>
}

/** The replies of acceptors, and their writes without a request. */
export class AcceptorActs implements Gatherer<PaxosEvent> {
  readonly replies: Reply[] = []
  /** Writes that no request can be behind which the acceptor received since it last came up. */
  readonly unexplained: AcceptorWrite[] = []
  private readonly cluster: Cluster
  private readonly writes: AcceptorWrites
  private readonly notes = new Map<Address, AcceptorNotes>()

  constructor(cluster: Cluster, writes: AcceptorWrites) {
    this.cluster = cluster
    this.writes = writes
  }

  observe(event: PaxosEvent): void {
    switch (event.type) {
      case "store":
        if (acceptorPart(event.record) !== null) this.written(event.process, this.writes.list.at(-1)!)
        return
      case "deliver":
        for (const { from, to, message } of transfersOf(event)) this.delivered(from, to, message)
        return
      case "send":
        for (const { from, to, message } of transfersOf(event)) this.sent(event.at, from, to, message)
        return
      case "crash": {
        // The disk survives; received messages, and the count of requests, do not.
        const notes = this.notes.get(event.process)
        if (notes !== undefined) Object.assign(notes, { wrote: false, writes: 0, requests: 0 })
        return
      }
      default:
        return
    }
  }

  private written(acceptor: Address, write: AcceptorWrite): void {
    const { before, after } = write
    const notes = this.notesOf(acceptor)
    if (!notes.wrote) notes.before = before
    notes.writes++
    const isForgotten = after.lastPromised === null && before.lastPromised !== null
    // A write that no request explains belongs to no step: what follows is held against its result.
    notes.wrote = notes.writes <= notes.requests && !isForgotten
    if (!notes.wrote) this.unexplained.push(write)
  }

  private delivered(from: Address, to: Address, message: PaxosMessage): void {
    if (message.type === "decided") this.notesOf(to).requests++
    if (message.type !== "prepare" && message.type !== "propose") return
    const notes = this.notesOf(to)
    notes.requests++
    notes.received.add(`${message.type} ${message.epoch} ${from}`)
    if (message.type !== "propose") return
    const key = `${message.epoch} ${from}`
    notes.asked.set(key, (notes.asked.get(key) ?? new Set()).add(message.value))
  }

  private sent(at: Micros, from: Address, to: Address, message: PaxosMessage): void {
    if (message.type !== "promise" && message.type !== "accept") return
    if (!this.cluster.proposers.includes(to)) return
    const { type, epoch } = message
    const notes = this.notesOf(from)
    const record = this.writes.recordOf(from)
    this.replies.push({
      at,
      acceptor: from,
      to,
      type,
      epoch,
      reported: type === "promise" ? message.lastAccepted : null,
      asked: notes.asked.get(`${epoch} ${to}`) ?? noValues,
      requested: notes.received.has(`${type === "promise" ? "prepare" : "propose"} ${epoch} ${to}`),
      before: notes.wrote ? notes.before : record,
      after: record,
      wrote: notes.wrote,
    })
    notes.wrote = false
  }

  private notesOf(acceptor: Address): AcceptorNotes {
    let notes = this.notes.get(acceptor)
    if (notes === undefined) {
      notes = {
        before: blankRecord,
        wrote: false,
        writes: 0,
        requests: 0,
        received: new Set(),
        asked: new Map(),
      }
      this.notes.set(acceptor, notes)
    }
    return notes
  }
}

const noValues: ReadonlySet<Value> = new Set()

/** What acceptors did. */
export const acceptorActs: PaxosFact<AcceptorActs> = {
  wants: ["store", "deliver", "send", "crash"],
  gather: (cluster, facts) => new AcceptorActs(cluster, facts.of(acceptorWrites)),
}
