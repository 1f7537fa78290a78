import type { Highs, ModelData } from "highs"
import { once } from "../../base/memo.ts"
import { InvariantError } from "../../base/errors.ts"

/**
 * Minimise costs · x over x ≥ 0 with lower ≤ row · x ≤ upper, some of the
 * variables whole numbers: what is handed to HiGHS, in doubles.
 */
export interface Program {
  readonly costs: readonly number[]
  /** Upper bounds of the variables; Infinity for none. Lower bounds are 0. */
  readonly uppers: readonly number[]
  readonly wholeNumbers: readonly boolean[]
  readonly rows: readonly Row[]
}

/** A sum of terms and the bounds it must keep; infinite for none. */
export interface Row {
  readonly lower: number
  readonly upper: number
  readonly terms: readonly Term[]
}

/** A coefficient of a variable, by the variable's index. */
export type Term = readonly [variable: number, coefficient: number]

/** HiGHS (Huangfu and Hall 2018), loaded at the first call: 30 ms, and 3.5 MB that most commands never need. */
export const loadSolver = once(async (): Promise<Highs> => {
  // The package declares CommonJS types for its ESM entry: the default export is the loader itself.
  const { default: load } = (await import("highs")) as unknown as { default: () => Promise<Highs> }
  return load()
})

/** The program in the arrays HiGHS reads. */
export function modelData(highs: Highs, { costs, uppers, wholeNumbers, rows }: Program): ModelData {
  const bound = (value: number): number =>
    Number.isFinite(value) ? value : Math.sign(value) * highs.infinity
  const starts = [0]
  for (const { terms } of rows) starts.push(starts.at(-1)! + terms.length)
  return {
    numCols: costs.length,
    numRows: rows.length,
    colCost: [...costs],
    colLower: costs.map(() => 0),
    colUpper: uppers.map(bound),
    rowLower: rows.map(({ lower }) => bound(lower)),
    rowUpper: rows.map(({ upper }) => bound(upper)),
    matrix: {
      format: "csr",
      numRows: rows.length,
      numCols: costs.length,
      starts,
      indices: rows.flatMap(({ terms }) => terms.map(([variable]) => variable)),
      values: rows.flatMap(({ terms }) => terms.map(([, coefficient]) => coefficient)),
    },
    ...(wholeNumbers.some(Boolean) && { integrality: wholeNumbers.map((whole) => (whole ? 1 : 0)) }),
  }
}

/** When a computation must end. The library reads no clock: its caller does. */
export interface Deadline {
  /** How much time is left, in milliseconds; 0 or less where it is over. */
  remainingMs(): number
}

/** A best point of a program with whole-number variables, or nothing where no point satisfies it. */
export function solveIntegers(highs: Highs, program: Program): number[] | undefined
/** The same within a time in seconds. */
export function solveIntegers(
  highs: Highs,
  program: Program,
  seconds: number | undefined,
): number[] | undefined | "time is over"
export function solveIntegers(
  highs: Highs,
  program: Program,
  seconds = Infinity,
): number[] | undefined | "time is over" {
  if (seconds <= 0) return "time is over"
  return highs.withModel(modelData(highs, program), (model) => {
    model.options.set({ output_flag: false, mip_rel_gap: 0, random_seed: 0 })
    if (seconds < Infinity) model.options.set({ time_limit: seconds })
    model.run()
    const status = model.getModelStatus()
    if (status === highs.constants.modelStatus.optimal) return [...model.getSolution().colValue]
    if (status === highs.constants.modelStatus.infeasible) return undefined
    if (status === highs.constants.modelStatus.timeLimit) return "time is over"
    throw new InvariantError(`HiGHS ended an integer program with status ${status}.`)
  })
}

/** Collects variables and rows, and hands out their indices. */
export class ProgramBuilder {
  private readonly costs: number[] = []
  private readonly uppers: number[] = []
  private readonly wholeNumbers: boolean[] = []
  private readonly rows: Row[] = []

  variable(cost: number, upper = Infinity, whole = false): number {
    this.costs.push(cost)
    this.uppers.push(upper)
    this.wholeNumbers.push(whole)
    return this.costs.length - 1
  }

  row(lower: number, upper: number, terms: readonly Term[]): number {
    this.rows.push({ lower, upper, terms })
    return this.rows.length - 1
  }

  program(): Program {
    return { costs: this.costs, uppers: this.uppers, wholeNumbers: this.wholeNumbers, rows: this.rows }
  }
}
