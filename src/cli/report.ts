import { writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { Command } from "commander"
import { InvariantError } from "../base/errors.ts"
import type { Context } from "./shared/context.ts"

interface ReportOptions {
  readonly from: string
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
    .addHelpText("after", help)
    .action(async (name: string, { from, out }: ReportOptions) => {
      const { csvFile, readResult } = await import("./shared/read-result.ts")
      const { readManifest } = await import("./shared/results-folder.ts")
      const { reportHtml } = await import("../experiment/report.ts")
      const result = await readResult(name, from, io)
      const manifest = readManifest(dirname(csvFile(name, from)))
      if (manifest === undefined) throw new InvariantError(`The manifest of ${name} was there and is gone.`)
      const page = await reportHtml(result, manifest)
      if (out === "-") return io.out(page)
      const file = out ?? `${result.experiment.id}.html`
      writeFileSync(file, page)
      io.err(`${file}\n`)
    })
}

const help = `
Examples:
  $ quorate report systems
  $ quorate report /tmp/results/systems --out systems.html`
