import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import type { AnyExperiment } from "../../experiment/define.ts"
import type { Result } from "../../experiment/result.ts"
import type { Context } from "../context.ts"
import { type Format, formatOption, seedOption, whole } from "../options.ts"
import { printJson, printTables } from "../output.ts"
import type { Progress } from "../progress.ts"

interface RunOptions {
  readonly seed: number
  readonly out: string
  readonly write: boolean
  readonly replicas?: number
  readonly format: Format
}

/** `quorate run`: computes experiments, writes their results, prints their tables. */
export function runCommand(context: Context): Command {
  return new Command("run")
    .summary("run experiments; write their CSV, tables and manifest")
    .description(
      "Runs experiments. Writes <out>/<id>/ with the CSV, each table as Markdown and LaTeX, and manifest.json; prints the tables.",
    )
    .argument("<ids...>", "experiments, as quorate list shows them, or all")
    .addOption(seedOption())
    .option(
      "-n, --replicas <n>",
      "replicas per case, instead of each experiment's own number",
      whole("--replicas", 1),
    )
    .option("-o, --out <folder>", "where the results go", "results")
    .option("--no-write", "print only")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (ids: string[], options: RunOptions) => {
      const { readExperiments } = await import("../experiment-argument.ts")
      await runAll(context, await readExperiments(ids), options)
    })
}

const help = `
--format csv prints the rows of one experiment, json those of all, the others their tables.
The same seed and number of replicas give the same bytes on every machine.

Examples:
  $ quorate run all
  $ quorate run systems --seed 7 --out /tmp/results
  $ quorate run phase2-size --no-write --format latex`

async function runAll(
  { io, args }: Context,
  experiments: readonly AnyExperiment[],
  options: RunOptions,
): Promise<void> {
  const { format, out, write } = options
  if (format === "csv" && experiments.length > 1) {
    throw new UsageError(
      `--format csv prints one table of rows, and ${experiments.length} experiments were asked for. ` +
        `Name one, or read the files under ${out}/.`,
    )
  }
  const { prepareFolder, resultFolder, writeResult } = await import("../results-folder.ts")
  const { progressOn } = await import("../progress.ts")
  const { currentEnvironment } = await import("../environment.ts")
  if (write) for (const { id } of experiments) prepareFolder(resultFolder(out, id))
  const environment = currentEnvironment(args)
  const progress = await progressOn(io)
  io.err(`seed ${options.seed}${write ? `; results go to ${out}/` : ""}\n`)
  const results: Result[] = []
  for (const experiment of experiments) {
    const started = performance.now()
    const result = await runOne(experiment, options, progress)
    const seconds = Number(((performance.now() - started) / 1000).toFixed(2))
    if (write)
      await writeResult(resultFolder(out, experiment.id), result, {
        ...environment,
        wallTimeSeconds: seconds,
      })
    progress.finish(
      `${experiment.id}: ${result.rows.length} rows, ${result.replicas} replicas each, ${seconds} s`,
    )
    if (format !== "json") await printResult(io, format, result)
    results.push(result)
  }
  if (format === "json") {
    const { resultJson } = await import("../../experiment/result.ts")
    printJson(io, { seed: options.seed, results: results.map(resultJson) })
  }
}

async function runOne(experiment: AnyExperiment, options: RunOptions, progress: Progress): Promise<Result> {
  const { sweep } = await import("../../experiment/sweep.ts")
  const replicas = options.replicas ?? experiment.replicas
  const rootSeed = options.seed
  progress.start(experiment.id, experiment.cases().length * replicas)
  const rows = await sweep(experiment, { rootSeed, replicas, onProgress: (done) => progress.update(done) })
  return { experiment, rootSeed, replicas, rows }
}

async function printResult(
  io: Context["io"],
  format: Exclude<Format, "json">,
  result: Result,
): Promise<void> {
  if (format === "csv") {
    const { rowsToCsv } = await import("../../experiment/csv.ts")
    io.out(rowsToCsv(result.experiment.columns, result.rows))
    return
  }
  const { tablesOf } = await import("../../experiment/result.ts")
  await printTables(io, format, tablesOf(result))
  io.out("\n")
}
