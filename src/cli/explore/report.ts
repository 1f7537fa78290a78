import type { CaseSafety } from "../../experiment/define.ts"
import { safeCells } from "../../experiment/safety.ts"
import type { Table } from "../../experiment/table.ts"
import { heldRemark, safetyWarnings, worstSafety } from "../../run/safety.ts"
import { type Context, type ExitCode, exitCodes } from "../shared/context.ts"
import { warnOfSafety } from "../shared/cautions.ts"
import { printJson, printTables, styler } from "../shared/output.ts"
import { type Counterexample, renderDiagram, saveCounterexample } from "./counterexample.ts"
import type { ExploreOptions } from "./options.ts"

/** One verdict of an exploration. */
export interface ExploredVerdict {
  /** The system or property it is about. */
  readonly of: string
  readonly verdict: "holds" | "violated" | "unknown"
  readonly because: string
  readonly stepsToViolation: number | null
  /** Whether the quorums are safe, within whatever bounds this search kept. */
  readonly safety: CaseSafety
  /** It holds of a state that was found, and is so whatever other runs do. */
  readonly isFound?: true
}

/** The result of an exploration of either model. */
export interface ExploreReport {
  /** "majority(3), 2 values, 2 epochs". */
  readonly title: string
  /** The settings of the exploration by name: the first keys of the JSON. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  readonly complete: boolean
  readonly bytesMax: number
  readonly verdicts: readonly ExploredVerdict[]
  /** The phase-2 quorums of each system where they were not given, as notes. */
  readonly derived: readonly string[]
  /** The counterexample of the first violation. */
  readonly counterexample: Counterexample | undefined
  /** Further keys of the JSON. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** The result of a computation with its wall-clock and CPU time in seconds. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ result: T; seconds: number; cpuSeconds: number }> {
  const [start, cpuStart] = [performance.now(), process.cpuUsage()]
  const result = await work()
  return { result, ...elapsed(start, cpuStart) }
}

function elapsed(start: number, cpuStart: NodeJS.CpuUsage): { seconds: number; cpuSeconds: number } {
  const { user, system } = process.cpuUsage(cpuStart)
  const round = (seconds: number): number => Math.round(seconds * 1000) / 1000
  return { seconds: round((performance.now() - start) / 1000), cpuSeconds: round((user + system) / 1e6) }
}

/** The overall verdict: the first violated, else the first unknown, else the first. */
function overall(verdicts: readonly ExploredVerdict[]): ExploredVerdict {
  const first = (wanted: string): ExploredVerdict | undefined =>
    verdicts.find(({ verdict }) => verdict === wanted)
  return first("violated") ?? first("unknown") ?? verdicts[0]!
}

/** Prints a report, saves the counterexample if requested, and sets the exit code. */
export async function finishExploration(
  context: Context,
  options: ExploreOptions,
  report: ExploreReport,
  time: { readonly seconds: number; readonly cpuSeconds: number },
): Promise<void> {
  if (report.counterexample !== undefined) await saveCounterexample(options.save, report.counterexample)
  else if (options.save.length > 0) context.io.err("No counterexample to save.\n")
  if (options.format === "json") printJson(context.io, reportJson(report, time))
  else if (options.format === "table") await printReport(context, report, time)
  else await printTables(context.io, options.format, [reportTable(report)])
  warnOfSafety(context.io, safetyIn(report))
  context.end(exitCodeFor(overall(report.verdicts).verdict))
}

/** What holds within bounds is no evidence where quorums are unsafe. */
function remarkOn({
  verdict,
  safety,
  isFound,
}: Pick<ExploredVerdict, "verdict" | "safety" | "isFound">): string {
  return verdict === "holds" && isFound !== true ? heldRemark(safety) : ""
}

/** The safety of all systems of a report. */
function safetyIn({ verdicts }: ExploreReport): CaseSafety {
  // The verdicts of one system share it.
  return worstSafety([...new Set(verdicts.map(({ safety }) => safety))])
}

function exitCodeFor(verdict: ExploredVerdict["verdict"]): ExitCode {
  if (verdict === "holds") return exitCodes.fine
  return verdict === "violated" ? exitCodes.violated : exitCodes.unknown
}

function reportJson(
  report: ExploreReport,
  time: { readonly seconds: number; readonly cpuSeconds: number },
): object {
  const { verdict, because, stepsToViolation } = overall(report.verdicts)
  const { distinct, generated, depth, complete, bytesMax } = report
  return {
    ...report.settings,
    distinct,
    generated,
    depth,
    verdict,
    because,
    stepsToViolation,
    complete,
    ...time,
    statesPerSecond: Math.round(distinct / Math.max(time.seconds, 0.001)),
    bytesPerState: Math.round((10 * bytesMax) / distinct) / 10,
    verdicts: report.verdicts.map(verdictRecord),
    ...safeCells(safetyIn(report)),
    derived: report.derived.length > 0,
    ...report.details,
    counterexample: report.counterexample?.replay ?? null,
  }
}

function verdictRecord({ of, verdict, because, stepsToViolation, safety }: ExploredVerdict): object {
  return { of, verdict, because, stepsToViolation, ...safeCells(safety) }
}

async function printReport(
  { io }: Context,
  report: ExploreReport,
  { seconds }: { readonly seconds: number },
): Promise<void> {
  const colors = {
    holds: await styler(io, "green"),
    violated: await styler(io, "red"),
    unknown: await styler(io, "yellow"),
  }
  const { distinct, generated, depth, complete } = report
  const rate = Math.round(distinct / Math.max(seconds, 0.001))
  const lines = [
    report.title,
    ...report.derived,
    "",
    `distinct            ${distinct}${complete ? "" : " (incomplete)"}`,
    `generated           ${generated}`,
    `depth               ${depth}`,
    `seconds             ${seconds} (${rate.toLocaleString("en")} states/s)`,
    ...report.verdicts.flatMap(({ of, because, stepsToViolation, ...rest }) => [
      "",
      of,
      `verdict             ${colors[rest.verdict](rest.verdict)}${remarkOn(rest)}`,
      `because             ${because}`,
      ...(stepsToViolation === null ? [] : [`steps to violation  ${stepsToViolation}`]),
    ]),
  ]
  io.out(`${lines.join("\n")}\n`)
  if (report.counterexample !== undefined) {
    io.out(`\n${await renderDiagram(report.counterexample.diagram, "text")}`)
  }
  // A violation has said which quorums are apart.
  if (overall(report.verdicts).verdict === "violated") return
  for (const warning of safetyWarnings(safetyIn(report)))
    io.out(`\n${colors.violated("WARNING")}             ${warning}\n`)
}

function reportTable(report: ExploreReport): Table {
  const { distinct, generated, depth } = report
  return {
    id: "explore",
    caption: `Reachable states of ${report.title}`,
    columns: ["property", "distinct", "generated", "depth", "verdict", "steps to violation"].map(
      (heading) => ({
        heading,
      }),
    ),
    rows: report.verdicts.map(({ of, verdict, stepsToViolation, ...rest }) => [
      of,
      distinct,
      generated,
      depth,
      `${verdict}${remarkOn({ verdict, ...rest })}`,
      stepsToViolation,
    ]),
    notes: [
      ...(report.complete ? [] : ["The search is incomplete; see the verdicts."]),
      ...report.derived,
      ...safetyWarnings(safetyIn(report)).map((warning) => `WARNING: ${warning}.`),
    ],
  }
}
