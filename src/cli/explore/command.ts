import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { type Context, exitCodeHelp } from "../shared/context.ts"
import { readSystem } from "../shared/system-argument.ts"
import { refuseFiles } from "./counterexample.ts"
import { type ExploreOptions, addExploreOptions, refuseIdleOptions } from "./options.ts"

/** `quorate explore`: every run of a small cluster, and the shortest that breaks an unsafe quorum system. */
export function exploreCommand(context: Context): Command {
  const command = new Command("explore")
    .summary("explore every run of a small cluster")
    .description(
      "Explores every run of Paxos on a small cluster: counts the reachable states, checks safety in each, and shows a shortest violation.",
    )
    .argument(
      "<systems...>",
      "quorum systems; several share one search if their phase-1 quorums are the same",
    )
  return addExploreOptions(command)
    .addHelpText("after", help)
    .action(async (texts: readonly string[], options: ExploreOptions) => {
      refuseIdleOptions(command, options)
      refuseFiles(options.save, options.model)
      if (options.model === "spec") {
        const systems = await Promise.all(texts.map(readSystem))
        return (await import("./spec.ts")).runSpec(context, systems, options)
      }
      const [plan, ...more] = texts
      if (plan === undefined || more.length > 0) {
        throw new UsageError("--model actors explores one system at a time; --model spec can share a search.")
      }
      return (await import("./actors.ts")).runActors(context, plan, options)
    })
}

const help = `
Examples:
  $ quorate explore "majority(3)" --values 2 --epochs 2
  $ quorate explore "simple(4, 2, 2)" --save trace.json --save trace.svg
  $ quorate explore "simple(5, 2, 4)" --symmetry all --format json
  $ quorate explore "simple(4, 3, 2)" "simple(4, 3, 1)"   both in one search
  $ quorate explore "simple(2, 2, 1)" --inductive
  $ quorate explore "majority(3)" --model actors --crashes 1
  $ quorate explore "majority(3)" -m actors --eventually --no-timeouts

The counts are those of TLC on Lamport's Paxos.tla.
A search that stops early is unknown, never holds.

${exitCodeHelp}`
