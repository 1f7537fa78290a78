import type { Cluster } from "../protocol/paxos/cluster.ts"
import { acceptorProperties } from "./properties/acceptor.ts"
import type { TraceCheck } from "./check.ts"
import { lemmas } from "./properties/lemmas.ts"
import { isShared } from "../protocol/paxos/epochs.ts"
import { RegisterOracle } from "./oracle/register-oracle.ts"
import { type Property, checksOf } from "./run-property.ts"
import { isStatedFor } from "./property-scope.ts"
import { proposerProperties } from "./properties/proposer.ts"
import { safetyChecks } from "./safety.ts"
import { statementChecks } from "./properties/statements.ts"

/** P1 to P10, and lemmas 6 to 15, of Howard 2019, chapter 2. */
export const properties: readonly Property[] = [...proposerProperties, ...acceptorProperties]

/**
 * Everything that can be said of one run of any member of the family, whatever
 * its faults: the definitions, the properties and lemmas of the thesis so far as
 * its variant keeps them, the statements, and the independent oracle.
 *
 * Cost: several times that of the run itself. Runs in the million ask for
 * `safetyChecks` alone.
 */
export function allChecks(cluster: Cluster): TraceCheck[] {
  const stated = [...properties, ...lemmas].filter((property) => isStatedFor(property, cluster))
  return [
    ...safetyChecks(cluster),
    ...checksOf(stated, cluster),
    ...statementChecks(cluster),
    ...(showsAll(cluster) ? oracleFor(cluster).checks() : []),
  ]
}

/** Whether a trace has everything that was read: not where a replica promises itself what it has reserved on disk before. */
function showsAll({ variant, processes }: Cluster): boolean {
  return variant.promiseAhead === 0 || !processes.some(({ role }) => role === "replica")
}

/** The oracle, told which register sets the variant of a cluster shares. */
export function oracleFor(cluster: Cluster): RegisterOracle {
  return new RegisterOracle(cluster, { isShared: (set) => isShared(cluster.variant.epochs, set) })
}
