import type { Highs, Model } from "highs"
import { InvariantError } from "../base/errors.ts"
import { exactAtBasis } from "./basis.ts"
import { type Fraction, type Fractions, loadFractions } from "./fraction.ts"
import { type LinearProgram, inDoubles, provesOptimal } from "./linear-program.ts"
import { type Program, loadSolver, modelData } from "./solver.ts"
import { collapse } from "./symmetry.ts"

/** What solving needs: HiGHS for the basis, fractions for the proof. */
export interface Tools {
  readonly highs: Highs
  readonly fractions: Fractions
}

/** Loads both, once; later calls get the same. Some 30 ms the first time. */
export async function loadTools(): Promise<Tools> {
  const [highs, fractions] = await Promise.all([loadSolver(), loadFractions()])
  return { highs, fractions }
}

/** An optimal solution of a linear program. */
export interface Optimum {
  readonly values: readonly number[]
  readonly prices: readonly number[]
  /** The same in fractions, proved optimal; absent where the proof was too large or failed. */
  readonly exact?: { readonly values: readonly Fraction[]; readonly prices: readonly Fraction[] }
}

/**
 * Solves a linear program: collapses what is interchangeable, lets HiGHS find
 * an optimal basis in doubles, solves that basis in fractions, spreads the
 * solution over the original program and proves it optimal there. Nothing where
 * no point satisfies the rows; the programs here are never unbounded.
 */
export function solveProgram(program: LinearProgram, { highs, fractions }: Tools): Optimum | undefined {
  const collapsed = collapse(program, fractions)
  const basis = solveDoubles(inDoubles(collapsed.program), highs)
  if (basis === undefined) return undefined
  const pair = exactAtBasis(collapsed.program, basis, fractions)
  const values = collapsed.liftValues(basis.values)
  const prices = collapsed.liftPrices(basis.prices)
  if (pair === undefined) return { values, prices }
  const exact = collapsed.lift(pair)
  return provesOptimal(program, exact, fractions) ? { values, prices, exact } : { values, prices }
}

/** An optimal point in doubles, and the basis it stands on. */
export interface BasisPoint {
  readonly values: readonly number[]
  readonly prices: readonly number[]
  /** The variables that may be positive. */
  readonly basicVariables: readonly number[]
  /** The rows that hold with equality. */
  readonly tightRows: readonly number[]
}

/** The optimum of a program in doubles, or nothing where it has no feasible point. */
export function solveDoubles(program: Program, highs: Highs): BasisPoint | undefined {
  return highs.withModel(modelData(highs, program), (model) => {
    // Presolving a small program takes longer than solving it.
    const presolve = program.costs.length < 100 ? "off" : "choose"
    model.options.set({ output_flag: false, random_seed: 0, solver: "simplex", presolve })
    model.run()
    return readOptimum(highs, model)
  })
}

/** The optimum a model has just been solved to, or nothing where it has no feasible point. */
export function readOptimum(highs: Highs, model: Model): BasisPoint | undefined {
  const { optimal, infeasible } = highs.constants.modelStatus
  const status = model.getModelStatus()
  if (status === infeasible) return undefined
  if (status !== optimal) throw new InvariantError(`HiGHS ended a linear program with status ${status}.`)
  const { colValue, rowDual } = model.getSolution()
  const { colStatus, rowStatus } = model.getBasis()
  const { basic } = highs.constants.basisStatus
  const positions = (statuses: Int32Array, wanted: boolean): number[] =>
    [...statuses].flatMap((status, i) => ((status === basic) === wanted ? [i] : []))
  return {
    values: [...colValue],
    prices: [...rowDual],
    basicVariables: positions(colStatus, true),
    tightRows: positions(rowStatus, false),
  }
}
