import { InvariantError } from "../base/errors.ts"
import type { ChunkResult } from "./executor.ts"

/**
 * The observations of a sweep, each in its place, until they are summarised.
 * Adding is idempotent and independent of the order: a chunk that comes again
 * changes nothing. Only the cases under way are in memory.
 */
export class Observations {
  /** Replicas put in their places so far, of all cases. */
  done = 0
  private readonly open = new Map<number, Place>()
  private readonly settled: Uint8Array

  constructor(cases: number) {
    this.settled = new Uint8Array(cases)
  }

  /** Takes a chunk in; answers the observations of its case when they are `wanted` and all there. */
  add({ chunk, observations }: ChunkResult, wanted: number): readonly unknown[] | undefined {
    const { caseIndex, firstReplica, replicas } = chunk
    const fits = caseIndex in this.settled && firstReplica >= 0 && firstReplica + replicas <= wanted
    if (!fits) throw misfit(chunk)
    if (this.settled[caseIndex] === 1) return undefined
    const values = JSON.parse(observations) as unknown[]
    if (values.length !== replicas) throw misfit(chunk)
    const place = this.open.get(caseIndex) ?? { values: [], known: 0 }
    this.open.set(caseIndex, place)
    values.forEach((value, i) => {
      if (firstReplica + i in place.values) return
      place.values[firstReplica + i] = value
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
        `Case ${caseIndex} has ${known} of ${wanted} replicas; the others were never computed.`,
      )
    }
  }
}

interface Place {
  /** By replica; sparse until all are there. */
  readonly values: unknown[]
  known: number
}

function misfit(chunk: ChunkResult["chunk"]): InvariantError {
  return new InvariantError(`A result does not fit its chunk: ${JSON.stringify(chunk)}.`)
}
