import { availableParallelism } from "node:os"
import { computeChunk, matrixOf } from "../../experiment/executor.ts"
import { cautionsOf } from "../../experiment/safety.ts"
import type { Context } from "../shared/context.ts"
import { type Format } from "../shared/options.ts"
import { printJson } from "../shared/output.ts"
import { warnOfCautions } from "../shared/cautions.ts"
import { counted } from "../execution/run-all.ts"
import type { RunConfiguration } from "../execution/run-one.ts"

/** What is told of a dry run, instead of what it would compute. */
export async function dryRun(
  { io }: Context,
  runs: readonly RunConfiguration[],
  { format, workers = availableParallelism() }: { readonly format: Format; readonly workers?: number },
): Promise<void> {
  for (const { experiment } of runs) warnOfCautions(io, experiment.id, cautionsOf(experiment))
  if (format === "json") {
    printJson(io, {
      dryRun: runs.map((run) => ({ ...described(run), cases: [...matrixOf(run.experiment)] })),
    })
    return
  }
  for (const run of runs) {
    const { id } = run.experiment
    const cases = matrixOf(run.experiment)
    const all = format === "csv" || cases.length <= maxShown
    const shown = all ? cases.length : maxShown
    for (let i = 0; i < shown; i++) {
      io.out(`${id} ${String(i + 1).padStart(String(cases.length).length)}  ${caseText(cases.at(i))}\n`)
    }
    if (!all) io.out(`… and ${cases.length - maxShown} more; --format json lists them all\n`)
    io.out(`${await estimate(run, Math.max(1, workers))}\n`)
  }
}

/** Cases on a screen. */
const maxShown = 40

function described({ experiment, rootSeed, runs, stopping }: RunConfiguration): object {
  return { experiment: experiment.id, seed: rootSeed, runs, ...(stopping && { stopping }) }
}

/** `system: majority(5), latency: paxi`: what is known of a case, and not empty. */
function caseText(c: unknown): string {
  if (typeof c !== "object" || c === null || Array.isArray(c)) return JSON.stringify(c)
  return Object.entries(c)
    .filter(([, value]) => value !== null && JSON.stringify(value) !== "{}")
    .map(([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ")
}

/** How long the whole would take, estimated from a few runs of a few cases for about a second. */
async function estimate(run: RunConfiguration, workers: number): Promise<string> {
  const { experiment, rootSeed, runs, stopping } = run
  const cases = matrixOf(experiment).length
  const tried = Math.min(cases, 16)
  let [done, ms] = [0, 0]
  for (let i = 0; i < tried && ms < 1000; i++) {
    const caseIndex = Math.floor((i * cases) / tried)
    const chunk = {
      experiment: experiment.id,
      rootSeed,
      caseIndex,
      firstRun: 0,
      runs: Math.min(2, runs),
    }
    // The very first is slow: nothing is compiled yet.
    if (i === 0) await computeChunk(experiment, { ...chunk, runs: 1 })
    const started = performance.now()
    await computeChunk(experiment, chunk)
    ms += performance.now() - started
    done += chunk.runs
  }
  const total = cases * runs
  const seconds = (total * (ms / Math.max(1, done))) / 1000 / workers
  const plan = `${counted(cases, "configuration")} of ${counted(runs, "run")}: ${total} runs`
  const more =
    stopping === undefined ? "" : `, and up to ${cases * stopping.maxRuns} until the intervals are narrow`
  return `${experiment.id}: ${plan}${more}; about ${duration(seconds)} on ${counted(workers, "worker")}`
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
