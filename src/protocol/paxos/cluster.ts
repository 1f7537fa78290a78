import type { QuorumPlan } from "../../quorum/plan.ts"
import type { Address, Process, TimerRange } from "../actor.ts"
import { acceptor } from "./acceptor.ts"
import { roundRobinEpochs } from "./epochs.ts"
import { learner } from "./learner.ts"
import type { PaxosMessage, PaxosRecord } from "./messages.ts"
import { type Recipients, proposer } from "./proposer.ts"
import type { BackOff } from "./retry.ts"

export interface ClusterOptions {
  readonly plan: QuorumPlan
  /** How many proposers; proposer i of p has the epochs i − 1, i − 1 + p, … */
  readonly proposers: number
  readonly learners?: number
  readonly nacks?: boolean
  readonly timeout: TimerRange
  readonly backOff: BackOff
  /** Whom proposer `index`, from 0, sends to; everyone, unless said otherwise. */
  readonly recipients?: (index: number) => Recipients
}

/** The processes of one instance of Paxos: acceptors, then proposers, then learners. */
export interface Cluster {
  readonly plan: QuorumPlan
  readonly processes: readonly Process<PaxosMessage, PaxosRecord>[]
  readonly acceptors: readonly Address[]
  readonly proposers: readonly Address[]
  readonly learners: readonly Address[]
}

/** Classic Paxos where the plan is a majority in both phases, Flexible Paxos otherwise; one proposer, one acceptor, no copies. */
export function paxosCluster(options: ClusterOptions): Cluster {
  const { plan, proposers: p, learners: l = 0, nacks = false, timeout, backOff } = options
  const n = plan.nodes.length
  const addresses = {
    acceptors: range(0, n),
    proposers: range(n, p),
    learners: range(n + p, l),
  }
  const processes: Process<PaxosMessage, PaxosRecord>[] = [
    ...plan.nodes.map((name) => ({
      name,
      role: "acceptor" as const,
      actor: acceptor({ nacks, learners: addresses.learners }),
    })),
    ...addresses.proposers.map((_, index) => ({
      name: `p${index + 1}`,
      role: "proposer" as const,
      actor: proposer({
        plan,
        timeout,
        backOff,
        epochs: roundRobinEpochs(index, p),
        recipients: options.recipients?.(index) ?? { kind: "broadcast" },
      }),
    })),
    ...addresses.learners.map((_, index) => ({
      name: `l${index + 1}`,
      role: "learner" as const,
      actor: learner(plan),
    })),
  ]
  return { plan, processes, ...addresses }
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}
