import { Command } from "commander"
import { UsageError } from "../../base/errors.ts"
import { requirements } from "../../quorum/meet/requirement.ts"
import { type Context, exitCodeHelp, exitCodeOf } from "../shared/context.ts"
import { type Format, formatOption, whole } from "../shared/options.ts"
import { readPlan } from "../shared/system-argument.ts"
import { printChecks } from "./print.ts"
import type { GivenReplies } from "./tally.ts"
import { type Asked, checkPlan, chosenRequirements, usualRequirement } from "./requirements.ts"

interface CheckFlags extends Asked, GivenReplies {
  readonly rule?: string
  readonly for: readonly string[]
  readonly format: Format
}

/** `quorate check`: does a quorum system satisfy a requirement of the thesis, and if not, which quorums show it? */
export function checkCommand(context: Context): Command {
  return new Command("check")
    .summary("decide whether the quorums that must meet do meet")
    .description(
      "Decides exactly whether the quorums of a system that must share an acceptor do, and shows two that do not.",
    )
    .argument("[system]", 'a quorum system, such as "majority(5)"; or a plan, "0: rowa(3); 1..: majority(3)"')
    .option(
      "-r, --requirement <ids>",
      "numbers in Howard 2019, as 3.1,4.4; or all (default: 4.4; of a plan 4.6; of fast epochs FP)",
    )
    .option("--overlap <t>", "ask for t common acceptors instead of one", whole("--overlap", 1))
    .option("--rule <rule>", 'a rule for sizes instead of a system, such as "simple(n, n/2+1, n/2)"')
    .option(
      "--for <range>",
      "what a variable of the rule runs over, such as n=1..100 (repeatable)",
      collect,
      [],
    )
    .option(
      "--yes <acceptors>",
      "acceptors that answered yes, as a1,a2: print whether each phase is won, lost or pending",
    )
    .option("--no <acceptors>", "acceptors that refused or are down, for the same question")
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
With all of them comes a summary: which revision of Paxos and which way to allot epochs is safe, and which is sure to progress.

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
    throw new UsageError(`--for ${flags.for[0]!} goes with --rule; the system ${text} has no variables.`)
  }
  const plan = await readPlan(text)
  if (asksForTally(flags)) {
    if (flags.requirement !== undefined || flags.overlap !== undefined)
      throw new UsageError(
        "--yes and --no ask how the phases stand; --requirement and --overlap do not apply.",
      )
    await (await import("./tally.ts")).printTally(context, flags.format, plan, flags)
    return
  }
  const { checks, answers } = await checkPlan(plan, chosenRequirements(flags, usualRequirement(plan)))
  const isSummary = flags.requirement?.includes("all") === true
  const modes = isSummary
    ? (await import("../../quorum/meet/modes.ts")).modeReports(plan, answers)
    : undefined
  await printChecks(context, flags.format, { plan, checks, ...(modes && { modes }) })
  context.end(exitCodeOf(checks.map(({ verdict }) => verdict)))
}

const asksForTally = ({ yes, no }: CheckFlags): boolean => yes !== undefined || no !== undefined

async function checkSizes(
  context: Context,
  text: string | undefined,
  rule: string,
  flags: CheckFlags,
): Promise<void> {
  if (text !== undefined) {
    throw new UsageError(`Give a system or --rule, not both: ${text} and --rule ${rule}.`)
  }
  if (asksForTally(flags)) throw new UsageError("--yes and --no need a system; a rule has no acceptors.")
  const { requirementOfRule } = await import("./rule.ts")
  const [requirement, ...others] = chosenRequirements(flags, requirementOfRule(rule))
  if (requirement === undefined || others.length > 0) {
    throw new UsageError(
      "A rule is checked against one requirement at a time; give --requirement one number.",
    )
  }
  const { checkRuleCommand } = await import("./rule.ts")
  await checkRuleCommand(context, flags.format, { rule, ranges: flags.for, requirement })
}
