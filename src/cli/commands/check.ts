import { Command } from "commander"
import { UsageError, didYouMean } from "../../base/errors.ts"
import type { Verdict } from "../../base/verdict.ts"
import type { Table } from "../../experiment/table.ts"
import { constantPlan } from "../../quorum/plan.ts"
import {
  type Requirement,
  type RequirementWitness,
  requirementById,
  requirements,
} from "../../quorum/requirement.ts"
import type { Context } from "../context.ts"
import { exitCodeHelp, exitCodeOf } from "../exit-codes.ts"
import { type Format, formatOption } from "../options.ts"
import { printJson, printTables, styler } from "../output.ts"
import { readSystem } from "../system-argument.ts"

/** `quorate check`: does a quorum system satisfy a requirement of the thesis, and if not, which two quorums show it? */
export function checkCommand(context: Context): Command {
  return new Command("check")
    .summary("decide whether the quorums that must meet do meet")
    .description(
      "Decides exactly whether the quorums of a system that must share an acceptor do, and shows two that do not.",
    )
    .argument("<system>", 'a quorum system, such as "majority(5)" or "a*b + c*d"')
    .option("-r, --requirement <ids>", "numbers in Howard 2019, as 3.1,4.4; or all", "4.4")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (text: string, options: { requirement: string; format: Format }) => {
      const system = await readSystem(text)
      const plan = constantPlan(system)
      const checks = chosen(options.requirement.split(",")).map((requirement) => ({
        requirement,
        verdict: requirement.check(plan),
      }))
      await print(context, options.format, system.name, checks)
      context.end(exitCodeOf(checks.map(({ verdict }) => verdict)))
    })
}

const help = `
Requirements:
${requirements.map(({ id, title, meaning }) => `  ${id}  ${title}: ${meaning}`).join("\n")}

Examples:
  $ quorate check "simple(4, 2, 2)"
  $ quorate check "grid(3, 3)" --requirement 3.1,4.4
  $ quorate check "explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])" --format json

${exitCodeHelp}`

interface Check {
  readonly requirement: Requirement
  readonly verdict: Verdict<RequirementWitness>
}

function chosen(ids: readonly string[]): readonly Requirement[] {
  if (ids.some((id) => id.trim() === "all")) return requirements
  return ids.map((given) => {
    const id = given.trim()
    const requirement = requirementById(id)
    if (requirement !== undefined) return requirement
    const known = requirements.map((one) => one.id)
    throw new UsageError(
      `There is no requirement ${id}.${didYouMean(id, known)} The requirements are ${known.join(", ")}, or all of them: all.`,
    )
  })
}

async function print(
  context: Context,
  format: Format,
  system: string,
  checks: readonly Check[],
): Promise<void> {
  if (format === "json") {
    printJson(context.io, checkJson(system, checks))
    return
  }
  if (format !== "table") return printTables(context.io, format, [checkTable(system, checks)])
  const green = await styler(context.io, "green")
  const red = await styler(context.io, "red")
  const yellow = await styler(context.io, "yellow")
  const colors = { holds: green, violated: red, unknown: yellow }
  const parts = checks.map((check) => checkLines(check, colors).join("\n"))
  context.io.out(`${[system, ...parts].join("\n\n")}\n`)
}

/** The check that decides how all of them ended: the first violated, else the first unknown, else the first. */
function deciding(checks: readonly Check[]): Check {
  const first = (wanted: string): Check | undefined =>
    checks.find(({ verdict }) => verdict.verdict === wanted)
  return first("violated") ?? first("unknown") ?? checks[0]!
}

function checkJson(system: string, checks: readonly Check[]): object {
  return { system, ...checkRecord(deciding(checks)), checks: checks.map(checkRecord) }
}

function checkRecord({ requirement, verdict }: Check): object {
  const witness = verdict.verdict === "violated" ? verdict.witness : null
  return {
    verdict: verdict.verdict,
    requirement: requirement.id,
    title: requirement.title,
    because: verdict.because,
    witness: witness?.quorums.map(({ nodes }) => nodes) ?? null,
    witnessPhases: witness?.quorums.map(({ phase }) => phase) ?? null,
    hint: witness?.hint ?? null,
  }
}

function checkLines(
  { requirement, verdict }: Check,
  colors: Readonly<Record<"holds" | "violated" | "unknown", (text: string) => string>>,
): string[] {
  const lines = [
    `requirement  ${requirement.id}, ${requirement.title}`,
    `verdict      ${colors[verdict.verdict](verdict.verdict)}`,
  ]
  if (verdict.verdict !== "violated") return [...lines, `because      ${verdict.because}`]
  return [
    ...lines,
    `witness      ${witnessSentence(verdict.witness)}`,
    `repair       ${verdict.witness.hint}`,
  ]
}

/** "phase-1 quorum {a1 a2} and phase-2 quorum {a3 a4} share no acceptor". */
function witnessSentence({ quorums }: RequirementWitness): string {
  const named = quorums.map(({ phase, nodes }) => `phase-${phase} quorum {${nodes.join(" ")}}`)
  return `${named.join(" and ")} share no acceptor`
}

function checkTable(system: string, checks: readonly Check[]): Table {
  return {
    id: "check",
    caption: `Which requirements ${system} satisfies.`,
    columns: [
      { heading: "requirement" },
      { heading: "meaning" },
      { heading: "verdict" },
      { heading: "first quorum", group: "witness" },
      { heading: "second quorum", group: "witness" },
      { heading: "remark" },
    ],
    rows: checks.map(({ requirement, verdict }) => {
      const quorums = verdict.verdict === "violated" ? verdict.witness.quorums : []
      const show = (i: number): string | null =>
        quorums[i] === undefined ? null : `{${quorums[i].nodes.join(" ")}}`
      const remark = verdict.verdict === "violated" ? verdict.witness.hint : verdict.because
      return [requirement.id, requirement.title, verdict.verdict, show(0), show(1), remark]
    }),
    notes: ["Requirements are numbered as in Howard 2019."],
  }
}
