import type { FigureSpec, RowOf } from "../../experiment/define.ts"
import { mostSeries } from "../../experiment/figure/ink.ts"
import { type BarFigure, distinct } from "../../experiment/figure.ts"
import { intervalOf } from "../../experiment/table.ts"
import { sweepAxes } from "./sweep-cases.ts"
import type { SweepData } from "./sweep-data.ts"
import { sweepHead } from "./sweep-table.ts"

/** What a figure of a sweep shows: the name of a column with an interval, and of its file. */
interface FigureMeasure {
  readonly name: string
  readonly id: string
  readonly title: string
  readonly unit?: string
}

/** With more bars than this to a series nobody looks at them one by one. */
const mostGroups = 24

const axes = ["variant", "latency", "faults", "workload", "seed"] as const

/**
 * Bars for each measure: the systems side by side in a group for every
 * combination of the other axes that vary, or a group for each system where
 * nothing else varies. Sweeps of more than a figure can hold have none.
 */
export function sweepFigures(data: SweepData, measures: readonly FigureMeasure[]): FigureSpec<RowOf>[] {
  const { system: systems, conditions, ...plain } = sweepAxes(data)
  const values = {
    ...plain,
    faults: distinct(conditions.map(({ faults }) => faults)),
    workload: distinct(conditions.map(({ workload }) => workload)),
  }
  const others = axes.filter((axis) => values[axis].length > 1)
  const groups = others.reduce((product, axis) => product * values[axis].length, 1)
  if (others.length > 0 && (systems.length > mostSeries || groups > mostGroups)) return []
  if (systems.length > mostGroups) return []
  return measures.map((measure) => (rows) => sweepFigure(data, measure, others, rows))
}

function sweepFigure(
  data: SweepData,
  { name, id, title, unit }: FigureMeasure,
  others: readonly string[],
  rows: readonly RowOf[],
): BarFigure {
  const { question, replicas } = sweepHead(data)
  return {
    kind: "bars",
    id: `${data.id}-${id}`,
    caption: question,
    groups: "",
    value: { title, ...(unit !== undefined && { unit }) },
    panels: [
      {
        title: "",
        bars: rows.map((row) => {
          const system = String(row["system"])
          const group = others.map((axis) => String(row[axis])).join(", ")
          const value = intervalOf(row as never, name as never)
          return others.length === 0
            ? { group: system, series: title, ...value }
            : { group, series: system, ...value }
        }),
      },
    ],
    notes: [
      `Means of ${String(rows[0]?.["replicas"] ?? replicas)} runs to a bar, with 95 % intervals after Student.`,
    ],
  }
}
