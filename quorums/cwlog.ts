import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { size } from "../src/quorum/parameter.ts"
import { wallFormula } from "../src/quorum/shapes.ts"

/**
 * The wall whose row i is ⌊log₂ 2i⌋ wide: quorums of about log n acceptors, and
 * an availability that still tends to 1 as the wall grows.
 *
 * Where n does not fill the last row, the acceptors left over widen the row above it: as a separate row
 * a single one would be a quorum by itself.
 */
export default defineQuorumSystem({
  id: "cwlog",
  summary: "The wall of n acceptors whose row i has floor(log2(2i)) of them: 1, 2, 2, 3, 3, 3, 3, 4, ...",
  reference: "Peleg and Wool 1997, Crumbling walls (CWlog)",
  parameters: [size("n")],
  examples: ["cwlog(1)", "cwlog(3)", "cwlog(5)", "cwlog(8)", "cwlog(10)"],
  counterexamples: ["split(a1*(a2 + a3)*(a4 + a5) + a2*a3*(a4 + a5) + a4*a5, a1*a2*a4 + a3*a5)"],
  parts: (n: number) => {
    const names = acceptorNames(n)
    return symmetric(wallFormula(cwlogWidths(n)), names)
  },
})

/** 1, 2, 2, 3, 3, 3, 3, 4, …: as many full rows as n acceptors fill, the last widened by what is left. */
export function cwlogWidths(n: number): number[] {
  const widths: number[] = []
  let left = n
  for (let row = 1, width = 1; width <= left; row++, width = Math.floor(Math.log2(2 * row))) {
    widths.push(width)
    left -= width
  }
  widths.push(widths.pop()! + left)
  return widths
}
