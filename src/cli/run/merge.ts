import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import type { Context } from "../shared/context.ts"
import type { SourcedExperiment } from "../execution/experiment-source.ts"
import { type Format, formatOption } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"

interface MergeOptions {
  readonly from: string
  readonly out?: string
  readonly format: Format
}

/** `quorate merge`: makes a result of the shards of a run. */
export function mergeCommand({ io, args }: Context): Command {
  return new Command("merge")
    .summary("merge the shards of a run into one result")
    .description(
      "Merges the shards written by quorate run --shard into one result, byte for byte that of an undivided run.",
    )
    .argument("<experiment>", "an experiment by its id")
    .argument("[files...]", "shard files (default: all in <from>/<experiment>/)")
    .option("--from <folder>", "folder of the shards", "results")
    .option("-o, --out <folder>", "output folder (default: <from>)")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (name: string, files: string[], options: MergeOptions) => {
      const { sourcedExperiments } = await import("../execution/experiment-source.ts")
      const [sourced] = await sourcedExperiments([name])
      await merge({ io, args }, sourced!, files, options)
    })
}

async function merge(
  { io, args }: Pick<Context, "io" | "args">,
  sourced: SourcedExperiment,
  files: readonly string[],
  { from, out = from, format }: MergeOptions,
): Promise<void> {
  const { mergeShards, shardsIn } = await import("../execution/merge-shards.ts")
  const { takeLock } = await import("../execution/run-lock.ts")
  const { lockFile } = await import("../execution/shard.ts")
  const { prepareFolder, resultFolder, writeResult } = await import("../shared/results-folder.ts")
  const { currentEnvironment } = await import("../execution/environment.ts")
  const { cautionsOf } = await import("../../experiment/safety.ts")
  const { warnOfCautions } = await import("../shared/cautions.ts")
  const { resultJson, rowCountOf, tablesOf } = await import("../../experiment/result.ts")
  const started = performance.now()
  const { id } = sourced.experiment
  const folder = resultFolder(out, id)
  const shards = files.length > 0 ? files : shardsIn(resultFolder(from, id))
  if (shards.length === 0) {
    const { argument = id } = sourced
    throw new UsageError(
      `no shards of ${argument} found in ${resultFolder(from, id)}. Create them with: quorate run ${argument} --shard 1/2`,
    )
  }
  const environment = currentEnvironment(args)
  let giveBack = (): void => undefined
  const { result, staged } = await mergeShards(sourced, shards, {
    folder,
    prepare: () => {
      prepareFolder(folder)
      giveBack = takeLock(lockFile(folder))
    },
    keepRows: format === "json" || format === "csv",
    codeSha256: environment.codeSha256!,
    warn: (message) => io.err(`warning: ${message}\n`),
  })
  const wallTimeSeconds = Number(((performance.now() - started) / 1000).toFixed(2))
  try {
    await writeResult(folder, result, { ...environment, wallTimeSeconds }, staged)
  } finally {
    staged?.discard()
    giveBack()
  }
  warnOfCautions(io, id, cautionsOf(sourced.experiment))
  io.err(`${id}: ${rowCountOf(result)} rows of ${shards.length} shards, in ${folder}\n`)
  if (format === "json") printJson(io, { results: [resultJson(result)] })
  else await printTables(io, format, tablesOf(result))
}

const help = `
Shards may come in any order, overlap, and be given twice. All must have the same seed,
number of runs, cases and code; a part that is missing is named, with the command that makes it.

Examples:
  $ quorate run failures --shard 1/2 && quorate run failures --shard 2/2
  $ quorate merge failures
  $ quorate merge failures node*/shard-*.journal --out /tmp/results`
