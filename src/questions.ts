import { quorumPlanFrom, quorumSystemFrom } from "../quorums/from-text.ts"
import {
  type AnalysisOptions,
  type FailureProbability,
  analyse,
  eitherPhaseFails,
  nodeTable,
  resilienceOfPair,
} from "./analysis/index.ts"
import { UsageError, describeUnknown } from "./base/errors.ts"
import type { Verdict } from "./base/verdict.ts"
import {
  type Requirement,
  type RequirementWitness,
  defaultRequirement,
  requirementById,
  requirements,
} from "./quorum/meet/requirement.ts"
import { type Safety, safetyOf } from "./quorum/meet/safety.ts"
import { type QuorumPlan, constantPlan } from "./quorum/plan.ts"
import type { QuorumSystem } from "./quorum/system.ts"

/** A quorum system, or the text of one: `majority(5)`. */
export type SystemOrText = QuorumSystem | string

/** A plan, a system for every epoch, or the text of either: `0: rowa(3); 1..: majority(3)`. */
export type PlanOrText = QuorumPlan | SystemOrText

/**
 * The load of a system: the share of requests that its busiest node gets under the best strategy (Naor and
 * Wool 1998), where `phase1Fraction` of them, a half unless said, are of phase 1. From 0 to 1, where nodes
 * have capacity 1.
 *
 * Exact fractions, strategies and everything else: `analysis.analyse`. Cost: a linear program.
 *
 * @example load("grid(2, 3)", { phase1Fraction: 0.25 }) // => 0.375
 */
export async function load(system: SystemOrText, options: AnalysisOptions = {}): Promise<number> {
  return (await analyse(systemOf(system), options)).load
}

/**
 * The requests per unit of time that a system serves, in those that a node of capacity 1 does; 1 / load
 * where the share of phase 1 does not vary. Null where it is unbounded, as where no node has to be contacted.
 */
export async function capacity(system: SystemOrText, options: AnalysisOptions = {}): Promise<number | null> {
  return (await analyse(systemOf(system), options)).capacity
}

/**
 * The greatest f such that both phases have a quorum left whichever f nodes fail; -1 where a phase has none
 * to begin with. Of one phase: `analysis.resilience`.
 *
 * @example resilience("grid(3, 3)") // => 2
 */
export async function resilience(system: SystemOrText): Promise<number> {
  return resilienceOfPair(systemOf(system))
}

/**
 * The probability that one phase or the other has no live quorum, each node being down with probability
 * `down`, independently. Of one phase, or of nodes that differ: `analysis.failureProbability`.
 *
 * @example failureProbability("majority(3)", 0.5) // => ({ kind: "exact", value: 0.5 })
 */
export function failureProbability(system: SystemOrText, down: number): FailureProbability {
  const given = systemOf(system)
  return eitherPhaseFails(given, nodeTable(given, { failureProbability: down }))
}

/**
 * Whether the quorums that must meet do: `holds`, `violated` with quorums that show it, or `unknown` where
 * the search was given up. The requirement is what the plan is made to satisfy, 4.4 for most, unless its
 * number says otherwise.
 *
 * @example check("simple(4, 2, 2)").verdict // => "violated"
 */
export function check(plan: PlanOrText, requirement?: string | Requirement): Verdict<RequirementWitness> {
  const given = planOf(plan)
  const asked = requirement ?? defaultRequirement(given)
  return (typeof asked === "string" ? requirementOf(asked) : asked).check(given)
}

/**
 * Whether a system or plan is safe, as plain JSON: the requirement, its verdict, why, whether it holds only
 * vacuously, and quorums that do not intersect by the names of their nodes. What analyses carry beside their
 * figures; `check` also has phases, epochs and a repair.
 *
 * @example safe("simple(5, 2, 2)").quorums // => [["a1", "a2"], ["a4", "a5"]]
 */
export function safe(plan: PlanOrText, requirement?: string): Safety {
  return safetyOf(planOf(plan), requirement)
}

function requirementOf(id: string): Requirement {
  const requirement = requirementById(id)
  if (requirement !== undefined) return requirement
  const known = requirements.map((one) => one.id)
  throw new UsageError(describeUnknown("requirement", id, known))
}

function systemOf(system: SystemOrText): QuorumSystem {
  return typeof system === "string" ? quorumSystemFrom(system) : system
}

function planOf(plan: PlanOrText): QuorumPlan {
  if (typeof plan === "string") return quorumPlanFrom(plan)
  return "ranges" in plan ? plan : constantPlan(plan)
}
