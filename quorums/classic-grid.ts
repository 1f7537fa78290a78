import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { and, node, or } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"
import { gridColumns, gridRows } from "../src/quorum/shapes.ts"

/**
 * A whole row and a whole column of the rectangle, in both phases: what a grid
 * costs when all quorums must meet. The row of one crosses the column of any other.
 */
export default defineQuorumSystem({
  id: "classicGrid",
  summary: "Acceptors in rows and columns: one full row and one full column together, in both phases.",
  reference: "Maekawa 1985; Howard, Malkhi and Spiegelman 2016, §4.2",
  parameters: [size("rows"), size("columns")],
  examples: [
    "classicGrid(1, 1)",
    "classicGrid(1, 3)",
    "classicGrid(2, 2)",
    "classicGrid(2, 3)",
    "classicGrid(3, 3)",
  ],
  counterexamples: ["split(a1*a3 + a2*a4, a1*a3 + a2*a4)"],
  parts: (rows: number, columns: number) => {
    const row = or(...gridRows(rows, columns).map((names) => and(...names.map(node))))
    const column = or(...gridColumns(rows, columns).map((names) => and(...names.map(node))))
    return symmetric(and(row, column), acceptorNames(rows * columns))
  },
})
