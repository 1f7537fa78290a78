import type { AnyExperiment } from "../../experiment/define.ts"
import { computeChunk } from "../../experiment/executor.ts"
import { type ExperimentSource, loadExperiment, preload, preloadWord } from "./experiment-source.ts"
import { type Parcel, type ParcelAnswer, portableError } from "./parcels.ts"

// While the main thread still reads the command line, this one can load what it will need.
const word = process.argv.find((one) => one.startsWith(preloadWord))
if (word !== undefined) preload(word.slice(preloadWord.length) as ExperimentSource["kind"])

const loaded = new Map<string, Promise<AnyExperiment>>()

let turn: Promise<unknown> = Promise.resolve()

/** Computes a parcel in a worker thread, when those before it are done. */
export default function computeInTurn(parcel: Parcel): Promise<ParcelAnswer> {
  const answer = turn.then(() => computeParcel(parcel))
  turn = answer
  return answer
}

/** Computes a parcel; the experiment is loaded once per thread. What goes wrong comes back as part of the answer. */
async function computeParcel({ source, work }: Parcel): Promise<ParcelAnswer> {
  const started = performance.now()
  const observations: string[] = []
  const answer = (): ParcelAnswer => ({ observations, ms: performance.now() - started })
  try {
    const experiment = await experimentOf(source)
    for (const { chunk, case: c } of work) {
      observations.push((await computeChunk(experiment, chunk, c)).observations)
    }
    return answer()
  } catch (error) {
    return { ...answer(), error: portableError(error) }
  }
}

function experimentOf(source: ExperimentSource): Promise<AnyExperiment> {
  const key = JSON.stringify(source)
  const loading = loaded.get(key) ?? loadExperiment(source)
  loaded.set(key, loading)
  return loading
}
