import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { type Context, exitCodeHelp } from "../shared/context.ts"
import { readSystem } from "../shared/system-argument.ts"
import { refuseFiles } from "./counterexample.ts"
import { type ExploreOptions, addExploreOptions, refuseUnusedOptions } from "./options.ts"

/** `quorate explore`: exhaustive exploration of a small cluster, with a shortest violation if there is one. */
export function exploreCommand(context: Context): Command {
  const command = new Command("explore")
    .summary("explore all reachable states of a small cluster")
    .description(
      "Explores all reachable states of Paxos on a small cluster, checks safety in each, and prints a shortest violation.",
    )
    .argument("<systems...>", "quorum systems; systems with equal phase-1 quorums share one search")
  return addExploreOptions(command)
    .addHelpText("after", help)
    .action(async (texts: readonly string[], given: ExploreOptions) => {
      // --protocol implies --model actors.
      const isGiven = (option: string): boolean => command.getOptionValueSource(option) === "cli"
      const options: ExploreOptions =
        isGiven("protocol") && !isGiven("model") ? { ...given, model: "actors" } : given
      refuseUnusedOptions(command, options)
      refuseFiles(options.save, options.model)
      if (options.model === "spec") {
        const systems = await Promise.all(texts.map(readSystem))
        return (await import("./spec.ts")).runSpec(context, systems, options)
      }
      const [plan, ...more] = texts
      if (plan === undefined || more.length > 0) {
        throw new UsageError("--model actors takes one system; several systems require --model spec.")
      }
      return (await import("./actors.ts")).runActors(context, plan, options)
    })
}

const help = `
Examples:
  $ quorate explore "majority(3)" --values 2 --epochs 2
  $ quorate explore "simple(4, 2, 2)" --save trace.json --save trace.svg
  $ quorate explore "simple(5, 2, 4)" --symmetry all --format json
  $ quorate explore "simple(4, 3, 2)" "simple(4, 3, 1)"   one search for both
  $ quorate explore "simple(2, 2, 1)" --inductive
  $ quorate explore "majority(3)" --model actors --crashes 1
  $ quorate explore "majority(3)" -m actors --eventually --no-timeouts
  $ quorate explore "majority(3)" --protocol ./primary-backup.ts

State counts agree with TLC on Lamport's Paxos.tla.
An incomplete search yields unknown, never holds.

${exitCodeHelp}`
