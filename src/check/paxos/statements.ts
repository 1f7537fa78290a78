import { type NodeSet, difference, emptySet, has, withMember } from "../../base/node-set.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage, Proposal } from "../../protocol/paxos/messages.ts"
import { acceptorPart } from "../../protocol/paxos/records.ts"
import type { Epoch, QuorumPlan } from "../../quorum/plan.ts"
import { allNodes } from "../../quorum/system.ts"
import { type Gatherer, firstComplaint, judgeEach, verdictOf } from "../property.ts"
import {
  type AcceptorWrites,
  type Decisions,
  type PaxosEvent,
  type PaxosFact,
  type PaxosProperty,
  acceptorWrites,
  decisions,
  nameOf,
  paxosProperty,
  sendings,
} from "./facts.ts"
import { transfersOf } from "./transfers.ts"

/** Acceptors talk to proposers and learners, proposers to acceptors: never two of a kind to each other. */
export const rolesKeepApart = paxosProperty({
  name: "roles-keep-apart",
  reference: "Howard 2019, table 2.2 (who sends what to whom)",
  // Replicas have both roles; a proposer may forward its value and receives the outcome (§3.4), and in a
  // ring acceptors communicate (§3.12).
  statement:
    "No two processes of one role send messages to each other, except to forward a value, to answer that, or round a ring.",
  needs: { sendings },
  judge: ({ sendings: { list } }, { processes }) => {
    const forwarded = new Set<string>()
    return judgeEach("messages", list, ({ type, ...sending }) => {
      if (type === "forward") forwarded.add(`${sending.from}>${sending.to}`)
      const [from, to] = [processes[sending.from]!, processes[sending.to]!]
      const isReply = type === "decided" && forwarded.has(`${sending.to}>${sending.from}`)
      const isException = from.role === "replica" || type === "forward" || type === "ring" || isReply
      if (from.role !== to.role || isException) return undefined
      return `${from.name} sent ${type} to ${to.name}, a ${to.role} as well`
    })
  },
})

/** The reason why the disk does not determine what has been promised; undefined where it does. */
const reservedAhead = ({ variant }: Cluster): string | undefined =>
  variant.promiseAhead > 0 ? "what is on disk runs ahead of what is promised (§3.8)" : undefined

/** A prepare that an acceptor had handled before a reply, and its promised epoch on disk at that time. */
interface HandledPrepare {
  readonly at: Micros
  readonly acceptor: Address
  readonly epoch: Epoch
  readonly raisedTo: Epoch | null
}

/** A request that an acceptor received and has, for all we know, not yet handled. */
interface Received {
  readonly from: Address
  readonly epoch: Epoch
  readonly prepares: boolean
}

/** Prepares whose effect must be on disk: all those received before a request that got a reply. */
class HandledPrepares implements Gatherer<PaxosEvent> {
  readonly list: HandledPrepare[] = []
  private readonly writes: AcceptorWrites
  private readonly inboxes = new Map<Address, Received[]>()

  constructor(writes: AcceptorWrites) {
    this.writes = writes
  }

  observe(event: PaxosEvent): void {
    if (event.type === "crash") this.inboxes.delete(event.process)
    if (event.type === "deliver")
      for (const { from, to, message } of transfersOf(event)) this.received(from, to, message)
    if (event.type === "send")
      for (const { from, to, message } of transfersOf(event))
        if (isAnswer(message)) this.answered(event.at, from, to, message.epoch)
  }

  private received(from: Address, to: Address, message: PaxosMessage): void {
    if (!isRequest(message)) return
    const inbox = this.inboxes.get(to) ?? []
    if (inbox.length === 0) this.inboxes.set(to, inbox)
    inbox.push({ from, epoch: message.epoch, prepares: message.type === "prepare" })
  }

  private answered(at: Micros, acceptor: Address, to: Address, epoch: Epoch): void {
    const inbox = this.inboxes.get(acceptor) ?? []
    const handled = inbox.findIndex((request) => request.from === to && request.epoch === epoch)
    for (const request of inbox.splice(0, handled + 1)) {
      if (!request.prepares) continue
      const raisedTo = this.writes.recordOf(acceptor).lastPromised
      this.list.push({ at, acceptor, epoch: request.epoch, raisedTo })
    }
  }
}

function isRequest(message: PaxosMessage): message is PaxosMessage & { type: "prepare" | "propose" } {
  return message.type === "prepare" || message.type === "propose"
}

function isAnswer(
  message: PaxosMessage,
): message is PaxosMessage & { type: "promise" | "accept" | "no-promise" | "no-accept" } {
  return ["promise", "accept", "no-promise", "no-accept"].includes(message.type)
}

const handledPrepares: PaxosFact<HandledPrepares> = {
  wants: ["send", "deliver", "crash"],
  gather: (_, facts) => new HandledPrepares(facts.of(acceptorWrites)),
}

/** When an acceptor replies, the effects of all earlier prepares are on disk. */
export const preparesRaise = paxosProperty({
  name: "prepares-raise",
  reference: "Howard 2019, §2.2.2",
  statement: "A prepare of a greater epoch raises what the acceptor has promised.",
  notStated: reservedAhead,
  needs: { handledPrepares },
  judge: ({ handledPrepares: { list } }, cluster) =>
    judgeEach("prepares", list, ({ acceptor, epoch, raisedTo }) =>
      raisedTo !== null && raisedTo >= epoch
        ? undefined
        : `${nameOf(cluster, acceptor)} handled prepare(${epoch}) and has promised only ${String(raisedTo ?? "nothing")}`,
    ),
})

/** How an epoch's proposal stands with the acceptors, until it is voided or has a quorum. */
interface Standing {
  acceptedBy: NodeSet
  /** Those that have promised a greater epoch and not accepted this one. */
  lostTo: NodeSet
}

/** Which proposals were voided, and which of those were decided all the same. */
class VoidedProposals implements Gatherer<PaxosEvent> {
  count = 0
  /** Decisions of proposals that promises of the epoch `by` had voided. */
  readonly decided: { readonly at: Micros; readonly proposal: Proposal; readonly by: Epoch }[] = []
  private readonly plan: QuorumPlan
  private readonly decisions: Decisions
  private readonly standings = new Map<Epoch, Standing>()
  /** By epoch: which epoch's promises voided its proposal. */
  private readonly voidedBy = new Map<Epoch, Epoch>()
  private readonly settled = new Set<Epoch>()
  /** In which epoch each acceptor has accepted last. */
  private readonly acceptedIn = new Map<Address, Epoch>()
  private seen = 0

  constructor(plan: QuorumPlan, decided: Decisions) {
    this.plan = plan
    this.decisions = decided
  }

  observe(event: PaxosEvent): void {
    if (event.type === "send") {
      for (const { from, message } of transfersOf(event))
        if (message.type === "propose") this.proposed(from, message.epoch)
    } else if (event.type === "store") {
      const record = acceptorPart(event.record)
      if (record === null) return
      const { lastAccepted, lastPromised } = record
      if (lastAccepted !== null) this.accepted(event.process, lastAccepted.epoch)
      if (lastPromised !== null) this.promised(event.process, lastPromised)
      this.lookForDecisions()
    }
  }

  private proposed(proposer: Address, epoch: Epoch): void {
    if (this.standings.has(epoch) || this.settled.has(epoch)) return
    this.standings.set(epoch, { acceptedBy: emptySet, lostTo: emptySet })
    // A replica that begins a ring has accepted before the proposal is first sent.
    if (this.acceptedIn.get(proposer) === epoch) this.accepted(proposer, epoch)
  }

  private accepted(acceptor: Address, epoch: Epoch): void {
    this.acceptedIn.set(acceptor, epoch)
    const standing = this.standings.get(epoch)
    if (standing === undefined) return
    standing.acceptedBy = withMember(standing.acceptedBy, acceptor)
    // What has a quorum is never voided.
    if (this.plan.systemAt(epoch).isQuorum(2, standing.acceptedBy)) this.settle(epoch)
  }

  private settle(epoch: Epoch): void {
    this.standings.delete(epoch)
    this.settled.add(epoch)
  }

  private promised(acceptor: Address, by: Epoch): void {
    for (const [epoch, standing] of this.standings) {
      if (epoch >= by || has(standing.acceptedBy, acceptor)) continue
      standing.lostTo = withMember(standing.lostTo, acceptor)
      const left = difference(allNodes(this.plan), standing.lostTo)
      if (this.plan.systemAt(epoch).isQuorum(2, left)) continue
      this.voidedBy.set(epoch, by)
      this.settle(epoch)
      this.count++
    }
  }

  private lookForDecisions(): void {
    for (; this.seen < this.decisions.list.length; this.seen++) {
      const { at, proposal } = this.decisions.list[this.seen]!
      const by = this.voidedBy.get(proposal.epoch)
      if (by !== undefined) this.decided.push({ at, proposal, by })
    }
  }
}

const voidings: PaxosFact<VoidedProposals> = {
  wants: ["send", "store"],
  gather: ({ plan }, facts) => new VoidedProposals(plan, facts.of(decisions)),
}

/**
 * Duelling proposers void each other's proposals: that is all that happens in
 * figure 2.6, and it is why the duel is harmless.
 */
export const voidedProposals = paxosProperty({
  name: "voided-proposals",
  reference: "Howard 2019, §2.3 and figure 2.6",
  statement:
    "Once the acceptors that have promised a greater epoch without accepting e meet every phase-2 quorum of e, nothing is decided in e any more.",
  notStated: reservedAhead,
  needs: { voidings },
  judge: ({ voidings: { count, decided } }) =>
    verdictOf(
      count,
      "voided proposals",
      firstComplaint(
        decided,
        ({ proposal: { epoch, value }, by }) =>
          `(${epoch}, ${value}) was decided after promises of epoch ${by} had voided it`,
      ),
    ),
})

/** Statements with which Paxos is explained: consequences of the rules on which implementations rely. */
export const statements: readonly PaxosProperty[] = [rolesKeepApart, preparesRaise, voidedProposals]
