import { InvariantError } from "../base/errors.ts"
import { storedCell } from "./column.ts"
import type { AnyExperiment, RowOf } from "./define.ts"
import { type Chunk, type ChunkResult, type Executor, inProcessExecutor } from "./executor.ts"

export interface SweepOptions {
  readonly rootSeed: number
  /** Replicas per case; the experiment's own number unless given. */
  readonly replicas?: number
  /** Carries out the chunks; this process unless given. */
  readonly executor?: Executor
  /** Told after each chunk how many replicas of all cases are done. */
  readonly onProgress?: (done: number, total: number) => void
}

/**
 * Every row of an experiment, as the CSV stores it, in the order of the cases.
 *
 * The rows depend on the experiment, the root seed and the number of replicas,
 * not on the executor: results are put in their places by case and replica
 * before anything is summarised.
 */
export async function sweep(experiment: AnyExperiment, options: SweepOptions): Promise<RowOf[]> {
  const { rootSeed, replicas = experiment.replicas, executor = inProcessExecutor(experiment) } = options
  const cases = experiment.cases()
  const merged = new Observations(cases.length, replicas)
  for await (const result of executor.run(chunksOf(experiment, rootSeed, replicas))) {
    merged.add(result)
    options.onProgress?.(merged.done, cases.length * replicas)
  }
  const rows: RowOf[] = []
  for (const [i, c] of cases.entries()) {
    for (const row of await experiment.summarise(c, merged.ofCase(i))) rows.push(storedRow(experiment, row))
  }
  return rows
}

/** Replicas in one chunk at most: short enough to show progress, long enough that handing it over costs nothing. */
const chunkReplicas = 250

/** The work of a sweep, case by case. */
export function chunksOf(experiment: AnyExperiment, rootSeed: number, replicas: number): Chunk[] {
  const starts = Array.from({ length: Math.ceil(replicas / chunkReplicas) }, (_, i) => i * chunkReplicas)
  return experiment.cases().flatMap((_, caseIndex) =>
    starts.map((firstReplica) => ({
      experiment: experiment.id,
      rootSeed,
      caseIndex,
      firstReplica,
      replicas: Math.min(chunkReplicas, replicas - firstReplica),
    })),
  )
}

/** A row with exactly the experiment's columns, rounded to their digits. */
export function storedRow(experiment: Pick<AnyExperiment, "id" | "columns">, row: RowOf): RowOf {
  const names = experiment.columns.map(({ name }) => name)
  const extra = Object.keys(row).find((name) => !names.includes(name))
  if (extra !== undefined) {
    throw new InvariantError(
      `Experiment ${experiment.id} has a row with ${extra}, which is not among its columns.`,
    )
  }
  return Object.fromEntries(
    experiment.columns.map((column) => [column.name, storedCell(column, row[column.name])]),
  )
}

/**
 * The observations of a sweep, each in its place. Adding is idempotent and
 * independent of the order: a chunk that comes again overwrites equal values.
 */
class Observations {
  private readonly places: unknown[][]
  private readonly replicas: number
  done = 0

  constructor(cases: number, replicas: number) {
    this.replicas = replicas
    this.places = Array.from({ length: cases }, () => [])
  }

  add({ chunk, observations }: ChunkResult): void {
    const place = this.places[chunk.caseIndex]
    if (place === undefined || observations.length !== chunk.replicas) {
      throw new InvariantError(`A result does not fit its chunk: ${JSON.stringify(chunk)}.`)
    }
    observations.forEach((observation, i) => {
      if (!(chunk.firstReplica + i in place)) this.done++
      place[chunk.firstReplica + i] = observation
    })
  }

  ofCase(index: number): readonly unknown[] {
    const place = this.places[index]!
    for (let replica = 0; replica < this.replicas; replica++) {
      if (!(replica in place))
        throw new InvariantError(`Replica ${replica} of case ${index} was never computed.`)
    }
    return place
  }
}
