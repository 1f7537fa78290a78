import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { threshold } from "../src/quorum/expression.ts"
import { size } from "../src/quorum/parameter.ts"

/**
 * The sizes of Egalitarian Paxos for n = 2f + 1 replicas: a fast quorum of f + ⌊(f + 1)/2⌋, the command
 * leader among them, and a majority to recover or on the slow path. Two fast quorums need not meet:
 * interfering commands are ordered by their dependencies.
 */
export default defineQuorumSystem({
  id: "epaxos",
  summary:
    "Of n = 2f + 1 replicas, a majority in phase 1 (recovery), a fast quorum of f + floor((f + 1)/2) in phase 2.",
  reference: "Moraru, Andersen and Kaminsky 2013, There is more consensus in Egalitarian parliaments",
  parameters: [size("n")],
  examples: ["epaxos(3)", "epaxos(5)", "epaxos(7)"],
  counterexamples: ["split(choose(3, a1, a2, a3, a4, a5), choose(2, a1, a2, a3, a4, a5))"],
  parts: (n: number) => {
    if (n % 2 === 0 || n < 3) {
      throw new UsageError(
        `epaxos(${n}): Egalitarian Paxos has n = 2f + 1 replicas with f at least 1; try epaxos(${Math.max(3, n + 1)}).`,
      )
    }
    const f = (n - 1) / 2
    return {
      phase1: threshold(f + 1, acceptors(n)),
      phase2: threshold(f + Math.floor((f + 1) / 2), acceptors(n)),
    }
  },
})
