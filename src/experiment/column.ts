import { ExperimentError } from "../base/errors.ts"
import { type Estimate, meanInterval } from "../base/statistics/estimates.ts"

/** One value of a result. An exact fraction is text such as "3/8". Null is an empty cell, and its column says what that means. */
export type Cell = string | number | boolean | null

/**
 * One column of a result: what its numbers are, in which unit, to how many
 * digits. The same description serves the CSV, the JSON and the tables.
 */
export interface Column {
  /** In camelCase, the unit in the name: `latencyMsP50`. The CSV header is its snake_case, `latency_ms_p50`. */
  readonly name: string
  /** A sentence that says what the value is. */
  readonly meaning: string
  readonly type: "text" | "number" | "boolean" | "fraction"
  /** Decimals kept of a number; 0 for counts. Rounding to them is what makes a result the same on every machine. */
  readonly digits: number
  /** Significant digits kept instead, where values differ by orders of magnitude. */
  readonly significant?: number
  readonly unit?: string
  /** What an empty cell means. Without it the column may not be empty anywhere. */
  readonly empty?: string
}

export interface Details {
  readonly unit?: string
  readonly empty?: string
}

/** A column of names. */
export const text = (name: string, meaning: string, details: Details = {}): Column => ({
  name,
  meaning,
  type: "text",
  digits: 0,
  ...details,
})

/** A column of whole numbers. */
export const count = (name: string, meaning: string, details: Details = {}): Column => ({
  name,
  meaning,
  type: "number",
  digits: 0,
  ...details,
})

/** A column of measured numbers, kept to `digits` decimals (3 unless said), or to `significant` digits. */
export const measure = (
  name: string,
  meaning: string,
  { digits = 3, ...details }: Details & { digits?: number; significant?: number } = {},
): Column => ({ name, meaning, type: "number", digits, ...details })

/** A column of yes and no, written `true` and `false`. */
export const flag = (name: string, meaning: string, details: Details = {}): Column => ({
  name,
  meaning,
  type: "boolean",
  digits: 0,
  ...details,
})

/** A column of exact fractions, written `3/8`. */
export const fraction = (name: string, meaning: string, details: Details = {}): Column => ({
  name,
  meaning,
  type: "fraction",
  digits: 0,
  ...details,
})

/** The cells of an estimate called `Name`: it, `${Name}Low` and `${Name}High`. */
export type EstimateCells<Name extends string> = Record<Name | `${Name}Low` | `${Name}High`, number | null>

/**
 * The three columns of an estimate: the value and the ends of its 95 %
 * interval. The number of samples is a column of its own, `runs` or such,
 * because several estimates of one row usually share it.
 */
export function estimateColumns(
  name: string,
  meaning: string,
  details: Details & { digits?: number } = {},
): readonly Column[] {
  const empty = details.empty ?? "no sample to average"
  const noInterval = `${empty}; or too few samples for an interval`
  return [
    measure(name, meaning, { ...details, empty }),
    measure(`${name}Low`, `${meaning} Lower end of the 95 % interval.`, { ...details, empty: noInterval }),
    measure(`${name}High`, `${meaning} Upper end of the 95 % interval.`, { ...details, empty: noInterval }),
  ]
}

/** The cells of those columns: spread them into a row. */
export function estimateCells<Name extends string>(name: Name, estimate: Estimate): EstimateCells<Name> {
  return {
    [name]: estimate.value,
    [`${name}Low`]: estimate.low,
    [`${name}High`]: estimate.high,
  } as EstimateCells<Name>
}

/** "latencyMsP50" as a CSV header: "latency_ms_p50". */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** A name `snakeCase` turns into a header and back without loss. */
export function isCamelCase(name: string): boolean {
  return /^[a-z][a-z0-9]*([A-Z][a-z0-9]*)*$/.test(name)
}

/**
 * The cell as it is stored: a number rounded to the column's digits, everything
 * else as it is. A NaN, an infinity, a cell of the wrong type, or an emptiness
 * that the column does not explain is a broken promise of the experiment.
 */
export function storedCell(column: Column, cell: Cell | undefined): Cell {
  if (cell === undefined) throw new ExperimentError(`a row has no value for its column ${column.name}.`)
  if (cell === null) return storedEmptiness(column)
  const type = typeof cell === "string" ? (column.type === "fraction" ? "fraction" : "text") : typeof cell
  if (type !== column.type) {
    throw new ExperimentError(`column ${column.name} holds ${column.type}s; a row has ${String(cell)}.`)
  }
  if (cell === "")
    throw new ExperimentError(`column ${column.name} has an empty text; an empty cell is null.`)
  if (type === "fraction" && !/^-?\d+(\/[1-9]\d*)?$/.test(String(cell))) {
    throw new ExperimentError(`column ${column.name} holds fractions such as 3/8; a row has ${String(cell)}.`)
  }
  return typeof cell === "number" ? roundedNumber(column, cell) : cell
}

function storedEmptiness(column: Column): null {
  if (column.empty === undefined) {
    throw new ExperimentError(`column ${column.name} has an empty cell and no text for empty cells.`)
  }
  return null
}

function roundedNumber(column: Column, value: number): number {
  if (!Number.isFinite(value)) {
    throw new ExperimentError(
      `column ${column.name} has ${value}; what cannot be computed is null, an empty cell.`,
    )
  }
  // Adding zero turns −0 into 0.
  return Number(numberText(value, column)) + 0
}

/** The text of a stored cell in a CSV: numbers with exactly the column's digits, nothing for an empty cell. */
export function cellText(column: Column, cell: Cell): string {
  if (cell === null) return ""
  return typeof cell === "number" ? numberText(cell, column) : String(cell)
}

/** The mean of a measure over the observations that have it, with its 95 % interval. */
export function meanOf<Observation>(
  observations: readonly Observation[],
  read: (observation: Observation) => number | null,
): Estimate {
  const values: number[] = []
  // A list per step, as map and filter make them, is felt where there are a million observations.
  for (const observation of observations) {
    const value = read(observation)
    if (value !== null) values.push(value)
  }
  return meanInterval(values)
}

/** That mean as the cells of an estimate called `name`, to spread into a row. */
export function meanCells<Name extends string, Observation>(
  name: Name,
  observations: readonly Observation[],
  read: (observation: Observation) => number | null,
): EstimateCells<Name> {
  return estimateCells(name, meanOf(observations, read))
}

/**
 * How a number is rounded: to decimals, or to significant digits where values
 * of one column differ by orders of magnitude, as small probabilities do.
 */
export interface Rounding {
  /** Decimals kept; 0 unless said. */
  readonly digits?: number
  /** Significant digits kept, at least 1, written as in 1.37e-2; takes the place of `digits`. */
  readonly significant?: number
}

/** The number as it is written in a CSV and in tables: "12.50", or "1.37e-2" by significant digits. */
export function numberText(value: number, { digits = 0, significant }: Rounding): string {
  if (significant === undefined) return value.toFixed(digits)
  return value === 0 ? "0" : value.toExponential(significant - 1).replace(/e\+0$/, "")
}
