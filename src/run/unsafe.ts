import { disjointQuorums, safetyOf } from "../quorum/meet/safety.ts"
import type { QuorumPlan } from "../quorum/plan.ts"
import type { Protocol, ProtocolRun } from "./protocol.ts"

/**
 * Why a plan is unsafe for whoever requires this of it, by the ids of requirements: a clause for each that
 * is violated, with quorums that do not intersect; none where the plan is safe. A UsageError says which ids there are.
 *
 * @example unsafeReasons(planFrom("simple(4, 2, 2)"), ["4.4"]) // => ["{a1 a2} and {a3 a4} do not intersect (requirement 4.4)"]
 */
export function unsafeReasons(plan: QuorumPlan, declared: readonly string[]): string[] {
  return declared.flatMap((id) => disjointQuorums(safetyOf(plan, id)) ?? [])
}

/** The same for a run of a protocol, which may know better than its requirements say. */
export function unsafeRunReasons(protocol: Protocol, run: ProtocolRun): readonly string[] {
  return protocol.unsafe?.(run) ?? unsafeReasons(run.plan, protocol.requirements?.(run) ?? [])
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
