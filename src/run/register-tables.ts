import { type TextGrid, decisionGrid, stateGrid } from "../check/paxos/oracle/tables.ts"
import type { RegisterOracle } from "../check/paxos/oracle/register-oracle.ts"
import { oracleFor } from "../check/paxos/oracle-rules.ts"
import { simulate } from "../world/simulate/simulate.ts"
import type { DecreeSetup } from "./decree-settings.ts"
import { decreeScenario } from "./decree.ts"
import type { Table } from "../experiment/table.ts"

/** What the oracle makes of the run of a setup and a seed, as tables. */
export function registerTables(setup: DecreeSetup, seed: number): Table[] {
  const { cluster, scenario } = decreeScenario(setup, seed)
  const oracle = oracleFor(cluster)
  simulate(scenario, (event) => oracle.observe(event))
  return tablesOf(oracle)
}

/** What is in the registers, and what each quorum has come to. */
function tablesOf(oracle: RegisterOracle): Table[] {
  return [
    tableOf(
      "registers",
      "The run as write-once registers: one to each acceptor and epoch; nil is there for ever, as values are.",
      stateGrid(oracle),
    ),
    tableOf(
      "quorum-states",
      "State of each phase-2 quorum: by the registers, and as known to each proposer from its replies.",
      decisionGrid(oracle),
    ),
  ]
}

function tableOf(id: string, caption: string, { headings, rows }: TextGrid): Table {
  return {
    id,
    caption,
    columns: headings.map((heading) => ({ heading })),
    rows: rows.map((row) => row.map((cell) => (cell === "" ? null : cell))),
    notes: ["After Howard and Mortier 2019, A generalised solution to distributed consensus."],
  }
}
