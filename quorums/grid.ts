import { acceptorNames, defineQuorumSystem } from "../src/quorum/define.ts"
import { and, node, or } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"
import { gridColumns, gridRows } from "../src/quorum/shapes.ts"

/**
 * Acceptors in a rectangle, numbered row by row. Phase 1 needs a whole row, phase 2 a whole column:
 * every row intersects every column, while two rows are disjoint and may be.
 */
export default defineQuorumSystem({
  id: "grid",
  summary: "Acceptors in rows and columns: one full row in phase 1, one full column in phase 2.",
  reference: "Howard, Malkhi and Spiegelman 2016, §4.2 (grid quorums); Cheung, Ammar and Ahamad 1992",
  parameters: [size("rows"), size("columns")],
  examples: ["grid(1, 1)", "grid(1, 3)", "grid(2, 2)", "grid(2, 3)", "grid(3, 3)"],
  counterexamples: ["split(a1*a2 + a3*a4, a1*a2 + a3*a4)"],
  parts: (rows: number, columns: number) => ({
    nodes: acceptorNames(rows * columns),
    phase1: or(...gridRows(rows, columns).map((row) => and(...row.map(node)))),
    phase2: or(...gridColumns(rows, columns).map((column) => and(...column.map(node)))),
  }),
})
