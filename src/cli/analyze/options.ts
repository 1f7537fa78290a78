import { type Command, Option } from "commander"
import type { NodeOptions } from "../../analysis/nodes.ts"
import type { Measure } from "../../analysis/strategy/program.ts"
import type { Phase1Fraction } from "../../analysis/strategy/workload.ts"
import { UsageError } from "../../base/errors.ts"
import { probability } from "../shared/options.ts"
import { number, quoted } from "../../base/text.ts"

/** The options common to `analyze` and `search`. */
export interface AnalysisFlags {
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
  return command
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
    .option("--latency-limit <time>", "maximum expected latency", limit("--latency-limit"))
}

/** The limits by measure. */
export function limitsOf(flags: AnalysisFlags): Partial<Record<Measure, number>> {
  return {
    ...(flags.loadLimit !== undefined && { load: flags.loadLimit }),
    ...(flags.networkLimit !== undefined && { network: flags.networkLimit }),
    ...(flags.latencyLimit !== undefined && { latency: flags.latencyLimit }),
  }
}

/** The properties of the nodes. The YAML parser is imported only for `--nodes`. */
export async function nodesOf(flags: AnalysisFlags): Promise<NodeOptions> {
  const { failureProbability } = flags
  if (flags.nodes === undefined) return { failureProbability }
  const { readNodeFile } = await import("./node-file.ts")
  return { failureProbability, ...readNodeFile(flags.nodes) }
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
