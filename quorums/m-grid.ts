import { UsageError } from "../src/base/errors.ts"
import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { type NodeId, and, node, threshold } from "../src/quorum/expression.ts"
import { size, wholeNumber } from "../src/quorum/parameter.ts"
import { gridColumns, gridRows } from "../src/quorum/shapes.ts"

/**
 * Several full rows and as many full columns of a square, k = ⌈√(b + 1)⌉ of
 * each: two quorums share at least 2k² ≥ 2b + 2 acceptors, so that the honest
 * ones outnumber b liars in every overlap. With b = 0 it is `classicGrid`.
 */
export default defineQuorumSystem({
  id: "mGrid",
  summary:
    "A square of side^2 acceptors: ceil(sqrt(b + 1)) full rows and as many full columns, in both phases.",
  reference: "Malkhi, Reiter and Wool 2000, The load and availability of Byzantine quorum systems (M-Grid)",
  parameters: [size("side"), wholeNumber("b")],
  examples: ["mGrid(1, 0)", "mGrid(3, 0)", "mGrid(3, 1)", "mGrid(3, 3)"],
  counterexamples: ["split(a1*a2 + a3*a4, a1*a2 + a3*a4)"],
  parts: (side: number, b: number) => {
    const k = Math.ceil(Math.sqrt(b + 1))
    if (k > side) {
      throw new UsageError(
        `mGrid(${side}, ${b}): to outvote ${b} liars takes ${k} rows and columns, and the square has ${side}; ` +
          `b is at most ${side * side - 1} here.`,
      )
    }
    const someFull = (lines: readonly (readonly NodeId[])[]) =>
      threshold(
        k,
        lines.map((names) => and(...names.map(node))),
      )
    return symmetric(
      and(someFull(gridRows(side, side)), someFull(gridColumns(side, side))),
      acceptorNames(side * side),
    )
  },
})
