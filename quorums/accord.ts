import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { threshold } from "../src/quorum/expression.ts"
import { optional, size } from "../src/quorum/parameter.ts"

/**
 * The sizes of Accord, Cassandra's transaction protocol, for n replicas of which
 * f = ⌊(n − 1)/2⌋ may fail: n − f for the slow path and for recovery, and for
 * the fast path ⌊(f + E)/2⌋ + 1 of an electorate, the first E replicas, with
 * E ≥ n − f. A smaller electorate makes a smaller fast quorum.
 */
export default defineQuorumSystem({
  id: "accord",
  summary:
    "Any n - f of n replicas in phase 1, f = floor((n - 1)/2); floor((f + E)/2) + 1 of an electorate of E, by default all, in phase 2.",
  reference: "Elliott Smith et al. 2021, Fast general purpose transactions in Apache Cassandra (CEP-15)",
  parameters: [size("n"), optional(size("electorate"))],
  examples: ["accord(1)", "accord(3)", "accord(3, 2)", "accord(5)", "accord(5, 3)", "accord(7, 5)"],
  counterexamples: ["split(choose(3, a1, a2, a3, a4, a5), choose(2, a1, a2, a3))"],
  parts: (n: number, electorate = n) => {
    const f = Math.floor((n - 1) / 2)
    if (electorate > n || electorate < n - f) {
      throw new UsageError(
        `accord(${n}, ${electorate}): an electorate has at least n - f = ${n - f} and at most ${n} of the ${n} replicas.`,
      )
    }
    return {
      phase1: threshold(n - f, acceptors(n)),
      phase2: threshold(Math.floor((f + electorate) / 2) + 1, acceptors(electorate)),
    }
  },
})
