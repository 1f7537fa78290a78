import { UsageError } from "../base/errors.ts"
import type { Verdict } from "../base/verdict.ts"
import { type Cell, type Column, isCamelCase } from "./column.ts"
import type { Figure } from "./figure/figure.ts"
import type { Table } from "./table.ts"

/**
 * One question, and how it is answered: a matrix of cases, each observed in a
 * number of runs, each summarised into rows of a CSV, from which the
 * tables are made. One file in `experiments/`, one line in its index.
 *
 * Cases and observations are plain JSON values, so that a run can be
 * computed in another thread or on another machine; `observe` is a function of
 * its arguments alone. Tables see rows as the CSV stores them, rounded, so that
 * they can be made again from the file without running anything.
 */
export interface Experiment<Case, Observation, Row extends RowOf> {
  /** In kebab-case: the name of the file, of the folder in `results/`, and of the command. */
  readonly id: string
  /** What a reader wants to know. */
  readonly question: string
  /** Where in the literature it comes from. */
  readonly reference: string
  /** The columns of the CSV, in order; a row has exactly these. */
  readonly columns: readonly Column[]
  /** The matrix, in the order of the CSV: a list, or cases that are made when they are asked for. */
  cases(): Cases<Case>
  /** Runs per case (independent repetitions) unless the command line says otherwise; 1 for exact computations. */
  readonly runs: number
  /** Runs of the long sweep, `--full`; ten times the usual number unless said. Exact computations have no longer sweep. */
  readonly fullRuns?: number
  /** One run of a case. Everything random comes from the seed; run r has the same seed in every case. */
  observe(c: Case, seed: number): Observation | Promise<Observation>
  /** The rows of a case; the observations are in run order. */
  summarise(c: Case, observations: readonly Observation[]): readonly Row[] | Promise<readonly Row[]>
  /**
   * Whether what a case runs is safe; its rows get the cells of `safeColumns`, which are among the columns then.
   * Called in one process, for each case: what it computes is remembered.
   */
  safety?(c: Case): NamedSafety
  /** What a reader of any result must know and no column says: in the manifest. */
  readonly remarks?: readonly string[]
  /** What tables and figures call the system of a row; its text unless given. */
  readonly nameOfSystem?: (system: string) => string
  readonly tables: readonly TableSpec<Row>[]
  /** Each makes a figure of the rows of all cases. */
  readonly figures?: readonly FigureSpec<Row>[]
  /** Makes drawings of the rows of all cases that are no charts, such as message sequence diagrams. */
  readonly drawings?: DrawingsSpec<Row>
}

/**
 * Whether what runs is safe, whatever its runs come to: runs without a violation are no evidence of it. A case
 * of an experiment carries it as data; columns, marks in tables and figures, manifest and warnings follow.
 */
export interface CaseSafety {
  readonly verdict: Verdict<unknown>["verdict"]
  /** Each reason why not, or why it is unknown, or that it holds vacuously; none where it holds of something. */
  readonly because: readonly string[]
}

/**
 * The safety of a case, by what its rows have in their columns: `system` and, where safety depends on it, `variant`;
 * or `variant` alone.
 */
export interface NamedSafety extends CaseSafety {
  readonly system?: string
  readonly variant?: string
}

/** The cases of a matrix by position; every list is one. A matrix of millions need not be in memory. */
export interface Cases<Case> extends Iterable<Case> {
  readonly length: number
  at(position: number): Case | undefined
}

/** Runs per case of the long sweep. */
export function fullRuns({ runs, fullRuns = runs === 1 ? 1 : 10 * runs }: AnyExperiment): number {
  return fullRuns
}

/** What a row must at least be: a cell for each column. */
export type RowOf = Readonly<Record<string, Cell>>

/** Makes a thesis-style table of the rows of all cases. A method's type, so that experiments fit into one list. */
export type TableSpec<Row> = { make(rows: readonly Row[]): Table }["make"]

/** Makes a figure of the rows of all cases, as tables are made. */
export type FigureSpec<Row> = { make(rows: readonly Row[]): Figure }["make"]

/** Makes drawings of the rows of all cases. */
export type DrawingsSpec<Row> = { make(rows: readonly Row[]): readonly Drawing[] }["make"]

/** An SVG that was drawn by other means than a figure's. */
export interface Drawing {
  /** In kebab-case: the name of its file. */
  readonly id: string
  readonly svg: string
}

/** Any experiment, its types forgotten: what executors and the command line handle. */
export type AnyExperiment = Experiment<unknown, unknown, RowOf>

/** Checks what types cannot: the id, the columns, the number of runs. */
export function defineExperiment<Case, Observation, Row extends RowOf>(
  experiment: Experiment<Case, Observation, Row>,
): Experiment<Case, Observation, Row> {
  const { id, columns, runs } = experiment
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) {
    throw new UsageError(`experiment id ${id} must be in kebab-case, such as phase2-size.`)
  }
  checkColumns(id, columns)
  if (columns.some(({ name }) => name === "safe") !== (experiment.safety !== undefined))
    throw new UsageError(`experiment ${id}: safety and the columns safeColumns require each other.`)
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new UsageError(`experiment ${id}: runs is ${runs}; must be a positive integer.`)
  }
  return experiment
}

function checkColumns(id: string, columns: readonly Column[]): void {
  const names = columns.map(({ name }) => name)
  const odd = names.find((name) => !isCamelCase(name))
  if (odd !== undefined) throw new UsageError(`experiment ${id}: column ${odd} must be in camelCase.`)
  const twice = names.find((name, position) => names.indexOf(name) !== position)
  if (twice !== undefined) throw new UsageError(`experiment ${id}: duplicate column ${twice}.`)
  if (names.length === 0) throw new UsageError(`experiment ${id} has no columns.`)
}

/** The experiments the command line knows, by id, in teaching order. */
export type ExperimentCatalogue = ReadonlyMap<string, AnyExperiment>

/**
 * The experiments by id; two of one id are a UsageError, since `quorate
 * run` could never mean one of them.
 */
export function experimentCatalogue(experiments: readonly AnyExperiment[]): ExperimentCatalogue {
  const byId = new Map(experiments.map((experiment) => [experiment.id, experiment]))
  if (byId.size < experiments.length) throw new UsageError("duplicate experiment id.")
  return byId
}

/** The default root seed. Any number would do; what matters is that it is stated with every result. */
export const defaultSeed = 1

/** The version of every JSON this program prints. Bumped when a key changes its meaning or goes; new keys do not bump it. */
export const schemaVersion = 1
