import { isVacuous } from "../../base/verdict.ts"
import type { Table } from "../../experiment/table.ts"
import type { ModeReport } from "../../quorum/meet/modes.ts"
import { type QuorumPlan, derivedNotes, derivedPhase2 } from "../../quorum/plan.ts"
import type { RequirementWitness, WitnessQuorum } from "../../quorum/meet/requirement.ts"
import type { Check } from "./requirements.ts"
import type { Context } from "../shared/context.ts"
import type { Format } from "../shared/options.ts"
import { printJson, printTables, styler } from "../shared/output.ts"

/** The result of `quorate check` for a plan; `modes` only for `--requirement all`. */
export interface CheckReport {
  readonly plan: QuorumPlan
  readonly checks: readonly Check[]
  readonly modes?: readonly ModeReport[]
  /** The same quorums in both phases, where a formula was given for phase 1 alone and that is another system. */
  readonly reading?: { readonly plan: QuorumPlan; readonly checks: readonly Check[] }
}

/** Prints a report in any format. */
export async function printChecks(context: Context, format: Format, report: CheckReport): Promise<void> {
  const { plan, checks, modes = [], reading } = report
  if (format === "json") {
    printJson(context.io, checkJson(report))
    return
  }
  const modeTables = modes.length === 0 ? [] : [modeTable(plan, modes)]
  const otherTables = reading === undefined ? [] : [checkTable(reading.plan, reading.checks)]
  if (format !== "table")
    return printTables(context.io, format, [checkTable(plan, checks), ...otherTables, ...modeTables])
  const colors = await verdictColors(context)
  const derived = derivedPhase2(plan)
  const parts = [
    derived === undefined ? plan.name : `${plan.name}\nphase 2: ${derived}`,
    ...checks.map((check) => checkLines(check, plan, colors).join("\n")),
  ]
  if (reading !== undefined) {
    parts.push(`${reading.plan.name}\nphase 2: the same quorums as phase 1`)
    parts.push(...reading.checks.map((check) => checkLines(check, reading.plan, colors).join("\n")))
  }
  context.io.out(`${parts.join("\n\n")}\n`)
  if (modeTables.length > 0) {
    context.io.out("\n")
    await printTables(context.io, format, modeTables)
  }
}

type Colors = Readonly<Record<"holds" | "violated" | "unknown", (text: string) => string>>

/** The colour of each verdict; no colour where the output has none. */
export async function verdictColors({ io }: Context): Promise<Colors> {
  const [holds, violated, unknown] = await Promise.all(
    (["green", "red", "yellow"] as const).map((color) => styler(io, color)),
  )
  return { holds: holds!, violated: violated!, unknown: unknown! }
}

/** "phase-1 quorum {a1 a2} and phase-2 quorum {a3 a4} share no acceptor"; with epochs if quorums depend on them. */
export function witnessSentence({ quorums }: RequirementWitness, hasEpochs: boolean): string {
  const named = quorums.map(
    ({ phase, epoch, nodes }) =>
      `phase-${phase} quorum {${nodes.join(" ")}}${hasEpochs ? ` of epoch ${epoch}` : ""}`,
  )
  const last = named.pop()!
  const shared = sharedNodes(quorums)
  const what = shared.length === 0 ? "no acceptor" : `only {${shared.join(" ")}}`
  return `${named.join(", ")} and ${last} share ${what}`
}

function sharedNodes(quorums: readonly WitnessQuorum[]): string[] {
  return (quorums[0]?.nodes ?? []).filter((name) => quorums.every(({ nodes }) => nodes.includes(name)))
}

/** The check that determines the overall verdict: the first violated, else the first unknown, else the first. */
function deciding(checks: readonly Check[]): Check {
  const first = (wanted: string): Check | undefined =>
    checks.find(({ verdict }) => verdict.verdict === wanted)
  return first("violated") ?? first("unknown") ?? checks[0]!
}

function checkJson({ plan, checks, modes, reading }: CheckReport): object {
  return {
    system: plan.name,
    derived: derivedPhase2(plan) !== undefined,
    ...checkRecord(deciding(checks)),
    checks: checks.map(checkRecord),
    ...(modes && { modes: modes.map(modeRecord) }),
    ...(reading && {
      sameInBothPhases: {
        system: reading.plan.name,
        ...checkRecord(deciding(reading.checks)),
        checks: reading.checks.map(checkRecord),
      },
    }),
  }
}

function checkRecord({ requirement, verdict }: Check): object {
  const witness = verdict.verdict === "violated" ? verdict.witness : undefined
  return {
    verdict: verdict.verdict,
    vacuous: isVacuous(verdict),
    requirement: requirement.id,
    title: requirement.title,
    because: verdict.because,
    ...witnessRecord(witness),
    hint: witness?.hint ?? null,
  }
}

/** The witness as three lists of equal length, or three nulls. */
export function witnessRecord(witness: RequirementWitness | undefined): object {
  return {
    witness: witness?.quorums.map(({ nodes }) => nodes) ?? null,
    witnessPhases: witness?.quorums.map(({ phase }) => phase) ?? null,
    witnessEpochs: witness?.quorums.map(({ epoch }) => epoch) ?? null,
  }
}

function modeRecord({ mode, safe, progress }: ModeReport): object {
  return {
    mode: mode.id,
    title: mode.title,
    safe: safe.verdict,
    safeBecause: safe.because,
    progress: progress.verdict,
    progressBecause: progress.because,
    note: mode.note,
  }
}

/** ` (vacuously: one side has no quorum)`, where it holds of no quorums. */
function vacuity(verdict: Check["verdict"]): string {
  return isVacuous(verdict) ? ` (${verdict.because.replaceAll("vacuously true:", "vacuously:")})` : ""
}

function checkLines({ requirement, verdict }: Check, plan: QuorumPlan, colors: Colors): string[] {
  const lines = [
    `requirement  ${requirement.id}, ${requirement.title}`,
    `verdict      ${colors[verdict.verdict](verdict.verdict)}${vacuity(verdict)}`,
  ]
  if (isVacuous(verdict)) return lines
  if (verdict.verdict !== "violated") return [...lines, `because      ${verdict.because}`]
  return [
    ...lines,
    `witness      ${witnessSentence(verdict.witness, plan.ranges.length > 1)}`,
    `repair       ${verdict.witness.hint}`,
  ]
}

function checkTable(plan: QuorumPlan, checks: readonly Check[]): Table {
  const max = Math.max(
    2,
    ...checks.map(({ verdict }) => (verdict.verdict === "violated" ? verdict.witness.quorums.length : 0)),
  )
  const headings = ["first quorum", "second quorum", "third quorum"].slice(0, max)
  return {
    id: "check",
    caption: `Intersection requirements of ${plan.name}`,
    columns: [
      { heading: "requirement" },
      { heading: "meaning" },
      { heading: "verdict" },
      ...headings.map((heading) => ({ heading, group: "witness" })),
      { heading: "remark" },
    ],
    rows: checks.map(({ requirement, verdict }) => {
      const quorums = verdict.verdict === "violated" ? verdict.witness.quorums : []
      const remark = verdict.verdict === "violated" ? verdict.witness.hint : verdict.because
      const shown = headings.map((_, i) => showQuorum(quorums[i], plan))
      return [requirement.id, requirement.title, verdict.verdict, ...shown, remark]
    }),
    notes: [...derivedNotes(plan), "Requirement numbers: Howard 2019."],
  }
}

function showQuorum(quorum: WitnessQuorum | undefined, plan: QuorumPlan): string | null {
  if (quorum === undefined) return null
  const epoch = plan.ranges.length > 1 ? ` of epoch ${quorum.epoch}` : ""
  return `{${quorum.nodes.join(" ")}}${epoch}`
}

/** Safety and guaranteed progress by mode: they depend on different requirements. */
function modeTable(plan: QuorumPlan, modes: readonly ModeReport[]): Table {
  return {
    id: "modes",
    caption: `Safety and progress of the revisions of Paxos with ${plan.name}`,
    columns: [
      { heading: "mode" },
      { heading: "safe" },
      { heading: "reason" },
      { heading: "progress" },
      { heading: "reason" },
    ],
    rows: modes.map(({ mode, safe, progress }) => [
      mode.title,
      { holds: "yes", violated: "no", unknown: "unknown" }[safe.verdict],
      safe.because,
      { holds: "guaranteed", violated: "not guaranteed", unknown: "unknown" }[progress.verdict],
      progress.verdict === "holds" ? null : progress.because,
    ]),
    notes: [
      "Progress is guaranteed given one proposer, bounded delays and a live quorum of each phase; otherwise phase 1 may have to wait for further acceptors.",
    ],
  }
}
