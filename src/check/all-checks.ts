import type { Cluster } from "../protocol/paxos/cluster.ts"
import { acceptorProperties } from "./acceptor-properties.ts"
import type { TraceCheck } from "./check.ts"
import { lemmas } from "./lemmas.ts"
import { type OracleOptions, RegisterOracle } from "./oracle/register-oracle.ts"
import { type Property, checksOf } from "./property.ts"
import { proposerProperties } from "./proposer-properties.ts"
import { safetyChecks } from "./safety.ts"
import { statementChecks } from "./statements.ts"

/** P1 to P10, and lemmas 6 to 15, of Howard 2019, chapter 2. */
export const properties: readonly Property[] = [...proposerProperties, ...acceptorProperties]

/**
 * Everything that can be said of one run of classic or Flexible Paxos, whatever
 * its faults: the definitions, the properties and lemmas of the thesis, the
 * statements, and the independent oracle.
 *
 * Cost: several times that of the run itself. Runs in the million ask for
 * `safetyChecks` alone.
 */
export function allChecks(cluster: Cluster, options: OracleOptions = {}): TraceCheck[] {
  return [
    ...safetyChecks(cluster),
    ...checksOf([...properties, ...lemmas], cluster),
    ...statementChecks(cluster),
    ...new RegisterOracle(cluster, options).checks(),
  ]
}
