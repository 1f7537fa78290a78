import { type NodeSet, difference, emptySet, has, withMember } from "../../base/node-set.ts"
import type { Address } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../protocol/paxos/messages.ts"
import { acceptorPart } from "../../protocol/paxos/records.ts"
import type { Epoch } from "../../quorum/plan.ts"
import { allNodes } from "../../quorum/system.ts"
import { FirstViolation, type TraceCheck } from "../check.ts"
import { DecisionLog } from "../decision.ts"

/**
 * What is said of Paxos when it is explained, as checks.
 *
 * They are consequences of the properties, and what a lecture says first: worth a check of their own,
 * because it is from such sentences that people program.
 */
export function statementChecks(cluster: Cluster): TraceCheck[] {
  const { promiseAhead } = cluster.variant
  // Where promises are reserved ahead (§3.8), what is on disk does not tell what has been promised.
  const fromDisk = promiseAhead > 0 ? [] : [preparesRaise(cluster), voidedProposals(cluster)]
  return [rolesKeepApart(cluster), ...fromDisk]
}

/**
 * Acceptors talk to proposers and learners, proposers to acceptors: never two of a kind to each other.
 * Replicas are of both kinds; a proposer may forward its value (§3.4), and a ring is acceptors that talk (§3.12).
 */
export function rolesKeepApart({ processes }: Cluster): TraceCheck {
  const found = new FirstViolation()
  return {
    name: "roles-keep-apart",
    reference: "Howard 2019, table 2.2 (who sends what to whom)",
    observe: (event) => {
      if (event.type !== "send") return
      found.counted()
      const [from, to] = [processes[event.from]!, processes[event.to]!]
      const isException = from.role === "replica" || ["forward", "ring"].includes(event.message.type)
      if (from.role !== to.role || isException) return
      found.report(event.at, `${from.name} sent ${event.message.type} to ${to.name}, a ${to.role} as well`)
    },
    verdict: () => found.verdict("messages"),
  }
}

/** A request that an acceptor received and has, for all we know, not yet handled. */
interface Received {
  readonly from: Address
  readonly epoch: Epoch
  readonly prepares: boolean
}

/**
 * A prepare of a greater epoch raises what the acceptor has promised: whenever
 * it answers something, all prepares up to there have left their mark on disk.
 */
export function preparesRaise({ processes }: Cluster): TraceCheck {
  const inboxes = new Map<Address, Received[]>()
  const promised = new Map<Address, Epoch>()
  const found = new FirstViolation()
  const answered = (at: number, acceptor: Address, to: Address, epoch: Epoch): void => {
    const inbox = inboxes.get(acceptor) ?? []
    const handled = inbox.findIndex((request) => request.from === to && request.epoch === epoch)
    for (const request of inbox.splice(0, handled + 1)) {
      if (!request.prepares) continue
      found.counted()
      const raisedTo = promised.get(acceptor)
      if (raisedTo !== undefined && raisedTo >= request.epoch) continue
      const { name } = processes[acceptor]!
      found.report(
        at,
        `${name} handled prepare(${request.epoch}) and has promised only ${String(raisedTo ?? "nothing")}`,
      )
    }
  }
  return {
    name: "prepares-raise",
    reference: "Howard 2019, §2.2.2",
    observe: (event) => {
      const record = event.type === "store" ? acceptorPart(event.record) : null
      if (record !== null && event.type === "store") {
        const { lastPromised } = record
        if (lastPromised === null) promised.delete(event.process)
        else promised.set(event.process, lastPromised)
      }
      if (event.type === "crash") inboxes.delete(event.process)
      if (event.type === "deliver" && isRequest(event.message)) {
        const { type, epoch } = event.message
        const inbox = inboxes.get(event.to) ?? []
        inboxes.set(event.to, [...inbox, { from: event.from, epoch, prepares: type === "prepare" }])
      }
      if (event.type === "send" && isAnswer(event.message)) {
        answered(event.at, event.from, event.to, event.message.epoch)
      }
    },
    verdict: () => found.verdict("prepares"),
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

/** How an epoch's proposal stands with the acceptors. */
interface Standing {
  acceptedBy: NodeSet
  /** Those that have promised a greater epoch and not accepted this one. */
  lostTo: NodeSet
  voidedBy: Epoch | undefined
}

/**
 * Duelling proposers void each other's proposals: once the acceptors that have
 * promised a greater epoch without accepting e meet every phase-2 quorum of e,
 * nothing is decided in e any more. That is all that happens in figure 2.6, and
 * it is why the duel is harmless.
 */
export function voidedProposals({ plan }: Cluster): TraceCheck {
  const log = new DecisionLog(plan)
  const standings = new Map<Epoch, Standing>()
  const found = new FirstViolation()
  const promised = (acceptor: Address, by: Epoch): void => {
    for (const [epoch, standing] of standings) {
      if (epoch >= by || has(standing.acceptedBy, acceptor)) continue
      standing.lostTo = withMember(standing.lostTo, acceptor)
      const left = difference(allNodes(plan), standing.lostTo)
      if (standing.voidedBy !== undefined || plan.systemAt(epoch).isQuorum(2, left)) continue
      standing.voidedBy = by
      found.counted()
    }
  }
  let seen = 0
  return {
    name: "voided-proposals",
    reference: "Howard 2019, §2.3 and figure 2.6",
    observe: (event) => {
      log.observe(event)
      if (event.type === "send" && event.message.type === "propose" && !standings.has(event.message.epoch)) {
        standings.set(event.message.epoch, { acceptedBy: emptySet, lostTo: emptySet, voidedBy: undefined })
      }
      const record = event.type === "store" ? acceptorPart(event.record) : null
      if (record !== null && event.type === "store") {
        const { lastAccepted, lastPromised } = record
        const standing = lastAccepted === null ? undefined : standings.get(lastAccepted.epoch)
        if (standing !== undefined) standing.acceptedBy = withMember(standing.acceptedBy, event.process)
        if (lastPromised !== null) promised(event.process, lastPromised)
      }
      for (; seen < log.decisions.length; seen++) {
        const { epoch, value } = log.decisions[seen]!.proposal
        const voidedBy = standings.get(epoch)?.voidedBy
        if (voidedBy === undefined) continue
        found.report(
          event.at,
          `(${epoch}, ${value}) was decided after promises of epoch ${voidedBy} had voided it`,
        )
      }
    },
    verdict: () => found.verdict("voided proposals"),
  }
}
