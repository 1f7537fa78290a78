import type { Cluster } from "../../protocol/paxos/cluster.ts"
import { statedFor } from "../property.ts"
import type { PaxosProperty } from "./facts.ts"
import { lemmas } from "./lemmas.ts"
import { oracleRules } from "./oracle-rules.ts"
import { rules } from "./rules.ts"
import { safety } from "./safety.ts"
import { statements } from "./statements.ts"

/**
 * All properties of one run of any variant, under any faults: the definitions, the rules and lemmas of
 * the thesis, the statements, and the independent oracle.
 *
 * Cost: several times that of the run itself. For millions of runs use `safety` alone.
 */
export const everyProperty: readonly PaxosProperty[] = [
  ...safety,
  ...rules,
  ...lemmas,
  ...statements,
  ...oracleRules,
]

/** Those of every property that are stated for the variant of a cluster. */
export function everyPropertyFor(cluster: Cluster): PaxosProperty[] {
  return statedFor(everyProperty, cluster)
}
