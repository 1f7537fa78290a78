import { bothPhases, defineQuorumSystem } from "../src/quorum/define.ts"
import { and } from "../src/quorum/expression.ts"
import { type Denotation, expression } from "../src/quorum/parameter.ts"

/**
 * A quorum of each of two configurations, in both phases: the joint consensus of Raft and etcd, safe if
 * either configuration is. Nodes of the same name are the same node: `joint(majority(3), majority(5))`
 * grows a cluster of three to five. (`a*b` would need both in phase 1 and either in phase 2.)
 */
export default defineQuorumSystem({
  id: "joint",
  summary: "A quorum of the old configuration and one of the new, in both phases.",
  reference: "Ongaro and Ousterhout 2014, In search of an understandable consensus algorithm, §6",
  parameters: [expression("old"), expression("new")],
  examples: [
    "joint(majority(3), majority(5))",
    "joint(choose(2, a, b, c), choose(2, b, c, d))",
    "joint(simple(4, 2, 2), majority(3))",
  ],
  counterexamples: ["joint(simple(4, 2, 2), simple(4, 2, 2))"],
  parts: (before: Denotation, after: Denotation) => {
    const [first, second] = [before, after].map(partsOf) as [Pair, Pair]
    return {
      phase1: and(first.phase1, second.phase1),
      phase2: and(first.phase2, second.phase2),
    }
  },
})

type Pair = ReturnType<typeof bothPhases>

function partsOf(value: Denotation): Pair {
  return bothPhases(value.kind === "formula" ? { phase1: value.expr } : value.parts)
}
