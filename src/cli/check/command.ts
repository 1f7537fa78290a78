import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { defaultRequirement, requirements } from "../../quorum/meet/requirement.ts"
import { formatExpr, simplify } from "../../quorum/expression.ts"
import { type EpochRange, type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import { quorumSystem } from "../../quorum/system.ts"
import { type Context, exitCodeHelp, exitCodeOf } from "../shared/context.ts"
import { type Format, formatOption, whole } from "../shared/options.ts"
import { readPlan } from "../shared/system-argument.ts"
import { printChecks } from "./print.ts"
import type { GivenReplies } from "./tally.ts"
import { type Selection, checkPlan, selectRequirements } from "./requirements.ts"

interface CheckFlags extends Selection, GivenReplies {
  readonly rule?: string
  readonly for: readonly string[]
  readonly format: Format
}

/** `quorate check`: whether a quorum system satisfies an intersection requirement, with a witness if it does not. */
export function checkCommand(context: Context): Command {
  return new Command("check")
    .summary("check the quorum intersection requirements of a system")
    .description(
      "Decides exactly whether a quorum system satisfies an intersection requirement; prints disjoint quorums as a witness if it does not.",
    )
    .argument("[system]", 'a quorum system, such as "majority(5)"; or a plan, "0: rowa(3); 1..: majority(3)"')
    .option(
      "-r, --requirement <ids>",
      "requirements to check, such as 3.1,4.4; or all (default: 4.4; for a plan 4.6; for fast epochs FFP)",
    )
    .option("--overlap <t>", "require t common acceptors instead of one", whole("--overlap", 1))
    .option("--rule <rule>", 'check a parametric system, such as "simple(n, n/2+1, n/2)"')
    .option("--for <range>", "range of a variable of the rule, such as n=1..100 (repeatable)", collect, [])
    .option(
      "--yes <acceptors>",
      "acceptors that replied yes, as a1,a2: print whether each phase is won, lost or pending",
    )
    .option("--no <acceptors>", "acceptors that replied no or are down (see --yes)")
    .addOption(formatOption())
    .addHelpText("after", help)
    .action(async (text: string | undefined, flags: CheckFlags) => {
      if (flags.rule === undefined) await checkSystem(context, text, flags)
      else await checkSizes(context, text, flags.rule, flags)
    })
}

const help = `
Requirements:
${requirements.map(({ id, title, meaning }) => `  ${id.padEnd(3)}  ${title}: ${meaning}`).join("\n")}
With --requirement all, a second table shows for each revision of Paxos and each way of allocating epochs whether it is safe and whether progress is guaranteed.

Examples:
  $ quorate check "simple(4, 2, 2)"
  $ quorate check "grid(3, 3)" --requirement 3.1,4.4
  $ quorate check "explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])" --format json
  $ quorate check "0: split(choose(0), a1*a2*a3); 1..: majority(3)" --requirement all
  $ quorate check "grid(2, 3)" --yes a1,a2 --no a4
  $ quorate check --rule "simple(n, n/2+1, n/2)" --for n=1..100
  $ quorate check --rule "fastPaxos(n, k)" --for n=3..9 --for k=1..n --requirement FP

${exitCodeHelp}`

const collect = (text: string, before: readonly string[]): readonly string[] => [...before, text]

async function checkSystem(context: Context, text: string | undefined, flags: CheckFlags): Promise<void> {
  if (text === undefined) {
    throw new UsageError("missing required argument 'system': try quorate check \"majority(5)\", or --rule.")
  }
  if (flags.for.length > 0) {
    throw new UsageError(`--for ${flags.for[0]!} requires --rule; the system ${text} has no variables.`)
  }
  const plan = await readPlan(text)
  if (asksForTally(flags)) {
    if (flags.requirement !== undefined || flags.overlap !== undefined)
      throw new UsageError("--yes and --no are mutually exclusive with --requirement and --overlap.")
    await (await import("./tally.ts")).printTally(context, flags.format, plan, flags)
    return
  }
  const asked = selectRequirements(flags, defaultRequirement(plan))
  const { checks, answers } = await checkPlan(plan, asked)
  const other = otherReading(plan)
  const reading = other && { plan: other, checks: (await checkPlan(other, asked)).checks }
  const isSummary = flags.requirement?.includes("all") === true
  const modes = isSummary
    ? (await import("../../quorum/meet/modes.ts")).modeReports(plan, answers)
    : undefined
  await printChecks(context, flags.format, {
    plan,
    checks,
    ...(modes && { modes }),
    ...(reading && { reading }),
  })
  context.end(exitCodeOf(checks.map(({ verdict }) => verdict)))
}

/**
 * The plan that has the quorums of a formula in both phases, where it was given for phase 1 alone: whoever
 * writes `n1 + n2` for the quorums of Raft or Corosync means this one. Nothing where it is the same.
 */
function otherReading({ ranges }: QuorumPlan): QuorumPlan | undefined {
  const [{ system }, ...others] = ranges as [EpochRange, ...EpochRange[]]
  if (others.length > 0 || system.derived !== true) return undefined
  const { expression, name, nodes } = system
  const [phase1, phase2] = [expression[1], expression[2]].map((expr) => formatExpr(simplify(expr)))
  if (phase1 === phase2) return undefined
  return constantPlan(quorumSystem({ phase1: expression[1], phase2: expression[1], nodes }, `both(${name})`))
}

const asksForTally = ({ yes, no }: CheckFlags): boolean => yes !== undefined || no !== undefined

async function checkSizes(
  context: Context,
  text: string | undefined,
  rule: string,
  flags: CheckFlags,
): Promise<void> {
  if (text !== undefined) {
    throw new UsageError(`a system and --rule are mutually exclusive: ${text} and --rule ${rule}.`)
  }
  if (asksForTally(flags)) throw new UsageError("--yes and --no require a system: a rule has no acceptors.")
  const { requirementOfRule } = await import("./rule.ts")
  const [requirement, ...others] = selectRequirements(flags, requirementOfRule(rule))
  if (requirement === undefined || others.length > 0) {
    throw new UsageError("--rule takes one requirement; give --requirement a single number.")
  }
  const { checkRuleCommand } = await import("./rule.ts")
  await checkRuleCommand(context, flags.format, { rule, ranges: flags.for, requirement })
}
