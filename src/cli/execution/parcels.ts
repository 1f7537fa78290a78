import { ExperimentError, InvariantError, UsageError } from "../../base/errors.ts"
import type { AnyExperiment } from "../../experiment/define.ts"
import { type Chunk, type Executor, matrixOf } from "../../experiment/executor.ts"

import type { ExperimentSource } from "./experiment-source.ts"

/** Computes parcels: threads of this process, or of other machines. */
export interface ParcelService {
  /** Parcels under way at once, where the last one took so many milliseconds: enough that no thread waits for the next. */
  atOnce(lastMs: number): number
  /** How long a parcel should take, in milliseconds. */
  readonly parcelMs: number
  compute(parcel: Parcel): Promise<ParcelAnswer>
}

/**
 * Executes the chunks of an experiment by way of a service, and gives the
 * results in the order in which they are done. Chunks that are quick travel
 * together, as many as take about `parcelMs`; the rest are not even made yet.
 */
export function parcelExecutor(
  service: ParcelService,
  source: ExperimentSource,
  experiment: AnyExperiment,
): Executor {
  return {
    async *run(chunks) {
      const size = new ParcelSize(service.parcelMs)
      const underWay = new Map<readonly Chunk[], Promise<ParcelAnswer>>()
      const waiting = chunks[Symbol.iterator]()
      for (;;) {
        while (underWay.size < service.atOnce(size.lastMs)) {
          const next = take(waiting, size.chunks)
          if (next.length === 0) break
          const computing = service.compute(parcelOf(source, experiment, next))
          // Whoever stops half-way leaves promises behind; the service's end rejects them, to nobody.
          computing.catch(() => undefined)
          underWay.set(next, computing)
        }
        if (underWay.size === 0) return
        const [done, answer] = await firstOf(underWay)
        underWay.delete(done)
        size.learn(answer)
        // What was computed before something went wrong counts.
        yield answer.observations.map((observations, i) => ({ chunk: done[i]!, observations }))
        refuseIncomplete(done, answer)
      }
    },
  }
}

/** How many chunks make a parcel, by what the last ones took; it grows step by step, and shrinks at once. */
class ParcelSize {
  chunks = 1
  /** How long the last one took; none is known to be quick before. */
  lastMs = Infinity
  private readonly parcelMs: number

  constructor(parcelMs: number) {
    this.parcelMs = parcelMs
  }

  learn({ observations, ms }: ParcelAnswer): void {
    this.lastMs = Math.max(ms, 0.01)
    const fitting = Math.floor((this.parcelMs * observations.length) / Math.max(ms, 0.01))
    this.chunks = Math.max(1, Math.min(fitting, 2 * this.chunks, maxChunks))
  }
}

/** In one parcel: a bound on what is in memory. */
export const maxChunks = 2048

function take(waiting: Iterator<Chunk>, max: number): Chunk[] {
  const taken: Chunk[] = []
  while (taken.length < max) {
    const next = waiting.next()
    if (next.done === true) break
    taken.push(next.value)
  }
  return taken
}

function parcelOf(source: ExperimentSource, experiment: AnyExperiment, chunks: readonly Chunk[]): Parcel {
  const matrix = matrixOf(experiment)
  return { source, work: chunks.map((chunk) => ({ chunk, case: matrix.at(chunk.caseIndex) })) }
}

function firstOf<Key, Value>(promises: ReadonlyMap<Key, Promise<Value>>): Promise<readonly [Key, Value]> {
  return Promise.race([...promises].map(async ([key, promise]) => [key, await promise] as const))
}

function refuseIncomplete(chunks: readonly Chunk[], answer: ParcelAnswer): void {
  if (answer.error !== undefined) throw revivedError(answer.error)
  if (answer.observations.length !== chunks.length) {
    throw new InvariantError(`a worker answered ${answer.observations.length} of ${chunks.length} chunks.`)
  }
}

/** An error as plain data: between threads, its class would be lost, and with it what the caller is told. */
export interface PortableError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
}

/** An error as it crosses to another thread; whatever else was thrown keeps its text. */
export function portableError(error: unknown): PortableError {
  if (error instanceof Error) return { name: error.name, message: error.message, stack: error.stack }
  return { name: "Error", message: String(error), stack: undefined }
}

/** The error it was, of the same class where the class is one of ours. */
export function revivedError({ name, message, stack }: PortableError): Error {
  const Class = ours.find((one) => one.name === name) ?? Error
  const error = new Class(message)
  if (stack !== undefined) error.stack = stack
  return error
}

const ours = [UsageError, InvariantError, ExperimentError]

/** Some chunks, each with its case: plain data, for a thread or another machine. */
export interface Parcel {
  readonly source: ExperimentSource
  readonly work: readonly { readonly chunk: Chunk; readonly case?: unknown }[]
}

/** What is answered: the observations of each chunk, as JSON texts; fewer than were asked for where one failed. */
export interface ParcelAnswer {
  readonly observations: readonly string[]
  readonly error?: PortableError
  /** How long it took. */
  readonly ms: number
}
