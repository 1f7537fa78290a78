import { showDecisionState } from "./registers.ts"
import type { RegisterOracle } from "./register-oracle.ts"

/** Headings and rows of text: what the experiment floor makes a table of. */
export interface TextGrid {
  readonly headings: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/**
 * The state table of Howard and Mortier 2019, §3: what each server has in each
 * register set that holds a value, and in the greatest that anybody has used. An
 * empty cell is a register that is still unwritten.
 */
export function stateGrid(oracle: RegisterOracle): TextGrid {
  const { cluster, registers } = oracle
  const rows = usedSets(oracle).map((set) => [
    `R${set}`,
    ...cluster.acceptors.map((server) => {
      const content = registers.at(server, set)
      if (content === "unwritten") return ""
      return content === "nil" ? "nil" : content.value
    }),
  ])
  return { headings: ["register set", ...cluster.acceptors.map((server) => nameOf(oracle, server))], rows }
}

/**
 * The decision table: the state of every minimal phase-2 quorum of every
 * register set, as the registers have it and as each proposer can tell.
 */
export function decisionGrid(oracle: RegisterOracle): TextGrid {
  const { proposers } = oracle.cluster
  const rows = usedSets(oracle).flatMap((set) =>
    oracle
      .quorumsOf(set)
      .map((quorum) => [
        `R${set}`,
        `{${quorum.map((server) => nameOf(oracle, server)).join(" ")}}`,
        ...[undefined, ...proposers].map((client) => showDecisionState(oracle.stateOf(client, set, quorum))),
      ]),
  )
  const headings = [
    "register set",
    "quorum",
    "registers",
    ...proposers.map((process) => nameOf(oracle, process)),
  ]
  return { headings, rows }
}

/** The sets that hold a value, and the greatest one: in all between there is only nil, or nothing. */
function usedSets({ registers, greatestSet }: RegisterOracle): number[] {
  return Array.from({ length: greatestSet + 1 }, (_, set) => set).filter(
    (set) => set === greatestSet || registers.valuesAt(set).size > 0,
  )
}

function nameOf({ cluster }: RegisterOracle, process: number): string {
  return cluster.processes[process]!.name
}
