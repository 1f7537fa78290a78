import { UsageError } from "../../base/errors.ts"
import { type Verdict, holds, holdsVacuously, isVacuous, unknown, violated } from "../../base/verdict.ts"
import type { Effort } from "./intersect.ts"
import type { Epoch, QuorumPlan } from "../plan.ts"
import {
  type Answers,
  type Question,
  againstSmallerEpochs,
  answersWithin,
  betweenAllEpochs,
  ofFastEpochs,
  withOverlap,
  withinEveryEpoch,
} from "./question.ts"
import { repairHint } from "./repair.ts"
import { type NodeId, type Phase, namesOf } from "../system.ts"

/** A quorum of a witness: its phase and epoch, and its members by name. */
export interface WitnessQuorum {
  readonly phase: Phase
  /** An epoch in which it is a quorum. */
  readonly epoch: Epoch
  readonly nodes: readonly NodeId[]
}

/** Quorums that violate the requirement: they share too few acceptors. */
export interface RequirementWitness {
  readonly quorums: readonly WitnessQuorum[]
  /** The smallest change found that would satisfy the requirement. */
  readonly hint: string
}

/**
 * A condition on quorums, by its number in Howard 2019 or the name of the paper that has it.
 *
 * Table 4.2 and the rest of the thesis put these as conditions on sets of quorums for every pair of
 * epochs. A plan has finitely many ranges, so `questions` is a finite list; each concerns the overlap of
 * two or three kinds of quorums, and `check` is the conjunction. None of them requires that quorums
 * exist: `modes.ts` adds that.
 */
export interface Requirement {
  readonly id: string
  /** What must meet what, in a few words. */
  readonly title: string
  /** The formula, as the thesis prints it. */
  readonly statement: string
  readonly reference: string
  /** What satisfying it buys. */
  readonly meaning: string
  /** The questions that decide it for this plan. */
  questions(plan: QuorumPlan): readonly Question[]
  check(plan: QuorumPlan, effort?: Effort): Verdict<RequirementWitness>
}

/**
 * Every requirement known, in the order of the thesis.
 *
 * 3.1 and 4.1 to 4.4 are stated for quorums that do not depend on the epoch. For a plan in which they
 * do, they apply to all quorums of all epochs, which makes them suffice for safety.
 */
export const requirements: readonly Requirement[] = [
  requirement(
    {
      id: "3.1",
      title: "every two quorums meet",
      statement: "∀Q, Q′ ∈ 𝒬 : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 3.1 (§3.11)",
      meaning: "classic Paxos with general quorums, whichever phase a quorum is used in",
    },
    (plan) => [
      ...betweenAllEpochs(plan, [1, 1]),
      ...betweenAllEpochs(plan, [2, 2]),
      ...betweenAllEpochs(plan, [1, 2]),
    ],
  ),
  requirement(
    {
      id: "4.1",
      title: "phase-1 quorums meet each other",
      statement: "∀Q, Q′ ∈ 𝒬₁ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 4.1 (§4.1)",
      meaning: "a part of 3.1 that chapter 4 shows to be unnecessary",
    },
    (plan) => betweenAllEpochs(plan, [1, 1]),
  ),
  requirement(
    {
      id: "4.2",
      title: "phase-2 quorums meet each other",
      statement: "∀Q, Q′ ∈ 𝒬₂ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 4.2 (§4.1)",
      meaning: "a part of 3.1 that chapter 4 shows to be unnecessary",
    },
    (plan) => betweenAllEpochs(plan, [2, 2]),
  ),
  requirement(
    {
      id: "4.3",
      title: "phase-1 quorums meet phase-2 quorums",
      statement: "∀Q ∈ 𝒬₁, ∀Q′ ∈ 𝒬₂ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 4.3 (§4.1)",
      meaning: "the part of 3.1 that chapter 4 keeps; Revision A states it as 4.4",
    },
    (plan) => betweenAllEpochs(plan, [1, 2]),
  ),
  requirement(
    {
      id: "4.4",
      title: "phase 1 meets phase 2",
      statement: "∀Q₁ ∈ 𝒬₁, ∀Q₂ ∈ 𝒬₂ : Q₁ ∩ Q₂ ≠ ∅",
      reference: "Howard 2019, requirement 4.4 (Revision A, §4.2); Howard, Malkhi and Spiegelman 2016, §3",
      meaning: "Flexible Paxos is safe: quorums of the same phase need not meet",
    },
    (plan) => betweenAllEpochs(plan, [1, 2]),
  ),
  requirement(
    {
      id: "4.5",
      title: "phase 1 of any epoch meets phase 2 of any epoch",
      statement: "∀e, f ∈ E, ∀Q ∈ 𝒬₁ᵉ, ∀Q′ ∈ 𝒬₂ᶠ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 4.5 (§4.3)",
      meaning: "4.4 for quorums that depend on the epoch, before Revision B weakens it to 4.6",
    },
    (plan) => betweenAllEpochs(plan, [1, 2]),
  ),
  requirement(
    {
      id: "4.6",
      title: "phase 1 meets phase 2 of all smaller epochs",
      statement: "∀e ∈ E, ∀Q ∈ 𝒬₁ᵉ, ∀f < e, ∀Q′ ∈ 𝒬₂ᶠ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 4.6 (Revision B, §4.3)",
      meaning: "Paxos is safe with quorums that depend on the epoch; the smallest epoch may skip phase 1",
    },
    (plan) => againstSmallerEpochs(plan, [1, 2]),
  ),
  requirement(
    {
      id: "4.7",
      title: "phase-1 quorums of the same epoch meet",
      statement: "∀e ∈ E, ∀Q, Q′ ∈ 𝒬₁ᵉ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 4.7 (§3.9, §4.3)",
      meaning: "epochs by voting: no two proposers win the same epoch, as Raft elects its leaders",
    },
    (plan) => withinEveryEpoch(plan, [1, 1]),
  ),
  requirement(
    {
      id: "5.1",
      title: "phase 1 meets phase 2 of the epochs since the reported one",
      statement: "promise(e, f, v) ⇒ ∀g : f < g < e, ∀Q ∈ 𝒬₁ᵉ, ∀Q′ ∈ 𝒬₂ᵍ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 5.1 (Revision C, §5.1)",
      meaning:
        "phase 1 may end once a promise reports an accepted proposal, whichever; where none does, 4.6 is needed",
    },
    // A reported proposal is of epoch 0 at least, so that the epochs since begin at 1.
    (plan) => againstSmallerEpochs(plan, [1, 2], 1),
  ),
  requirement(
    {
      id: "7.1",
      title: "phase-2 quorums of the same epoch meet",
      statement: "∀e ∈ E, ∀Q, Q′ ∈ 𝒬₂ᵉ : Q ∩ Q′ ≠ ∅",
      reference: "Howard 2019, requirement 7.1 (§7.3)",
      meaning: "epochs by recovery: no two values are decided in the same epoch",
    },
    (plan) => withinEveryEpoch(plan, [2, 2]),
  ),
  requirement(
    {
      id: "7.2",
      title: "phase 1 meets every overlap of two phase-2 quorums of a smaller epoch",
      statement: "∀e ∈ E, ∀Q ∈ 𝒬₁ᵉ, ∀f < e, ∀Q′, Q″ ∈ 𝒬₂ᶠ : Q ∩ Q′ ∩ Q″ ≠ ∅",
      reference: "Howard 2019, requirement 7.2 (§7.3)",
      meaning: "epochs by recovery: a phase-1 quorum is enough to go on; a bound on progress, not on safety",
    },
    (plan) => againstSmallerEpochs(plan, [1, 2, 2]),
  ),
  requirement(
    {
      id: "FP",
      title: "every two quorums meet, and any one meets every overlap of two of a fast epoch",
      statement: "∀Q, Q′ ∈ 𝒬 : Q ∩ Q′ ≠ ∅; ∀Q ∈ 𝒬, ∀R, R′ ∈ 𝒬₂ᶠ, f fast : Q ∩ R ∩ R′ ≠ ∅",
      reference: "Lamport 2006, Fast Paxos, §2.2 (fast quorum requirement)",
      meaning: "Fast Paxos is safe: in a fast epoch every proposer may propose at once",
    },
    (plan) => [
      ...betweenAllEpochs(plan, [1, 1]),
      ...betweenAllEpochs(plan, [2, 2]),
      ...betweenAllEpochs(plan, [1, 2]),
      ...ofFastEpochs(plan, betweenAllEpochs(plan, [1, 2, 2])),
      ...ofFastEpochs(plan, betweenAllEpochs(plan, [2, 2, 2])),
    ],
  ),
  requirement(
    {
      id: "FFP",
      title: "phase 1 meets phase 2, and every overlap of two phase-2 quorums of a fast epoch",
      statement: "∀Q ∈ 𝒬₁ᵉ, ∀f < e, ∀R, R′ ∈ 𝒬₂ᶠ : Q ∩ R ≠ ∅; f fast ⇒ Q ∩ R ∩ R′ ≠ ∅",
      reference: "Howard, Charapko and Mortier 2021, Fast Flexible Paxos (stated there for all e and f)",
      meaning: "Fast Flexible Paxos is safe: quorums of the same phase need not meet",
    },
    (plan) => [
      ...againstSmallerEpochs(plan, [1, 2]),
      ...ofFastEpochs(plan, againstSmallerEpochs(plan, [1, 2, 2])),
    ],
  ),
]

/** The requirement of that number, or nothing. */
export function requirementById(id: string): Requirement | undefined {
  return requirements.find((each) => each.id === id)
}

/** 4.6 with an overlap of `atLeast` acceptors: what is left when all but one of the others lose their data or lie. */
export function overlapRequirement(atLeast: number): Requirement {
  if (!Number.isSafeInteger(atLeast) || atLeast < 1) {
    throw new UsageError(`the required overlap is ${atLeast}; must be a positive integer.`)
  }
  return requirement(
    {
      id: `overlap ${atLeast}`,
      title: `phase 1 has ${atLeast} acceptors in common with phase 2 of all smaller epochs`,
      statement: `∀e ∈ E, ∀Q ∈ 𝒬₁ᵉ, ∀f < e, ∀Q′ ∈ 𝒬₂ᶠ : |Q ∩ Q′| ≥ ${atLeast}`,
      reference: "Malkhi and Reiter 1998, Byzantine quorum systems",
      meaning: "some of the acceptors that two quorums share may lose what they stored, or lie about it",
    },
    (plan) => againstSmallerEpochs(plan, [1, 2]).map((asked) => withOverlap(asked, atLeast)),
  )
}

/**
 * The verdict on a requirement from those on its questions: violated by the first witness; else unknown
 * if one is open.
 */
export function decide(asked: Requirement, plan: QuorumPlan, answers: Answers): Verdict<RequirementWitness> {
  const reasons = new Set<string>()
  let open: string | undefined
  let ofSomething = false
  for (const each of asked.questions(plan)) {
    const answer = answers(each)
    if (answer.verdict === "violated") {
      const quorums = each.sides.map(({ phase, epoch, system }, i) => ({
        phase,
        epoch,
        nodes: namesOf(system, answer.witness[i]!),
      }))
      return violated({ quorums, hint: repairHint(each, answer.witness) }, answer.because)
    }
    // Continues: a later question may have a witness, and a violation takes precedence over unknown.
    if (answer.verdict === "unknown") open ??= answer.because
    else {
      reasons.add(answer.because)
      ofSomething ||= !isVacuous(answer)
    }
  }
  if (open !== undefined) return unknown(open)
  if (reasons.size === 0) return holdsVacuously("vacuously true: no two epochs have to meet")
  return (ofSomething ? holds : holdsVacuously)([...reasons].join("; "))
}

/** A requirement whose `check` decides its questions, each once. */
function requirement(
  about: Omit<Requirement, "check" | "questions">,
  questions: (plan: QuorumPlan) => readonly Question[],
): Requirement {
  const self: Requirement = {
    ...about,
    questions,
    check: (plan, effort) => decide(self, plan, answersWithin(effort)),
  }
  return self
}

/**
 * The default requirement of a plan: FFP if an epoch is fast, 4.6 if quorums depend on the epoch,
 * otherwise the requirement its system is designed for, or 4.4.
 */
export function defaultRequirement({ ranges }: QuorumPlan): string {
  if (ranges.some(({ fast }) => fast === true)) return "FFP"
  return ranges.length > 1 ? "4.6" : (ranges[0]!.system.requirement ?? "4.4")
}
