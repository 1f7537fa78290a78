import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { recordsFromCsv } from "../../src/experiment/csv.ts"

/**
 * Names that changed between two folders of results: the columns of the CSVs,
 * by experiment where one keeps the old name, and whole cells that are words.
 */
export interface Renamed {
  readonly columns: Readonly<Record<string, string>>
  /** Experiments in which a column keeps its name although it is among `columns`. */
  readonly kept: Readonly<Record<string, readonly string[]>>
  /** Cells that hold a name, by their old text. */
  readonly texts: Readonly<Record<string, string>>
}

/** What became of the cells of two folders of results. Nothing moved if `moved` and `missing` are empty. */
export interface Compared {
  cells: number
  renamedCells: number
  readonly renamedColumns: Set<string>
  /** Text cells that are commands or traces, such as a replay, and read otherwise now. */
  commands: number
  /** Words that differ and are not among the renamed ones. */
  readonly reworded: Set<string>
  /** Numbers that differ, with their places. */
  readonly moved: string[]
  /** Experiments, columns, rows that only one of the folders has. */
  readonly missing: string[]
}

/** Every cell of every CSV and of every table in Markdown of two folders of results, after the renaming. */
export function compareResults(before: string, after: string, renamed: Renamed): Compared {
  const compared: Compared = {
    ...{ cells: 0, renamedCells: 0, commands: 0, moved: [], missing: [] },
    ...{ renamedColumns: new Set(), reworded: new Set() },
  }
  const experiments = [...new Set([...readdirSync(before), ...readdirSync(after)])].sort()
  for (const id of experiments) {
    const files = [before, after].map((folder) => join(folder, id, `${id}.csv`))
    if (!files.every((file) => existsSync(file))) compared.missing.push(id)
    else {
      compareCsv(id, files[0]!, files[1]!, renamed, compared)
      compareTables(join(before, id), join(after, id), renamed, compared)
    }
  }
  return compared
}

/** The bodies of the tables; headings and captions are words. */
function compareTables(before: string, after: string, renamed: Renamed, compared: Compared): void {
  const tables = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".md"))
  for (const name of new Set([...tables(before), ...tables(after)])) {
    const files = [join(before, name), join(after, name)]
    if (!files.every((file) => existsSync(file))) {
      compared.missing.push(name)
      continue
    }
    const [old, now] = files.map(bodyCells) as [string[][], string[][]]
    if (old.length !== now.length) compared.missing.push(`${name}: ${old.length} rows | ${now.length}`)
    old.slice(0, now.length).forEach((row, r) => {
      if (row.length !== now[r]!.length) compared.missing.push(`${name}, row ${r + 1}: ${row.length} cells`)
      row.forEach((cell, i) =>
        compareCell(`${name}:${r + 1} ${i + 1}`, cell, now[r]![i] ?? "", renamed, compared),
      )
    })
  }
}

function bodyCells(file: string): string[][] {
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("|"))
  // A bar inside a cell is escaped.
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replace(/\\(.)/g, "$1"))
      .slice(1, -1),
  )
}

function compareCsv(id: string, before: string, after: string, renamed: Renamed, compared: Compared): void {
  const [oldHeader = [], ...oldRows] = recordsFromCsv(readFileSync(before, "utf8"), before)
  const [header = [], ...rows] = recordsFromCsv(readFileSync(after, "utf8"), after)
  const names = oldHeader.map((name) =>
    renamed.kept[id]?.includes(name) === true ? name : (renamed.columns[name] ?? name),
  )
  names.forEach((name, i) => {
    if (name !== oldHeader[i]) compared.renamedColumns.add(`${id}: ${oldHeader[i]!} -> ${name}`)
  })
  if (names.join() !== header.join())
    compared.missing.push(`${id}: columns ${names.join()} | ${header.join()}`)
  if (oldRows.length !== rows.length) compared.missing.push(`${id}: ${oldRows.length} rows | ${rows.length}`)
  oldRows.slice(0, rows.length).forEach((row, r) => {
    row.forEach((cell, i) => {
      const position = header.indexOf(names[i]!)
      if (position >= 0)
        compareCell(`${id}:${r + 2} ${names[i]!}`, cell, rows[r]![position]!, renamed, compared)
    })
  })
}

function compareCell(
  place: string,
  before: string,
  after: string,
  renamed: Renamed,
  compared: Compared,
): void {
  compared.cells++
  if (before === after) return
  const change = `${JSON.stringify(before)} -> ${JSON.stringify(after)}`
  if (renamed.texts[before] === after) compared.renamedCells++
  else if (isNumber(before) || isNumber(after) || before === "" || after === "") {
    compared.moved.push(`${place}: ${change}`)
  } else if (/^quorate /.test(before)) compared.commands++
  else compared.reworded.add(`${place.split(" ")[1]!}: ${change}`)
}

/** A number, with its interval where it has one, a fraction, yes or no: all that is computed. A hash of a trace is, too. */
function isNumber(text: string): boolean {
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?( \\?\[.*\])?$|^-?\d+\/\d+$|^(true|false|yes|no|–)$|^[0-9a-f]{16}$/.test(
    text,
  )
}

/** What was renamed since the results that the second plan of the house began with. */
export const renamed: Renamed = {
  columns: { replicas: "runs" },
  kept: { "fpaxos-evaluation": ["replicas"] },
  texts: {
    everyone: "all replicas",
    "Quorum sizes that add up to n, instead of more: |Q1| + |Q2| = n":
      "Quorum sizes that sum to n instead of more than n",
    "Half of an even number of acceptors taken for a majority":
      "Half of an even number of acceptors used as a majority",
    "Rows of a grid in both phases": "Rows of a grid as quorums of both phases",
    "LOCAL_SERIAL in one data centre, SERIAL across two: a majority of 3 replicas against a majority of 6":
      "LOCAL_SERIAL mixed with SERIAL across two data centres: a majority of 3 replicas and a majority of 6",
    "Epochs allocated by voting, with phase-1 quorums that do not meet one another":
      "Epochs allocated by voting, with disjoint phase-1 quorums",
  },
}

const [, script, before, after] = process.argv
if (
  script !== undefined &&
  before !== undefined &&
  after !== undefined &&
  import.meta.url === pathToFileURL(script).href
) {
  const { cells, renamedCells, commands, reworded, renamedColumns, moved, missing } = compareResults(
    before,
    after,
    renamed,
  )
  const list = (title: string, lines: Iterable<string>): string => [title, ...lines].join("\n  ")
  console.log(
    `${cells} cells compared: ${renamedCells} renamed, ${commands} commands that read otherwise, ${moved.length} numbers moved`,
  )
  console.log(list(`${renamedColumns.size} columns renamed`, renamedColumns))
  console.log(list(`${reworded.size} texts reworded`, reworded))
  console.log(list(`${missing.length} files, columns or rows in only one of the two`, missing))
  if (moved.length > 0) console.log(list("moved", moved))
  process.exitCode = moved.length + missing.length > 0 ? 1 : 0
}
