import { type Cluster, type ClusterOptions, paxosCluster } from "../../protocol/paxos/cluster.ts"
import type { Variant } from "../../protocol/paxos/variant.ts"
import { and, node, or, threshold } from "../../quorum/expression.ts"
import { type QuorumPlan, constantPlan } from "../../quorum/plan.ts"
import { type QuorumSystem, quorumSystem } from "../../quorum/system.ts"

/** The setting of most examples of Howard 2019: three acceptors, two proposers with epochs dealt out in turn, no pauses. */
export function setting(
  variant: Partial<Variant> = {},
  plan: QuorumPlan = majority3,
  more: Partial<ClusterOptions> = {},
): Cluster {
  return paxosCluster({
    plan,
    proposers: 2,
    variant,
    timeout: { min: 1_000_000, max: 1_000_000 },
    backOff: { kind: "none" },
    ...more,
  })
}

/** n acceptors, any k of them in both phases. */
export function countingSystem(n: number, k: number): QuorumSystem {
  const nodes = names(n)
  const any = threshold(k, nodes.map(node))
  return quorumSystem({ phase1: any, phase2: any, nodes }, `any ${k} of ${n}`)
}

/** Majorities of three acceptors, in every epoch: what most figures have. */
export const majority3: QuorumPlan = constantPlan(countingSystem(3, 2))

/** A system of listed quorums over a1 … an; each quorum is a list of numbers. */
export function systemOf(
  n: number,
  phase1: readonly (readonly number[])[],
  phase2: readonly (readonly number[])[],
  name: string,
): QuorumSystem {
  const anyOf = (quorums: readonly (readonly number[])[]) =>
    or(...quorums.map((quorum) => and(...quorum.map((i) => node(`a${i}`)))))
  return quorumSystem({ phase1: anyOf(phase1), phase2: anyOf(phase2), nodes: names(n) }, name)
}

function names(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `a${i + 1}`)
}
