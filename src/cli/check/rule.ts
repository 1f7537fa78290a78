import { catalogue } from "../../../quorums/index.ts"
import { UsageError } from "../../base/errors.ts"
import type { Table } from "../../experiment/table.ts"
import type { Requirement } from "../../quorum/meet/requirement.ts"
import { type RuleCase, parseRuleVariable, ruleCases } from "../../quorum/meet/rule.ts"
import { type Context, exitCodeOf } from "../shared/context.ts"
import type { Format } from "../shared/options.ts"
import { progressOn } from "../shared/progress.ts"
import { printJson, printTables } from "../shared/output.ts"
import { verdictColors, witnessRecord, witnessSentence } from "./print.ts"

/** A parametric quorum system with the ranges of its variables: `--rule` and `--for`. */
export interface RuleQuestion {
  readonly rule: string
  readonly ranges: readonly string[]
  readonly requirement: Requirement
}

/** `quorate check --rule`: the values of the variables for which a parametric system violates a requirement. */
export async function checkRuleCommand(
  context: Context,
  format: Format,
  question: RuleQuestion,
): Promise<void> {
  const { rule, ranges } = question
  if (ranges.length === 0) {
    throw new UsageError(`--rule requires --for: add --for n=1..100, once for each variable of ${rule}.`)
  }
  const cases = await casesOf(context, question)
  if (format === "json") printJson(context.io, ruleJson(question, cases))
  else if (format === "table") await printRule(context, question, cases)
  else await printTables(context.io, format, [ruleTable(question, cases)])
  context.end(exitCodeOf(cases.map(({ verdict }) => verdict)))
}

/** Checks every case; progress on stderr if it takes long. */
async function casesOf({ io }: Context, { rule, ranges, requirement }: RuleQuestion): Promise<RuleCase[]> {
  const progress = await progressOn(io, "cases")
  let shown = false as boolean
  const started = performance.now()
  const cases = ruleCases(rule, ranges.map(parseRuleVariable), requirement, catalogue, {
    progress: (done, all) => {
      if (!shown && performance.now() - started < quickMs) return
      if (!shown) progress.start("rule", all)
      shown = true
      progress.update(done)
    },
  })
  if (shown) progress.finish(`rule: ${cases.length} cases checked`)
  return cases
}

/** A check this quick shows no progress. */
const quickMs = 2000

/** The default requirement of a rule: the one its family is designed for, or 4.4. */
export function requirementOfRule(rule: string): string {
  const id = /^\s*(\w+)\s*\(/.exec(rule)?.[1]
  return (id === undefined ? undefined : catalogue.get(id)?.requirement) ?? "4.4"
}

const arithmetic =
  "n/2 is floor division, as in the code that states such rules; exact inside floor() and ceil()"

/** The number of witnesses printed in full in the text format. */
const maxShown = 4

async function printRule(
  { io, ...context }: Context,
  question: RuleQuestion,
  cases: readonly RuleCase[],
): Promise<void> {
  const colors = await verdictColors({ io, ...context })
  const failing = cases.filter(({ verdict }) => verdict.verdict === "violated")
  const open = cases.filter(({ verdict }) => verdict.verdict === "unknown")
  const verdict = failing.length > 0 ? "violated" : open.length > 0 ? "unknown" : "holds"
  const lines = [
    `${question.rule}, ${question.ranges.join(", ")}`,
    "",
    `requirement  ${question.requirement.id}, ${question.requirement.title}`,
    `arithmetic   ${arithmetic}`,
    `verdict      ${colors[verdict](verdict)}: ${failing.length} of ${cases.length} cases fail${open.length > 0 ? `, ${open.length} are unknown` : ""}`,
  ]
  const held = cases.filter(({ verdict }) => verdict.verdict === "holds")
  if (held.length > 0 && question.ranges.length > 1) lines.push(...listed("holds at", held))
  if (failing.length > 0)
    lines.push(...listed("fails at", failing), "", ...failing.slice(0, maxShown).map(explain))
  if (failing.length > maxShown)
    lines.push(`… and ${failing.length - maxShown} more; --format csv has every case.`)
  if (open.length > 0) lines.push(...listed("unknown at", open))
  io.out(`${lines.join("\n")}\n`)
}

/** "fails at     n = 1, 3, 5"; with several variables, one line per assignment of all but the last. */
function listed(label: string, cases: readonly RuleCase[]): string[] {
  const groups = new Map<string, string[]>()
  for (const { values } of cases) {
    const shown = [...values].map(([name, value]) => `${name} = ${value}`)
    const last = [...values.values()].at(-1)!
    const before = shown.slice(0, -1).join(", ")
    groups.set(before, [...(groups.get(before) ?? []), String(last)])
  }
  const lastName = [...cases[0]!.values.keys()].at(-1)!
  return [...groups].map(([before, numbers], i) => {
    const prefix = before === "" ? "" : `${before}: `
    return `${(i === 0 ? label : "").padEnd(13)}${prefix}${lastName} = ${numbers.join(", ")}`
  })
}

/** "n = 3: simple(3, 2, 1): phase-1 quorum … share no acceptor". */
function explain({ values, plan, verdict }: RuleCase): string {
  const where = [...values].map(([name, value]) => `${name} = ${value}`).join(", ")
  const witness = verdict.verdict === "violated" ? verdict.witness : undefined
  if (plan === undefined || witness === undefined) return `${where}: ${verdict.because}`
  return `${where}: ${plan}: ${witnessSentence(witness, plan.includes(": "))}`
}

function ruleJson({ rule, ranges, requirement }: RuleQuestion, cases: readonly RuleCase[]): object {
  const found = (wanted: string) => cases.filter(({ verdict }) => verdict.verdict === wanted)
  const [violated, unknown] = [found("violated"), found("unknown")]
  return {
    rule,
    for: ranges,
    requirement: requirement.id,
    title: requirement.title,
    arithmetic,
    verdict: violated.length > 0 ? "violated" : unknown.length > 0 ? "unknown" : "holds",
    cases: cases.length,
    failures: violated.map(caseRecord),
    unknowns: unknown.map(caseRecord),
  }
}

function caseRecord({ values, plan, verdict }: RuleCase): object {
  return {
    values: Object.fromEntries(values),
    system: plan ?? null,
    because: verdict.because,
    ...witnessRecord(verdict.verdict === "violated" ? verdict.witness : undefined),
  }
}

function ruleTable({ rule, requirement }: RuleQuestion, cases: readonly RuleCase[]): Table {
  const names = [...cases[0]!.values.keys()]
  return {
    id: "rule",
    caption: `Requirement ${requirement.id} for ${rule}`,
    columns: [
      ...names.map((heading) => ({ heading })),
      { heading: "system" },
      { heading: "verdict" },
      { heading: "remark" },
    ],
    rows: cases.map(({ values, plan, verdict }) => {
      const witness = verdict.verdict === "violated" ? verdict.witness : undefined
      const remark =
        witness === undefined ? verdict.because : witnessSentence(witness, plan?.includes(": ") === true)
      return [...values.values(), plan ?? null, verdict.verdict, remark]
    }),
    notes: [`In the rule, ${arithmetic}.`],
  }
}
