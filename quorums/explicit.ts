import { defineQuorumSystem } from "../src/quorum/define.ts"
import { type NodeId, and, node, or } from "../src/quorum/expression.ts"
import { optional, quorumList } from "../src/quorum/parameter.ts"
import type { SystemParts } from "../src/quorum/system.ts"

/**
 * The quorums themselves, written out. Without phase-2 quorums, phase 2 is the
 * dual: the sets that meet every phase-1 quorum.
 */
export default defineQuorumSystem({
  id: "explicit",
  summary: "The quorums of each phase, listed; phase 2 defaults to the dual of phase 1.",
  reference: "Howard 2019, §3.11 (Figure 3.6) and §4.1 (Figure 4.1)",
  parameters: [quorumList("phase1"), optional(quorumList("phase2"))],
  examples: [
    "explicit([[1, 2], [1, 3], [1, 4], [2, 3, 4]], [[1, 2], [1, 3], [1, 4], [2, 3, 4]])",
    "explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])",
    "explicit([[1], [2]], [[1, 2]])",
    "explicit([[a, b], [b, c]])",
  ],
  counterexamples: ["explicit([[1, 2], [3, 4]], [[1, 2], [3, 4]])", "explicit([[]], [[1, 2, 3]])"],
  parts: (
    phase1: readonly (readonly NodeId[])[],
    phase2: readonly (readonly NodeId[])[] | undefined,
  ): SystemParts => ({
    listed: true,
    phase1: anyOf(phase1),
    ...(phase2 && { phase2: anyOf(phase2) }),
  }),
})

function anyOf(quorums: readonly (readonly NodeId[])[]) {
  return or(...quorums.map((quorum) => and(...quorum.map(node))))
}
