import { ExperimentError, InvariantError, UsageError } from "../base/errors.ts"
import { storedCell } from "./column.ts"
import type { AnyExperiment, RowOf } from "./define.ts"
import {
  type ChunkResult,
  type Executor,
  chunksOf,
  inProcessExecutor,
  matrixOf,
  maxRuns,
  upTo,
} from "./executor.ts"
import { safeCells } from "./safety.ts"
import { type Stopping, isSettled, nextRound, checkHasIntervals } from "./stopping.ts"

/**
 * From which seed, how often and by whom an experiment is executed.
 * The rows do not depend on by whom.
 */
export interface SweepOptions {
  readonly rootSeed: number
  /** Runs per case; the experiment's own number unless given. With `stopping`, those of the first round. */
  readonly runs?: number
  /** Adds runs to the cases that need them; without it all cases have the same number. */
  readonly stopping?: Stopping
  /** Executes the chunks; this process unless given. */
  readonly executor?: Executor
  /** Told as results come how many runs of all cases are done, and how many there are to be so far. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Every row of an experiment, as the CSV stores it, in the order of the cases. */
export async function sweep(experiment: AnyExperiment, options: SweepOptions): Promise<RowOf[]> {
  const all: RowOf[] = []
  for await (const rows of sweepRows(experiment, options)) for (const row of rows) all.push(row)
  return all
}

/**
 * The same, case by case, as soon as their turn has come.
 *
 * The rows depend on the experiment, the root seed and the number of runs,
 * not on the executor: observations are put in their places by case and
 * run before anything is summarised. A case is summarised, and its
 * observations let go, as soon as its last run is there. In memory is what is
 * under way, and the matrix, if it is a list.
 */
export async function* sweepRows(
  experiment: AnyExperiment,
  options: SweepOptions,
): AsyncGenerator<readonly RowOf[]> {
  const { rootSeed, runs = experiment.runs, stopping } = options
  const { executor = inProcessExecutor(experiment) } = options
  checkRuns(experiment, runs, stopping)
  const cases = matrixOf(experiment)
  const observations = new Observations(cases.length)
  const turn = new InTurn<readonly RowOf[]>()
  let open: Iterable<number> = upTo(cases.length)
  let total = cases.length * runs
  let [firstRun, endRun] = [0, runs]
  while (firstRun < endRun) {
    const unsettled = new Set<number>()
    const range = { experiment: experiment.id, rootSeed, cases: open, firstRun, endRun }
    for await (const results of executor.run(chunksOf(range))) {
      for (const result of results) {
        const complete = observations.add(result, endRun)
        if (complete === undefined) continue
        const { caseIndex } = result.chunk
        const rows = await rowsOfCase(experiment, cases.at(caseIndex), complete)
        if (isEnough(experiment, rows, endRun, stopping)) {
          observations.settle(caseIndex)
          yield* turn.add(caseIndex, rows)
        } else unsettled.add(caseIndex)
      }
      options.onProgress?.(observations.done, total)
    }
    observations.refuseGaps(open, endRun)
    open = [...unsettled].sort((a, b) => a - b)
    firstRun = endRun
    if (unsettled.size > 0) endRun = nextRound(endRun, stopping!)
    total += unsettled.size * (endRun - firstRun)
  }
}

/** Whether a case needs no more runs. */
function isEnough(
  experiment: AnyExperiment,
  rows: readonly RowOf[],
  runs: number,
  stopping: Stopping | undefined,
): boolean {
  return stopping === undefined || runs >= stopping.maxRuns || isSettled(experiment, rows, stopping)
}

async function rowsOfCase(
  experiment: AnyExperiment,
  c: unknown,
  observations: readonly unknown[],
): Promise<RowOf[]> {
  const rows = await experiment.summarise(c, observations)
  const safe = experiment.safety === undefined ? {} : safeCells(experiment.safety(c))
  return rows.map((row) => storedRow(experiment, { ...row, ...safe }))
}

function checkRuns(experiment: AnyExperiment, runs: number, stopping: Stopping | undefined): void {
  const max = stopping?.maxRuns ?? runs
  if (max > maxRuns) throw new UsageError(`the number of runs is ${max}; must be at most ${maxRuns}.`)
  if (stopping !== undefined) checkHasIntervals(experiment)
}

/** Things with numbers from 0, given out in order whatever the order in which they come. */
class InTurn<T> {
  private readonly waiting = new Map<number, T>()
  private next = 0;

  *add(position: number, value: T): Generator<T> {
    this.waiting.set(position, value)
    for (let ready = this.waiting.get(this.next); ready !== undefined; ready = this.waiting.get(this.next)) {
      this.waiting.delete(this.next++)
      yield ready
    }
  }
}

/** A row with exactly the experiment's columns, rounded to their digits. */
export function storedRow(experiment: Pick<AnyExperiment, "id" | "columns">, row: RowOf): RowOf {
  const names = experiment.columns.map(({ name }) => name)
  const extra = Object.keys(row).find((name) => !names.includes(name))
  if (extra !== undefined) {
    throw new ExperimentError(
      `experiment ${experiment.id} has a row with ${extra}, which is not among its columns.`,
    )
  }
  return Object.fromEntries(
    experiment.columns.map((column) => [column.name, storedCell(column, row[column.name])]),
  )
}

/**
 * The observations of a sweep, each in its place, until they are summarised.
 * Adding is idempotent and independent of the order: a chunk that comes again
 * changes nothing. Only the cases under way are in memory.
 */
export class Observations {
  /** Runs put in their places so far, of all cases. */
  done = 0
  private readonly open = new Map<number, Place>()
  private readonly settled: Uint8Array

  constructor(cases: number) {
    this.settled = new Uint8Array(cases)
  }

  /** Takes a chunk in; answers the observations of its case when they are `wanted` and all there. */
  add({ chunk, observations }: ChunkResult, wanted: number): readonly unknown[] | undefined {
    const { caseIndex, firstRun, runs } = chunk
    const fits = caseIndex in this.settled && firstRun >= 0 && firstRun + runs <= wanted
    if (!fits) throw misfit(chunk)
    if (this.settled[caseIndex] === 1) return undefined
    const values = JSON.parse(observations) as unknown[]
    if (values.length !== runs) throw misfit(chunk)
    const place = this.open.get(caseIndex) ?? { values: [], known: 0 }
    this.open.set(caseIndex, place)
    values.forEach((value, i) => {
      if (firstRun + i in place.values) return
      place.values[firstRun + i] = value
      place.known++
      this.done++
    })
    return place.known === wanted ? place.values : undefined
  }

  /** Lets the observations of a case go: no more of them are needed. */
  settle(caseIndex: number): void {
    this.settled[caseIndex] = 1
    this.open.delete(caseIndex)
  }

  /** Every one of these cases must have come. */
  refuseGaps(cases: Iterable<number>, wanted: number): void {
    for (const caseIndex of cases) {
      const known = this.open.get(caseIndex)?.known ?? 0
      if (this.settled[caseIndex] === 1 || known === wanted) continue
      throw new InvariantError(
        `case ${caseIndex} has ${known} of ${wanted} runs; the others were never computed.`,
      )
    }
  }
}

interface Place {
  /** By run; sparse until all are there. */
  readonly values: unknown[]
  known: number
}

function misfit(chunk: ChunkResult["chunk"]): InvariantError {
  return new InvariantError(`a result does not fit its chunk: ${JSON.stringify(chunk)}.`)
}
