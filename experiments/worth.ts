import { quorumSystemFrom } from "../quorums/from-text.ts"
import {
  type FailureProbability,
  eitherPhaseFails,
  failureProbability,
  nodeTable,
  optimalValue,
  workloadOf,
} from "../src/analysis/index.ts"
import type { Phase } from "../src/quorum/system.ts"

/** The load of a system of equal nodes when a share of the work is phase 1. */
export interface Load {
  readonly value: number
  /** As a fraction proved optimal; null where there is no proof. */
  readonly exact: string | null
}

/**
 * The least load that any strategy of reading and writing can have (Naor and Wool 1998, for two
 * kinds of quorums), where all nodes are alike.
 */
export async function loadOf(text: string, phase1Fraction: number): Promise<Load> {
  const system = quorumSystemFrom(text)
  const table = nodeTable(system)
  const workload = workloadOf(phase1Fraction)
  const { value, exact } = await optimalValue({
    system,
    table,
    workload,
    objective: "load",
    limits: {},
    failures: 0,
  })
  return { value, exact: exact ?? null }
}

/** The probability that a phase, or one of them, has no live quorum when every node fails with probability p; null where unknown. */
export function failureOf(text: string, phase: Phase | "either", p: number): number | null {
  const system = quorumSystemFrom(text)
  const table = nodeTable(system, { failureProbability: p })
  const answer: FailureProbability =
    phase === "either" ? eitherPhaseFails(system, table) : failureProbability(system, phase, table)
  return answer.kind === "exact" ? answer.value : null
}
