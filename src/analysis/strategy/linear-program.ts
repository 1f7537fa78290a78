import { type Fraction, type Fractions, isZero, toNumber } from "../exact/fraction.ts"
import type { Program, Row } from "./solver.ts"

/**
 * Minimise costs · x over x ≥ 0 with every row "= bound" or "≤ bound", all
 * coefficients exact. Stored by column, because columns are what column
 * generation adds.
 */
export interface LinearProgram {
  readonly columns: readonly Column[]
  readonly rows: readonly Constraint[]
}

/** A variable: what a unit of it costs, and what it puts into each row. */
export interface Column {
  readonly cost: Fraction
  /** The coefficient in each row that has the variable; never 0. */
  readonly entries: ReadonlyMap<number, Fraction>
}

/** A row: what its sum must be, or must not exceed. */
export interface Constraint {
  readonly relation: "=" | "<="
  readonly bound: Fraction
}

/** Collects rows and variables, and hands out their indices. Coefficients given twice are added up. */
export class LinearProgramBuilder implements LinearProgram {
  readonly columns: { cost: Fraction; entries: Map<number, Fraction> }[] = []
  readonly rows: Constraint[] = []
  private readonly fractions: Fractions

  constructor(fractions: Fractions) {
    this.fractions = fractions
  }

  row(relation: "=" | "<=", bound: Fraction): number {
    this.rows.push({ relation, bound })
    return this.rows.length - 1
  }

  variable(): number {
    this.columns.push({ cost: this.fractions.zero, entries: new Map() })
    return this.columns.length - 1
  }

  addCost(variable: number, cost: Fraction): void {
    const column = this.columns[variable]!
    column.cost = column.cost.add(cost)
  }

  add(variable: number, row: number, coefficient: Fraction): void {
    const { entries } = this.columns[variable]!
    const before = entries.get(row)
    const sum = before === undefined ? coefficient : before.add(coefficient)
    if (isZero(sum)) entries.delete(row)
    else entries.set(row, sum)
  }
}

/** The same program in doubles, for the solver. */
export function inDoubles({ columns, rows }: LinearProgram): Program {
  const terms: [number, number][][] = rows.map(() => [])
  columns.forEach(({ entries }, variable) => {
    for (const [row, coefficient] of entries) terms[row]!.push([variable, toNumber(coefficient)])
  })
  return {
    costs: columns.map(({ cost }) => toNumber(cost)),
    uppers: columns.map(() => Infinity),
    wholeNumbers: columns.map(() => false),
    rows: rows.map(({ relation, bound }, row): Row => {
      const value = toNumber(bound)
      return { lower: relation === "=" ? value : -Infinity, upper: value, terms: terms[row]! }
    }),
  }
}

/** Exact values of all variables and exact prices (duals) of all rows. */
export interface ExactPair {
  readonly values: readonly Fraction[]
  readonly prices: readonly Fraction[]
}

/**
 * Whether the pair proves itself optimal: the values satisfy every row, the
 * prices bound every solution from below, and both give the same objective.
 * Nothing else is trusted: no solver, no symmetry argument.
 *
 * This is why a load can be printed as a fraction and called proved: the solver works in doubles and may
 * be wrong in the last digits; what it suggests is made exact and then judged by these few lines.
 */
export function provesOptimal(program: LinearProgram, pair: ExactPair, fractions: Fractions): boolean {
  return isFeasible(program, pair.values, fractions) && isBoundedBy(program, pair, fractions)
}

function isFeasible(
  { columns, rows }: LinearProgram,
  values: readonly Fraction[],
  { zero }: Fractions,
): boolean {
  const sums = rows.map(() => zero)
  for (const [variable, { entries }] of columns.entries()) {
    const value = values[variable]!
    if (value.compare(zero) < 0) return false
    if (isZero(value)) continue
    for (const [row, coefficient] of entries) sums[row] = sums[row]!.add(coefficient.mul(value))
  }
  return rows.every(({ relation, bound }, row) => {
    const order = sums[row]!.compare(bound)
    return relation === "=" ? order === 0 : order <= 0
  })
}

/** Weak duality: prices ≤ 0 on "≤" rows with A'y ≤ c give b'y ≤ c'x for every feasible x. */
function isBoundedBy({ columns, rows }: LinearProgram, pair: ExactPair, { zero }: Fractions): boolean {
  const { values, prices } = pair
  if (rows.some(({ relation }, row) => relation === "<=" && prices[row]!.compare(zero) > 0)) return false
  const bounded = columns.every((column) => reducedCost(column, prices).compare(zero) >= 0)
  const primal = columns.reduce((sum, { cost }, variable) => sum.add(cost.mul(values[variable]!)), zero)
  const dual = rows.reduce((sum, { bound }, row) => sum.add(bound.mul(prices[row]!)), zero)
  return bounded && primal.compare(dual) === 0
}

/** What a unit of the variable costs beyond what the rows pay for it; an optimal pair leaves none negative. */
export function reducedCost({ cost, entries }: Column, prices: readonly Fraction[]): Fraction {
  let rest = cost
  for (const [row, coefficient] of entries) {
    const price = prices[row]!
    if (!isZero(price)) rest = rest.sub(coefficient.mul(price))
  }
  return rest
}
