import { type Command, Option } from "commander"
import type { NodeOptions, NodeProperties } from "../../analysis/nodes.ts"
import type { Measure } from "../../analysis/strategy/program.ts"
import type { Phase1Fraction } from "../../analysis/strategy/workload.ts"
import { UsageError } from "../../base/errors.ts"
import { number, quoted } from "../../base/text.ts"
import { jitterSigma, matrixSettings } from "../../run/common-settings.ts"
import { decreeSettings } from "../../run/decree-settings.ts"
import { type ValuesOf, refuseIdle } from "../../run/setting.ts"
import type { LatencyChoice } from "../../world/simulate/latency.ts"
import { latencyHelp, probability } from "../shared/options.ts"
import { addSettings } from "../shared/setting-options.ts"

/** The settings of a matrix of delays, as in a simulation. */
const latencySettings = { ...matrixSettings, jitterSigma, acceptorRegions: decreeSettings.acceptorRegions }

/** The options common to `analyze` and `search`. */
export interface AnalysisFlags extends ValuesOf<typeof latencySettings> {
  readonly latency?: string
  readonly leaderRegion?: string
  readonly phase1Fraction: Phase1Fraction
  readonly failureProbability: number
  readonly nodes?: string
  readonly objective: Measure
  readonly loadLimit?: number
  readonly networkLimit?: number
  readonly latencyLimit?: number
}

/** Adds the options that describe nodes, workload, objective and limits. */
export function addAnalysisOptions(command: Command): Command {
  command
    .addOption(
      new Option(
        "--phase1-fraction <share>",
        "fraction of operations that use phase 1, such as 0.5; or a distribution, such as 0.1:9,0.9:1",
      )
        .argParser(shares)
        .default(0.5),
    )
    .addOption(
      new Option("-p, --failure-probability <p>", "probability that a node has failed")
        .argParser(probability("--failure-probability"))
        .default(0.1),
    )
    .option("-n, --nodes <file>", "YAML file of capacities, latencies, failure probabilities and zones")
    .addOption(
      new Option("-o, --objective <measure>", "objective that the strategy minimises")
        .choices(["load", "network", "latency"])
        .default("load"),
    )
    .option("--load-limit <load>", "maximum load of the strategy", limit("--load-limit"))
    .option(
      "--network-limit <nodes>",
      "maximum number of nodes contacted per operation",
      limit("--network-limit"),
    )
    .option(
      "--latency-limit <time>",
      "maximum expected time until the quorum in use is complete",
      limit("--latency-limit"),
    )
    .option("-l, --latency <latency>", `delays between leader and nodes: ${latencyHelp}`)
    .option(
      "--leader-region <region>",
      "with a matrix: where the leader is that node latencies are measured from (default: with the first node)",
    )
  return addSettings(command, latencySettings)
}

/** The limits by measure. */
export function limitsOf(flags: AnalysisFlags): Partial<Record<Measure, number>> {
  return {
    ...(flags.loadLimit !== undefined && { load: flags.loadLimit }),
    ...(flags.networkLimit !== undefined && { network: flags.networkLimit }),
    ...(flags.latencyLimit !== undefined && { latency: flags.latencyLimit }),
  }
}

/** What is known of the nodes, and where it is from. */
export interface KnownNodes {
  readonly options: NodeOptions
  /** The delays of `--latency`, if it is given. */
  readonly latency?: LatencyChoice
  /** Where the latencies of nodes are from; undefined where there are none. */
  readonly latencySource?: string
}

/**
 * The properties of the nodes of these names, or of those of the node file, from
 * `--nodes` and `--latency`. A measure without data and data given twice are
 * UsageErrors. The YAML parser is imported only for `--nodes`.
 */
export async function nodesOf(
  flags: AnalysisFlags,
  given?: readonly string[],
  zoneOf?: readonly number[],
): Promise<KnownNodes> {
  const { failureProbability } = flags
  const file = flags.nodes === undefined ? {} : (await import("./node-file.ts")).readNodeFile(flags.nodes)
  const hasLatencies = Object.values(file.nodes ?? {}).some(({ latency }) => latency !== undefined)
  const { latency, distances } = await latencyOf(flags, given ?? Object.keys(file.nodes ?? {}), zoneOf)
  if (hasLatencies && latency !== undefined) {
    throw new UsageError(
      `--latency ${flags.latency!} and --nodes ${flags.nodes!} both give latencies of nodes; leave one of them out.`,
    )
  }
  if (!hasLatencies && distances === undefined) refuseLatencyGoal(flags)
  const nodes: Record<string, NodeProperties> = { ...file.nodes }
  for (const [name, ms] of distances?.latencies ?? []) nodes[name] = { ...nodes[name], latency: ms }
  const source = hasLatencies ? flags.nodes : distances?.source
  return {
    options: { failureProbability, ...file, ...(Object.keys(nodes).length > 0 && { nodes }) },
    ...(latency !== undefined && { latency }),
    ...(source !== undefined && { latencySource: source }),
  }
}

/** The delays of `--latency`, and how far each node is from the leader, where that is one figure. */
async function latencyOf(flags: AnalysisFlags, names: readonly string[], zoneOf?: readonly number[]) {
  if (flags.latency === undefined) {
    refuseIdle(latencySettings, flags)
    if (flags.leaderRegion !== undefined)
      throw new UsageError(
        `--leader-region ${flags.leaderRegion} requires --latency with a matrix, such as paxi.`,
      )
    return {}
  }
  const { readLatency } = await import("../shared/latency-argument.ts")
  const { nodeRoundTrips } = await import("../../run/closed-form.ts")
  const latency = readLatency(flags.latency, flags)
  refuseIdle(latencySettings, { ...flags, latency })
  const { acceptorRegions, jitterSigma: sigma, leaderRegion } = flags
  const trips = nodeRoundTrips(latency, names.length, {
    ...{ acceptorRegions, jitterSigma: sigma, zoneOf },
    ...(leaderRegion !== undefined && { leaderRegion }),
  })
  if (trips === undefined) return { latency }
  const leader = trips.leaderRegion === null ? "a leader" : `a leader in ${trips.leaderRegion}`
  const latencies = names.map((name, i) => [name, trips.roundTripMs[i]!] as const)
  return {
    latency,
    distances: { latencies, source: `round trips from ${leader} by ${flags.latency}, in ms` },
  }
}

/** Latency as a goal needs a figure for each node. */
function refuseLatencyGoal({ objective, latencyLimit, latency }: AnalysisFlags): void {
  if (objective !== "latency" && latencyLimit === undefined) return
  const goal = objective === "latency" ? "--objective latency" : `--latency-limit ${latencyLimit!}`
  const why = latency === undefined ? "" : `, and the delays of ${latency} vary`
  throw new UsageError(
    `${goal} requires a latency of each node${why}: add --latency with constant delays, such as paxi, or --nodes with latencies.`,
  )
}

function shares(text: string): Phase1Fraction {
  const parts = text.split(",").map((part) => part.split(":").map(number))
  const invalid = parts.some((part) => part.length > 2 || part.some((value) => !Number.isFinite(value)))
  if (invalid || (parts.length > 1 && parts.some((part) => part.length === 1))) {
    throw new UsageError(
      `--phase1-fraction is ${quoted(text)}; must be a number from 0 to 1, such as 0.5, ` +
        `or a list of fraction:weight pairs, such as 0.1:9,0.9:1.`,
    )
  }
  if (parts.length === 1 && parts[0]!.length === 1) return parts[0]![0]!
  return parts.map(([fraction, weight]) => ({ fraction: fraction!, weight: weight! }))
}

function limit(option: string): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (value >= 0 && value < Infinity) return value
    throw new UsageError(`${option} is ${quoted(text)}; must be a non-negative number.`)
  }
}
