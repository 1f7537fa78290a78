import { UsageError } from "../../base/errors.ts"
import { abbreviated } from "../../base/text.ts"
import { acceptorNames } from "../../quorum/define.ts"
import { type QuorumExpr, and, node, threshold } from "../../quorum/expression.ts"
import { type QuorumPlan, piecewisePlan, refuseLongPlan } from "../../quorum/plan.ts"
import { type QuorumSystem, quorumSystem } from "../../quorum/system.ts"
import { variantOf } from "./variant.ts"
import { effectivePlan } from "./phase1.ts"

/** Any q1 of n acceptors in phase 1 and any q2 in phase 2; q1 = 0 lets phase 1 be skipped. */
export function counting(n: number, q1: number, q2: number): QuorumSystem {
  const nodes = acceptorNames(n)
  const any = (q: number): QuorumExpr => threshold(q, nodes.map(node))
  // In the notation, an empty phase-1 quorum requires split and choose(0).
  const name = q1 > 0 ? `simple(${n}, ${q1}, ${q2})` : `split(choose(0), simple(${n}, 1, ${q2}))`
  return quorumSystem({ phase1: any(q1), phase2: any(q2), nodes }, name)
}

/** ⌊n/2⌋ + 1. */
export const majorityOf = (n: number): number => Math.floor(n / 2) + 1

/**
 * All aboard Paxos (Howard 2019, §4.3.2 and table 4.1): up to epoch k all acceptors must accept, so that
 * any single acceptor is a phase-1 quorum; later epochs use majorities. One round trip while all
 * acceptors are up, two otherwise.
 */
export function allAboardPlan(n: number, k: number): QuorumPlan {
  if (!Number.isSafeInteger(k) || k < 1) {
    throw new UsageError(`the last all-aboard epoch is ${k}; must be at least 1.`)
  }
  return named(
    `allAboard(${n}, ${k})`,
    withLeastPhase1([
      { from: 0, system: counting(n, 1, n) },
      { from: k + 1, system: counting(n, 1, majorityOf(n)) },
    ]),
  )
}

/** A plan under the call that rebuilds it (`plans.ts`). */
function named(name: string, plan: QuorumPlan): QuorumPlan {
  return { ...plan, name }
}

/** A plan of phase-2 quorums, with the least phase-1 quorums that Revision B allows: those that meet them in all smaller epochs. */
export function withLeastPhase1(
  ranges: readonly { readonly from: number; readonly system: QuorumSystem }[],
): QuorumPlan {
  return effectivePlan(variantOf({ phase1: "revision-B" }), piecewisePlan(ranges))
}

/**
 * Majorities where every acceptor is a proposer too, and counts itself: the
 * owner of an epoch, dealt out in turn, is in all its phase-2 quorums (§4.3.2).
 * The first `epochs` epochs are spelled out, later ones use plain majorities.
 */
export function colocatedMajorityPlan(n: number, epochs: number): QuorumPlan {
  const nodes = acceptorNames(n)
  refuseLongPlan(epochs, n)
  const owned = (epoch: number): QuorumSystem => {
    const owner = nodes[epoch % n]!
    const others = nodes.filter((name) => name !== owner)
    const quorum = and(node(owner), threshold(majorityOf(n) - 1, others.map(node)))
    return quorumSystem({ phase1: quorum, phase2: quorum, nodes }, `a majority with ${owner}`)
  }
  return named(
    `colocatedMajorities(${n}, ${epochs})`,
    withLeastPhase1([
      ...Array.from({ length: epochs }, (_, epoch) => ({ from: epoch, system: owned(epoch) })),
      { from: epochs, system: counting(n, majorityOf(n), majorityOf(n)) },
    ]),
  )
}

/**
 * Multi-path Paxos with recovery (Algorithms 31 and 32): ⌈3n/4⌉ acceptors in the
 * first epoch, which anyone may use, majorities after that.
 */
export function multiPathPlan(n: number): QuorumPlan {
  const majority = majorityOf(n)
  return piecewisePlan([
    { from: 0, system: counting(n, 0, Math.ceil((3 * n) / 4)), fast: true },
    { from: 1, system: counting(n, majority, majority) },
  ])
}

/**
 * Fast Paxos with one fast epoch, the first: quorums of `fast` acceptors there,
 * of `classicSize` in every other phase. Safe when n < 2·classicSize and
 * 2n < 2·fast + classicSize (Howard 2019, §3.12, after Lamport 2006).
 */
export function fastPaxosPlan(n: number, fast: number, classicSize: number): QuorumPlan {
  return piecewisePlan([
    { from: 0, system: counting(n, 0, fast), fast: true },
    { from: 1, system: counting(n, classicSize, classicSize) },
  ])
}

/** Quorums of ⌈(2n + 1) / 3⌉, any three of which meet (requirement 7.2); the first epoch has no phase 1. */
export function largeQuorumsPlan(n: number): QuorumPlan {
  const k = Math.ceil((2 * n + 1) / 3)
  return piecewisePlan([
    { from: 0, system: counting(n, 0, k), fast: true },
    { from: 1, system: counting(n, k, k), fast: true },
  ])
}

/**
 * Fast Flexible Paxos: fast quorums of ⌈3n/4⌉ in the first epoch; phase 1 of
 * later epochs as small as they allow, q1 + 2·fast > 2n, and phase 2 as small as
 * that allows, q1 + q2 > n.
 */
export function fastFlexiblePlan(n: number): QuorumPlan {
  const fast = Math.ceil((3 * n) / 4)
  const q1 = Math.max(2 * n - 2 * fast + 1, 1)
  return piecewisePlan([
    { from: 0, system: counting(n, 0, fast), fast: true },
    { from: 1, system: counting(n, q1, n - q1 + 1) },
  ])
}

/** One phase-2 quorum for each epoch, in turn, of acceptors by number from 1 (Algorithm 28); the last one stays. */
export function fixedQuorumsPlan(n: number, quorums: readonly (readonly number[])[]): QuorumPlan {
  const nodes = acceptorNames(n)
  refuseLongPlan(quorums.length, n)
  const ranges = quorums.map((quorum, from) => {
    const all = and(...quorum.map((i) => node(`a${i}`)))
    return {
      from,
      system: quorumSystem({ phase1: all, phase2: all, nodes }, `{${quorum.map((i) => `a${i}`).join(" ")}}`),
    }
  })
  const shown = quorums.map((quorum) => `[${quorum.join(", ")}]`).join(", ")
  return named(`fixedQuorums(${n}, [${shown}])`, withLeastPhase1(ranges))
}

/** A plan of the thesis that is too long to write out epoch by epoch, as a call that rebuilds it. */
export interface PlanFamily {
  readonly id: string
  /** `allAboard(n, k)`. */
  readonly call: string
  readonly meaning: string
  readonly reference: string
  readonly example: string
  build(args: readonly unknown[]): QuorumPlan
}

/** The plans that have a name of their own; all others are written `0: …; 1..: …`. */
export const planFamilies: readonly PlanFamily[] = [
  {
    id: "allAboard",
    call: "allAboard(n, k)",
    meaning: "All n acceptors in phase 2 up to epoch k, majorities after it; minimal phase-1 quorums.",
    reference: "Howard 2019, §4.3.2 and table 4.1",
    example: "allAboard(3, 3)",
    build: ([n, k]) => allAboardPlan(size(n), size(k)),
  },
  {
    id: "colocatedMajorities",
    call: "colocatedMajorities(n, epochs)",
    meaning:
      "Majorities that contain the owner of the epoch, up to the given number of epochs; then all majorities.",
    reference: "Howard 2019, §4.3.2",
    example: "colocatedMajorities(5, 5)",
    build: ([n, epochs]) => colocatedMajorityPlan(size(n), size(epochs)),
  },
  {
    id: "fixedQuorums",
    call: "fixedQuorums(n, [[1, 2], …])",
    meaning:
      "One phase-2 quorum per epoch, of acceptors by number; the last one applies to all later epochs.",
    reference: "Howard 2019, Algorithm 28",
    example: "fixedQuorums(3, [[1, 2], [2, 3]])",
    build: ([n, quorums]) => fixedQuorumsPlan(size(n), numberLists(quorums, size(n))),
  },
]

/**
 * The plan of a call such as `allAboard(3, 3)`; nothing, if the text is no call
 * of a plan family. Wrong arguments are UsageErrors.
 */
export function readPlanCall(text: string): QuorumPlan | undefined {
  const [, id, list = ""] = /^\s*([A-Za-z]\w*)\s*\((.*)\)\s*$/.exec(text) ?? []
  const family = planFamilies.find((candidate) => candidate.id === id)
  if (family === undefined) return undefined
  const args = argumentsOf(list)
  if (args === undefined || args.length !== 2) throw unfit(family, text)
  try {
    return family.build(args)
  } catch (error) {
    if (error instanceof NotASize) throw unfit(family, text)
    throw error
  }
}

function unfit({ call, meaning, example }: PlanFamily, text: string): UsageError {
  return new UsageError(
    `${abbreviated(text.trim())} does not match ${call}: ${meaning} Numbers must be positive integers. For example ${example}.`,
  )
}

function argumentsOf(list: string): unknown[] | undefined {
  try {
    return JSON.parse(`[${list}]`) as unknown[]
  } catch {
    return undefined
  }
}

/** Has no message: the caller knows the call it parses and throws the error with its text. */
class NotASize extends Error {}

function size(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value
  throw new NotASize()
}

function numberLists(value: unknown, n: number): number[][] {
  if (!Array.isArray(value) || value.length === 0) throw new NotASize()
  return value.map((list: unknown) => {
    if (!Array.isArray(list) || list.length === 0) throw new NotASize()
    return list.map((member) => {
      if (size(member) > n) throw new NotASize()
      return size(member)
    })
  })
}
