import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { threshold } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/**
 * The counting quorums of Flexible Paxos: any q1 acceptors in phase 1, any q2
 * in phase 2. Safe exactly when q1 + q2 > n.
 */
export default defineQuorumSystem({
  id: "simple",
  summary: "Any q1 of n acceptors in phase 1, any q2 in phase 2; they meet when q1 + q2 > n.",
  reference: "Howard, Malkhi and Spiegelman 2016, §4.1 (simple quorums)",
  parameters: [size("n"), size("q1"), size("q2")],
  examples: ["simple(1, 1, 1)", "simple(4, 3, 2)", "simple(5, 4, 2)", "simple(5, 1, 5)", "simple(6, 4, 3)"],
  counterexamples: ["simple(2, 1, 1)", "simple(4, 2, 2)", "simple(5, 1, 4)"],
  parts: (n: number, q1: number, q2: number) => {
    const tooLarge = [q1, q2].find((q) => q > n)
    if (tooLarge !== undefined) {
      throw new UsageError(
        `simple(${n}, ${q1}, ${q2}): a quorum of ${tooLarge} cannot be formed from ${n} acceptors; ` +
          `q1 and q2 must be at most n. The smallest safe partner of q2 is q1 = n - q2 + 1.`,
      )
    }
    return { phase1: threshold(q1, acceptors(n)), phase2: threshold(q2, acceptors(n)) }
  },
})
