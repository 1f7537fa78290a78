import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { totalWeight } from "../src/quorum/expression.ts"
import { sizes } from "../src/quorum/parameter.ts"
import { wallFormula } from "../src/quorum/shapes.ts"

/**
 * A crumbling wall: acceptors in rows of any widths, listed from the top. Of two
 * quorums the one with the higher full row has a brick in the other's.
 * `wall([1, n - 1])` is the wheel, rows of equal width are FPaxos's "row and one
 * from each lower row".
 */
export default defineQuorumSystem({
  id: "wall",
  summary: "Rows of the given widths: one full row and one acceptor from every row below it, in both phases.",
  reference: "Peleg and Wool 1997, Crumbling walls; Howard, Malkhi and Spiegelman 2016, §4.2",
  parameters: [sizes("widths")],
  examples: [
    "wall([1, 2, 3])",
    "wall([3])",
    "wall([2, 2])",
    "wall([1, 4])",
    "wall([3, 3, 3])",
    "wall([2, 1, 2])",
  ],
  counterexamples: ["split(a1*a2*(a3 + a4) + a3*a4, a1*a2 + a3*a4)"],
  parts: (widths: readonly number[]) => symmetric(wallFormula(widths), acceptorNames(totalWeight(widths))),
})
