import { rowsToCsv } from "./csv.ts"
import type { AnyExperiment, RowOf } from "./define.ts"
import { renderLatex } from "./render/latex.ts"
import { renderMarkdown } from "./render/markdown.ts"
import type { Table } from "./table.ts"

/** What a sweep found, and all that is needed to find it again. */
export interface Result {
  readonly experiment: AnyExperiment
  readonly rootSeed: number
  /** Replicas per case. */
  readonly replicas: number
  /** As the CSV stores them. */
  readonly rows: readonly RowOf[]
}

/** The command that computes a result again, on any machine, to the byte. */
export function reproducingCommand({ experiment, rootSeed, replicas }: Omit<Result, "rows">): string {
  return `quorate run ${experiment.id} --seed ${rootSeed} --replicas ${replicas}`
}

/** The experiment's tables, each with a last note on seed, replicas and the command that makes it again. */
export function tablesOf(result: Result): Table[] {
  const { experiment, rootSeed, replicas, rows } = result
  const sample = `Seed ${rootSeed}, ${replicas} ${replicas === 1 ? "replica" : "replicas"} per case`
  const provenance = `${sample}; reproduce with \`${reproducingCommand(result)}\`.`
  return experiment.tables.map((make) => {
    const table = make(rows)
    return { ...table, notes: [...table.notes, provenance] }
  })
}

/** A file of a result: its name within the result's folder, and its whole text. */
export interface ResultFile {
  readonly name: string
  readonly text: string
}

/** The CSV, the tables and the figures: the files that are the same to the byte whenever and wherever they are computed. */
export function resultFiles(result: Result): ResultFile[] {
  const { experiment, rows } = result
  return [
    { name: `${experiment.id}.csv`, text: rowsToCsv(experiment.columns, rows) },
    ...tablesOf(result).flatMap((table) => [
      { name: `${table.id}.md`, text: renderMarkdown(table) },
      { name: `${table.id}.tex`, text: renderLatex(table) },
    ]),
    ...(experiment.figures?.(rows) ?? []).map(({ id, svg }) => ({ name: `${id}.svg`, text: svg })),
  ]
}

/** One result as a JSON value; the keys of its rows are the columns of the CSV in camelCase. */
export function resultJson({ experiment, rootSeed, replicas, rows }: Result): object {
  return {
    experiment: experiment.id,
    question: experiment.question,
    reference: experiment.reference,
    seed: rootSeed,
    replicas,
    columns: experiment.columns,
    rows,
  }
}
