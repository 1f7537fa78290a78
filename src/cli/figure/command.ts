import { Command, Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import type { Figure as ThesisFigure } from "../../run/figures/figure.ts"
import type { Context } from "../shared/context.ts"
import { moduleOption } from "../shared/options.ts"
import { type FigureFormat, figureFormats } from "./output.ts"

const drawings = ["text", "diagram", "svg", "mermaid"] as const
type Drawing = (typeof drawings)[number]

interface FigureOptions {
  readonly draw: Drawing
  readonly from: string
  readonly module: readonly string[]
  readonly format?: FigureFormat
  readonly only?: readonly string[]
  readonly out?: string
}

/** `quorate figure`: the figures of results from their CSV, and message sequence diagrams of the thesis. */
export function figureCommand(context: Context): Command {
  return new Command("figure")
    .summary("draw figures of results from their CSV, and figures of the thesis")
    .description(
      "Draws the figures of results from their CSV without running anything. A number is a message sequence diagram of Howard 2019: " +
        "the script, and what the real acceptors and proposers make of it. Without arguments it lists those; E15 and E16 are ours: runs that break algorithms as they are printed.",
    )
    .argument(
      "[names...]",
      "experiments by id, paths of result folders or CSV files; or numbers: 2.4, E15-printed",
    )
    .addOption(
      new Option(
        "-f, --format <format>",
        "svg or png, of results also tex and vega-lite; for a file, its ending unless given",
      ).choices(figureFormats),
    )
    .option("--only <ids...>", "only these figures of the results")
    .option("-o, --out <place>", "a file for one figure, a folder for several (default: stdout)")
    .option("--from <folder>", "folder in which results are found by id", "results")
    .addOption(moduleOption())
    .addOption(
      new Option("-d, --draw <how>", "how to draw a figure of the thesis").choices(drawings).default("text"),
    )
    .addHelpText("after", help)
    .action(async (names: readonly string[], options: FigureOptions) => {
      if (names.length === 0) return listThesisFigures(context)
      const numbers = names.filter(isThesisFigure)
      const results = names.filter((name) => !isThesisFigure(name))
      if (numbers.length > 0 && results.length > 0) {
        throw new UsageError(
          `${numbers.join(", ")} are figures of the thesis, ${results.join(", ")} are results; use one command for each.`,
        )
      }
      if (numbers.length > 0) await showThesisFigures(context, numbers, options)
      else await printResultFigures(context, results, options)
    })
}

/** "2.4", "E15", "E15-printed"; no experiment and no path has such a name. */
function isThesisFigure(name: string): boolean {
  return /^(\d+\.\d+|E\d+)(-\w+)?$/.test(name)
}

async function listThesisFigures({ io }: Context): Promise<void> {
  const { allFigures } = await import("../../run/figures/index.ts")
  io.out(allFigures.map(({ id, title }) => `${id.padEnd(12)} ${title}\n`).join(""))
}

/** As text to read, or as images where a format or a place for files is asked for. */
async function showThesisFigures(
  { io }: Context,
  numbers: readonly string[],
  { draw, format, only, out }: FigureOptions,
): Promise<void> {
  const { figureOrRefuse } = await import("../../run/figures/index.ts")
  const figures = numbers.map(figureOrRefuse)
  if (format === undefined && out === undefined) {
    io.out((await Promise.all(figures.map((figure) => drawn(figure, draw)))).join("\n"))
    return
  }
  const { outputFigures, shownFigures } = await import("./output.ts")
  const drawings = figures.map(async (figure) => ({
    id: `figure-${figure.id}`,
    svg: await drawn(figure, "svg"),
  }))
  await outputFigures(io, shownFigures([], await Promise.all(drawings)), numbers, { format, only, out })
}

async function drawn(figure: ThesisFigure, draw: Drawing): Promise<string> {
  const { figureText, playFigure } = await import("../../run/figures/figure.ts")
  if (draw === "text") return figureText(figure)
  const { figureDiagram } = await import("../../run/diagrams/figure.ts")
  const diagram = figureDiagram(playFigure(figure))
  switch (draw) {
    case "diagram":
      return (await import("../../experiment/diagram/text.ts")).renderText(diagram)
    case "svg":
      return (await import("../../experiment/diagram/svg.ts")).renderSvg(diagram)
    case "mermaid":
      return (await import("../../experiment/diagram/text.ts")).renderMermaid(diagram)
  }
}

async function printResultFigures(
  { io }: Context,
  names: readonly string[],
  { format, only, out, ...reading }: FigureOptions,
): Promise<void> {
  const { readResults } = await import("../shared/read-result.ts")
  const { drawingsOf, figuresOf } = await import("../../experiment/result.ts")
  const { outputFigures, shownFigures } = await import("./output.ts")
  const results = await readResults(names, reading, io)
  const found = results.flatMap((result) => shownFigures(figuresOf(result), drawingsOf(result)))
  await outputFigures(io, found, names, { format, only, out })
}

const help = `
Formats: svg; png (drawn in DejaVu Sans); tex (pgfplots, with its data); vega-lite (JSON).

Examples:
  $ quorate figure phase2-size --out figures/
  $ quorate figure tail-latency --format tex > tail.tex
  $ quorate figure results/systems --only systems-paxi --out systems.png
  $ quorate figure 2.4
  $ quorate figure 4.2 --draw diagram
  $ quorate figure 7.4 --out figure-7.4.svg
  $ quorate figure 2.1 2.2 2.3 --format png --out figures/`
