import { acceptors, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { and } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/** Every acceptor, in both phases: the largest overlap there is, and no failure survived. */
export default defineQuorumSystem({
  id: "unanimous",
  summary: "Every one of n acceptors, in both phases.",
  reference: "Gray 1978, Notes on data base operating systems (two-phase commit asks all)",
  parameters: [size("n")],
  examples: ["unanimous(1)", "unanimous(4)"],
  counterexamples: ["split(a1*a2, a3*a4)"],
  parts: (n: number) => symmetric(and(...acceptors(n))),
})
