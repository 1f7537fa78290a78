import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { fullReplicas } from "../../experiment/define.ts"
import type { Result } from "../../experiment/result.ts"
import type { Context } from "../context.ts"
import type { SourcedExperiment } from "../execution/experiment-source.ts"
import { type Shard, parseShard } from "../execution/shard.ts"
import { type Format, formatOption, seedOption, whole } from "../options.ts"
import { printJson, printTables } from "../output.ts"

interface RunOptions {
  readonly seed: number
  readonly out: string
  readonly write: boolean
  readonly replicas?: number
  readonly full?: boolean
  readonly workers?: number
  readonly shard?: Shard
  readonly fresh?: boolean
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
    .option("--full", "the long sweep: ten times the replicas, or what the experiment says")
    .option("-o, --out <folder>", "where the results go", "results")
    .option("--no-write", "print only")
    .option(
      "-w, --workers <n>",
      "worker threads, 0 for none; as many as there are cores unless given",
      whole("--workers", 0),
    )
    .option("--shard <i/n>", "compute only the i-th of n parts, for quorate merge", parseShard)
    .option("--fresh", "throw unfinished work away instead of continuing it")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (ids: string[], options: RunOptions) => {
      const { sourcedExperiments } = await import("../execution/experiment-source.ts")
      await run(context, await sourcedExperiments(ids), options)
    })
}

const help = `
--format csv prints the rows of one experiment, json those of all, the others their tables.
The same seed and number of replicas give the same bytes on every machine, with any number of workers.
A run that was stopped or killed is continued by the same command; nothing is computed twice.

Examples:
  $ quorate run all
  $ quorate run systems --seed 7 --out /tmp/results
  $ quorate run phase2-size --no-write --format latex`

async function run(
  context: Context,
  sourced: readonly SourcedExperiment[],
  options: RunOptions,
): Promise<void> {
  const { io } = context
  const { format, out, seed, full } = options
  if (format === "csv" && sourced.length > 1) {
    throw new UsageError(
      `--format csv prints one table of rows, and ${sourced.length} experiments were asked for. ` +
        `Name one, or read the files under ${out}/.`,
    )
  }
  const { runAll } = await import("../execution/run-all.ts")
  const results: Result[] = []
  const runs = sourced.map((one) => {
    const { experiment } = one
    const replicas = options.replicas ?? (full === true ? fullReplicas(experiment) : experiment.replicas)
    return { ...one, rootSeed: seed, replicas }
  })
  const keepRows = format === "json" || format === "csv"
  const end = await runAll(context, runs, { ...options, keepRows }, async (result) => {
    if (format === "json") results.push(result)
    else await printResult(io, format, result)
  })
  if (format === "json" && end === "complete" && options.shard === undefined) {
    const { resultJson } = await import("../../experiment/result.ts")
    printJson(io, { seed, results: results.map(resultJson) })
  }
}

async function printResult(
  io: Context["io"],
  format: Exclude<Format, "json">,
  result: Result,
): Promise<void> {
  if (format === "csv") {
    const { rowsToCsv } = await import("../../experiment/csv.ts")
    io.out(rowsToCsv(result.experiment.columns, result.rows))
  } else {
    const { tablesOf } = await import("../../experiment/result.ts")
    await printTables(io, format, tablesOf(result))
    io.out("\n")
  }
}
