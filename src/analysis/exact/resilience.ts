import { InvariantError, UsageError } from "../../base/errors.ts"
import { type NodeSet, intersection, nodeSet, size } from "../../base/node-set.ts"
import { everyPairMeets } from "../../quorum/meet/intersect.ts"
import { shrinkToMinimal } from "../../quorum/minimal.ts"
import type { Phase, QuorumSystem } from "../../quorum/system.ts"
import { requireQuorum } from "../strategy/decompose.ts"
import { anyPricerOf } from "../strategy/pricer.ts"
import { ProgramBuilder, loadSolver, solveIntegers } from "../strategy/solver.ts"
import { type Analysed, dualFormula, formulaOf, neverHolds, positionsIn } from "./formula.ts"

/**
 * The resilience of a phase: the largest f such that after any f failures a live quorum remains, one
 * less than the smallest set that intersects every quorum (Naor and Wool 1998).
 *
 * It is n if the empty set is a quorum, -1 if there is no quorum. Cost: linear for read-once formulas
 * and for alternatives of such; otherwise a decision diagram or one integer program of the formula's
 * size, never a row per quorum.
 */
export async function resilience(system: Analysed, phase: Phase): Promise<number> {
  const killing = await smallestKillingSet(system, phase)
  return killing === undefined ? system.nodes.length : size(killing) - 1
}

/**
 * The resilience of a system: the largest f such that after any f failures both phases have a live
 * quorum.
 */
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
  /** A phase-2 quorum is live: a live leader can decide. */
  readonly phase2: boolean
  /** Deciding continues until the leader changes: a stable leader needs phase 2 only. */
  readonly untilLeaderChange: boolean
  /** Deciding continues through any leader change: both phases have a live quorum. */
  readonly throughLeaderChange: boolean
}

/** Whether each phase survives any f failures. */
export async function survival(system: Analysed, failures: number): Promise<Survival> {
  const phase1 = (await resilience(system, 1)) >= failures
  const phase2 = (await resilience(system, 2)) >= failures
  return { failures, phase1, phase2, untilLeaderChange: phase2, throughLeaderChange: phase1 && phase2 }
}

/** Two quorums that share as few nodes as any. */
export interface Overlap {
  /** How many nodes they share; 0 means that the quorums need not meet. */
  readonly shared: number
  /** A quorum of the first phase and one of the second; minimal, and checked with the predicate. */
  readonly pair: readonly [NodeSet, NodeSet]
}

/**
 * The smallest intersection of a quorum of one phase with a quorum of another, or of two quorums of one
 * phase: whether they always intersect, and in how many nodes, which matters where nodes lose data.
 *
 * Disjoint quorums are mostly found by the search in `src/quorum`, exactly and in milliseconds.
 * Otherwise one integer program of the formulas' size; never a row per quorum. The pair is checked
 * exactly; that no pair shares fewer relies on the solver, whose tolerance of 1e-6 is far below the
 * distance of 1 between solutions.
 */
export async function smallestOverlap(
  system: QuorumSystem,
  phases: readonly [Phase, Phase],
): Promise<Overlap> {
  const formulas = [formulaOf(system, phases[0]), formulaOf(system, phases[1])] as const
  formulas.forEach((formula, i) => {
    if (!neverHolds(formula)) return
    throw new UsageError(`${system.name} has no phase-${phases[i]!} quorum, so there is no overlap.`)
  })
  const [a, b] = [system.expression[phases[0]], system.expression[phases[1]]]
  const meets = everyPairMeets(a, b, system.nodes, firstEffort)
  if (meets.verdict === "violated") return { shared: 0, pair: meets.witness }
  const builder = new ProgramBuilder()
  const sides = formulas.map((formula) => {
    const used = system.nodes.map(() => builder.variable(0, 1, true))
    requireQuorum(builder, formula, used)
    return used
  })
  const all = system.nodes.map((_, node) => {
    const shared = builder.variable(1, 1)
    const terms = [...sides.map((used) => [used[node]!, 1] as const), [shared, -1] as const]
    builder.row(-Infinity, 1, terms)
    return shared
  })
  // Known already, and the solver would be long in finding it out.
  if (meets.verdict === "holds")
    builder.row(
      1,
      Infinity,
      all.map((shared) => [shared, 1] as const),
    )
  const values = solveIntegers(await loadSolver(), builder.program())
  if (values === undefined) throw new InvariantError("the integer program of two quorums has no solution.")
  const [first, second] = sides.map((used, i) =>
    minimalInside(
      system,
      phases[i]!,
      used.map((variable) => values[variable]! > 0.5),
    ),
  ) as [NodeSet, NodeSet]
  return { shared: size(intersection(first, second)), pair: [first, second] }
}

/** A fraction of a second: enough for witnesses that are there to be found. */
const firstEffort = { visits: 2_000_000 }

function minimalInside(system: QuorumSystem, phase: Phase, chosen: readonly boolean[]): NodeSet {
  const set = nodeSet(chosen.flatMap((isIn, node) => (isIn ? [node] : [])))
  if (!system.isQuorum(phase, set))
    throw new InvariantError("HiGHS chose a set of nodes that is not a quorum.")
  return shrinkToMinimal((smaller) => system.isQuorum(phase, smaller), set)
}
