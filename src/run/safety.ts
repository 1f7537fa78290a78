import type { CaseSafety } from "../experiment/define.ts"
import { type Safety, type SafetyCondition, disjointQuorums, safetyOf } from "../quorum/meet/safety.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { LogProtocol } from "./log-protocol.ts"
import type { LogSetup } from "./log-settings.ts"
import type { Protocol, ProtocolRun } from "./protocol.ts"

/**
 * Whether a plan satisfies all conditions: `violated` with a clause for each violated one, with quorums
 * that do not intersect where it is a requirement; else `unknown` with the reason, if one is; else
 * `holds`. Throws a UsageError with the valid requirements for an unknown one.
 *
 * Cost: a second at most for each requirement.
 *
 * @example planSafety(planFrom("simple(4, 2, 2)"), ["4.4"]).because // => ["{a1 a2} and {a3 a4} do not intersect (requirement 4.4)"]
 */
export function planSafety(plan: QuorumPlan, required: readonly SafetyCondition[]): CaseSafety {
  const broken = required.flatMap((one) =>
    typeof one === "object" && "isMet" in one && !one.isMet ? [`${one.because} (${one.id})`] : [],
  )
  const each = required.flatMap((one) => {
    if (typeof one === "string") return [safetyOf(plan, one)]
    return "plan" in one ? [safetyOf(one.plan, one.id)] : []
  })
  return judged(each, broken)
}

/** The same of what has been judged already, and of rules that are broken. */
export function judged(each: readonly Safety[], broken: readonly string[] = []): CaseSafety {
  const violated = [...broken, ...each.flatMap((safety) => disjointQuorums(safety) ?? [])]
  if (violated.length > 0) return { verdict: "violated", because: violated }
  const unknown = each.filter(({ verdict }) => verdict === "unknown")
  const open = (unknown.length > 0 ? unknown : each.filter(({ vacuous }) => vacuous)).map(
    ({ because, requirement }) => `${because} (requirement ${requirement})`,
  )
  return { verdict: unknown.length > 0 ? "unknown" : "holds", because: open }
}

/** The same for a run of a protocol, by what it requires with the settings of the run. */
export function runSafety({ requirements }: Pick<Protocol, "requirements">, run: ProtocolRun): CaseSafety {
  return planSafety(run.plan, requirements?.(run) ?? [])
}

/** The same for a run of a log. */
export function logSafety(protocol: LogProtocol, setup: LogSetup): CaseSafety {
  return planSafety(setup.plan, protocol.requirements(setup))
}

/** The safety of several systems together: the worst verdict, and all that is said of it. */
export function worstSafety(each: readonly CaseSafety[]): CaseSafety {
  for (const verdict of ["violated", "unknown", "holds"] as const) {
    const those = each.filter((one) => one.verdict === verdict)
    if (those.length > 0) return { verdict, because: those.flatMap(({ because }) => because) }
  }
  return { verdict: "holds", because: [] }
}

/**
 * What the report of a run ends with, and stderr says, where its quorums are not plainly safe, so that a run
 * without a violation is not taken for evidence of safety; nothing where they are safe.
 */
export function safetyWarnings({ verdict, because }: CaseSafety): string[] {
  if (because.length === 0) return []
  const reasons = because.join("; ")
  if (verdict === "unknown") return [`safety unknown: ${reasons}; other runs may decide two values`]
  if (verdict === "holds") return [`vacuously safe: ${reasons.replaceAll("vacuously true: ", "")}`]
  const what = because.every((reason) => reason.startsWith("{")) ? "quorum system" : "combination"
  return [`UNSAFE ${what}: ${reasons}; other runs may decide two values`]
}

/** What is said of a run in which nothing was violated: "holds" only where that is no chance. */
export function heldInRun(safety: CaseSafety): string {
  const remark = heldRemark(safety)
  return remark === "" ? "holds" : `holds in this run${remark}`
}

/** What follows "holds" where something was found to hold of runs whose quorums are not known to be safe. */
export function heldRemark({ verdict }: CaseSafety): string {
  return { holds: "", violated: " (UNSAFE quorums)", unknown: " (safety of the quorums unknown)" }[verdict]
}
