import { Command } from "commander"
import type { FoundSystem, SearchProgress, SearchRequest, SearchResult } from "../../analysis/search.ts"
import { UsageError } from "../../base/errors.ts"
import { safeCells, withCautions } from "../../experiment/safety.ts"
import { wrapText } from "../../experiment/render/terminal.ts"
import type { Table } from "../../experiment/table.ts"
import { judged } from "../../run/safety.ts"
import { type AnalysisFlags, addAnalysisOptions, limitsOf, nodesOf } from "../analyze/options.ts"
import { type Context, exitCodeHelp, exitCodes } from "../shared/context.ts"
import { type Format, formatOption, milliseconds, probability, whole } from "../shared/options.ts"
import { printJson, printTables } from "../shared/output.ts"
import { type StatusLine, statusLine } from "../shared/progress.ts"
import { scatter } from "./figure.ts"

interface SearchFlags extends AnalysisFlags {
  readonly resilience: number
  readonly maxFailureProbability: number
  readonly failures: number
  readonly useEveryNode: boolean
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
      "--failures <f>",
      "failures that every set of a strategy must survive, in each measure",
      whole("--failures", 0),
      0,
    )
    .option("--use-every-node", "consider only systems that use all of the nodes", false)
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
      if (flags.figure !== undefined) await refuseFigureFile(flags.figure)
      const { search } = await import("../../analysis/search.ts")
      const names = flags.nodes === undefined ? Object.keys(equalNodes(count)) : undefined
      const { options } = await nodesOf(flags, names)
      const { failures } = flags
      const progress = searchProgress(context)
      const request: SearchRequest = {
        ...options,
        nodes: options.nodes ?? equalNodes(count),
        phase1Fraction: flags.phase1Fraction,
        objective: flags.objective,
        limits: limitsOf(flags),
        resilience: flags.resilience,
        failures,
        useEveryNode: flags.useEveryNode,
        maxFailureProbability: flags.maxFailureProbability,
        expired: () => performance.now() > end,
        onProgress: progress.update,
      }
      const result = await search(request)
      const nothing = result.best === undefined ? await describe(request, result) : undefined
      progress.end()
      await print(context, flags, { ...result, names: Object.keys(request.nodes), failures }, nothing)
      if (flags.figure !== undefined) await drawFront(context, flags.figure, result)
      if (!result.complete) context.end(exitCodes.unknown)
      else if (result.best === undefined) context.end(exitCodes.violated)
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

/** How many systems have been considered, on stderr. */
function searchProgress({ io }: Context): StatusLine<SearchProgress> {
  return statusLine(
    io,
    () => performance.now(),
    ({ considered, front }) =>
      `search: ${considered.toLocaleString("en")} systems considered, ${front} Pareto-optimal so far`,
  )
}

/** Why nothing was found, in a sentence or two. */
async function describe(request: SearchRequest, { complete, considered }: SearchResult): Promise<string> {
  if (!complete)
    return `no quorum system found among the ${considered} considered before the deadline; there may be one.`
  const { describeNothing } = await import("../../analysis/search.ts")
  return (
    (await describeNothing(request)) ??
    `no quorum system over ${Object.keys(request.nodes).length} nodes satisfies the constraints.`
  )
}

/** A search, and the nodes that it was given. */
interface Searched extends SearchResult {
  readonly names: readonly string[]
  readonly failures: number
}

async function print(
  { io }: Context,
  { format, deadline }: SearchFlags,
  { names, failures, ...result }: Searched,
  nothing: string | undefined,
): Promise<void> {
  if (!result.complete) {
    io.err(
      `WARNING: stopped at --deadline ${deadline} after ${result.considered} systems; better ones may exist\n`,
    )
  }
  if (nothing !== undefined && format !== "json") {
    const sentence = `${nothing.slice(0, 1).toUpperCase()}${nothing.slice(1)}`
    if (format === "table") io.out(`${wrapText(sentence, io.width).join("\n")}\n`)
    else io.err(`${sentence}\n`)
    if (format === "table") return
  }
  if (format !== "json") {
    await printTables(io, format, [searchTable({ ...result, names, failures })])
    if (format === "table" && result.front.length > 1) io.out(`\n${plot(result.front, io.width)}\n`)
    return
  }
  const { best, front, ...rest } = result
  printJson(io, {
    ...rest,
    best: best === undefined ? null : record(best),
    front: front.map(record),
    because: nothing ?? null,
  })
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

/** Refuses a file that is no figure or cannot be written, before the search. */
async function refuseFigureFile(file: string): Promise<void> {
  const [{ formatOfFile }, { refuseUnwritable }] = await Promise.all([
    import("../figure/output.ts"),
    import("../shared/files.ts"),
  ])
  formatOfFile(file)
  refuseUnwritable(file, `--figure ${file}`)
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

function searchTable(searched: Searched): Table {
  const rows = searched.front.map(({ system, safe }) => ({
    system: system.name,
    ...safeCells(judged([safe])),
  }))
  return withCautions(frontTable(searched), rows)
}

function frontTable({ front, complete, considered, names, failures }: Searched): Table {
  const [first] = front
  const isSafe = front.every(({ safe }) => safe.verdict === "holds")
  const partial = front.filter(({ system }) => system.nodes.length < names.length).length
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
      ...(partial > 0
        ? [
            `Systems that use fewer than the ${names.length} nodes: ${partial}; --use-every-node leaves them out.`,
          ]
        : []),
      ...(failures > 0 ? [`Every set of a strategy survives any ${failures} failures.`] : []),
      "The formula is phase 1; phase 2 is its dual. Each measure is the system's optimum; one strategy need not attain all of them.",
    ],
  }
}

/** Four significant digits; JSON has all of them. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)))
}
