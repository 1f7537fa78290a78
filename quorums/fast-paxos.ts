import { UsageError } from "../src/base/errors.ts"
import { acceptors, defineQuorumSystem } from "../src/quorum/define.ts"
import { threshold } from "../src/quorum/expression.ts"
import { optional, size } from "../src/quorum/parameter.ts"

/**
 * The quorums of a fast epoch, in which every proposer may propose without phase 1: phase 2 needs a fast
 * quorum, k of n acceptors, phase 1 a classic one. By default the classic quorum is a majority and k the
 * least for it, ⌈3n/4⌉.
 *
 * That phase 1 meets phase 2 is not enough here: after a fast epoch two fast quorums and a classic one
 * must have an acceptor in common, 2k + classic > 2n. So `quorate check` checks FP, the requirement of
 * Fast Paxos.
 */
export default defineQuorumSystem({
  id: "fastPaxos",
  summary:
    "A fast epoch: any k of n acceptors in phase 2, ceil(3n/4) by default; a classic quorum, by default a majority, in phase 1.",
  reference: "Lamport 2006, Fast Paxos; Howard 2019, Algorithms 29 and 31",
  parameters: [size("n"), optional(size("k")), optional(size("classic"))],
  examples: [
    "fastPaxos(1)",
    "fastPaxos(3)",
    "fastPaxos(4)",
    "fastPaxos(5)",
    "fastPaxos(5, 4)",
    "fastPaxos(7, 5, 5)",
  ],
  counterexamples: ["fastPaxos(4, 2)", "fastPaxos(5, 3)", "fastPaxos(7, 5)"],
  requirement: "FP",
  parts: (n: number, k = Math.ceil((3 * n) / 4), classic = Math.floor(n / 2) + 1) => {
    const tooLarge = [k, classic].find((quorum) => quorum > n)
    if (tooLarge !== undefined) {
      throw new UsageError(
        `fastPaxos(${n}, ${k}, ${classic}): a quorum of ${tooLarge} cannot be formed from ${n} acceptors; ` +
          `fast quorums of ${Math.ceil((3 * n) / 4)} go with majorities.`,
      )
    }
    return { phase1: threshold(classic, acceptors(n)), phase2: threshold(k, acceptors(n)) }
  },
})
