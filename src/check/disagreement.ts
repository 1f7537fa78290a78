import { type NodeSet, emptySet, intersection, isSubset, withMember } from "../base/node-set.ts"
import type { Proposal } from "../protocol/paxos/messages.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import { formatSet } from "../quorum/system.ts"
import { type PaxosTrace, decidedIn } from "./explored-paxos.ts"

/** Two values decided at the end of a run of actors, and the quorums behind it. */
export interface Disagreement {
  /** The decision of the lower epoch, with all that accepted it. */
  readonly first: Proposal & { readonly by: NodeSet }
  /** The decision of another value. */
  readonly second: Proposal & { readonly by: NodeSet }
  /**
   * A phase-1 quorum of the second epoch whose promises arrived and that shares no acceptor with a phase-2
   * quorum of the first. Undefined where the quorums are not to blame: then the protocol is.
   */
  readonly disjoint: { readonly phase1: NodeSet; readonly phase2: NodeSet } | undefined
}

/** The disagreement at the end of a run; undefined if it ends in agreement. */
export function disagreementOf(plan: QuorumPlan, trace: PaxosTrace): Disagreement | undefined {
  const memory = trace.worlds[trace.worlds.length - 1]!.remembered
  const decided = decidedIn(plan, memory).map((proposal) => ({
    ...proposal,
    by: acceptorsOf(trace, proposal),
  }))
  const [first] = decided
  const second = decided.find(({ value }) => value !== first!.value)
  if (first === undefined || second === undefined) return undefined
  const promised = second.epoch > first.epoch ? promisesHeard(trace, second.epoch) : emptySet
  const within = (epoch: number, phase: 1 | 2, set: NodeSet): NodeSet[] =>
    [...plan.systemAt(epoch).minimalQuorums(phase)].filter((quorum) => isSubset(quorum, set))
  const pairs = within(second.epoch, 1, promised).flatMap((phase1) =>
    within(first.epoch, 2, first.by).map((phase2) => ({ phase1, phase2 })),
  )
  const disjoint = pairs.find(({ phase1, phase2 }) => intersection(phase1, phase2) === emptySet)
  return { first, second, disjoint }
}

function acceptorsOf(trace: PaxosTrace, { epoch, value }: Proposal): NodeSet {
  const { accepted } = trace.worlds[trace.worlds.length - 1]!.remembered
  return accepted.find((one) => one.epoch === epoch && one.value === value)!.by
}

/** The acceptors whose promises of an epoch reached a proposer. */
function promisesHeard({ steps }: PaxosTrace, epoch: number): NodeSet {
  return steps.reduce((heard, step) => {
    const isPromise =
      step.action === "deliver" && step.message.type === "promise" && step.message.epoch === epoch
    return isPromise ? withMember(heard, step.from) : heard
  }, emptySet)
}

/** What happened, in a sentence or two. */
export function describeDisagreement(plan: QuorumPlan, { first, second, disjoint }: Disagreement): string {
  const said = ({ by, ...proposal }: Disagreement["first"]): string =>
    `${decision(proposal)} by ${formatSet(plan, by)}`
  const because =
    disjoint === undefined
      ? ""
      : `: the phase-1 quorum ${formatSet(plan, disjoint.phase1)} that allowed epoch ${second.epoch} ` +
        `shares no acceptor with the phase-2 quorum ${formatSet(plan, disjoint.phase2)}`
  return `${said(first)} and ${said(second)}${because}.`
}

/**
 * What a diagram remarks upon: each decision after the step in which it is made,
 * by number of steps taken, and the disagreement after the last.
 */
export function decisionNews(plan: QuorumPlan, trace: PaxosTrace): (after: number) => string[] {
  const textsAfter = (steps: number): string[] =>
    decidedIn(plan, trace.worlds[steps]!.remembered).map(decision)
  const disagreement = disagreementOf(plan, trace)
  return (after) => {
    const known = textsAfter(after - 1)
    const last = after === trace.steps.length && disagreement !== undefined
    const found = textsAfter(after).filter((text) => !known.includes(text))
    return [...found, ...(last ? [describeDisagreement(plan, disagreement)] : [])]
  }
}

function decision({ epoch, value }: Proposal): string {
  return `${value} is decided in epoch ${epoch}`
}
