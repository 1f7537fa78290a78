import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { type Effort, defaultEffort, everyPairMeets } from "./intersect.ts"
import type { Epoch, QuorumPlan } from "./plan.ts"
import { repairHint } from "./repair.ts"
import { type NodeId, type Phase, type QuorumSystem, namesOf } from "./system.ts"

/** A quorum of a witness: whose it is, and its members by name. */
export interface WitnessQuorum {
  readonly phase: Phase
  /** The first epoch of the range whose system it is a quorum of. */
  readonly epoch: Epoch
  readonly nodes: readonly NodeId[]
}

/** Quorums that the requirement wants to share an acceptor, and that share none. */
export interface RequirementWitness {
  readonly quorums: readonly WitnessQuorum[]
  /** The smallest change found that would satisfy the requirement. */
  readonly hint: string
}

/** A condition on quorums, by its number in Howard 2019. */
export interface Requirement {
  readonly id: string
  /** What must meet what, in a few words. */
  readonly title: string
  /** The formula, as the thesis prints it. */
  readonly statement: string
  readonly reference: string
  /** What satisfying it buys. */
  readonly meaning: string
  check(plan: QuorumPlan, effort?: Effort): Verdict<RequirementWitness>
}

/** Two kinds of quorums that must meet, each from one range of epochs. */
interface Pairing {
  readonly first: Side
  readonly second: Side
}

interface Side {
  readonly phase: Phase
  readonly epoch: Epoch
  readonly system: QuorumSystem
}

/** Pairings of phases, both taken from the same epochs: `[1, 2]` holds phase 1 against phase 2. */
function withinEveryEpoch(...pairs: readonly (readonly [Phase, Phase])[]) {
  return (plan: QuorumPlan): Pairing[] =>
    plan.ranges.flatMap(({ from: epoch, system }) =>
      pairs.map(([one, two]) => ({
        first: { phase: one, epoch, system },
        second: { phase: two, epoch, system },
      })),
    )
}

/** A requirement that is a list of pairings, each to be checked by itself. */
function pairwise(
  about: Omit<Requirement, "check">,
  pairings: (plan: QuorumPlan) => readonly Pairing[],
): Requirement {
  return { ...about, check: (plan, effort) => checkPairings(about, pairings(plan), effort) }
}

/** Every requirement known, in the order of the thesis. */
export const requirements: readonly Requirement[] = [
  pairwise(
    {
      id: "3.1",
      title: "every two quorums meet",
      statement: "∀Q, Q′ ∈ 𝒬 : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 3.1 (§3.11)",
      meaning: "classic Paxos with general quorums, whichever phase a quorum is used in",
    },
    withinEveryEpoch([1, 1], [2, 2], [1, 2]),
  ),
  pairwise(
    {
      id: "4.4",
      title: "phase 1 meets phase 2",
      statement: "∀Q₁ ∈ 𝒬₁, ∀Q₂ ∈ 𝒬₂ : Q₁ ∩ Q₂ ≠ ∅",
      reference: "Howard 2019, requirement 4.4 (Revision A, §4.2); Howard, Malkhi and Spiegelman 2016, §3",
      meaning: "Flexible Paxos is safe: quorums of the same phase need not meet",
    },
    withinEveryEpoch([1, 2]),
  ),
]

/** The requirement of that number, or nothing. */
export function requirementById(id: string): Requirement | undefined {
  return requirements.find((requirement) => requirement.id === id)
}

/** The pairings one after the other: the first witness decides; an unanswered one leaves `unknown` at best. */
function checkPairings(
  about: Omit<Requirement, "check">,
  pairings: readonly Pairing[],
  effort: Effort = defaultEffort,
): Verdict<RequirementWitness> {
  const reasons = new Set<string>()
  let open: string | undefined
  for (const pairing of pairings) {
    const { first, second } = pairing
    const { nodes, expression } = first.system
    const verdict = everyPairMeets(
      expression[first.phase],
      second.system.expression[second.phase],
      nodes,
      effort,
    )
    if (verdict.verdict === "violated") {
      const quorums = ([first, second] as const).map(({ phase, epoch, system }, i) => ({
        phase,
        epoch,
        nodes: namesOf(system, verdict.witness[i]!),
      }))
      return violated({ quorums, hint: repairHint(about.id, pairing, verdict.witness) }, verdict.because)
    }
    if (verdict.verdict === "unknown") open = verdict.because
    else reasons.add(verdict.because)
  }
  return open === undefined ? holds([...reasons].join("; ")) : unknown(open)
}
