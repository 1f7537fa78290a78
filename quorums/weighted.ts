import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { totalWeight, weighted } from "../src/quorum/expression.ts"
import { size, sizes } from "../src/quorum/parameter.ts"

/**
 * Weighted voting: acceptor i has wᵢ votes; phase 1 needs t1 votes, phase 2 t2.
 * Certainly safe when t1 + t2 exceeds all votes; below that it depends on which
 * sums the weights can form.
 */
export default defineQuorumSystem({
  id: "weighted",
  summary: "Acceptor i has w[i] votes: t1 votes in phase 1, t2 in phase 2.",
  reference: "Gifford 1979, Weighted voting for replicated data; Howard, Malkhi and Spiegelman 2016, §4",
  parameters: [sizes("weights"), size("t1"), size("t2")],
  examples: [
    "weighted([1, 1, 1], 2, 2)",
    "weighted([3, 1, 1], 3, 3)",
    "weighted([5, 3, 2, 2, 1], 9, 5)",
    "weighted([2, 2, 2], 3, 3)",
  ],
  counterexamples: ["weighted([1, 1, 1, 1], 2, 2)", "weighted([3, 1, 1, 1], 3, 3)"],
  parts: (weights: readonly number[], t1: number, t2: number) => {
    const total = totalWeight(weights)
    const tooLarge = [t1, t2].find((t) => t > total)
    if (tooLarge !== undefined) {
      throw new UsageError(
        `weighted([${weights.join(", ")}], ${t1}, ${t2}): ${tooLarge} votes cannot be gathered, the weights sum to ${total}; ` +
          `t1 and t2 must be at most that.`,
      )
    }
    const nodes = acceptors(weights.length)
    return { phase1: weighted(weights, t1, nodes), phase2: weighted(weights, t2, nodes) }
  },
})
