import type { Highs } from "highs"
import { InvariantError, UsageError } from "../base/errors.ts"
import type { Choice, Pricer } from "./cheapest.ts"
import { pricerOf } from "./cheapest.ts"
import { requireQuorum } from "./flow.ts"
import { type Formula, occurrencesIn, positionsIn } from "./formula.ts"
import { holdsOn } from "./holds.ts"
import { ProgramBuilder, loadSolver, solveIntegers } from "./solver.ts"

/**
 * A pricer for any formula: recursion and decision diagrams where they serve,
 * and otherwise an integer program of the formula's size.
 */
export async function anyPricerOf(formula: Formula): Promise<Pricer> {
  return pricerOf(formula) ?? integerPricer(formula, await loadSolver())
}

/**
 * The cheapest quorum by branch and bound: one binary variable per node, one
 * share per occurrence. The solver works in doubles: its quorum is checked with
 * the formula itself; that none is cheaper holds up to its tolerance of 1e-6.
 */
export function integerPricer(formula: Formula, highs: Highs): Pricer {
  refuseTooLarge(formula)
  return (prices) => {
    const builder = new ProgramBuilder()
    const used: (number | undefined)[] = []
    const possible = positionsIn(formula).filter((position) => prices[position]! < Infinity)
    for (const position of possible) used[position] = builder.variable(prices[position]!, 1, true)
    requireQuorum(builder, formula, used)
    const values = solveIntegers(highs, builder.program())
    if (values === undefined) return undefined
    return withoutIdle(
      formula,
      possible.filter((position) => values[used[position]!]! > 0.5),
      prices,
    )
  }
}

/** Programs of more occurrences of nodes exhaust the solver's memory. */
const mostOccurrences = 20_000

function refuseTooLarge(formula: Formula): void {
  const count = occurrencesIn(formula).length
  if (count <= mostOccurrences) return
  throw new UsageError(
    `The formula names its ${positionsIn(formula).length} nodes ${count} times, in a way that is too entangled to analyse: ` +
      `its decision diagram is too large, and so is an integer program (at most ${mostOccurrences}). Try a smaller system of the family.`,
  )
}

/** The nodes chosen less those the quorum can do without; free nodes are often chosen needlessly. */
function withoutIdle(formula: Formula, chosen: readonly number[], prices: readonly number[]): Choice {
  const live: boolean[] = []
  for (const position of chosen) live[position] = true
  if (!holdsOn(formula, live)) throw new InvariantError("HiGHS chose a set of nodes that is not a quorum.")
  for (const position of chosen) {
    live[position] = false
    if (!holdsOn(formula, live)) live[position] = true
  }
  const nodes = chosen.filter((position) => live[position])
  return { cost: nodes.reduce((sum, position) => sum + prices[position]!, 0), nodes }
}
