import { majority3, systemOf } from "./systems.ts"
import type { QuorumPlan } from "../../quorum/plan.ts"
import { type Cluster, type ClusterOptions, paxosCluster } from "../paxos/cluster.ts"
import type { Variant } from "../paxos/variant.ts"

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

export { majority3, systemOf }
