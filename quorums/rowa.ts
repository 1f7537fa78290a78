import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { and, or } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/**
 * Read one, write all: any acceptor is a phase-1 quorum, and all acceptors are the phase-2 quorum. The
 * reverse is `simple(n, n, 1)`.
 */
export default defineQuorumSystem({
  id: "rowa",
  summary: "Read one, write all: any acceptor in phase 1, every acceptor in phase 2.",
  reference: "Bernstein, Hadzilacos and Goodman 1987, Concurrency control and recovery, §8",
  parameters: [size("n")],
  examples: ["rowa(1)", "rowa(2)", "rowa(5)"],
  counterexamples: ["split(a1 + a2 + a3, a1*a2)"],
  parts: (n: number) => ({ phase1: or(...acceptors(n)), phase2: and(...acceptors(n)) }),
})
