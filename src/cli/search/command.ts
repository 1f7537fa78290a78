import { Command } from "commander"
import type { FoundSystem, SearchResult } from "../../analysis/search.ts"
import { UsageError } from "../../base/errors.ts"
import { safeCells, withCautions } from "../../experiment/safety.ts"
import type { Table } from "../../experiment/table.ts"
import { judged } from "../../run/safety.ts"
import { type AnalysisFlags, addAnalysisOptions, limitsOf, nodesOf } from "../analyze/options.ts"
import { type Context, exitCodeHelp, exitCodes } from "../shared/context.ts"
import { type Format, formatOption, milliseconds, probability, whole } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"
import { scatter } from "./figure.ts"

interface SearchFlags extends AnalysisFlags {
  readonly resilience: number
  readonly maxFailureProbability: number
  readonly deadline: number
  readonly format: Format
  readonly figure?: string
}

/** `quorate search`: the optimal quorum systems over given nodes, and the Pareto front. */
export function searchCommand(context: Context): Command {
  const command = new Command("search")
    .summary("find optimal and Pareto-optimal quorum systems over given nodes")
    .description(
      "Searches all read-once threshold formulas over the given nodes, up to permutations of equal nodes, and prints the systems that are Pareto-optimal in load, latency, network load, resilience and failure probability.",
    )
    .argument("[count]", "number of identical nodes, instead of --nodes", whole("count", 1))
  return addAnalysisOptions(command)
    .option("--resilience <f>", "minimum resilience of both phases", whole("--resilience", 0), 0)
    .option(
      "--max-failure-probability <p>",
      "maximum probability that a phase has no live quorum",
      probability("--max-failure-probability"),
      1,
    )
    .option(
      "--deadline <ms>",
      "time limit; print the best systems found so far",
      milliseconds("--deadline"),
      60_000,
    )
    .addOption(formatOption())
    .option(
      "--figure <file>",
      "draw the Pareto front, load against failure probability, as .svg, .png, .tex or .json",
    )
    .addHelpText("after", help)
    .action(async (count: number | undefined, flags: SearchFlags) => {
      const end = performance.now() + flags.deadline
      const { search } = await import("../../analysis/search.ts")
      const names = flags.nodes === undefined ? Object.keys(equalNodes(count)) : undefined
      const { options } = await nodesOf(flags, names)
      const result = await search({
        ...options,
        nodes: options.nodes ?? equalNodes(count),
        phase1Fraction: flags.phase1Fraction,
        objective: flags.objective,
        limits: limitsOf(flags),
        resilience: flags.resilience,
        maxFailureProbability: flags.maxFailureProbability,
        expired: () => performance.now() > end,
      })
      await print(context, flags, result)
      if (flags.figure !== undefined) await drawFront(context, flags.figure, result)
      if (result.complete && result.best === undefined) context.end(exitCodes.violated)
    })
}

const help = `
Examples:
  $ quorate search 5 --resilience 1
  $ quorate search --nodes nodes.yaml --phase1-fraction 0.1 --resilience 1 --latency-limit 50
  $ quorate search --nodes nodes.yaml --objective latency --deadline 5000 --format json
  $ quorate search 6 --figure front.svg

${exitCodeHelp}`

function equalNodes(count: number | undefined): Record<string, object> {
  if (count === undefined) {
    throw new UsageError("missing nodes: give their number, such as quorate search 5, or --nodes nodes.yaml.")
  }
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i + 1}`, {}]))
}

async function print(
  { io }: Context,
  { format, deadline }: SearchFlags,
  result: SearchResult,
): Promise<void> {
  if (!result.complete) {
    io.err(
      `warning: stopped at --deadline ${deadline} after ${result.considered} systems; better ones may exist\n`,
    )
  }
  if (format !== "json") {
    await printTables(io, format, [searchTable(result)])
    if (format === "table" && result.front.length > 1) io.out(`\n${plot(result.front, io.width)}\n`)
    return
  }
  const { best, front, ...rest } = result
  printJson(io, { ...rest, best: best === undefined ? null : record(best), front: front.map(record) })
}

function record({ system, exact, ...measures }: FoundSystem): object {
  return { system: system.name, exact: exact ?? null, ...measures }
}

/** The Pareto front in the plane of load and failure probability. */
function plot(front: readonly FoundSystem[], width: number): string {
  const points = front.map((found, i) => ({
    x: found.load,
    y: found.failureProbability,
    letter: letterOf(i),
  }))
  return scatter(points, { x: "load", y: "failure probability" }, width)
}

/** Writes the Pareto front as a figure to a file. */
async function drawFront({ io }: Context, file: string, result: SearchResult): Promise<void> {
  if (result.front.length === 0) {
    throw new UsageError(`nothing to draw in ${file}: no system satisfies the constraints.`)
  }
  const { formatOfFile, outputFigures, shownFigures } = await import("../figure/output.ts")
  const { searchFigure } = await import("./figure.ts")
  const format = formatOfFile(file)
  await outputFigures(io, shownFigures([searchFigure(result, letterOf)]), ["search"], { format, out: file })
}

/** a … z, then A … Z, then a dot. */
function letterOf(index: number): string {
  return "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[index] ?? "·"
}

function searchTable({ front, complete, considered }: SearchResult): Table {
  const rows = front.map(({ system, safe }) => ({ system: system.name, ...safeCells(judged([safe])) }))
  return withCautions(frontTable({ front, complete, considered }), rows)
}

function frontTable({ front, complete, considered }: Omit<SearchResult, "optimised">): Table {
  const [first] = front
  const isSafe = front.every(({ safe }) => safe.verdict === "holds")
  return {
    id: "search",
    caption: "Pareto-optimal systems, best objective value first",
    columns: [
      { heading: "id" },
      { heading: "system" },
      { heading: "load", align: "right" },
      { heading: "latency", align: "right" },
      { heading: "network load", align: "right" },
      { heading: "resilience" },
      { heading: "failure probability", align: "right" },
    ],
    rows: front.map((found, i) => [
      letterOf(i),
      found.system.name,
      shown(found.load),
      shown(found.latency),
      shown(found.networkLoad),
      found.resilience,
      shown(found.failureProbability),
    ]),
    notes: [
      `${considered} systems considered; the search is ${complete ? "complete" : "incomplete"}.`,
      ...(first !== undefined && isSafe ? [`All are safe (requirement ${first.safe.requirement}).`] : []),
      "The formula is phase 1; phase 2 is its dual. Each measure is the system's optimum; one strategy need not attain all of them.",
    ],
  }
}

/** Four significant digits; JSON has all of them. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)))
}
