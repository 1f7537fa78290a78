import { type NodeSet, difference, emptySet, fullSet, members, union, withMember } from "../base/node-set.ts"
import { shrinkToMinimal } from "./minimal.ts"

/**
 * Searches for a set of nodes that makes `isA` true while its complement makes
 * `isB` true: disjoint quorums of two monotone predicates over `n` nodes.
 *
 * Nodes are given to side a or side b until one split satisfies both. A minimal
 * quorum of `a` that is still possible is tried; if its complement has no
 * quorum of `b`, one of its nodes must go to b, and that is the branching.
 *
 * Returns the set for side a, "none" when there is provably none, or nothing
 * when `steps` splits were tried without an answer. Cost of a step: about n
 * calls of `isA`.
 */
export function searchDisjoint(
  isA: (set: NodeSet) => boolean,
  isB: (set: NodeSet) => boolean,
  n: number,
  steps: number,
): NodeSet | "none" | undefined {
  const all = fullSet(n)
  let left = steps
  const search = (inA: NodeSet, inB: NodeSet): NodeSet | undefined => {
    if (--left < 0) return undefined
    const possible = difference(all, inB)
    if (!isA(possible) || !isB(difference(all, inA))) return undefined
    const added = shrinkToMinimal((set) => isA(union(set, inA)), difference(possible, inA))
    const candidate = union(added, inA)
    if (isB(difference(all, candidate))) return candidate
    let kept = inA
    for (const position of members(added)) {
      const found = search(kept, withMember(inB, position))
      if (found !== undefined) return found
      kept = withMember(kept, position)
    }
    return undefined
  }
  const found = search(emptySet, emptySet)
  if (found !== undefined) return found
  return left >= 0 ? "none" : undefined
}
