import { ExperimentError, UsageError } from "../base/errors.ts"
import { chunksOf, mostReplicas, upTo } from "./chunks.ts"
import { storedCell } from "./column.ts"
import type { AnyExperiment, RowOf } from "./define.ts"
import { type Executor, inProcessExecutor, matrixOf } from "./executor.ts"
import { Observations } from "./observations.ts"
import { type Stopping, isSettled, nextRound, refuseNoIntervals } from "./stopping.ts"

/**
 * From which seed, how often and by whom an experiment is carried out.
 * The rows do not depend on by whom.
 */
export interface SweepOptions {
  readonly rootSeed: number
  /** Replicas per case; the experiment's own number unless given. With `stopping`, those of the first round. */
  readonly replicas?: number
  /** Adds replicas to the cases that need them; without it all cases have the same number. */
  readonly stopping?: Stopping
  /** Carries out the chunks; this process unless given. */
  readonly executor?: Executor
  /** Told as results come how many replicas of all cases are done, and how many there are to be so far. */
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
 * The rows depend on the experiment, the root seed and the number of replicas,
 * not on the executor: observations are put in their places by case and
 * replica before anything is summarised. A case is summarised, and its
 * observations let go, as soon as its last replica is there. In memory is what is
 * under way, and the matrix, if it is a list.
 */
export async function* sweepRows(
  experiment: AnyExperiment,
  options: SweepOptions,
): AsyncGenerator<readonly RowOf[]> {
  const { rootSeed, replicas = experiment.replicas, stopping } = options
  const { executor = inProcessExecutor(experiment) } = options
  refuseOddReplicas(experiment, replicas, stopping)
  const cases = matrixOf(experiment)
  const observations = new Observations(cases.length)
  const turn = new InTurn<readonly RowOf[]>()
  let open: Iterable<number> = upTo(cases.length)
  let total = cases.length * replicas
  let [firstReplica, endReplica] = [0, replicas]
  while (firstReplica < endReplica) {
    const unsettled = new Set<number>()
    const range = { experiment: experiment.id, rootSeed, cases: open, firstReplica, endReplica }
    for await (const results of executor.run(chunksOf(range))) {
      for (const result of results) {
        const complete = observations.add(result, endReplica)
        if (complete === undefined) continue
        const { caseIndex } = result.chunk
        const rows = await rowsOfCase(experiment, cases.at(caseIndex), complete)
        if (isEnough(experiment, rows, endReplica, stopping)) {
          observations.settle(caseIndex)
          yield* turn.add(caseIndex, rows)
        } else unsettled.add(caseIndex)
      }
      options.onProgress?.(observations.done, total)
    }
    observations.refuseGaps(open, endReplica)
    open = [...unsettled].sort((a, b) => a - b)
    firstReplica = endReplica
    if (unsettled.size > 0) endReplica = nextRound(endReplica, stopping!)
    total += unsettled.size * (endReplica - firstReplica)
  }
}

/** Whether a case needs no more replicas. */
function isEnough(
  experiment: AnyExperiment,
  rows: readonly RowOf[],
  replicas: number,
  stopping: Stopping | undefined,
): boolean {
  return stopping === undefined || replicas >= stopping.mostReplicas || isSettled(experiment, rows, stopping)
}

async function rowsOfCase(
  experiment: AnyExperiment,
  c: unknown,
  observations: readonly unknown[],
): Promise<RowOf[]> {
  const rows = await experiment.summarise(c, observations)
  return rows.map((row) => storedRow(experiment, row))
}

function refuseOddReplicas(
  experiment: AnyExperiment,
  replicas: number,
  stopping: Stopping | undefined,
): void {
  const most = stopping?.mostReplicas ?? replicas
  if (most > mostReplicas)
    throw new UsageError(`A case may have ${mostReplicas} replicas at most, not ${most}.`)
  if (stopping !== undefined) refuseNoIntervals(experiment)
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
      `Experiment ${experiment.id} has a row with ${extra}, which is not among its columns.`,
    )
  }
  return Object.fromEntries(
    experiment.columns.map((column) => [column.name, storedCell(column, row[column.name])]),
  )
}
