import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { size } from "../src/quorum/parameter.ts"
import { wallFormula } from "../src/quorum/shapes.ts"

/** The wall with rows of 1, 2, … d acceptors: every minimal quorum has exactly d of them. */
export default defineQuorumSystem({
  id: "triangle",
  summary:
    "The wall of d rows of 1, 2, ... d acceptors: a full row and one acceptor from every row below it.",
  reference: "Erdős and Lovász 1975; Peleg and Wool 1997, Crumbling walls",
  parameters: [size("d")],
  examples: ["triangle(1)", "triangle(2)", "triangle(3)", "triangle(4)"],
  counterexamples: ["split(a1*(a2 + a3) + a2*a3, a1 + a2*a3)"],
  parts: (d: number) => {
    const names = acceptorNames((d * (d + 1)) / 2)
    return symmetric(wallFormula(Array.from({ length: d }, (_, i) => i + 1)), names)
  },
})
