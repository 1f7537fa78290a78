import { Command } from "commander"
import type { Result } from "../../experiment/result.ts"
import type { Context } from "../context.ts"
import { type Format, formatOption } from "../options.ts"
import { printJson, printTables } from "../output.ts"

interface TableOptions {
  readonly from: string
  readonly format: Format
}

/** `quorate table`: makes the tables of results again, from their CSV, without running anything. */
export function tableCommand({ io }: Context): Command {
  return new Command("table")
    .summary("print the tables of a result again, from its CSV")
    .description(
      "Prints the tables of results again in any format, from their CSV, without running anything.",
    )
    .argument("<results...>", "experiments by id, or paths of result folders or CSV files")
    .option("--from <folder>", "where results are looked up by id", "results")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (names: string[], { from, format }: TableOptions) => {
      const { readResult } = await import("../read-result.ts")
      const { tablesOf, resultJson } = await import("../../experiment/result.ts")
      const results: Result[] = []
      for (const name of names) results.push(await readResult(name, from, io))
      if (format === "json") printJson(io, { results: results.map(resultJson) })
      else await printTables(io, format, results.flatMap(tablesOf))
    })
}

const help = `
Examples:
  $ quorate table systems
  $ quorate table systems --format latex > systems.tex
  $ quorate table /tmp/results/systems/systems.csv`
