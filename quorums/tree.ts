import { LimitError } from "../src/base/errors.ts"
import { acceptorNames, defineQuorumSystem, symmetric } from "../src/quorum/define.ts"
import { type QuorumExpr, node, threshold } from "../src/quorum/expression.ts"
import { wholeNumber } from "../src/quorum/parameter.ts"

/**
 * Acceptors in a complete binary tree, numbered level by level from the root
 * a1. A quorum of a tree is its root with a quorum of one subtree, or, should
 * the root be down, a quorum of both: at any vertex two of {the vertex itself,
 * left, right}. At best a path from the root to a leaf, logarithmic in n.
 */
export default defineQuorumSystem({
  id: "tree",
  summary:
    "A binary tree of 2^(height+1) - 1 acceptors: a path from root to leaf, both subtrees in place of a vertex that is down.",
  reference:
    "Agrawal and El Abbadi 1991, An efficient and fault-tolerant solution for distributed mutual exclusion",
  parameters: [wholeNumber("height")],
  examples: ["tree(0)", "tree(1)", "tree(2)"],
  counterexamples: ["split(a1*(a2 + a3) + a2*a3, a1 + a2*a3)"],
  parts: (height: number) => {
    if (height > maxLevels) {
      throw new LimitError(
        `tree(${height}) would have 2^${height + 1} - 1 acceptors; the height is at most ${maxLevels}.`,
      )
    }
    const n = 2 ** (height + 1) - 1
    return symmetric(subtree(1, n), acceptorNames(n))
  },
})

/** Heights above this have more acceptors than a system may. */
const maxLevels = 12

/** The tree below acceptor `top`, whose children are 2·top and 2·top + 1. */
function subtree(top: number, n: number): QuorumExpr {
  const root = node(`a${top}`)
  if (2 * top > n) return root
  return threshold(2, [root, subtree(2 * top, n), subtree(2 * top + 1, n)])
}
