import type { Fraction, Fractions } from "../exact/fraction.ts"
import { type ExactPair, type LinearProgram, LinearProgramBuilder } from "./linear-program.ts"

/**
 * A smaller program with the same optimum: variables, and rows, that play the
 * same part are one.
 *
 * Colour refinement of the coefficient matrix: starting from equal costs and
 * equal bounds, two variables keep one colour as long as they have equal
 * coefficients in rows of equal colours, and two rows likewise. Averaging over
 * a colour maps solutions to solutions, so one variable per colour is enough
 * (Grohe, Kersting, Mladenov and Selman 2014). All nodes of a majority, or of a
 * grid, become one; nodes of different capacity stay apart.
 *
 * Cost: O(nonzeros · log) a round; the rounds are about the depth of the formula.
 */
export interface Collapsed {
  readonly program: LinearProgram
  /** A solution of the small program, spread evenly over the large one. */
  lift(pair: ExactPair): ExactPair
  liftValues(values: readonly number[]): number[]
  liftPrices(prices: readonly number[]): number[]
}

/**
 * The program with interchangeable variables and rows made one, and how to spread a
 * solution of that over the original.
 */
export function collapse(program: LinearProgram, fractions: Fractions): Collapsed {
  const colours = refine(program)
  const rowSizes = sizes(colours.rows)
  const small = quotient(program, colours, fractions)
  return {
    program: small,
    lift: ({ values, prices }) => ({
      values: colours.columns.map((colour) => values[colour]!),
      prices: colours.rows.map((colour) => prices[colour]!.div(fractions.of(rowSizes[colour]!))),
    }),
    liftValues: (values) => colours.columns.map((colour) => values[colour]!),
    liftPrices: (prices) => colours.rows.map((colour) => prices[colour]! / rowSizes[colour]!),
  }
}

/** The colour of every variable and of every row: numbers from 0, in order of first appearance. */
interface Colours {
  readonly columns: readonly number[]
  readonly rows: readonly number[]
}

function refine(program: LinearProgram): Colours {
  const entries = numberedEntries(program)
  let columns = distinct(program.columns.map(({ cost }) => text(cost)))
  let rows = distinct(program.rows.map(({ relation, bound }) => `${relation} ${text(bound)}`))
  for (;;) {
    const before = count(columns) + count(rows)
    rows = distinct(seen(rows, entries.byRow, columns))
    columns = distinct(seen(columns, entries.byColumn, rows))
    if (count(columns) + count(rows) === before) return { columns, rows }
  }
}

type Entries = readonly (readonly (readonly [index: number, coefficient: number])[])[]

/** The matrix both ways, with every distinct coefficient replaced by a number. */
function numberedEntries(program: LinearProgram): { byColumn: Entries; byRow: Entries } {
  const numbers = new Map<string, number>()
  const numberOf = (coefficient: Fraction): number => {
    const key = text(coefficient)
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  }
  const byRow: [number, number][][] = program.rows.map(() => [])
  const byColumn = program.columns.map(({ entries }, column) =>
    [...entries].map(([row, coefficient]): [number, number] => {
      const number = numberOf(coefficient)
      byRow[row]!.push([column, number])
      return [row, number]
    }),
  )
  return { byColumn, byRow }
}

/** For every line its own colour and the multiset of what it has with each colour across. */
function seen(own: readonly number[], lines: Entries, across: readonly number[]): string[] {
  return lines.map((line, i) => {
    const pairs = line.map(([index, coefficient]) => across[index]! * 2 ** 20 + coefficient)
    return `${own[i]!}:${pairs.sort((a, b) => a - b).join(" ")}`
  })
}

function distinct(keys: readonly string[]): number[] {
  const numbers = new Map<string, number>()
  return keys.map((key) => {
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, numbers.size)
    return numbers.size - 1
  })
}

/** One variable and one row per colour; a variable stands for all of its colour, a row for one of its. */
function quotient(program: LinearProgram, colours: Colours, fractions: Fractions): LinearProgram {
  const builder = new LinearProgramBuilder(fractions)
  const representative: number[] = []
  colours.rows.forEach((colour, row) => (representative[colour] ??= row))
  for (const row of representative) builder.row(program.rows[row]!.relation, program.rows[row]!.bound)
  for (let i = 0; i < count(colours.columns); i++) builder.variable()
  program.columns.forEach(({ cost, entries }, column) => {
    const variable = colours.columns[column]!
    builder.addCost(variable, cost)
    for (const [row, coefficient] of entries) {
      const colour = colours.rows[row]!
      if (representative[colour] === row) builder.add(variable, colour, coefficient)
    }
  })
  return builder
}

function count(colours: readonly number[]): number {
  return colours.reduce((max, colour) => Math.max(max, colour + 1), 0)
}

function sizes(colours: readonly number[]): number[] {
  const sizes = Array<number>(count(colours)).fill(0)
  for (const colour of colours) sizes[colour]!++
  return sizes
}

const text = ({ s, n, d }: Fraction): string => `${s * n}/${d}`
