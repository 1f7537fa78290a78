import { UsageError } from "../base/errors.ts"
import { type Estimate, differenceOfEstimates, movedFromZero } from "../base/statistics/estimates.ts"
import type { Cell, Column } from "./column.ts"
import type { RowOf } from "./define.ts"
import type { Result } from "./result.ts"
import { safeColumns } from "./safety.ts"

/**
 * What became of one value between two results.
 *
 * - `same`: equal, to the digits of its column;
 * - `within chance`: different, and its interval does not tell;
 * - `moved`: different, beyond chance; see `movedFromZero`;
 * - `changed`: different, where it should be the same: of the same seed and
 *   runs, or of two values that are both certain;
 * - `unknown`: different, of another sample, and without an interval to judge it by.
 */
export type Outcome = "same" | "within chance" | "moved" | "changed" | "unknown"

/** One value of both results, and what became of it. */
export interface ComparedValue {
  /** The cells that tell its row from all others. */
  readonly row: Readonly<Record<string, Cell>>
  readonly column: Column
  readonly before: Estimated
  readonly after: Estimated
  /** After less before, with its 95 % interval where both have one. */
  readonly difference: Estimate | null
  readonly outcome: Outcome
}

/** A cell, and the ends of its interval where it has one. */
export interface Estimated {
  readonly value: Cell
  readonly low: number | null
  readonly high: number | null
}

/** Two results, value by value. */
export interface Comparison {
  /** The columns by which rows are known: the first ones, as many as tell all rows apart. */
  readonly keys: readonly string[]
  readonly values: readonly ComparedValue[]
  /** Rows that only one of the results has, by their key cells. */
  readonly onlyBefore: readonly Readonly<Record<string, Cell>>[]
  readonly onlyAfter: readonly Readonly<Record<string, Cell>>[]
}

/** A result as it is compared: its rows, and the sample they rest on. */
export type Compared = Pick<Result, "rows" | "rootSeed" | "runs">

/**
 * Two results of the same columns, value by value. Of an estimate the interval
 * of the difference follows from those of its two values. Whether it moved is
 * decided over all estimates together, so that the more there are the farther
 * one must be off. A column that only repeats the number of runs is left out,
 * and of different samples texts are, such as the hash of a trace.
 */
export function compareRows(columns: readonly Column[], before: Compared, after: Compared): Comparison {
  const keys = keyColumns(columns, before.rows, after.rows)
  const [old, now] = [byKey(keys, before.rows), byKey(keys, after.rows)]
  const repeats = (name: string): boolean =>
    [before, after].every(({ rows, runs }) => rows.every((row) => row[name] === runs))
  const names = new Set(columns.map(({ name }) => name))
  const sameSample = before.rootSeed === after.rootSeed && before.runs === after.runs
  const measured = columns.filter(
    ({ name, type }) =>
      !keys.includes(name) &&
      (sameSample || type !== "text") &&
      !repeats(name) &&
      !(/(Low|High)$/.test(name) && names.has(name.replace(/(Low|High)$/, ""))),
  )
  const pairs = [...old].flatMap(([key, row]) => (now.has(key) ? [{ row, other: now.get(key)! }] : []))
  const compared = pairs.flatMap(({ row, other }) =>
    measured.map((column) => {
      const [from, to] = [estimated(row, column), estimated(other, column)]
      return { row: cells(keys, row), column, before: from, after: to, difference: differenceOf(from, to) }
    }),
  )
  const moved = movedFromZero(compared.map(({ difference }) => difference ?? none))
  return {
    keys,
    values: compared.map((value, i) => ({
      ...value,
      outcome: outcomeOf(value, moved[i]!, sameSample),
    })),
    onlyBefore: [...old].filter(([key]) => !now.has(key)).map(([, row]) => cells(keys, row)),
    onlyAfter: [...now].filter(([key]) => !old.has(key)).map(([, row]) => cells(keys, row)),
  }
}

/** The safety of a row's system: no row is known by it. */
const isSafety = (name: string): boolean => safeColumns.some((column) => column.name === name)

const none: Estimate = { value: null, low: null, high: null, count: 0 }

function keyColumns(columns: readonly Column[], before: readonly RowOf[], after: readonly RowOf[]): string[] {
  const names = columns.map(({ name }) => name).filter((name) => !isSafety(name))
  for (let length = 1; length <= names.length; length++) {
    const keys = names.slice(0, length)
    if ([before, after].every((rows) => new Set(rows.map((row) => keyOf(keys, row))).size === rows.length))
      return keys
  }
  throw new UsageError("cannot match rows: some rows of a result are equal in every column.")
}

function byKey(keys: readonly string[], rows: readonly RowOf[]): Map<string, RowOf> {
  return new Map(rows.map((row) => [keyOf(keys, row), row]))
}

function keyOf(keys: readonly string[], row: RowOf): string {
  return JSON.stringify(keys.map((key) => row[key]))
}

function cells(keys: readonly string[], row: RowOf): Readonly<Record<string, Cell>> {
  return Object.fromEntries(keys.map((key) => [key, row[key]!]))
}

function estimated(row: RowOf, { name }: Column): Estimated {
  const [low = null, high = null] = [row[`${name}Low`], row[`${name}High`]]
  return {
    value: row[name]!,
    low: typeof low === "number" ? low : null,
    high: typeof high === "number" ? high : null,
  }
}

/** Only numbers have differences. */
function differenceOf(from: Estimated, to: Estimated): Estimate | null {
  if (typeof from.value !== "number" || typeof to.value !== "number") return null
  return differenceOfEstimates(
    { value: to.value, low: to.low, high: to.high, count: 0 },
    { value: from.value, low: from.low, high: from.high, count: 0 },
  )
}

function outcomeOf(
  { before, after, difference }: Omit<ComparedValue, "outcome">,
  moved: boolean,
  sameSample: boolean,
): Outcome {
  if (before.value === after.value) return "same"
  // Of a text, an empty cell, or a value without an interval there is no chance to speak of.
  if (difference === null || difference.low === null || difference.high === null)
    return sameSample ? "changed" : "unknown"
  // Two intervals of no width: both values are certain, and they differ.
  if (difference.low === difference.high) return "changed"
  return moved ? "moved" : "within chance"
}
