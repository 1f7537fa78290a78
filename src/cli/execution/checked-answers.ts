import { UsageError } from "../../base/errors.ts"
import type { AnyExperiment } from "../../experiment/define.ts"
import { type Chunk, computeChunk, matrixOf } from "../../experiment/executor.ts"
import { storedRow } from "../../experiment/sweep.ts"
import { parseJson } from "../shared/read-text.ts"
import type { Parcel, ParcelAnswer, ParcelService } from "./parcels.ts"

/**
 * The same service, with its answers validated: as many runs as were requested, in
 * the text that this program writes, which the experiment can summarise. An
 * invalid answer is requested again, and never kept in a journal. Wrong numbers
 * in the right form are not detected: that takes a key.
 */
export function checkedAnswers(
  service: ParcelService,
  experiment: AnyExperiment,
  warn: (message: string) => void,
): ParcelService {
  return {
    parcelMs: service.parcelMs,
    atOnce: (lastMs) => service.atOnce(lastMs),
    async compute(parcel) {
      for (let attempt = 1; ; attempt++) {
        const answer = await service.compute(parcel)
        const problem = await problemWith(answer, parcel, experiment)
        if (problem === undefined) return answer
        if (attempt === maxAttempts) {
          throw new UsageError(
            `the queue returned ${attempt} invalid answers for ${experiment.id}: ${problem}. Another program writes to this Redis; sign messages with a key: --key-file.`,
          )
        }
        warn(`an answer of the queue was discarded: ${problem}`)
      }
    },
  }
}

const maxAttempts = 3

/** Why an answer to a parcel is invalid; undefined if it is valid. */
export async function problemWith(
  { observations, error }: ParcelAnswer,
  { work }: Parcel,
  experiment: AnyExperiment,
): Promise<string | undefined> {
  if (observations.length > work.length || (error === undefined && observations.length < work.length))
    return `it has ${observations.length} of ${work.length} chunks`
  const byCase = new Map<
    number,
    { readonly chunk: Chunk; readonly text: string; readonly values: unknown[] }
  >()
  for (const [i, text] of observations.entries()) {
    const { chunk } = work[i]!
    const values = valuesOf(text, chunk.runs)
    if (values === undefined) return `chunk ${i} is no list of ${chunk.runs} observations`
    const before = byCase.get(chunk.caseIndex)
    if (before === undefined) byCase.set(chunk.caseIndex, { chunk, text, values: [...values] })
    else for (const value of values) before.values.push(value)
  }
  for (const { chunk, text, values } of byCase.values()) {
    const problem = await summarising(experiment, chunk.caseIndex, values)
    // An experiment may need all runs to summarise: then the first chunk tells.
    if (problem !== undefined && (await computeChunk(experiment, chunk)).observations !== text) return problem
  }
  return undefined
}

/** The observations of a chunk, where the text is the one that such observations have. */
export function valuesOf(text: string, runs: number): readonly unknown[] | undefined {
  try {
    const values = parseJson(text, "the observations")
    return Array.isArray(values) && values.length === runs && JSON.stringify(values) === text
      ? (values as unknown[])
      : undefined
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

async function summarising(
  experiment: AnyExperiment,
  caseIndex: number,
  values: readonly unknown[],
): Promise<string | undefined> {
  try {
    for (const row of await experiment.summarise(matrixOf(experiment).at(caseIndex), values))
      storedRow(experiment, row)
    return undefined
  } catch (error) {
    return `case ${caseIndex} cannot be summarised: ${error instanceof Error ? error.message : String(error)}`
  }
}
