import { UsageError } from "../../base/errors.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { allAboardPlan, colocatedMajorityPlan, fixedQuorumsPlan } from "./plans.ts"

/** A plan of the thesis that is too long to write out epoch by epoch, as a call that rebuilds it. */
export interface PlanFamily {
  readonly id: string
  /** `allAboard(n, k)`. */
  readonly call: string
  readonly meaning: string
  readonly reference: string
  readonly example: string
  build(args: readonly unknown[]): QuorumPlan
}

/** The plans that have a name of their own; all others are written `0: …; 1..: …`. */
export const planFamilies: readonly PlanFamily[] = [
  {
    id: "allAboard",
    call: "allAboard(n, k)",
    meaning: "All n acceptors in phase 2 up to epoch k, majorities after it; the least phase 1 for them.",
    reference: "Howard 2019, §4.3.2 and table 4.1",
    example: "allAboard(3, 3)",
    build: ([n, k]) => allAboardPlan(size(n), size(k)),
  },
  {
    id: "colocatedMajorities",
    call: "colocatedMajorities(n, epochs)",
    meaning: "Majorities that contain the owner of the epoch, for so many epochs; then plain majorities.",
    reference: "Howard 2019, §4.3.2",
    example: "colocatedMajorities(5, 5)",
    build: ([n, epochs]) => colocatedMajorityPlan(size(n), size(epochs)),
  },
  {
    id: "fixedQuorums",
    call: "fixedQuorums(n, [[1, 2], …])",
    meaning: "One phase-2 quorum for each epoch, of acceptors by number; the last one stays.",
    reference: "Howard 2019, Algorithm 28",
    example: "fixedQuorums(3, [[1, 2], [2, 3]])",
    build: ([n, quorums]) => fixedQuorumsPlan(size(n), numberLists(quorums, size(n))),
  },
]

/**
 * The plan of a call such as `allAboard(3, 3)`; nothing, if the text is no call
 * of a plan family. Wrong arguments are UsageErrors.
 */
export function readPlanCall(text: string): QuorumPlan | undefined {
  const [, id, list = ""] = /^\s*([A-Za-z]\w*)\s*\((.*)\)\s*$/.exec(text) ?? []
  const family = planFamilies.find((candidate) => candidate.id === id)
  if (family === undefined) return undefined
  const args = argumentsOf(list)
  if (args === undefined || args.length !== 2) throw unfit(family, text)
  try {
    return family.build(args)
  } catch (error) {
    if (error instanceof NotASize) throw unfit(family, text)
    throw error
  }
}

function unfit({ call, meaning, example }: PlanFamily, text: string): UsageError {
  return new UsageError(
    `${text.trim()} does not fit ${call}: ${meaning} Numbers are whole and at least 1. For example ${example}.`,
  )
}

function argumentsOf(list: string): unknown[] | undefined {
  try {
    return JSON.parse(`[${list}]`) as unknown[]
  } catch {
    return undefined
  }
}

/** Carries nothing: the caller knows the call it was reading, and says so in its own words. */
class NotASize extends Error {}

function size(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value
  throw new NotASize()
}

function numberLists(value: unknown, n: number): number[][] {
  if (!Array.isArray(value) || value.length === 0) throw new NotASize()
  return value.map((list: unknown) => {
    if (!Array.isArray(list) || list.length === 0) throw new NotASize()
    return list.map((member) => {
      if (size(member) > n) throw new NotASize()
      return size(member)
    })
  })
}
