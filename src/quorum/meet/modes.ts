import { type Verdict, holds, violated, isVacuous } from "../../base/verdict.ts"
import type { QuorumPlan } from "../plan.ts"
import { type Answers, answersWithin } from "./question.ts"
import { type RequirementWitness, decide, requirementById } from "./requirement.ts"
import { isNever, simplify } from "../expression.ts"
import { phases } from "../system.ts"

/**
 * A revision of Paxos, or a way to allot epochs: what its quorums must satisfy
 * for it to be safe, and what more for its progress to be guaranteed.
 *
 * Safety and progress are listed apart because the thesis' own conditions differ: 7.2 is only sufficient
 * for recovery to finish phase 1 with a bare quorum, and a system without it loses no safety (§7.3).
 */
export interface Mode {
  readonly id: string
  readonly title: string
  readonly reference: string
  /** Requirements, by number, that together make it safe. */
  readonly safeUnder: readonly string[]
  /** Requirements on top of a live quorum of each phase, without which it may have to wait for more. */
  readonly progressUnder: readonly string[]
  /** What else it rests on, in a sentence. */
  readonly note: string
}

/**
 * Every mode, in the order of the thesis.
 *
 * A row gives the requirements on quorums, not how epochs are made unique: the `Variant` of a protocol
 * must ensure that, as described in `note`.
 */
export const modes: readonly Mode[] = [
  {
    id: "classic",
    title: "classic Paxos with general quorums",
    reference: "Howard 2019, Algorithm 12 (§3.11)",
    safeUnder: ["3.1"],
    progressUnder: [],
    note: "Phase 1 waits for a quorum, whichever phase it is meant for.",
  },
  {
    id: "A",
    title: "Revision A (Flexible Paxos)",
    reference: "Howard 2019, Algorithm 13 (§4.2)",
    safeUnder: ["4.4"],
    progressUnder: [],
    note: "Quorums of the same phase need not meet.",
  },
  {
    id: "B",
    title: "Revision B (quorums by epoch)",
    reference: "Howard 2019, Algorithm 14 (§4.3)",
    safeUnder: ["4.6"],
    progressUnder: [],
    note: "The smallest epoch meets nothing and may skip phase 1.",
  },
  {
    id: "C",
    title: "Revision C (reported proposals)",
    reference: "Howard 2019, Algorithm 15 (§5.1)",
    safeUnder: ["4.6", "5.1"],
    progressUnder: [],
    note: "Where a promise reports a proposal 5.1 is enough by itself; 4.6 is for the others.",
  },
  {
    id: "pre-allocated",
    title: "epochs allotted beforehand",
    reference: "Howard 2019, §3.8 and table 7.2",
    safeUnder: ["4.6"],
    progressUnder: [],
    note: "The sets of epochs are disjoint; quorums of the same phase need not meet.",
  },
  {
    id: "voting",
    title: "epochs by voting (Raft)",
    reference: "Howard 2019, Algorithm 10 (§3.9) and table 7.2",
    safeUnder: ["4.6", "4.7"],
    progressUnder: [],
    note: "Any proposer may try any epoch; the smallest may not skip phase 1.",
  },
  {
    id: "allocator",
    title: "epochs by an allocator",
    reference: "Howard 2019, Algorithms 21 and 30 (§7.1)",
    safeUnder: ["4.6"],
    progressUnder: [],
    note: "Progress needs the allocator as well.",
  },
  {
    id: "value-based",
    title: "epochs by value",
    reference: "Howard 2019, Algorithms 22 and 23 (§7.2)",
    safeUnder: ["4.6"],
    progressUnder: [],
    note: "The set of values is finite, and each epoch belongs to one of them.",
  },
  {
    id: "recovery",
    title: "epochs by recovery",
    reference: "Howard 2019, Algorithms 24 to 29 (§7.3)",
    safeUnder: ["4.6", "7.1"],
    progressUnder: ["7.2"],
    note: "Any proposer may use any epoch; acceptors keep the first value of an epoch. Without 7.2 it is as safe, but phase 1 may have to wait for more than a quorum.",
  },
  {
    id: "fast",
    title: "Fast Paxos",
    reference: "Lamport 2006, Fast Paxos",
    safeUnder: ["FP"],
    progressUnder: [],
    note: "A phase-1 quorum is always enough to pick a value.",
  },
  {
    id: "fast-flexible",
    title: "Fast Flexible Paxos",
    reference: "Howard, Charapko and Mortier 2021, Fast Flexible Paxos",
    safeUnder: ["FFP"],
    progressUnder: [],
    note: "Quorums of the same phase need not meet.",
  },
]

/** Whether a mode is safe with the quorums of a plan, and whether its progress is guaranteed: two questions. */
export interface ModeReport {
  readonly mode: Mode
  readonly safe: Verdict<RequirementWitness | undefined>
  readonly progress: Verdict<RequirementWitness | undefined>
}

/**
 * Which modes a plan is good for. Progress is meant as in the thesis: with one
 * proposer, bounds on delays, and a live quorum of each phase.
 */
export function modeReports(plan: QuorumPlan, answers: Answers = answersWithin()): ModeReport[] {
  return modes.map((mode) => ({
    mode,
    safe: worst(mode.safeUnder.map((id) => named(id, plan, answers))),
    progress: worst([
      // A requirement of the form "every quorum meets…" holds vacuously of no quorums: safe, and stuck.
      everyEpochHasQuorums(plan),
      ...mode.progressUnder.map((id) => named(id, plan, answers)),
    ]),
  }))
}

/** The verdict on a requirement, with its number in the reason. */
function named(id: string, plan: QuorumPlan, answers: Answers): Verdict<RequirementWitness | undefined> {
  const verdict = decide(requirementById(id)!, plan, answers)
  return { ...verdict, because: `${id} ${worded(verdict)}` }
}

function worded(decided: Verdict<unknown>): string {
  const { verdict, because } = decided
  if (verdict === "holds") return isVacuous(decided) ? "holds vacuously" : "holds"
  return verdict === "violated" ? "does not hold" : `is undecided: ${because}`
}

/** A violation outweighs an open question, which outweighs what holds. */
function worst<Witness>(verdicts: readonly Verdict<Witness>[]): Verdict<Witness> {
  const decisive =
    verdicts.find(({ verdict }) => verdict === "violated") ??
    verdicts.find(({ verdict }) => verdict === "unknown")
  return decisive ?? holds(verdicts.map(({ because }) => because).join(", "))
}

/** Without a quorum of some phase, no value can be decided in the epoch, even with all acceptors up. */
function everyEpochHasQuorums(plan: QuorumPlan): Verdict<undefined> {
  for (const { from, system } of plan.ranges) {
    for (const phase of phases) {
      if (isNever(simplify(system.expression[phase]))) {
        return violated(undefined, `epoch ${from} has no phase-${phase} quorum`)
      }
    }
  }
  return holds("each epoch has quorums of both phases")
}
