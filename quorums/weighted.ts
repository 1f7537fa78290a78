import { UsageError } from "../src/base/errors.ts"
import { abbreviated } from "../src/base/text.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { totalWeight, weighted } from "../src/quorum/expression.ts"
import { optional, size, sizes } from "../src/quorum/parameter.ts"
import type { Phase } from "../src/quorum/system.ts"

/**
 * Weighted voting: acceptor i has wᵢ votes; phase 1 needs t1 votes, phase 2 t2.
 * The votes of phase 2 may be others than those of phase 1.
 *
 * With the same votes certainly safe when t1 + t2 exceeds all of them; below
 * that, or with others, it depends on which sums the weights can form.
 */
export default defineQuorumSystem({
  id: "weighted",
  summary: "Acceptor i has w[i] votes: t1 votes in phase 1, t2 in phase 2, where it may have other votes.",
  reference: "Gifford 1979, Weighted voting for replicated data; Howard, Malkhi and Spiegelman 2016, §4",
  parameters: [sizes("weights"), size("t1"), size("t2"), optional(sizes("phase2Weights"))],
  examples: [
    "weighted([1, 1, 1], 2, 2)",
    "weighted([3, 1, 1], 3, 3)",
    "weighted([5, 3, 2, 2, 1], 9, 5)",
    "weighted([2, 2, 2], 3, 3)",
    "weighted([3, 1, 1], 4, 2, [2, 1, 1])",
  ],
  counterexamples: [
    "weighted([1, 1, 1, 1], 2, 2)",
    "weighted([3, 1, 1, 1], 3, 3)",
    "weighted([3, 1, 1], 3, 3, [1, 3, 3])",
  ],
  parts: (weights: readonly number[], t1: number, t2: number, others = weights) => {
    if (others.length !== weights.length) {
      throw new UsageError(
        `weighted: phase 1 gives votes to ${weights.length} acceptors and phase 2 to ${others.length}; ` +
          `both lists have one number per acceptor.`,
      )
    }
    refuseBeyond(1, weights, t1)
    refuseBeyond(2, others, t2)
    const nodes = acceptors(weights.length)
    return { phase1: weighted(weights, t1, nodes), phase2: weighted(others, t2, nodes) }
  },
})

function refuseBeyond(phase: Phase, weights: readonly number[], wanted: number): void {
  const total = totalWeight(weights)
  if (wanted <= total) return
  throw new UsageError(
    `weighted: ${wanted} votes cannot be gathered in phase ${phase}, the weights [${abbreviated(weights.join(", "))}] sum to ${total}; ` +
      `t${phase} must be at most that.`,
  )
}
