import type { Cluster } from "../../protocol/paxos/cluster.ts"
import { isShared } from "../../protocol/paxos/epochs.ts"
import { type PaxosFact, type PaxosProperty, paxosProperty } from "./facts.ts"
import { RegisterOracle, type Rule, ruleNames } from "./oracle/register-oracle.ts"

/** The oracle for a cluster, with the register sets its variant shares. */
export function oracleFor(cluster: Cluster): RegisterOracle {
  return new RegisterOracle(cluster, { isShared: (set) => isShared(cluster.variant.epochs, set) })
}

const texts: Readonly<Record<Rule, { readonly reference: string; readonly statement: string }>> = {
  "write-once": {
    reference: "Howard and Mortier 2019, §3.1 (write-once registers, correct reads)",
    statement: "A register keeps the first value, or nil, that is written to it, and every read returns it.",
  },
  "rule-1": {
    reference: "Howard and Mortier 2019, rule 1 (quorum agreement)",
    statement: "A client outputs a value only if it has read it from a quorum of one register set.",
  },
  "rule-2": {
    reference: "Howard and Mortier 2019, rule 2 (new value)",
    statement: "A client writes only its input value or a value that it has read from a register.",
  },
  "rule-3": {
    reference: "Howard and Mortier 2019, rule 3 (current decision)",
    statement: "A client writes a value to a register set only if no other value can be decided in that set.",
  },
  "rule-4": {
    reference: "Howard and Mortier 2019, rule 4 (previous decisions)",
    statement: "A client writes a value only if no earlier register set can decide another.",
  },
  "one-decision": {
    reference: "Howard and Mortier 2019, §2 (consensus)",
    statement: "All register sets that decide decide the same value.",
  },
}

/** The rules as an oracle judges them that is made for each run. */
export function rulesOf(makeOracle: (cluster: Cluster) => RegisterOracle): readonly PaxosProperty[] {
  const oracle: PaxosFact<RegisterOracle> = {
    wants: ["propose", "store", "send", "deliver", "learn", "crash", "recover"],
    gather: makeOracle,
  }
  return ruleNames.map((rule) =>
    paxosProperty({
      name: `oracle-${rule}`,
      ...texts[rule],
      notStated: promisesUnseen,
      needs: { oracle },
      judge: (facts) => facts.oracle.verdictOn(rule),
    }),
  )
}

/** The rules of the independent oracle, each as a property (Howard and Mortier 2019). */
export const oracleRules = rulesOf(oracleFor)

/** A trace has not everything that was read, where a replica promises itself what it has reserved on disk before. */
function promisesUnseen({ variant, processes }: Cluster): string | undefined {
  return variant.promiseAhead > 0 && processes.some(({ role }) => role === "replica")
    ? "a replica promises itself what it has reserved, and no message shows it (§3.8)"
    : undefined
}
