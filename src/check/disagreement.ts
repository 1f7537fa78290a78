import { type NodeSet, emptySet, intersection, isSubset, withMember } from "../base/node-set.ts"
import type { Address } from "../protocol/actor.ts"
import type { Proposal } from "../protocol/paxos/messages.ts"
import type { Epoch, QuorumPlan } from "../quorum/plan.ts"
import { formatSet } from "../quorum/system.ts"
import { type PaxosMemory, type PaxosTrace, decidedIn } from "./explored-paxos.ts"

/** Two values decided at the end of a run of actors, and the quorums behind it. */
export interface Disagreement {
  /** The decision of the lower epoch, with all that accepted it. */
  readonly first: AcceptedDecision
  /** The decision of another value. */
  readonly second: AcceptedDecision
  /** Undefined where every such quorums meet: then the protocol is to blame alone. */
  readonly apart: QuorumsApart | undefined
}

export type AcceptedDecision = PaxosMemory["accepted"][number]

/**
 * Quorums of the run without an acceptor in common, by the requirement they violate (Howard 2019): a
 * phase-1 quorum and a phase-2 quorum of a lower epoch (4.6), two phase-1 quorums of one epoch (4.7),
 * two phase-2 quorums of one epoch (7.1), a phase-1 quorum and two phase-2 quorums of a lower epoch
 * (7.2; not required of a proposer that waits until one value is possible).
 */
export interface QuorumsApart {
  readonly requirement: "4.6" | "4.7" | "7.1" | "7.2"
  /** The epoch that the phase-1 quorums, if there are any, allowed to propose in. */
  readonly epoch: Epoch
  readonly phase1: readonly NodeSet[]
  readonly phase2: readonly NodeSet[]
}

/** The disagreement at the end of a run; undefined if it ends in agreement. */
export function disagreementOf(plan: QuorumPlan, trace: PaxosTrace): Disagreement | undefined {
  const memory = trace.worlds[trace.worlds.length - 1]!.remembered
  const decided = decidedIn(plan, memory)
  const [first] = decided
  const second = decided.find(({ value }) => value !== first!.value)
  if (first === undefined || second === undefined) return undefined
  const apart =
    first.epoch === second.epoch
      ? apartInOneEpoch(plan, trace, first, second)
      : apartInTwoEpochs(plan, trace, first, second)
  return { first, second, apart }
}

/** Two proposers had the epoch to themselves, or two proposals were decided side by side. */
function apartInOneEpoch(
  plan: QuorumPlan,
  trace: PaxosTrace,
  { epoch, by }: AcceptedDecision,
  second: AcceptedDecision,
): QuorumsApart | undefined {
  const phase2 = pairs(quorumsWithin(plan, epoch, 2, by), quorumsWithin(plan, epoch, 2, second.by)).find(
    areApart,
  )
  if (phase2 !== undefined) return { requirement: "7.1", epoch, phase1: [], phase2 }
  const allowing = [...promisesHeard(trace, epoch).values()].map((heard) =>
    quorumsWithin(plan, epoch, 1, heard),
  )
  const phase1 = allowing
    .flatMap((some, i) => allowing.slice(i + 1).flatMap((others) => pairs(some, others)))
    .find(areApart)
  return phase1 && { requirement: "4.7", epoch, phase1, phase2: [] }
}

/**
 * The lowest epoch whose promises did not report the first decision, or did not distinguish it from
 * another.
 */
function apartInTwoEpochs(
  plan: QuorumPlan,
  trace: PaxosTrace,
  first: AcceptedDecision,
  second: AcceptedDecision,
): QuorumsApart | undefined {
  const deciding = quorumsWithin(plan, first.epoch, 2, first.by)
  for (let epoch = first.epoch + 1; epoch <= second.epoch; epoch++) {
    const heard = [...promisesHeard(trace, epoch).values()]
    const allowing = heard.flatMap((acceptors) => quorumsWithin(plan, epoch, 1, acceptors))
    const pair = pairs(allowing, deciding).find(areApart)
    if (pair !== undefined) {
      return { requirement: "4.6", epoch, phase1: [pair[0]], phase2: [pair[1]] }
    }
    const reporting = reportersOf(trace, epoch, { epoch: first.epoch, value: second.value })
    const rivals = [...plan.systemAt(first.epoch).minimalQuorums(2)]
    for (const [phase1, phase2] of pairs(allowing, deciding)) {
      const rival = rivals.find((other) => {
        const told = intersection(phase1, other)
        return areApart([phase1, phase2, other]) && told !== emptySet && isSubset(told, reporting)
      })
      if (rival !== undefined) return { requirement: "7.2", epoch, phase1: [phase1], phase2: [phase2, rival] }
    }
  }
  return undefined
}

function quorumsWithin(plan: QuorumPlan, epoch: Epoch, phase: 1 | 2, acceptors: NodeSet): NodeSet[] {
  return [...plan.systemAt(epoch).minimalQuorums(phase)].filter((quorum) => isSubset(quorum, acceptors))
}

function pairs<A, B>(some: readonly A[], others: readonly B[]): [A, B][] {
  return some.flatMap((one) => others.map((other): [A, B] => [one, other]))
}

function areApart(quorums: readonly NodeSet[]): boolean {
  return quorums.reduce(intersection) === emptySet
}

/** By proposer: the acceptors whose promises of an epoch reached it. */
function promisesHeard(trace: PaxosTrace, epoch: Epoch): Map<Address, NodeSet> {
  const heard = new Map<Address, NodeSet>()
  for (const { from, to } of promisesOf(trace, epoch)) {
    heard.set(to, withMember(heard.get(to) ?? emptySet, from))
  }
  return heard
}

/** The acceptors whose promises of an epoch reported a proposal. */
function reportersOf(trace: PaxosTrace, epoch: Epoch, wanted: Proposal): NodeSet {
  return promisesOf(trace, epoch).reduce<NodeSet>((set, { from, message: { lastAccepted } }) => {
    const tells = lastAccepted?.epoch === wanted.epoch && lastAccepted.value === wanted.value
    return tells ? withMember(set, from) : set
  }, emptySet)
}

function promisesOf({ steps }: PaxosTrace, epoch: Epoch) {
  return steps.flatMap((step) => {
    if (step.action !== "deliver" || step.message.type !== "promise") return []
    return step.message.epoch === epoch ? [{ from: step.from, to: step.to, message: step.message }] : []
  })
}

/** What happened, in a sentence. */
export function describeDisagreement(plan: QuorumPlan, { first, second, apart }: Disagreement): string {
  const said = ({ epoch, value, by }: AcceptedDecision): string =>
    `${value} is decided in epoch ${epoch} by ${formatSet(plan, by)}`
  const because = apart === undefined ? "" : `: ${reasons(plan, apart).join(", so ")}`
  return `${said(first)} and ${said(second)}${because}.`
}

/** The quorums that are apart, and what follows where that is not plain. */
function reasons(plan: QuorumPlan, { requirement, epoch, phase1, phase2 }: QuorumsApart): string[] {
  const [one, two] = [phase1, phase2].map((quorums) =>
    quorums.map((quorum) => formatSet(plan, quorum)).join(" and "),
  )
  switch (requirement) {
    case "4.6":
      return [
        `the phase-1 quorum ${one} that allowed epoch ${epoch} shares no acceptor with the phase-2 quorum ${two}`,
      ]
    case "4.7":
      return [
        `the phase-1 quorums ${one}, each of which allowed epoch ${epoch} to a proposer, share no acceptor`,
      ]
    case "7.1":
      return [`the phase-2 quorums ${two} share no acceptor`]
    case "7.2":
      return [
        `no acceptor is in the phase-1 quorum ${one} that allowed epoch ${epoch} and in both phase-2 quorums ${two}`,
        "either value may have been decided for all it tells",
      ]
  }
}

/**
 * What a diagram remarks upon: each decision after the step in which it is made,
 * by number of steps taken, and after the last why there are two.
 */
export function decisionNews(plan: QuorumPlan, trace: PaxosTrace): (after: number) => string[] {
  const decidedAfter = (steps: number) => decidedIn(plan, trace.worlds[steps]!.remembered)
  const apart = disagreementOf(plan, trace)?.apart
  return (after) => {
    const known = decidedAfter(after - 1)
    const found = decidedAfter(after)
      .filter(({ epoch, value }) => !known.some((one) => one.epoch === epoch && one.value === value))
      .map(({ epoch, value, by }) => {
        const quorum = formatSet(plan, quorumsWithin(plan, epoch, 2, by)[0]!)
        return `${value} is decided in epoch ${epoch}: ${quorum} is a phase-2 quorum`
      })
    const isLast = after === trace.steps.length && apart !== undefined
    return [...found, ...(isLast ? reasons(plan, apart) : [])]
  }
}
