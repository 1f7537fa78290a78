import { Command, Option } from "commander"
import type { Figure } from "../../protocol/stepper/figure.ts"
import type { Context } from "../context.ts"

const drawings = ["text", "diagram", "svg", "mermaid"] as const
type Drawing = (typeof drawings)[number]

/** `quorate figure`: a message sequence diagram of the thesis, made by stepping the real processes. */
export function figureCommand({ io }: Context): Command {
  return new Command("figure")
    .summary("a figure of the thesis, made by the real processes")
    .description(
      "Prints a message sequence diagram of Howard 2019: the script, and what the real acceptors and proposers make of it. " +
        "Without a number it lists the figures. E15 and E16 are ours: runs that break algorithms as they are printed.",
    )
    .argument("[numbers...]", "figures by number: 2.4, 7.1, E15-printed")
    .addOption(new Option("-d, --draw <how>", "how to draw it").choices(drawings).default("text"))
    .addHelpText("after", help)
    .action(async (numbers: readonly string[], { draw }: { draw: Drawing }) => {
      const { allFigures, figureOrRefuse } = await import("../../protocol/figures/all.ts")
      if (numbers.length === 0)
        io.out(allFigures.map(({ id, title }) => `${id.padEnd(12)} ${title}\n`).join(""))
      const texts = await Promise.all(numbers.map((number) => drawn(figureOrRefuse(number), draw)))
      io.out(texts.join("\n"))
    })
}

async function drawn(figure: Figure, draw: Drawing): Promise<string> {
  const { figureText, playFigure } = await import("../../protocol/stepper/figure.ts")
  if (draw === "text") return figureText(figure)
  const { figureDiagram } = await import("../../measure/sequence-diagram/figure-diagram.ts")
  const diagram = figureDiagram(playFigure(figure))
  switch (draw) {
    case "diagram":
      return (await import("../../measure/sequence-diagram/text.ts")).renderText(diagram)
    case "svg":
      return (await import("../../measure/sequence-diagram/svg.ts")).renderSvg(diagram)
    case "mermaid":
      return (await import("../../measure/sequence-diagram/mermaid.ts")).renderMermaid(diagram)
  }
}

const help = `
Examples:
  $ quorate figure 2.4
  $ quorate figure 4.2 --draw diagram
  $ quorate figure 7.4 --draw svg > figure-7.4.svg`
