import { createReadStream } from "node:fs"
import { join } from "node:path"
import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { fullRuns } from "../../experiment/define.ts"
import type { Result } from "../../experiment/result.ts"
import type { Stopping } from "../../experiment/stopping.ts"
import type { Context } from "../shared/context.ts"
import type { SourcedExperiment } from "../execution/experiment-source.ts"
import type { RunConfiguration } from "../execution/run-one.ts"
import { type Shard, parseShard } from "../execution/shard.ts"
import type { WorkerPool } from "../execution/worker-pool.ts"
import type { Override } from "../sweep/read-sweep.ts"
import { type Format, formatOption, keyFileOption, seedOption, whole } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"

interface RunOptions {
  readonly seed: number
  readonly out: string
  readonly write: boolean
  readonly runs?: number
  readonly full?: boolean
  readonly untilCi?: number
  readonly maxRuns?: number
  readonly set: readonly string[]
  readonly dryRun?: boolean
  readonly workers?: number
  readonly queue?: string
  readonly keyFile?: string
  readonly shard?: Shard
  readonly fresh?: boolean
  readonly format: Format
}

/** `quorate run`: computes experiments, writes their results, prints their tables. */
export function runCommand(context: Context): Command {
  return new Command("run")
    .summary("run experiments and sweeps; write CSV, tables and manifest")
    .description(
      "Runs experiments and prints their tables. Writes <out>/<id>/: the CSV, tables as Markdown and LaTeX, figures and manifest.json.",
    )
    .argument("<experiments...>", "ids (see quorate list), all, or files: sweep.yaml, mine.ts, mine.js")
    .addOption(seedOption())
    .option(
      "-n, --runs <n>",
      "runs per configuration (default: each experiment's own number)",
      whole("--runs", 1),
    )
    .option("--full", "long version: ten times the runs, unless the experiment defines another number")
    .option(
      "--until-ci <share>",
      "add runs until the half-width of every CI is within this share of its value: 2%",
      parseShare,
    )
    .option(
      "--max-runs <n>",
      "with --until-ci: maximum runs per configuration (default: 100 times the first round)",
      whole("--max-runs", 1),
    )
    .option(
      "--set <path=value>",
      "override a key of a sweep file: setup.proposers=2; repeatable",
      (text, before: string[]) => [...before, text],
      [],
    )
    .option("--dry-run", "list the configurations and estimate the time; compute nothing")
    .option("-o, --out <folder>", "output folder", "results")
    .option("--no-write", "print only, write no files")
    .option("-w, --workers <n>", "worker threads; 0 for none (default: one per core)", whole("--workers", 0))
    .option(
      "-q, --queue <address>",
      "distribute work to quorate worker processes through Redis: redis://localhost:6379",
    )
    .addOption(keyFileOption())
    .option("--shard <i/n>", "compute only the i-th of n parts, for quorate merge", parseShard)
    .option("--fresh", "discard unfinished work instead of continuing it")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (names: string[], options: RunOptions, command: Command) => {
      refuseIdle(command, options)
      const pool = await startThreads(names, options)
      try {
        const { sourcedExperiments } = await import("../execution/experiment-source.ts")
        const sourced = await sourcedExperiments(names, await overridesOf(options.set))
        await run(context, sourced, options, pool)
      } finally {
        await pool?.close()
      }
    })
}

/** Refuses options that change nothing beside others. */
function refuseIdle(command: Command, { write, dryRun, out }: RunOptions): void {
  const isGiven = (key: string): boolean => command.getOptionValueSource(key) === "cli"
  if (!write && isGiven("out"))
    throw new UsageError(`--out ${out} has no effect with --no-write, which writes no files. Leave one out.`)
  const ofRuns = (["fresh", "queue", "shard"] as const).find((key) => isGiven(key))
  if (dryRun === true && ofRuns !== undefined)
    throw new UsageError(`--${ofRuns} has no effect with --dry-run, which runs nothing. Leave one out.`)
}

/** Threads that were asked for start before anything else, and load while this thread reads what they are to do. */
async function startThreads(
  [name]: readonly string[],
  { workers = 0, dryRun, queue }: RunOptions,
): Promise<WorkerPool | undefined> {
  if (workers === 0 || dryRun === true || queue !== undefined) return undefined
  const [{ WorkerPool }, { kindOfSource }] = await Promise.all([
    import("../execution/worker-pool.ts"),
    import("../execution/experiment-source.ts"),
  ])
  const pool = new WorkerPool(workers)
  pool.start(kindOfSource(name!))
  return pool
}

const help = `
--format csv prints the rows of one experiment, json the rows of all, other formats the tables.
The same seed and number of runs give the same bytes on every machine, with any number of workers.
The same command continues after an interruption or crash; nothing is computed twice.

Examples:
  $ quorate run all
  $ quorate run systems --seed 7 --out /tmp/results
  $ quorate run phase2-size --no-write --format latex
  $ quorate run ./my-sweep.yaml --set setup.proposers=2 --dry-run
  $ quorate run failures --until-ci 2%`

async function overridesOf(texts: readonly string[]): Promise<readonly Override[]> {
  if (texts.length === 0) return []
  const { parseOverride } = await import("../sweep/read-sweep.ts")
  return texts.map((text) => parseOverride(text))
}

/** `2%` or `0.02`. */
function parseShare(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/.exec(text)
  const share = Number((Number(match?.[1]) / (match?.[2] === "%" ? 100 : 1)).toPrecision(12))
  if (share > 0 && share < 1) return share
  throw new UsageError(
    `--until-ci is ${JSON.stringify(text)}; must be a share between 0 and 1, such as 2% or 0.02.`,
  )
}

async function run(
  context: Context,
  sourced: readonly SourcedExperiment[],
  options: RunOptions,
  pool: WorkerPool | undefined,
): Promise<void> {
  const { io } = context
  const { format, out, seed } = options
  if (format === "csv" && sourced.length > 1 && options.dryRun !== true) {
    throw new UsageError(
      `--format csv requires a single experiment, not ${sourced.length}. ` +
        `Name one, or read the CSV files in ${out}/.`,
    )
  }
  const runs = sourced.map((one) => configurationOf(one, options))
  if (options.dryRun === true) return (await import("./dry-run.ts")).dryRun(context, runs, options)
  const { runAll } = await import("../execution/run-all.ts")
  const results: Result[] = []
  // What is written is printed from its file.
  const keepRows = format === "json" || (format === "csv" && !options.write)
  const end = await runAll(context, runs, { ...options, ...(pool && { pool }), keepRows }, async (result) => {
    if (format === "json") results.push(result)
    else if (format === "csv" && options.write) await printFile(io, out, result)
    else await printResult(io, format, result)
  })
  if (format === "json" && end === "complete" && options.shard === undefined) {
    const { resultJson } = await import("../../experiment/result.ts")
    printJson(io, { seed, results: results.map(resultJson) })
  }
}

function configurationOf(one: SourcedExperiment, options: RunOptions): RunConfiguration {
  const { experiment } = one
  const usual = options.full === true ? fullRuns(experiment) : experiment.runs
  const runs = options.runs ?? usual
  const stopping = stoppingOf(options, runs)
  return { ...one, rootSeed: options.seed, runs, ...(stopping && { stopping }) }
}

function stoppingOf(options: RunOptions, runs: number): Stopping | undefined {
  const { untilCi: relativeHalfWidth, maxRuns = 100 * runs, shard } = options
  if (relativeHalfWidth === undefined) {
    if (options.maxRuns === undefined) return undefined
    throw new UsageError("--max-runs requires --until-ci. For a fixed number of runs use --runs.")
  }
  if (shard !== undefined) {
    throw new UsageError(
      "--until-ci needs all runs of a configuration, and a shard has only some. Use --workers or --queue instead of --shard.",
    )
  }
  if (maxRuns < runs) {
    throw new UsageError(`--max-runs is ${maxRuns}; must be at least the ${runs} runs of the first round.`)
  }
  return { relativeHalfWidth, maxRuns }
}

/** The CSV as it was written, a piece at a time: it may be larger than memory. */
async function printFile(io: Context["io"], out: string, { experiment }: Result): Promise<void> {
  const { resultFolder } = await import("../shared/results-folder.ts")
  const { csvName } = await import("../../experiment/result.ts")
  const file = createReadStream(join(resultFolder(out, experiment.id), csvName(experiment)))
  for await (const piece of file) io.out(piece as Uint8Array)
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
  const tables = tablesOf(result)
  if (tables.length === 0) return
  await printTables(io, format, tables)
  io.out("\n")
}
