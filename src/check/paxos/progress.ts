import { type NodeSet, difference, emptySet, withMember } from "../../base/node-set.ts"
import { type Verdict, holds, unknown, violated } from "../../base/verdict.ts"
import type { Address, Micros } from "../../protocol/actor.ts"
import type { Cluster } from "../../protocol/paxos/cluster.ts"
import type { PaxosMessage } from "../../protocol/paxos/messages.ts"
import { acceptorPart } from "../../protocol/paxos/records.ts"
import { allNodes, formatSet } from "../../quorum/system.ts"
import type { Gatherer, Violation } from "../property.ts"
import {
  type PaxosEvent,
  type PaxosFact,
  type PaxosProperty,
  decisions,
  learnings,
  paxosProperty,
} from "./facts.ts"

/** The liveness conditions of Howard 2019, §2.7, and the time for which a run is claimed to meet them. */
export interface LivenessConditions {
  /** From the global stabilisation time … */
  readonly from: Micros
  /** … to here, which must be long enough for the greatest epoch around to be passed; the run lasts no shorter. */
  readonly until: Micros
  /** The one proposer that is live. */
  readonly proposer: Address
  /** δm: every message between it and the live acceptors arrives within this time. */
  readonly messageDelay: Micros
  /** δa: live acceptors reply within this time, if the algorithm has them reply. */
  readonly acceptorDelay: Micros
}

/**
 * Progress and eventual learning under some conditions. Whether the conditions held is derived from the
 * trace: where one did not, the verdict is `unknown` with that condition, never `violated`.
 */
export function liveness(conditions: LivenessConditions): readonly PaxosProperty[] {
  const watch: PaxosFact<ConditionWatch> = {
    wants: ["propose", "crash", "recover", "store", "send", "deliver", "timeout"],
    gather: (cluster) => new ConditionWatch(cluster, conditions),
  }
  const verdictOn = (goal: string, reached: Micros | undefined, held: ConditionWatch): Verdict<Violation> => {
    if (reached !== undefined && reached <= conditions.until)
      return holds(`a value was ${goal} at ${reached} µs`)
    const failed = held.failure()
    if (failed !== undefined) return unknown(failed)
    const message = `nothing was ${goal} by ${conditions.until} µs, though the conditions held from ${conditions.from} µs`
    return violated({ at: conditions.until, message }, message)
  }
  return [
    paxosProperty({
      name: "progress",
      reference: "Howard 2019, §2.1 and theorem 16",
      statement: "If the liveness conditions hold, a value is decided.",
      needs: { decisions, watch },
      judge: (facts) => verdictOn("decided", facts.decisions.list[0]?.at, facts.watch),
    }),
    paxosProperty({
      name: "eventual-learning",
      reference: "Howard 2019, §2.1",
      statement: "If the liveness conditions hold, the live proposer learns a value.",
      needs: { learnings, watch },
      judge: (facts, { processes }) => {
        const own = facts.learnings.list.find(({ process }) => process === conditions.proposer)
        return verdictOn(`learned by ${processes[conditions.proposer]!.name}`, own?.at, facts.watch)
      },
    }),
  ]
}

/** Reads off a trace whether liveness conditions held, and what broke them first. */
class ConditionWatch implements Gatherer<PaxosEvent> {
  private readonly cluster: Cluster
  private readonly conditions: LivenessConditions
  private readonly down = new Set<Address>()
  private readonly promised = new Map<Address, number>()
  /** Messages of the proposer and to it that are on their way, by number. */
  private readonly onTheWay = new Map<number, { readonly at: Micros; readonly acceptor: Address }>()
  /** Requests to which acceptors must reply. */
  private readonly due = new Map<Address, Micros>()
  private unreliable: NodeSet = emptySet
  private broken: string | undefined
  private hasCandidate = false
  private lastRequest: Micros | undefined

  constructor(cluster: Cluster, conditions: LivenessConditions) {
    this.cluster = cluster
    this.conditions = conditions
  }

  observe(event: PaxosEvent): void {
    switch (event.type) {
      case "propose":
        if (event.process === this.conditions.proposer) this.hasCandidate = true
        return
      case "crash":
        return this.crashed(event.at, event.process)
      case "recover":
        this.down.delete(event.process)
        return
      case "store":
        this.promised.set(event.process, acceptorPart(event.record)?.lastPromised ?? -1)
        return
      case "send":
        return this.sent(event.at, event.id, event.from, event.to, event.message)
      case "deliver":
        return this.delivered(event.at, event.id, event.from, event.to, event.message)
      case "timeout":
        if (event.process === this.conditions.proposer) this.timedOut(event.at)
        return
      default:
        return
    }
  }

  /** Which condition failed, in words; nothing, if all held. */
  failure(): string | undefined {
    const { plan } = this.cluster
    const { from, until, proposer, messageDelay, acceptorDelay } = this.conditions
    if (this.broken !== undefined) return this.broken
    const name = this.cluster.processes[proposer]!.name
    if (!this.hasCandidate) return `${name} had nothing to propose`
    if (this.down.has(proposer)) return `${name} was down`
    for (const { at, acceptor } of this.onTheWay.values()) {
      if (at >= from && at + messageDelay <= until) this.failed(acceptor)
    }
    for (const [acceptor, at] of this.due)
      if (at >= from && at + acceptorDelay <= until) this.failed(acceptor)
    for (const process of this.down) if (process < plan.nodes.length) this.failed(process)
    const live = difference(allNodes(plan), this.unreliable)
    const suffices = plan.ranges.every(({ system }) => system.isQuorum(1, live) && system.isQuorum(2, live))
    return suffices
      ? undefined
      : `only ${formatSet(plan, live)} were live and in time, which hold no quorum of each phase`
  }

  private isLater(at: Micros): boolean {
    return at >= this.conditions.from && at <= this.conditions.until
  }

  private failed(acceptor: Address): void {
    this.unreliable = withMember(this.unreliable, acceptor)
  }

  private crashed(at: Micros, process: Address): void {
    this.down.add(process)
    this.due.delete(process)
    if (process === this.conditions.proposer) {
      this.hasCandidate = false
      this.lastRequest = undefined
      if (this.isLater(at)) this.broken ??= `${this.cluster.processes[process]!.name} crashed`
    } else if (this.isLater(at) && process < this.cluster.plan.nodes.length) {
      this.failed(process)
    }
  }

  private sent(at: Micros, id: number, from: Address, to: Address, message: PaxosMessage): void {
    const { proposer } = this.conditions
    if (from === proposer) {
      this.onTheWay.set(id, { at, acceptor: to })
      if (message.type === "prepare" || message.type === "propose") this.lastRequest = at
    }
    if (to !== proposer) return
    this.onTheWay.set(id, { at, acceptor: from })
    const since = this.due.get(from)
    if (since !== undefined && at - since > this.conditions.acceptorDelay) this.failed(from)
    this.due.delete(from)
  }

  private delivered(at: Micros, id: number, from: Address, to: Address, message: PaxosMessage): void {
    const { proposer, messageDelay, from: stable } = this.conditions
    const sent = this.onTheWay.get(id)
    if (sent !== undefined) {
      if (sent.at >= stable && at - sent.at > messageDelay) this.failed(sent.acceptor)
      this.onTheWay.delete(id)
    }
    if (message.type !== "prepare" && message.type !== "propose") return
    if (from !== proposer && this.isLater(at)) {
      this.broken ??= `a ${message.type} of ${this.cluster.processes[from]!.name} arrived at ${at} µs: there were two proposers`
    }
    const isDue = message.epoch >= (this.promised.get(to) ?? -1)
    if (from === proposer && this.isLater(at) && isDue && !this.due.has(to)) this.due.set(to, at)
  }

  /** The proposer has to wait for the slowest reply that the conditions allow; a fast clock does not (§2.7). */
  private timedOut(at: Micros): void {
    const { from, messageDelay, acceptorDelay } = this.conditions
    const started = this.lastRequest
    this.lastRequest = undefined
    if (started === undefined || started < from) return
    const needed = acceptorDelay + 2 * messageDelay
    if (at - started >= needed) return
    this.broken ??= `the proposer waited ${at - started} µs for a phase, and replies may take ${needed} µs`
  }
}
