import type { Highs, Model } from "highs"
import { InvariantError } from "../../base/errors.ts"
import { type Fraction, type Fractions, isZero, loadFractions } from "../exact/fraction.ts"
import { type ExactPair, type LinearProgram, inDoubles, provesOptimal } from "./linear-program.ts"
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

/** Bases beyond this size are not solved in fractions: the terms grow with the size, and so does the wait. */
const maxRows = 400

/**
 * The exact values and prices at a basis: the basic variables solve the tight
 * rows with equality, the prices of the tight rows pay the basic variables in
 * full, and everything else is 0. Nothing where the basis is singular or large.
 * Whether the pair is optimal is for `provesOptimal` to say.
 */
export function exactAtBasis(
  program: LinearProgram,
  { basicVariables, tightRows }: Pick<BasisPoint, "basicVariables" | "tightRows">,
  fractions: Fractions,
): ExactPair | undefined {
  if (basicVariables.length !== tightRows.length || tightRows.length > maxRows) return undefined
  const place = new Map(tightRows.map((row, i) => [row, i]))
  const byColumn = basicVariables.map((variable) => {
    const inside: [number, Fraction][] = []
    for (const [row, coefficient] of program.columns[variable]!.entries) {
      const i = place.get(row)
      if (i !== undefined) inside.push([i, coefficient])
    }
    return inside
  })
  const byRow: [number, Fraction][][] = tightRows.map(() => [])
  byColumn.forEach((inside, j) => {
    for (const [i, coefficient] of inside) byRow[i]!.push([j, coefficient])
  })
  const bounds = tightRows.map((row) => program.rows[row]!.bound)
  const costs = basicVariables.map((variable) => program.columns[variable]!.cost)
  const basic = solveSquare(byRow, bounds, fractions)
  const tight = solveSquare(byColumn, costs, fractions)
  if (basic === undefined || tight === undefined) return undefined
  return {
    values: scattered(program.columns.length, basicVariables, basic, fractions.zero),
    prices: scattered(program.rows.length, tightRows, tight, fractions.zero),
  }
}

function scattered(
  length: number,
  places: readonly number[],
  values: readonly Fraction[],
  zero: Fraction,
): Fraction[] {
  const out = Array<Fraction>(length).fill(zero)
  places.forEach((place, i) => (out[place] = values[i]!))
  return out
}

/**
 * Solves a square system of sparse rows exactly, by Gauss–Jordan elimination
 * that always pivots on the sparsest row left (Markowitz 1957, half of it).
 * Nothing where the matrix is singular.
 */
export function solveSquare(
  rows: readonly (readonly (readonly [number, Fraction])[])[],
  right: readonly Fraction[],
  { zero }: Fractions,
): Fraction[] | undefined {
  const left = rows.map((row) => new Map(row))
  const bounds = [...right]
  const using: Set<number>[] = rows.map(() => new Set<number>())
  left.forEach((row, i) => {
    for (const column of row.keys()) using[column]!.add(i)
  })
  const open = new Set(rows.keys())
  const pivotRow: number[] = []
  while (open.size > 0) {
    const i = sparsest(open, left)
    const column = rarest(left[i]!, using)
    if (column === undefined) return undefined
    open.delete(i)
    pivotRow[column] = i
    eliminate(i, column)
  }
  return rows.map((_, column) => bounds[pivotRow[column]!]!)

  function eliminate(i: number, column: number): void {
    const pivot = left[i]!.get(column)!
    for (const [c, value] of left[i]!) left[i]!.set(c, value.div(pivot))
    bounds[i] = bounds[i]!.div(pivot)
    for (const other of [...using[column]!]) {
      if (other === i) continue
      const factor = left[other]!.get(column)!
      for (const [c, value] of left[i]!) subtract(other, c, value.mul(factor))
      bounds[other] = bounds[other]!.sub(bounds[i].mul(factor))
    }
  }

  function subtract(row: number, column: number, amount: Fraction): void {
    const rest = (left[row]!.get(column) ?? zero).sub(amount)
    if (isZero(rest)) {
      left[row]!.delete(column)
      using[column]!.delete(row)
    } else {
      left[row]!.set(column, rest)
      using[column]!.add(row)
    }
  }
}

function sparsest(open: ReadonlySet<number>, rows: readonly ReadonlyMap<number, Fraction>[]): number {
  let best = -1
  for (const i of open) if (best < 0 || rows[i]!.size < rows[best]!.size) best = i
  return best
}

/** The column of a row that the fewest other rows have. */
function rarest(
  row: ReadonlyMap<number, Fraction>,
  using: readonly ReadonlySet<number>[],
): number | undefined {
  let best: number | undefined
  for (const column of row.keys()) {
    if (best === undefined || using[column]!.size < using[best]!.size) best = column
  }
  return best
}
