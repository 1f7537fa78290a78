import { Command } from "commander"
import type { ReadResult } from "./shared/read-result.ts"
import type { Context } from "./shared/context.ts"
import { refuseUnwritable, writeFile } from "./shared/files.ts"
import { moduleOption } from "./shared/options.ts"

interface ReportOptions {
  readonly from: string
  readonly module: readonly string[]
  readonly out?: string
}

/** `quorate report`: one page with everything about a result. */
export function reportCommand({ io }: Context): Command {
  return new Command("report")
    .summary("write a result as one self-contained HTML page")
    .description(
      "Writes one HTML page with the tables, figures, configuration, columns, rows and manifest of a result, from its CSV. The page is self-contained.",
    )
    .argument("<result>", "an experiment id, or the folder or CSV file of a result")
    .option("-o, --out <file>", "output file; - for stdout (default: <experiment>.html)")
    .option("--from <folder>", "folder in which results are found by id", "results")
    .addOption(moduleOption())
    .addHelpText("after", help)
    .action(async (name: string, { out, ...reading }: ReportOptions) => {
      const { readResults } = await import("./shared/read-result.ts")
      if (out !== undefined && out !== "-") refuseUnwritable(out, `--out ${out}`)
      const { reportHtml } = await import("../experiment/report.ts")
      const [result] = (await readResults([name], reading, io)) as [ReadResult]
      const page = await reportHtml(result, result.manifest)
      if (out === "-") return io.out(page)
      const file = out ?? `${result.experiment.id}.html`
      writeFile(file, page)
      io.err(`${file}\n`)
    })
}

const help = `
Examples:
  $ quorate report systems
  $ quorate report /tmp/results/systems --out systems.html`
