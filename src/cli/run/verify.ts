import { Command } from "commander"
import { type Context, exitCodeHelp, exitCodes } from "../shared/context.ts"
import { keyFileOption, moduleOption, whole } from "../shared/options.ts"

interface VerifyOptions {
  readonly from: string
  readonly module: readonly string[]
  readonly trust: boolean
  readonly workers?: number
  readonly queue?: string
  readonly keyFile?: string
}

/** `quorate verify`: computes results again, and compares every byte. */
export function verifyCommand(context: Context): Command {
  return new Command("verify")
    .summary("recompute results and compare every byte")
    .description(
      "Recomputes results from their manifests in a temporary folder and compares every file byte for byte.",
    )
    .argument("<results...>", "result folders, or experiments by id, or all")
    .option("--from <folder>", "folder in which results are found by id", "results")
    .addOption(moduleOption())
    .option("--trust", "run the modules that the manifests name, if they are as the manifests say", false)
    .option("-w, --workers <n>", "worker threads; 0 for none (default: one per core)", whole("--workers", 0))
    .option("-q, --queue <address>", "distribute work to quorate worker processes through Redis")
    .addOption(keyFileOption())
    .addHelpText("after", help)
    .action(async (names: string[], options: VerifyOptions) => {
      const { verifyResults } = await import("../execution/verify-results.ts")
      const outcome = await verifyResults(context, names, options)
      if (outcome === "different") context.end(exitCodes.violated)
    })
}

const help = `
Exit code 0 where every byte is the same, 1 where one is not.

Examples:
  $ quorate verify results/failures
  $ quorate verify all

${exitCodeHelp}`
