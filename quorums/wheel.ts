import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { weighted } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/**
 * A hub, a1, and a rim: the hub with any one of the rim, or the whole rim. Small
 * quorums, nearly all of them through the hub.
 *
 * Written as votes, n − 2 for the hub and 1 for each of the rim with n − 1
 * needed, so that every node occurs once.
 */
export default defineQuorumSystem({
  id: "wheel",
  summary: "The hub and any one other acceptor, or all acceptors but the hub, in both phases.",
  reference: "Holzman, Marcus and Peleg 1997, Load balancing in quorum systems; Peleg and Wool 1997",
  parameters: [size("n")],
  examples: ["wheel(3)", "wheel(4)", "wheel(5)", "wheel(8)"],
  counterexamples: ["split(a1*a2 + a1*a3 + a1*a4, a2*a3 + a3*a4)"],
  parts: (n: number) => {
    if (n < 3) {
      throw new UsageError(
        `wheel(${n}): a wheel is a hub and a rim of at least 2, so n is at least 3. Try wheel(5), or singleton(${n}).`,
      )
    }
    const nodes = acceptors(n)
    const votes = [n - 2, ...Array<number>(n - 1).fill(1)]
    return symmetric(weighted(votes, n - 1, nodes))
  },
})
