import { Command } from "commander"
import type { Analysis } from "../../analysis/analyse.ts"
import type { QuorumSystem } from "../../quorum/system.ts"
import type { LeaderLatency } from "../../run/closed-form.ts"
import { type Context, exitCodeHelp } from "../shared/context.ts"
import type { Places } from "../../world/simulate/latency-matrix.ts"
import type { LatencyChoice } from "../../world/simulate/latency.ts"
import { type Format, formatOption, milliseconds, seedOption, whole } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"
import { judged } from "../../run/safety.ts"
import { warnOfSafety } from "../shared/cautions.ts"
import { readSystem } from "../shared/system-argument.ts"
import { type AnalysisFlags, type KnownNodes, addAnalysisOptions, limitsOf, nodesOf } from "./options.ts"

interface AnalyzeFlags extends AnalysisFlags {
  readonly failures: number
  readonly strategy: boolean
  readonly seed: number
  readonly samples?: number
  readonly deadline: number
  readonly format: Format
}

/** `quorate analyze`: the measures of a quorum system that follow from its quorums alone. */
export function analyzeCommand(context: Context): Command {
  const command = new Command("analyze")
    .alias("analyse")
    .summary("compute load, capacity, resilience, failure probability and an optimal strategy")
    .description(
      "Computes the measures of a quorum system, exactly where possible: minimal quorums, resilience, load and capacity under an optimal strategy, network load, latency and failure probability.",
    )
    .argument("<system>", 'a quorum system, such as "grid(3, 3)" or "a*b + c*d"')
  return addAnalysisOptions(command)
    .option(
      "--failures <f>",
      "failures that every set of the strategy must survive",
      whole("--failures", 0),
      0,
    )
    .option("--strategy", "also print the quorums of the optimal strategy", false)
    .addOption(seedOption())
    .option(
      "--samples <count>",
      "number of samples of an estimate, where no exact answer is possible",
      whole("--samples", 1),
    )
    .option(
      "--deadline <ms>",
      "time after which the search for better strategies ends, with bounds",
      milliseconds("--deadline"),
      10_000,
    )
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (text: string, flags: AnalyzeFlags) => {
      const end = performance.now() + flags.deadline
      const system = await readSystem(text)
      const known = await nodesOf(flags, system.nodes, system.zoneOf)
      const { analyse } = await import("../../analysis/analyse.ts")
      const { randomFromSeed } = await import("../../base/random.ts")
      const analysis = await analyse(system, {
        ...known.options,
        phase1Fraction: flags.phase1Fraction,
        objective: flags.objective,
        limits: limitsOf(flags),
        failures: flags.failures,
        deadline: { remainingMs: () => end - performance.now() },
        listQuorums: flags.strategy,
        sampling: {
          random: randomFromSeed(flags.seed).fork("availability"),
          ...(flags.samples !== undefined && { samples: flags.samples }),
        },
      })
      warnOfSafety(context.io, judged([analysis.safe]))
      const leaders = await leadersOf(system, flags, known.latency)
      await print(context, flags, { analysis, known, leaders, places: await placesOf(system, flags, known) })
    })
}

/** Where the acceptors are; empty without a matrix. */
async function placesOf(
  system: QuorumSystem,
  { acceptorRegions }: AnalyzeFlags,
  { latency }: KnownNodes,
): Promise<Places> {
  if (latency === undefined) return {}
  const { acceptorPlaces } = await import("../../run/closed-form.ts")
  return acceptorPlaces(system, latency, acceptorRegions)
}

/** The waiting times of leaders by region; empty unless a latency is given. */
async function leadersOf(
  system: QuorumSystem,
  { acceptorRegions, jitterSigma }: AnalyzeFlags,
  latency: LatencyChoice | undefined,
): Promise<LeaderLatency[]> {
  if (latency === undefined) return []
  const { leaderLatencies } = await import("../../run/closed-form.ts")
  return leaderLatencies(system, latency, { acceptorRegions, jitterSigma })
}

const help = `
Examples:
  $ quorate analyze "grid(3, 3)"
  $ quorate analyze "simple(5, 4, 2)" --phase1-fraction 0.01 --failure-probability 0.05
  $ quorate analyze "majority(5)" --nodes nodes.yaml --objective latency --load-limit 0.8 --strategy
  $ quorate analyze "simple(5, 4, 2)" --latency paxi --jitter-sigma 0.2
  $ quorate analyze "majority(1001)" --format json

Format of a node file (--nodes):
  nodes:
    a1: {capacity: 100, latency: 20, failureProbability: 0.01, zone: east}
    a2: {capacity: {phase1: 100, phase2: 50}, zone: west}
  zones: {east: 0.001, west: 0.002}

${exitCodeHelp}`

interface Answer {
  readonly analysis: Analysis
  readonly known: KnownNodes
  /** By region; none without `--latency`. */
  readonly leaders: readonly LeaderLatency[]
  readonly places: Places
}

async function print(
  { io }: Context,
  { format, seed, strategy }: AnalyzeFlags,
  { analysis, known, leaders, places }: Answer,
): Promise<void> {
  const { analysisTable, leaderTable, strategyTable } = await import("./table.ts")
  if (format !== "json") {
    const further = [
      ...(leaders.length === 0 ? [] : [leaderTable(analysis.system, leaders, places)]),
      ...(strategy ? [strategyTable(analysis)] : []),
    ]
    return printTables(io, format, [analysisTable(analysis, known.latencySource), ...further])
  }
  const waits = leaders.length === 0 ? {} : { leaders, placement: places }
  const latencySource = known.latencySource ?? null
  printJson(io, {
    ...analysis,
    latencySource,
    ...waits,
    seed,
  })
}
