import type { Actor, Address, Input, Output, Step } from "../../protocol/actor.ts"
import { type Cluster, type ClusterOptions, paxosCluster } from "../../protocol/paxos/cluster.ts"
import type { AcceptorRecord, PaxosMessage, PaxosRecord } from "../../protocol/paxos/messages.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"

/**
 * Paxos with one property of Howard 2019, §2.4, switched off: a control for the
 * checks, which have to notice. The core has no such switches; a mutant stands
 * in front of its actors and falsifies what they hear, say or write.
 *
 * Why in front of the actors: a switch in the core would be tested with the core and could share its
 * mistakes; a lie told about a correct actor cannot. And a check that no mutant breaks has not been
 * shown to check anything.
 */
export interface Mutant {
  /** In kebab-case: what `quorate simulate --mutant` calls it. */
  readonly id: string
  /** "P7": the property it breaks, and no other. */
  readonly property: string
  /** What it does instead. */
  readonly does: string
  /** The cluster with its actors changed; `options` are those it was made from. */
  apply(cluster: Cluster, options: ClusterOptions): Cluster
}

/** An acceptor of the core. */
export type AcceptorActor = Actor<AcceptorRecord, PaxosMessage, PaxosRecord>
/** What an actor of Paxos may be told. */
export type AcceptorInput = Input<PaxosMessage, PaxosRecord>
/** What an acceptor makes of it. */
export type AcceptorStep = Step<AcceptorRecord, PaxosMessage, PaxosRecord>
/** An actor of Paxos, its state none of our business. */
export type AnyActor = Actor<unknown, PaxosMessage, PaxosRecord>
/** A step of such an actor. */
export type AnyStep = Step<unknown, PaxosMessage, PaxosRecord>
/** Something that such an actor says or writes. */
export type AnyOutput = Output<PaxosMessage, PaxosRecord>

/** What a mutant is called, breaks and does. */
export type MutantHead = Pick<Mutant, "id" | "property" | "does">

/** Replaces the step of every acceptor; `inner` is the step of the core. */
export function acceptorMutant(
  head: MutantHead,
  step: (
    inner: (state: AcceptorRecord, input: AcceptorInput) => AcceptorStep,
    state: AcceptorRecord,
    input: AcceptorInput,
    self: Address,
  ) => AcceptorStep,
): Mutant {
  return {
    ...head,
    apply: (cluster) =>
      withActors(cluster, "acceptor", (actor, self) => {
        const core = actor as AcceptorActor
        const inner = (state: AcceptorRecord, input: AcceptorInput): AcceptorStep => core.step(state, input)
        return {
          start: (address) => core.start(address),
          step: (state, input) => step(inner, state as AcceptorRecord, input, self),
        }
      }),
  }
}

/** Gives proposer `index` the actor that proposer `as(index)` would have in another cluster. */
export function proposerMutant(
  head: MutantHead,
  other: (options: ClusterOptions) => { cluster: Cluster; as: (index: number) => number },
): Mutant {
  return {
    ...head,
    apply: (cluster, options) => {
      const source = other(options)
      return withActors(cluster, "proposer", (_, self) => {
        const address = source.cluster.proposers[source.as(cluster.proposers.indexOf(self))]!
        return source.cluster.processes[address]!.actor
      })
    },
  }
}

/** Proposers that take part in the same cluster, but see another plan. */
export const withPlan = (change: (plan: QuorumPlan) => QuorumPlan) => (options: ClusterOptions) => ({
  cluster: paxosCluster({ ...options, plan: change(options.plan) }),
  as: (index: number) => index,
})

/** The cluster with the actors of one role changed. */
export function withActors(
  cluster: Cluster,
  role: "acceptor" | "proposer",
  change: (actor: AnyActor, self: Address) => AnyActor,
): Cluster {
  const processes = cluster.processes.map((process, self) =>
    process.role === role ? { ...process, actor: change(process.actor, self) } : process,
  )
  return { ...cluster, processes }
}
