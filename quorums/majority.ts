import { acceptors, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { threshold } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/** More than half of the acceptors, in both phases: classic Paxos. */
export default defineQuorumSystem({
  id: "majority",
  summary: "Any ⌊n/2⌋ + 1 of n acceptors, in both phases.",
  reference: "Lamport 1998, The part-time parliament; Howard 2019, Algorithm 3",
  parameters: [size("n")],
  examples: ["majority(1)", "majority(2)", "majority(3)", "majority(4)", "majority(5)"],
  counterexamples: ["split(choose(2, a1, a2, a3, a4), choose(2, a1, a2, a3, a4))"],
  parts: (n: number) => symmetric(threshold(Math.floor(n / 2) + 1, acceptors(n))),
})
