import { InvariantError } from "../base/errors.ts"
import { rowsToCsv } from "./csv.ts"
import type { AnyExperiment, Drawing, RowOf } from "./define.ts"
import type { Figure } from "./figure/figure.ts"
import { renderLatex } from "./render/latex.ts"
import { renderMarkdown } from "./render/markdown.ts"
import { cautionsOf, withCautions } from "./safety.ts"
import type { Stopping } from "./stopping.ts"
import type { Table } from "./table.ts"

/** What a sweep found, and all that is needed to find it again. */
export interface Result {
  readonly experiment: AnyExperiment
  readonly rootSeed: number
  /** Runs per case; with `stopping`, those of the first round. */
  readonly runs: number
  readonly stopping?: Stopping
  /** What the command line says instead of the id, for an experiment in a file of the user's own. */
  readonly argument?: string
  /** Where the experiment comes from, for the manifest, if it is not shipped: plain JSON. */
  readonly origin?: object
  /** As the CSV stores them. */
  readonly rows: readonly RowOf[]
  /** How many the CSV has, where `rows` does not hold them because they are too many for memory and nothing needs them all. */
  readonly rowCount?: number
}

/** How many rows the CSV of a result has. */
export function rowCountOf({ rows, rowCount = rows.length }: Result): number {
  return rowCount
}

/** The command that computes a result again, on any machine, to the byte. */
export function reproducingCommand(result: Omit<Result, "rows">): string {
  const { experiment, rootSeed, runs, stopping, argument = experiment.id } = result
  const until =
    stopping === undefined
      ? ""
      : ` --until-ci ${percent(stopping.relativeHalfWidth)} --max-runs ${stopping.maxRuns}`
  return `quorate run ${argument} --seed ${rootSeed} --runs ${runs}${until}`
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(12))}%`
}

/** The experiment's tables, unsafe systems marked, each with a last note on seed, runs and the command that makes it again. */
export function tablesOf(result: Result): Table[] {
  return result.experiment.tables.map((make) => finished(make(result.rows), result))
}

/** The experiment's figures, with the same last note. */
export function figuresOf(result: Result): Figure[] {
  const figures = (result.experiment.figures ?? []).map((make) => finished(make(result.rows), result))
  const taken = new Set(tablesOf(result).map(({ id }) => id))
  for (const { id } of figures) {
    if (taken.has(id))
      throw new InvariantError(`two tables or figures are called ${id}: one would overwrite the other.`)
    taken.add(id)
  }
  return figures
}

/** Marks what is not safe, and says where the numbers are from. */
function finished<Shown extends Table | Figure>(made: Shown, result: Result): Shown {
  const { rows, experiment } = result
  const shown = withCautions(made, rows, experiment.nameOfSystem)
  const sample = `Seed ${result.rootSeed}, ${runsText(result)} per configuration`
  const provenance = `${sample}; reproduce with \`${reproducingCommand(result)}\`.`
  return { ...shown, notes: [...shown.notes, provenance] }
}

/** What is drawn by other means than figures: message sequence diagrams. */
export function drawingsOf({ experiment, rows }: Result): readonly Drawing[] {
  return experiment.drawings?.(rows) ?? []
}

function runsText({ runs, stopping }: Result): string {
  if (stopping === undefined) return `${runs} ${runs === 1 ? "run" : "runs"}`
  return `${runs} to ${stopping.maxRuns} runs, until half of each interval is within ${percent(stopping.relativeHalfWidth)} of its value,`
}

/** Whether something is made of all rows together; without, they need not be in memory together. */
export function needsAllRows({ tables, figures = [], drawings }: AnyExperiment): boolean {
  return tables.length > 0 || figures.length > 0 || drawings !== undefined
}

/** A file of a result: its name within the result's folder, and its whole text. */
export interface ResultFile {
  readonly name: string
  readonly text: string
}

/** The CSV, the tables and the figures: the files that are the same to the byte whenever and wherever they are computed. */
export async function resultFiles(result: Result): Promise<ResultFile[]> {
  const { experiment, rows } = result
  const csv = { name: csvName(experiment), text: rowsToCsv(experiment.columns, rows) }
  return [csv, ...(await renderedFiles(result))]
}

/** The name of an experiment's CSV. */
export function csvName({ id }: Pick<AnyExperiment, "id">): string {
  return `${id}.csv`
}

/** The files of a result but the CSV: what is made of all its rows. */
export async function renderedFiles(result: Result): Promise<ResultFile[]> {
  const figures = figuresOf(result)
  return [
    ...tablesOf(result).flatMap((table) => [
      { name: `${table.id}.md`, text: renderMarkdown(table) },
      { name: `${table.id}.tex`, text: renderLatex(table) },
    ]),
    ...(figures.length === 0 ? [] : await figureFiles(figures)),
    ...drawingsOf(result).map(({ id, svg }) => ({ name: `${id}.svg`, text: svg })),
  ]
}

/** Each figure as SVG and for pgfplots. The drawing library is loaded only here: most commands draw nothing. */
async function figureFiles(figures: readonly Figure[]): Promise<ResultFile[]> {
  const { renderSvg } = await import("./render/svg.ts")
  const { renderPgfplots } = await import("./render/pgfplots.ts")
  const files: ResultFile[] = []
  for (const figure of figures) {
    files.push({ name: `${figure.id}.svg`, text: await renderSvg(figure) })
    files.push({ name: `${figure.id}.tex`, text: renderPgfplots(figure) })
  }
  return files
}

/** One result as a JSON value; the keys of its rows are the columns of the CSV in camelCase. */
export function resultJson({ experiment, rootSeed, runs, rows }: Result): object {
  return {
    experiment: experiment.id,
    question: experiment.question,
    reference: experiment.reference,
    seed: rootSeed,
    runs,
    ...(experiment.safety !== undefined && { safety: cautionsOf(experiment) }),
    columns: experiment.columns,
    rows,
  }
}
