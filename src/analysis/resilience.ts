import { type NodeSet, nodeSet, size } from "../base/node-set.ts"
import type { Phase, QuorumSystem } from "../quorum/system.ts"
import { dualFormula, formulaOf, positionsIn } from "./formula.ts"
import { anyPricerOf } from "./integer-pricer.ts"

type Analysed = Pick<QuorumSystem, "nodes" | "expression">

/**
 * The largest f such that whatever f nodes fail, a quorum of the phase remains:
 * one less than the smallest set that meets every quorum (Naor and Wool 1998).
 *
 * All n where the empty set is a quorum, -1 where nothing is. Cost: linear for
 * read-once formulas and for alternatives of such; otherwise a decision diagram
 * or one integer program of the formula's size, never a row per quorum.
 */
export async function resilience(system: Analysed, phase: Phase): Promise<number> {
  const killing = await smallestKillingSet(system, phase)
  return killing === undefined ? system.nodes.length : size(killing) - 1
}

/** The largest f such that whatever f nodes fail, both phases keep a quorum. */
export async function resilienceOfPair(system: Analysed): Promise<number> {
  return Math.min(await resilience(system, 1), await resilience(system, 2))
}

/**
 * A smallest set of nodes without which the phase has no quorum: the witness of
 * the resilience. Nothing where there is none, because the empty set is a quorum.
 */
export async function smallestKillingSet(system: Analysed, phase: Phase): Promise<NodeSet | undefined> {
  const dual = dualFormula(formulaOf(system, phase))
  const cheapest = await anyPricerOf(dual)
  const choice = cheapest(Array<number>(Math.max(0, ...positionsIn(dual)) + 1).fill(1))
  return choice === undefined ? undefined : nodeSet(choice.nodes)
}

/** What a system survives, whichever f nodes fail (Howard, Malkhi and Spiegelman 2016, §5). */
export interface Survival {
  readonly failures: number
  /** A phase-1 quorum remains: a new leader can be elected. */
  readonly phase1: boolean
  /** A phase-2 quorum remains: the leader, if it lives, goes on deciding. */
  readonly phase2: boolean
  /** It goes on until the leader changes: phase 2 is all that a stable leader needs. */
  readonly untilLeaderChange: boolean
  /** It goes on through any leader change: both phases keep a quorum. */
  readonly throughLeaderChange: boolean
}

/** Whether each phase survives any f failures. */
export async function survival(system: Analysed, failures: number): Promise<Survival> {
  const phase1 = (await resilience(system, 1)) >= failures
  const phase2 = (await resilience(system, 2)) >= failures
  return { failures, phase1, phase2, untilLeaderChange: phase2, throughLeaderChange: phase1 && phase2 }
}
