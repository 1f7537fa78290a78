import { existsSync, statSync } from "node:fs"
import { extname, join, resolve } from "node:path"
import { UsageError, describeUnknown } from "../../base/errors.ts"
import type { Drawing } from "../../experiment/define.ts"
import type { Figure } from "../../experiment/figure/figure.ts"
import type { Io } from "../shared/context.ts"
import { reasonOf, writeFile } from "../shared/files.ts"
import { makeFolder } from "../shared/results-folder.ts"

/** The formats a figure can be written in, the first by default. */
export const figureFormats = ["svg", "png", "tex", "vega-lite"] as const
/** One of these. */
export type FigureFormat = (typeof figureFormats)[number]

/** A figure of a result, whether it is made of data or drawn by other means. */
export interface ShownFigure {
  readonly id: string
  readonly caption: string
  readonly render: (format: FigureFormat) => Promise<string | Uint8Array>
}

/** The figures and drawings of a result, ready to be rendered. The renderers are loaded when they are needed. */
export function shownFigures(figures: readonly Figure[], drawings: readonly Drawing[] = []): ShownFigure[] {
  return [
    ...figures.map((figure) => ({
      id: figure.id,
      caption: figure.caption,
      render: (format: FigureFormat) => renderFigure(figure, format),
    })),
    ...drawings.map((drawing) => ({
      id: drawing.id,
      caption: "a message sequence diagram",
      render: (format: FigureFormat) => renderDrawing(drawing, format),
    })),
  ]
}

/** A figure in a format: text, or the bytes of a PNG. */
export async function renderFigure(figure: Figure, format: FigureFormat): Promise<string | Uint8Array> {
  switch (format) {
    case "svg":
      return (await import("../../experiment/render/svg.ts")).renderSvg(figure)
    case "png":
      return renderDrawing({ id: figure.id, svg: (await renderFigure(figure, "svg")) as string }, "png")
    case "tex":
      return (await import("../../experiment/render/pgfplots.ts")).renderPgfplots(figure)
    case "vega-lite": {
      const { vegaLiteSpec } = await import("../../experiment/render/vega-lite.ts")
      return `${JSON.stringify(vegaLiteSpec(figure), null, 2)}\n`
    }
  }
}

async function renderDrawing({ id, svg }: Drawing, format: FigureFormat): Promise<string | Uint8Array> {
  if (format === "svg") return svg
  if (format === "png") return (await import("./png.ts")).renderPng(svg)
  throw new UsageError(`${id} is a message sequence diagram; --format must be svg or png, not ${format}.`)
}

/** Which figures are wanted, in which format, and where. */
export interface FigurePlace {
  readonly format?: FigureFormat | undefined
  /** Ids of the figures wanted; all unless given. */
  readonly only?: readonly string[] | undefined
  readonly out?: string | undefined
}

/** Prints figures, or writes them into a file or a folder and says so. `names` are those of the results, for messages. */
export async function outputFigures(
  io: Io,
  figures: readonly ShownFigure[],
  names: readonly string[],
  { format, only, out }: FigurePlace,
): Promise<void> {
  const wanted = chosen(figures, names, only)
  if (out === undefined) return printFigures(io, wanted, format ?? "svg")
  if (isFolder(out)) return writeFigures(io, wanted, format ?? "svg", out)
  if (wanted.length > 1) {
    throw new UsageError(
      `--out ${out} is one file for ${wanted.length} figures: ${idsOf(wanted)}. ` +
        `Choose one with --only, or give a folder: --out ${out.replace(/\.\w+$/, "")}/`,
    )
  }
  writeFile(out, await wanted[0]!.render(format ?? formatOfFile(out)))
  io.err(`${out}\n`)
}

function chosen(
  figures: readonly ShownFigure[],
  names: readonly string[],
  only: readonly string[] | undefined,
): readonly ShownFigure[] {
  if (figures.length === 0) {
    throw new UsageError(`${names.join(", ")} has no figures. Its tables: quorate table ${names.join(" ")}`)
  }
  if (only === undefined) return figures
  const ids = figures.map(({ id }) => id)
  const unknown = only.find((id) => !ids.includes(id))
  if (unknown !== undefined) {
    throw new UsageError(describeUnknown("figure", unknown, ids))
  }
  return figures.filter(({ id }) => only.includes(id))
}

async function printFigures(io: Io, figures: readonly ShownFigure[], format: FigureFormat): Promise<void> {
  if (format !== "tex" && figures.length > 1) {
    throw new UsageError(
      `--format ${format} prints a single figure, not ${figures.length}: ${idsOf(figures)}. Choose one with --only, or write all with --out <folder>/.`,
    )
  }
  if (format === "png" && io.outIsTerminal) {
    throw new UsageError("cannot print a PNG to a terminal; write it to a file: --out figure.png")
  }
  for (const [i, figure] of figures.entries()) {
    if (i > 0) io.out("\n")
    io.out(await figure.render(format))
  }
}

async function writeFigures(
  io: Io,
  figures: readonly ShownFigure[],
  format: FigureFormat,
  folder: string,
): Promise<void> {
  try {
    makeFolder(resolve(folder))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw code === undefined
      ? error
      : new UsageError(`--out ${folder}: cannot make the folder: ${reasonOf(code)}.`)
  }
  for (const figure of figures) {
    const place = join(folder, `${figure.id}.${format === "vega-lite" ? "vl.json" : format}`)
    writeFile(place, await figure.render(format))
    io.err(`${place}\n`)
  }
}

/** What ends in a slash, is there as a folder, or has no ending. */
function isFolder(place: string): boolean {
  if (existsSync(place)) return statSync(place).isDirectory()
  return place.endsWith("/") || extname(place) === ""
}

/** The format of a file by its ending. */
export function formatOfFile(file: string): FigureFormat {
  const ending = extname(file).slice(1)
  if (ending === "json") return "vega-lite"
  const format = figureFormats.find((known) => known === ending)
  if (format !== undefined) return format
  throw new UsageError(`${file}: the extension must be .svg, .png, .tex or .json, or give --format.`)
}

function idsOf(figures: readonly ShownFigure[]): string {
  return figures.map(({ id }) => id).join(", ")
}
