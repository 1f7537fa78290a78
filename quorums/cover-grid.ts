import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { and, node, or } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"
import { gridRows } from "../src/quorum/shapes.ts"

/**
 * A full row and one acceptor of every row: any full row holds the one that
 * another quorum has of it. As large as the row and column of `classicGrid`,
 * with far more quorums to choose from. The wall with rows of equal width needs
 * only the rows below.
 */
export default defineQuorumSystem({
  id: "coverGrid",
  summary: "Acceptors in rows and columns: one full row and one acceptor of every other row, in both phases.",
  reference: "Cheung, Ammar and Ahamad 1992, The grid protocol (write quorums, transposed)",
  parameters: [size("rows"), size("columns")],
  examples: ["coverGrid(1, 1)", "coverGrid(1, 3)", "coverGrid(2, 2)", "coverGrid(2, 3)", "coverGrid(3, 3)"],
  counterexamples: ["split((a1 + a2)*(a3 + a4), (a1 + a2)*(a3 + a4))"],
  parts: (rows: number, columns: number) => {
    const byRow = gridRows(rows, columns).map((names) => names.map(node))
    const full = or(...byRow.map((row) => and(...row)))
    const cover = and(...byRow.map((row) => or(...row)))
    return symmetric(and(full, cover), acceptorNames(rows * columns))
  },
})
