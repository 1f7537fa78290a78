import { type NodeSet, emptySet, withMember } from "../base/node-set.ts"
import type { Address, Micros } from "../protocol/actor.ts"
import type { PaxosMessage, PaxosRecord, Proposal } from "../protocol/paxos/messages.ts"
import { acceptorPart } from "../protocol/paxos/records.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { Observer } from "../world/simulate/trace.ts"

/** A proposal that is decided: accepted, durably, by every member of a phase-2 quorum of its epoch. */
export interface Decision {
  readonly proposal: Proposal
  /** The commit point: when the last of the quorum had it on disk. Nobody need know yet. */
  readonly at: Micros
  readonly acceptedBy: NodeSet
}

/**
 * Finds decisions in a trace from what acceptors store. An acceptance counts
 * even if the acceptor has accepted something else since: decided is decided
 * (Howard 2019, §2.2).
 */
export class DecisionLog {
  /** In the order of their commit points; more than one value among them is a violation of agreement. */
  readonly decisions: Decision[] = []
  private readonly acceptances = new Map<string, { proposal: Proposal; by: NodeSet; decided: boolean }>()
  private readonly plan: QuorumPlan

  constructor(plan: QuorumPlan) {
    this.plan = plan
  }

  readonly observe: Observer<PaxosMessage, PaxosRecord, unknown> = (event) => {
    if (event.type !== "store") return
    const lastAccepted = acceptorPart(event.record)?.lastAccepted ?? null
    if (lastAccepted !== null) this.accept(event.process, lastAccepted, event.at)
  }

  private accept(acceptor: Address, proposal: Proposal, at: Micros): void {
    const key = `${proposal.epoch} ${proposal.value}`
    let entry = this.acceptances.get(key)
    if (entry === undefined) {
      entry = { proposal, by: emptySet, decided: false }
      this.acceptances.set(key, entry)
    }
    entry.by = withMember(entry.by, acceptor)
    if (entry.decided || !this.plan.systemAt(proposal.epoch).isQuorum(2, entry.by)) return
    entry.decided = true
    this.decisions.push({ proposal, at, acceptedBy: entry.by })
  }
}
