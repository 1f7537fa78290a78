import { type NodeSet, emptySet, withMember } from "../base/node-set.ts"
import type { Address, Value } from "../protocol/actor.ts"
import type { Cluster } from "../protocol/paxos/cluster.ts"
import { needsAllocator } from "../protocol/paxos/epochs.ts"
import type { PaxosMessage, Proposal } from "../protocol/paxos/messages.ts"
import { type AcceptorRecord, type PaxosRecord, acceptorPart } from "../protocol/paxos/records.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { ActorModel, History, Local, NetworkKind, Property } from "../world/explore/model.ts"
import type { ActorOutcome } from "../world/explore/outcome.ts"
import type { ActorTrace } from "../world/explore/trace.ts"
import type { PaxosProperty as TracePaxosProperty } from "./paxos/facts.ts"
import { agreement, safeLearning, validity } from "./paxos/safety.ts"
import { type StateProperty, judgedInStates } from "./state-property.ts"

/**
 * What a run of Paxos is judged by: every acceptance that was ever durable, and what was learned.
 *
 * Not what is on disk now: acceptors may accept again in later epochs, and a value once accepted by a
 * phase-2 quorum stays decided (Howard 2019, §2.2). So acceptances are collected and never taken back.
 */
export interface PaxosMemory {
  readonly accepted: readonly (Proposal & { readonly by: NodeSet })[]
  readonly learned: readonly Proposal[]
}

/** An exploration of Paxos: a cluster, the candidates of its proposers, and bounds on epochs and faults. */
export interface ExploredPaxos {
  readonly cluster: Cluster
  /** The candidate of proposer i, from 0. */
  readonly candidates: readonly Value[]
  /**
   * Epochs 0 … epochs − 1 are used; a step into a greater one is not taken. Where epochs are triples
   * (sid, pid, vid), it bounds the pairs (sid, pid); with an allocator, the attempts of a proposer.
   */
  readonly epochs: number
  readonly network: NetworkKind
  readonly lossy?: boolean
  readonly timeouts?: boolean
  readonly crashes?: number
}

/** The model of a Paxos cluster. */
export type PaxosModel = ActorModel<PaxosMessage, PaxosRecord, PaxosMemory> & Pick<Cluster, "processes">
/** A property of its runs. */
export type PaxosProperty = Property<PaxosMessage, PaxosRecord, PaxosMemory>
/** One of its runs. */
export type PaxosTrace = ActorTrace<PaxosMessage, PaxosRecord, PaxosMemory>
/** The outcome of a search for one property. */
export type PaxosOutcome = ActorOutcome<PaxosMessage, PaxosRecord, PaxosMemory>

/**
 * The model of a Paxos cluster for the explorer: its actors, one candidate per proposer, a bound on epochs.
 *
 * Client requests may arrive late where that matters: at a process that is an acceptor too, and at one
 * that runs phase 1 before its first request.
 */
export function paxosModel(explored: ExploredPaxos): PaxosModel {
  const { cluster, candidates, epochs, network, lossy, timeouts, crashes } = explored
  return {
    processes: cluster.processes,
    network,
    ...(lossy !== undefined && { lossy }),
    ...(timeouts !== undefined && { timeouts }),
    ...(crashes !== undefined && { crashes }),
    requests: candidates.map((value, i) => ({ process: cluster.proposers[i]!, value })),
    ...exploredPart(cluster, epochs),
    history: paxosHistory,
  }
}

/** What of a model the variant and the bound on epochs determine. */
export function exploredPart(
  { variant, processes }: Cluster,
  epochs: number,
): Pick<PaxosModel, "admits" | "permits" | "recovers" | "lateRequests"> {
  const greatest = variant.epochs.kind === "versioned" ? epochs * variant.epochs.restarts : epochs
  return {
    ...(variant.failStop && { recovers: false }),
    lateRequests: variant.phase1First || processes.some(({ role }) => role === "replica"),
    admits: (message) => !("epoch" in message) || message.epoch < greatest,
    ...(needsAllocator(variant.epochs) && { permits: (state) => attemptOf(state) <= epochs }),
  }
}

/** The number of epochs a proposer has started or requested from the allocator; 0 for other processes. */
function attemptOf(state: unknown): number {
  return (state as { readonly attempt?: number }).attempt ?? 0
}

/** Watches what becomes durable and what is learned; nothing else can change the verdicts. */
export const paxosHistory: History<PaxosMessage, PaxosRecord, PaxosMemory> = {
  initial: { accepted: [], learned: [] },
  observe: (memory, event) => {
    if (event.type === "learn") return withLearned(memory, event)
    const lastAccepted = event.type === "store" ? (acceptorPart(event.record)?.lastAccepted ?? null) : null
    return lastAccepted === null || event.type !== "store"
      ? memory
      : withAcceptance(memory, lastAccepted, event.process)
  },
}

// What is known already is the same memory, not only an equal one: then the explorer need not compare.
function withLearned(memory: PaxosMemory, { epoch, value }: Proposal): PaxosMemory {
  const known = memory.learned
  if (known.some((other) => other.epoch === epoch && other.value === value)) return memory
  return { ...memory, learned: [...known, { epoch, value }].sort(compareProposals) }
}

function withAcceptance(memory: PaxosMemory, { epoch, value }: Proposal, acceptor: Address): PaxosMemory {
  const known = memory.accepted
  const before = known.find((other) => other.epoch === epoch && other.value === value)
  const by = withMember(before?.by ?? emptySet, acceptor)
  if (by === before?.by) return memory
  const accepted = [...known.filter((other) => other !== before), { epoch, value, by }]
  return { ...memory, accepted: accepted.sort(compareProposals) }
}

/** By epoch, then by value: what is remembered does not depend on the order of events. */
function compareProposals(a: Proposal, b: Proposal): number {
  return a.epoch - b.epoch || (a.value < b.value ? -1 : Number(a.value > b.value))
}

/** The proposals accepted by a whole phase-2 quorum of their epoch (Howard 2019, §2.2), lowest epoch first. */
export function decidedIn(plan: QuorumPlan, { accepted }: PaxosMemory): PaxosMemory["accepted"] {
  return accepted.filter(({ epoch, by }) => plan.systemAt(epoch).isQuorum(2, by))
}

/** What a property of explored states is stated of. */
export interface ExploredSubject {
  readonly plan: QuorumPlan
  /** The values that clients propose. */
  readonly values: readonly Value[]
}

/** A property that is judged in explored states; those of safety are judged on traces as well. */
export type ExploredProperty = StateProperty<PaxosMemory, ExploredSubject> &
  (TracePaxosProperty | { readonly reference: string })

/** What every variant must keep; two guards against a model in which nothing happens; and progress. */
export const exploredProperties: readonly ExploredProperty[] = [
  {
    ...agreement,
    holds: (memory, { plan }) => new Set(decidedIn(plan, memory).map(({ value }) => value)).size <= 1,
  },
  {
    ...validity,
    holds: (memory, { plan, values }) =>
      [...decidedIn(plan, memory), ...memory.learned].every(({ value }) => values.includes(value)),
  },
  {
    ...safeLearning,
    holds: (memory, { plan }) =>
      memory.learned.every(({ value }) => decidedIn(plan, memory).some((decided) => decided.value === value)),
  },
  {
    kind: "sometimes",
    name: "some run decides",
    reference: "Howard 2019, §2.2",
    statement: "A value is decided in some run.",
    holds: (memory, { plan }) => decidedIn(plan, memory).length > 0,
  },
  {
    kind: "sometimes",
    name: "some run learns",
    reference: "Howard 2019, §2.2",
    statement: "A value is learned in some run.",
    holds: ({ learned }) => learned.length > 0,
  },
  {
    kind: "eventually",
    name: "a value is decided",
    reference: "Howard 2019, theorem 16",
    statement: "A value is decided in every maximal run.",
    holds: (memory, { plan }) => decidedIn(plan, memory).length > 0,
  },
  {
    kind: "eventually",
    name: "some proposer learns",
    reference: "Howard 2019, theorem 16",
    statement: "Some proposer learns a value in every maximal run.",
    holds: ({ learned }) => learned.length > 0,
  },
]

/** The properties every variant must have, and two that show the model is not vacuous. */
export function paxosProperties(explored: ExploredPaxos): PaxosProperty[] {
  return propertiesOf(explored).filter(({ kind }) => kind !== "eventually")
}

/** Every maximal run has a decision and a proposer that has learned it. */
export function paxosProgress(explored: ExploredPaxos): PaxosProperty[] {
  return propertiesOf(explored).filter(({ kind }) => kind === "eventually")
}

function propertiesOf({ cluster: { plan }, candidates: values }: ExploredPaxos): PaxosProperty[] {
  return exploredProperties.map((property) => judgedInStates(property, { plan, values }))
}

/**
 * The label of a state in a diagram: e_pro; (e_acc, v_acc) for an acceptor, the learned value for a
 * proposer.
 */
export function paxosStateText({ state, stored }: Local<PaxosRecord>): string | undefined {
  const given = state as Partial<AcceptorRecord & { learned: Value | null }> | undefined
  // A process that is acceptor and proposer in one has stored what it promised and accepted.
  const acceptor = given?.role === "acceptor" ? given : stored === undefined ? null : acceptorPart(stored)
  if (acceptor !== null) {
    const { lastPromised = null, lastAccepted = null } = acceptor
    return `${lastPromised ?? "nil"}; ${lastAccepted === null ? "nil" : `(${lastAccepted.epoch}, ${lastAccepted.value})`}`
  }
  return typeof given?.learned === "string" ? `learned ${given.learned}` : undefined
}
