import type { NodeSet } from "../../base/node-set.ts"
import { type Verdict, unknown } from "../../base/verdict.ts"
import type { QuorumExpr } from "../expression.ts"
import { type Effort, defaultEffort, everyOverlap } from "./intersect.ts"
import { type Epoch, type EpochRange, type QuorumPlan, lastEpoch } from "../plan.ts"
import type { Phase, QuorumSystem } from "../system.ts"

/** One kind of quorums: those of a phase, in an epoch and all others of its range. */
export interface Side {
  readonly phase: Phase
  readonly epoch: Epoch
  readonly system: QuorumSystem
}

/**
 * Do quorums, one of each side, always have `atLeast` nodes in common? What every requirement comes down to.
 *
 * Of a whole range of epochs with one system a single epoch stands for all, the smallest that makes
 * sense: so a witness names epochs that exist.
 */
export interface Question {
  readonly sides: readonly Side[]
  readonly atLeast: number
}

/** A procedure that decides questions; the quorums of a witness are in the order of the sides. */
export type Answers = (question: Question) => Verdict<readonly NodeSet[]>

/** Decides by `everyOverlap`, each question once, even if several requirements share it. */
export function answersWithin(effort: Effort = defaultEffort): Answers {
  const known = new Map<string, Verdict<readonly NodeSet[]>>()
  const idOf = numbering()
  return ({ sides, atLeast }) => {
    const formulas = sides.map(formulaOf)
    // By identity: equal formulas in different systems are decided twice, which only costs time.
    const key = `${formulas.map(idOf).join()} ${atLeast}`
    const answer = known.get(key) ?? everyOverlap(formulas, sides[0]!.system.nodes, { atLeast, effort })
    known.set(key, answer)
    return answer
  }
}

/** Decides nothing: leaves every question open. */
export const noAnswers: Answers = () => unknown("nothing was tried")

/** The formula of a side. */
export const formulaOf = ({ phase, system }: Side): QuorumExpr => system.expression[phase]

/** Phases whose quorums must meet: `[1, 2]` a phase-1 and a phase-2 quorum, `[1, 2, 2]` one and two. */
export type Meeting = readonly Phase[]

/** Quorums of the same epoch. */
export function withinEveryEpoch(plan: QuorumPlan, meeting: Meeting): Question[] {
  return plan.ranges.map((range) => question(meeting.map((phase) => sideOf(range, phase))))
}

/** Quorums of any two epochs: the first phase's of one, the others' of the other. Each epoch against itself comes first. */
export function betweenAllEpochs(plan: QuorumPlan, meeting: Meeting): Question[] {
  const [phase, ...others] = meeting
  // Epoch 1 against 2 and 2 against 1 are one question where both sides are of one phase.
  const symmetric = others.length === 1 && others[0] === phase
  const pairs = plan.ranges.flatMap((one, i) =>
    plan.ranges.flatMap((two, j) => (symmetric && j < i ? [] : [{ one, two, apart: i !== j }])),
  )
  return [...pairs.filter(({ apart }) => !apart), ...pairs.filter(({ apart }) => apart)].map(({ one, two }) =>
    question([sideOf(one, phase!), ...others.map((other) => sideOf(two, other))]),
  )
}

/**
 * The first phase's quorums of an epoch against the others' of every smaller
 * one, from `from` on: only these may have decided when the epoch prepares.
 */
export function againstSmallerEpochs(plan: QuorumPlan, meeting: Meeting, from: Epoch = 0): Question[] {
  const [phase, ...others] = meeting
  return plan.ranges.flatMap((later) =>
    plan.ranges.flatMap((earlier) => {
      // The least pair f < g of the two ranges; there may be none, as for a single epoch against itself.
      const smaller = Math.max(from, earlier.from)
      const greater = Math.max(smaller + 1, later.from)
      if (smaller > lastEpoch(plan, earlier) || greater > lastEpoch(plan, later)) return []
      const first = sideOf(later, phase!, greater)
      return [question([first, ...others.map((other) => sideOf(earlier, other, smaller))])]
    }),
  )
}

/** The questions whose last side, a phase-2 one, belongs to a fast epoch; without any marked, all are. */
export function ofFastEpochs(plan: QuorumPlan, questions: readonly Question[]): Question[] {
  const fast = plan.ranges.filter((range) => range.fast === true)
  if (fast.length === 0) return [...questions]
  return questions.filter(({ sides }) => {
    const { epoch } = sides.at(-1)!
    return fast.some((range) => range.from <= epoch && epoch <= lastEpoch(plan, range))
  })
}

/** The same question about a larger overlap. */
export function withOverlap(asked: Question, atLeast: number): Question {
  return { ...asked, atLeast }
}

const question = (sides: readonly Side[]): Question => ({ sides, atLeast: 1 })

const sideOf = ({ from, system }: EpochRange, phase: Phase, epoch: Epoch = from): Side => ({
  phase,
  epoch,
  system,
})

/** Numbers formulas by identity, in the order in which they are first seen. */
function numbering(): (expr: QuorumExpr) => number {
  const numbers = new Map<QuorumExpr, number>()
  return (expr) => {
    const number = numbers.get(expr) ?? numbers.size
    numbers.set(expr, number)
    return number
  }
}
