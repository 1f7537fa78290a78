import { Command } from "commander"
import { UsageError, describeUnknown } from "../base/errors.ts"
import type { Result } from "../experiment/result.ts"
import type { Table } from "../experiment/table.ts"
import type { Context } from "./shared/context.ts"
import { type Format, formatOption, moduleOption } from "./shared/options.ts"
import { printJson, printTables } from "./shared/output.ts"

interface TableOptions {
  readonly from: string
  readonly module: readonly string[]
  readonly format: Format
}

/** `quorate table`: makes the tables of results again, from their CSV, without running anything. */
export function tableCommand({ io }: Context): Command {
  return new Command("table")
    .summary("print the tables of a result from its CSV")
    .description("Prints the tables of results in any format, from their CSV, without running anything.")
    .argument("<results...>", "experiment ids, or folders or CSV files of results")
    .option("--from <folder>", "folder in which results are found by id", "results")
    .addOption(moduleOption())
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (names: string[], { format, ...reading }: TableOptions) => {
      const { readResults } = await import("./shared/read-result.ts")
      const { tablesOf, resultJson } = await import("../experiment/result.ts")
      const computed = await thesisTables(names)
      const results: Result[] = await readResults(
        names.filter((name) => !isThesisTable(name)),
        reading,
        io,
      )
      if (format === "json") printJson(io, { results: results.map(resultJson), tables: computed })
      else await printTables(io, format, [...computed, ...results.flatMap(tablesOf)])
    })
}

const isThesisTable = (name: string): boolean => name.startsWith("thesis-")

/** The tables of the thesis among the names, computed. */
async function thesisTables(names: readonly string[]): Promise<Table[]> {
  const wanted = names.filter(isThesisTable)
  if (wanted.length === 0) return []
  const { thesisTables: known } = await import("../../experiments/thesis/index.ts")
  return wanted.map((name) => {
    const make = known.get(name)
    if (make !== undefined) return make()
    throw new UsageError(describeUnknown("table", name, known.keys()))
  })
}

const help = `
Examples:
  $ quorate table systems
  $ quorate table thesis-2.4                     a table of Howard 2019, computed
  $ quorate table systems --format latex > systems.tex
  $ quorate table /tmp/results/systems/systems.csv`
