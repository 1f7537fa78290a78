import { type NodeSet, intersection, nodeSet, size } from "../base/node-set.ts"
import { InvariantError, UsageError } from "../base/errors.ts"
import { everyPairMeets } from "../quorum/intersect.ts"
import { shrinkToMinimal } from "../quorum/minimal.ts"
import type { Phase, QuorumSystem } from "../quorum/system.ts"
import { requireQuorum } from "./flow.ts"
import { formulaOf, neverHolds } from "./formula.ts"
import { ProgramBuilder, loadSolver, solveIntegers } from "./solver.ts"

/** Two quorums that share as few nodes as any. */
export interface Overlap {
  /** How many nodes they share; 0 means that the quorums need not meet. */
  readonly shared: number
  /** A quorum of the first phase and one of the second; minimal, and checked with the predicate. */
  readonly pair: readonly [NodeSet, NodeSet]
}

/**
 * The smallest intersection of a quorum of one phase with a quorum of another,
 * or of two quorums of one phase: whether they always meet, and in how many
 * nodes, as reads that must survive lost data ask.
 *
 * Two quorums that share nothing are mostly found by the search of the quorum
 * floor, exactly and in milliseconds. Otherwise one integer program of the
 * formulas' size; never a row per quorum. The pair is checked exactly; that no
 * pair shares fewer rests on the solver, whose tolerance of 1e-6 is far from
 * the distance of 1 between answers.
 */
export async function smallestOverlap(
  system: QuorumSystem,
  phases: readonly [Phase, Phase],
): Promise<Overlap> {
  const formulas = [formulaOf(system, phases[0]), formulaOf(system, phases[1])] as const
  formulas.forEach((formula, i) => {
    if (!neverHolds(formula)) return
    throw new UsageError(
      `${system.name} has no phase-${phases[i]!} quorum at all, so nothing that could meet.`,
    )
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
  if (meets.verdict === "holds") builder.row(1, Infinity, all.map((shared) => [shared, 1] as const)) // prettier-ignore
  const values = solveIntegers(await loadSolver(), builder.program())
  if (values === undefined) throw new InvariantError("The integer program of two quorums has no solution.")
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
