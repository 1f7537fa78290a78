import type { CaseSafety } from "../experiment/define.ts"
import { type SafetyCondition, disjointQuorums, safetyOf } from "../quorum/meet/safety.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { LogProtocol } from "./log-protocol.ts"
import type { LogSetup } from "./log-settings.ts"
import type { Protocol, ProtocolRun } from "./protocol.ts"

/**
 * Whether a plan is safe for whoever requires this of it: `violated` with a clause for each condition that is,
 * with quorums that do not intersect where it is a requirement; else `unknown` with the reason, if one is;
 * else `holds`. A UsageError says which requirements there are.
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

/** Why a run is unsafe; nothing where it is safe, or where that is unknown. */
export function unsafeReasons({ verdict, because }: CaseSafety): readonly string[] {
  return verdict === "violated" ? because : []
}

/**
 * What the report of a run ends with where its quorums are unsafe, so that a run without a violation is not
 * taken for evidence of safety; nothing where they are safe.
 */
export function unsafeWarning(reasons: readonly string[]): string[] {
  if (reasons.length === 0) return []
  const what = reasons.every((reason) => reason.startsWith("{")) ? "quorum system" : "combination"
  return [`UNSAFE ${what}: ${reasons.join("; ")}; other runs may decide two values`]
}
