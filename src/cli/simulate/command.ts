import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { defaultProtocol, maxProcesses } from "../../run/common-settings.ts"
import { type DecreeSetup, decreeSettings } from "../../run/decree-settings.ts"
import { type Context, exitCodeHelp, exitCodes } from "../shared/context.ts"
import {
  type Format,
  formatOption,
  latencyOption,
  protocolOption,
  seedOption,
  setOption,
  whole,
} from "../shared/options.ts"
import { printTables } from "../shared/output.ts"
import { addSettings } from "../shared/setting-options.ts"
import { type DecreeFlags, readDecreeSetup } from "./setup.ts"

interface SimulateFlags extends DecreeFlags {
  readonly protocol: string
  readonly set: readonly string[]
  readonly seed: number
  readonly trace: boolean
  readonly registers: boolean
  readonly checks: boolean
  readonly randomFaults: boolean
  readonly acceptors: number
  readonly format: Format
}

/** `quorate simulate`: one run of Paxos with a quorum system, under stated conditions, and what it cost. */
export function simulateCommand(context: Context): Command {
  const command = new Command("simulate")
    .summary("simulate one run of Paxos and print its measures")
    .description(
      "Simulates one instance of Paxos with the given quorums in virtual time, checks that it is safe, and prints what it cost.",
    )
    .argument("[system]", 'a quorum system, such as "grid(2, 3)"; or a plan, "allAboard(3, 3)"')
    .addOption(seedOption())
    .addOption(protocolOption("a protocol", defaultProtocol.decree))
    .addOption(setOption())
    .option("-t, --trace", "print every message and event, too", false)
    .option("--checks", "judge the run by every property and lemma the variant keeps, too", false)
    .option("--random-faults", "draw processes, faults and delays from the seed", false)
    .option("--registers", "print what an independent oracle makes of it: write-once registers", false)
    .addOption(formatOption())
    .addOption(latencyOption())
  return addSettings(command, decreeSettings)
    .addHelpText("after", help)
    .option("--unsafe", "run a combination that is known to be unsafe, as a control", false)
    .option(
      "--acceptors <n>",
      "how many, where the system is left to the variant",
      whole("--acceptors", 1, maxProcesses),
      defaultAcceptors,
    )
    .action(async (system: string | undefined, options: SimulateFlags) => {
      if (options.protocol !== defaultProtocol.decree) return ownProtocol(context, command, system, options)
      if (options.set.length > 0)
        throw new UsageError(
          "--set requires a protocol of your own; Paxos has a flag for each of its settings.",
        )
      if (options.registers) refuseOneAnswer(options.format)
      const given = await readDecreeSetup(system ?? (await ownQuorums(options)), options)
      const setup = options.randomFaults ? await withRandomFaults(given, options.seed) : given
      const { simulateOnce, printRun } = await import("./print.ts")
      const run = simulateOnce(setup, options.seed, {
        trace: options.trace,
        checks: options.checks,
      })
      await printRun(context.io, options.format, run)
      if (!options.unsafe) {
        const { warnOfSafety } = await import("../shared/cautions.ts")
        warnOfSafety(context.io, run.safety)
      }
      if (options.registers) await printRegisters(context, options.format, setup, options.seed)
      if (run.violations.length > 0 || run.checks?.some(isViolated) === true) context.end(exitCodes.violated)
    })
}

/** One run of a protocol that is named, with the measures that every protocol has. */
async function ownProtocol(
  context: Context,
  command: Command,
  system: string | undefined,
  options: SimulateFlags,
): Promise<void> {
  const { readProtocol } = await import("../shared/protocol-argument.ts")
  const { refuseForeignFlags, refuseNoSystem, simulateProtocol } = await import("./protocol.ts")
  const protocol = await readProtocol(options.protocol)
  refuseForeignFlags(command, protocol)
  const setup = await readDecreeSetup(system ?? refuseNoSystem(protocol), options)
  await simulateProtocol(context, setup, options)
}

const defaultAcceptors = 5

const isViolated = ({ verdict }: { readonly verdict: string }): boolean => verdict === "violated"

/** The quorums that the thesis gives a variant, as the text of their plan. */
async function ownQuorums({ variant, acceptors }: SimulateFlags): Promise<string> {
  const { variantNamed } = await import("../../protocol/paxos/variants.ts")
  return variantNamed(variant).plan(acceptors).name
}

/** The algorithm of a setup under the random faults of a seed, as experiments look for violations. */
async function withRandomFaults(setup: DecreeSetup, seed: number): Promise<DecreeSetup> {
  const { randomDecree } = await import("../../run/random-decree.ts")
  return randomDecree(setup.plan, seed, setup)
}

/** JSON has one object and CSV one table: there the oracle's would be a second. */
function refuseOneAnswer(format: Format): void {
  if (format !== "json" && format !== "csv") return
  throw new UsageError(
    `--registers prints tables, and --format ${format} has room for one answer only. Try md.`,
  )
}

/** The oracle's tables, after the run. */
async function printRegisters(
  { io }: Context,
  format: Format,
  setup: DecreeSetup,
  seed: number,
): Promise<void> {
  const { registerTables } = await import("../../run/register-tables.ts")
  io.out("\n")
  if (format !== "json") await printTables(io, format, registerTables(setup, seed))
}

const help = `
Examples:
  $ quorate simulate "majority(5)" --latency "constant(10)" --trace
  $ quorate simulate "simple(5, 4, 2)" --latency paxi --proposer-regions CA
  $ quorate simulate "grid(2, 3)" --latency my-regions.csv --loss-probability 0.05 --seed 7
  $ quorate simulate "majority(3)" --proposers 2 --back-off none -x "crash a1 @5-60"
  $ quorate simulate "majority(3)" --proposers 2 --stagger-ms 15 --registers
  $ quorate simulate --variant all-aboard --acceptors 3 --checks
  $ quorate simulate "majority(3)" --switches "nacks=proposal; copying=latest"
  $ quorate simulate "majority(3)" --mutant one-promise --proposers 2 --checks
  $ quorate simulate --variant recovery --random-faults --seed 7 --checks
  $ quorate simulate "majority(3)" --protocol ./primary-backup.ts --trace

Faults are written as in quorate log --help: "crash a1 @100-500",
"cut a1,a2|a3 @100-500", "slow(50) a2 @0-end", "loss(0.1) a1>a2 @0-300". Groups
are acceptors, proposers, learners, readers, all and the regions of a matrix.

quorate list names the variants, their switches and the mutants.

${exitCodeHelp}`
