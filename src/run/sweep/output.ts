import { oncePer } from "../../base/memo.ts"
import { derivedPhase2 } from "../../quorum/plan.ts"
import { planFrom } from "../from-text.ts"
import { type Column, count, text } from "../../experiment/column.ts"
import type { CaseSafety, FigureSpec, NamedSafety, RowOf, TableSpec } from "../../experiment/define.ts"
import { type BarFigure, distinct } from "../../experiment/figure/figure.ts"
import { maxSeries } from "../../experiment/figure/ink.ts"
import { safeColumns } from "../../experiment/safety.ts"
import { type Table, type TableCell, type TableColumn, intervalOf } from "../../experiment/table.ts"
import { type SweepCase, displayNames, sweepAxes, sweepCases } from "./cases.ts"
import { acceptorPlaces } from "../closed-form.ts"
import { placesText } from "../../world/simulate/latency-matrix.ts"
import type { MeasureSummary, Observed, ShownMeasure } from "../protocol-measures.ts"
import { type Stated, type SweepData, latencyOf } from "./document.ts"

/** The parts of a sweep common to all kinds. */
export function sweepHead(data: SweepData): {
  id: string
  question: string
  reference: string
  runs: number
  caption: string
  label: string
  nameOfSystem: (system: string) => string
  remarks?: readonly string[]
} {
  const {
    id,
    question = `How do the cases of ${id} compare?`,
    reference = "A sweep of the user's own.",
    runs = 100,
    caption = question,
    label = id,
  } = data
  const names = displayNames(data)
  const nameOfSystem = (system: string): string => names.get(system) ?? system
  // The quorums of a formula that was given for phase 1 alone.
  const remarks = [...names].flatMap(([system, name]) => {
    const derived = derivedPhase2(planFrom(system))
    return derived === undefined ? [] : [`Phase 2 of ${name}: ${derived}.`]
  })
  remarks.push(...placementRemarks(data))
  return {
    id,
    question,
    reference,
    runs,
    caption,
    label,
    nameOfSystem,
    ...(remarks.length > 0 && { remarks }),
  }
}

/** Where the nodes of the largest system are by each matrix, unless a case says otherwise. */
function placementRemarks(data: SweepData): string[] {
  const { system, latency } = sweepAxes(data)
  const { setup = {} } = data
  const stated = setup["replicaRegions"] ?? setup["acceptorRegions"] ?? []
  const regions = Array.isArray(stated)
    ? stated.map(String)
    : typeof stated === "string"
      ? stated.split(",")
      : []
  const largest = system
    .map((text) => planFrom(text).systemAt(0))
    .reduce((a, b) => (b.nodes.length > a.nodes.length ? b : a))
  return latency.flatMap((name) => {
    const places = placesText(acceptorPlaces(largest, latencyOf(name, data.latencyFiles, {}), regions))
    return places === "" ? [] : [`Placement by ${name}, nodes in turn: ${places}.`]
  })
}

/** The columns that say which case a row is. */
export function axisColumns(data: SweepData): Column[] {
  return [
    text("system", "The quorum system."),
    ...safeColumns,
    text("latency", "The latency model or matrix."),
    text("faults", "What goes wrong."),
    text("workload", "What is asked for."),
    ...(hasSeeds(data) ? [count("seed", "The further root seed of the case.")] : []),
  ]
}

/** The cells that say which case a row is of. */
export function axisCells(data: SweepData, { system, latency, faults, workload, seed }: SweepCase): RowOf {
  return { system, latency, faults, workload, ...(hasSeeds(data) && { seed }) }
}

function hasSeeds({ matrix }: SweepData): boolean {
  return matrix.seed !== undefined
}

/**
 * The safety of a case, judged once for each system under the same variant and settings; `judge` is
 * called with one of the cases that share them.
 */
export function safetyOfCases(
  judge: (c: SweepCase) => CaseSafety,
  hasVariants = false,
): (c: SweepCase) => NamedSafety {
  // Cases with equal settings share one object.
  const bySettings = oncePer<Stated, Map<string, NamedSafety>>(() => new Map())
  return (c) => {
    const { system, variant, settings } = c
    const known = bySettings(settings)
    const key = `${variant}\n${system}`
    const safety = known.get(key) ?? { system, ...(hasVariants && { variant }), ...judge(c) }
    known.set(key, safety)
    return safety
  }
}

/** What a run of a sweep comes to. */
export interface Observation {
  readonly measures: Readonly<Record<string, Observed>>
  /** The command that shows the violation, where safety was violated. */
  readonly violation: string | null
}

/** How many runs there were, and what was violated in them. */
export const violationColumns: readonly Column[] = [
  count("runs", "Number of independent runs."),
  count("violations", "Runs in which a safety property was violated; they are in no average."),
  text("violationReplay", "The command that shows the first of them.", { empty: "no violation" }),
]

/** Their cells. */
export function violationCells(observations: readonly Observation[]): RowOf {
  const replays = observations.flatMap(({ violation }) => violation ?? [])
  return { runs: observations.length, violations: replays.length, violationReplay: replays[0] ?? null }
}

/** What the runs come to in which nothing was violated: the only ones that are averaged. */
export function safeMeasures(observations: readonly Observation[]): Observation["measures"][] {
  return observations.flatMap(({ measures, violation }) => (violation === null ? [measures] : []))
}

/** A measure that tables and figures show, by the name of its column. */
interface TableMeasure extends ShownMeasure {
  readonly name: string
  readonly unit?: string
}

/** The measures that are shown; some only where a case has faults: without them, the longest gap depends only on the rate of requests. */
export function shownMeasures(
  data: SweepData,
  measures: Readonly<Record<string, MeasureSummary>>,
): TableMeasure[] {
  const faulty = sweepAxes(data).conditions.some(({ settings }) => isFaulty(settings["faults"]))
  return Object.entries(measures).flatMap(
    ([
      name,
      {
        details: { unit },
        shown,
      },
    ]) =>
      shown === undefined || (shown.underFaults === true && !faulty)
        ? []
        : [{ name, ...shown, ...(unit !== undefined && { unit }) }],
  )
}

const isFaulty = (faults: unknown): boolean =>
  Array.isArray(faults) ? faults.length > 0 : typeof faults === "string" && faults !== ""

/** A table longer than this is read by programs, from the CSV; without one, rows need not be in memory together. */
const maxTableRows = 200

/** One table of all cases. Axes that do not vary are in a note below it. */
export function sweepTables(
  data: SweepData,
  measures: readonly TableMeasure[],
  notes: readonly (RowNote | string)[] = [],
): TableSpec<RowOf>[] {
  return numberOfCases(data) > maxTableRows ? [] : [(rows) => sweepTable(data, measures, notes, rows)]
}

/** A share as tables' notes say it: "12.5 %". */
export const percent = (share: number): string => `${Number((100 * share).toFixed(2))} %`

/** A note below a table about some of its rows: its part for each row, if any, and its common text. */
export interface RowNote {
  readonly of: (row: RowOf) => string | undefined
  readonly about: string
}

/** A mean of times leaves out the runs that never came to their end, which took longer. */
export const unfinishedNote: RowNote = {
  about: "Runs without a learner within the horizon, excluded from means of times",
  of: ({ learnedShare }) =>
    typeof learnedShare === "number" && learnedShare < 1 ? percent(1 - learnedShare) : undefined,
}

function numberOfCases(data: SweepData): number {
  return sweepCases(data).length
}

const axes = ["system", "variant", "latency", "faults", "workload", "seed"]

function sweepTable(
  data: SweepData,
  measures: readonly TableMeasure[],
  notes: readonly (RowNote | string)[],
  rows: readonly RowOf[],
): Table {
  const first = rows[0]!
  const known = axes.filter((axis) => axis in first)
  const varying = known.filter((axis) => rows.some((row) => row[axis] !== first[axis]))
  // What is not plainly safe is in each row, with its mark.
  const isMarked = rows.some(({ safeBecause }) => typeof safeBecause === "string")
  const shown = varying.length === 0 || isMarked ? distinct(["system", ...varying]) : varying
  const { caption, label, nameOfSystem, remarks = [] } = sweepHead(data)
  const shownAs = (axis: string, row: RowOf): string | number =>
    axis === "system" ? nameOfSystem(String(row[axis])) : (row[axis] as string | number)
  const same = known.filter((axis) => !shown.includes(axis)).map((axis) => `${axis} ${shownAs(axis, first)}`)
  return {
    id: label,
    caption,
    columns: [
      ...shown.map((heading): TableColumn => ({ heading, align: "left" })),
      ...measures.map(({ heading, unit, digits }): TableColumn => ({
        heading,
        digits,
        ...(unit && { unit }),
      })),
    ],
    rows: rows.map((row) => [
      ...shown.map((axis) => shownAs(axis, row)),
      ...measures.map((measure): TableCell =>
        measure.plain ? row[measure.name]! : intervalOf(row as never, measure.name as never),
      ),
    ]),
    notes: [
      ...(same.length === 0 ? [] : [`Common to all rows: ${same.join("; ")}.`]),
      "Means with 95 % intervals.",
      ...remarks,
      ...notes.flatMap((note) => {
        if (typeof note === "string") return [note]
        const { of, about } = note
        const said = rows.flatMap((row) => {
          const what = of(row)
          const name = shown.map((axis) => shownAs(axis, row)).join(", ")
          return what === undefined ? [] : [`${what} (${name})`]
        })
        return said.length === 0 ? [] : [`${about}: ${said.join("; ")}.`]
      }),
      ...violationNote(rows, nameOfSystem),
    ],
  }
}

/** Violations come first in the notes. */
function violationNote(rows: readonly RowOf[], nameOfSystem: (system: string) => string): string[] {
  const broken = rows.filter((row) => Number(row["violations"]) > 0)
  if (broken.length === 0) return []
  const systems = distinct(broken.map((row) => nameOfSystem(String(row["system"]))))
  return [
    `Safety was violated in some runs of ${systems.join(", ")}; they are in no average, and the CSV says how to replay them.`,
  ]
}

/** The maximum number of bars per series; more are not readable one by one. */
const maxGroups = 24

const figureAxes = ["variant", "latency", "faults", "workload", "seed"] as const

/**
 * Bars for each measure that has a figure: the systems side by side in a group for every
 * combination of the other axes that vary, or a group for each system where
 * nothing else varies. Sweeps of more than a figure can hold have none.
 */
export function sweepFigures(
  data: SweepData,
  measures: readonly TableMeasure[],
  notes: Readonly<Record<string, string>> = {},
): FigureSpec<RowOf>[] {
  const { system: systems, conditions, ...plain } = sweepAxes(data)
  const values = {
    ...plain,
    faults: distinct(conditions.map(({ faults }) => faults)),
    workload: distinct(conditions.map(({ workload }) => workload)),
  }
  const others = figureAxes.filter((axis) => values[axis].length > 1)
  const groups = others.reduce((product, axis) => product * values[axis].length, 1)
  if (others.length > 0 && (systems.length > maxSeries || groups > maxGroups)) return []
  if (systems.length > maxGroups) return []
  return measures
    .filter(({ figure }) => figure !== undefined)
    .map((measure) => (rows) => sweepFigure(data, measure, others, rows, notes[measure.name]))
}

function sweepFigure(
  data: SweepData,
  { name, heading, unit, figure }: TableMeasure,
  others: readonly string[],
  rows: readonly RowOf[],
  note?: string,
): BarFigure {
  const { id, title = heading } = figure!
  const { caption, label, runs, nameOfSystem } = sweepHead(data)
  return {
    kind: "bars",
    id: `${label}-${id}`,
    caption,
    groups: "",
    value: { title, ...(unit !== undefined && { unit }) },
    panels: [
      {
        title: "",
        bars: rows.map((row) => {
          const system = nameOfSystem(String(row["system"]))
          const group = others.map((axis) => String(row[axis])).join(", ")
          const value = intervalOf(row as never, name as never)
          return others.length === 0
            ? { group: system, series: title, ...value }
            : { group, series: system, ...value }
        }),
      },
    ],
    notes: [
      `Bars: means of ${String(rows[0]?.["runs"] ?? runs)} runs; error bars: 95 % CI (Student t).`,
      ...(note === undefined ? [] : [note]),
    ],
  }
}
