import {
  type NodeSet,
  difference,
  emptySet,
  fullSet,
  intersection,
  members,
  size,
  union,
  withMember,
} from "../base/node-set.ts"
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
 * when the predicates were called `calls` times without an answer.
 *
 * Nothing is missed: a solution that contains all of a quorum `added` to side a leaves side b a part of
 * its complement, which has just been found to hold no quorum of b. So some node of `added` is not in
 * the solution, and the branches ask for the first such node.
 *
 * Cost: exponential at worst, as the question is NP-complete; the depth is at most n, and each step asks
 * the predicates O(n) times.
 */
export function searchDisjoint(
  isQuorumOfA: (set: NodeSet) => boolean,
  isQuorumOfB: (set: NodeSet) => boolean,
  n: number,
  calls: number,
): NodeSet | "none" | undefined {
  const all = fullSet(n)
  let left = calls
  const isA = (set: NodeSet): boolean => (left--, isQuorumOfA(set))
  const isB = (set: NodeSet): boolean => (left--, isQuorumOfB(set))
  const search = (inA: NodeSet, inB: NodeSet): NodeSet | undefined => {
    if (left <= 0) return undefined
    const possible = difference(all, inB)
    // Monotone: if all that is still free does not suffice, no split below this one does.
    if (!isA(possible) || !isB(difference(all, inA))) return undefined
    const added = shrinkToMinimal((set) => isA(union(set, inA)), difference(possible, inA))
    const candidate = union(added, inA)
    if (isB(difference(all, candidate))) return candidate
    // The branches exclude each other: the i-th gives b the i-th node and keeps those before it for a.
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
  return left > 0 ? "none" : undefined
}

/**
 * Searches for quorums, one of each of several monotone predicates over `n`
 * nodes, with fewer than `enough` nodes in common.
 *
 * Quorums are picked one after the other, each with as little as possible of
 * what the earlier ones have in common. If they still share too much, one of
 * the shared nodes is decided: denied to one of the predicates, each in turn,
 * or left to all of them while that can be afforded.
 *
 * Returns the quorums, "none" when there are provably none, or nothing when
 * the predicates were called `calls` times without an answer.
 */
export function searchOverlap(
  predicates: readonly ((set: NodeSet) => boolean)[],
  n: number,
  enough: number,
  calls: number,
): NodeSet[] | "none" | undefined {
  const all = fullSet(n)
  let left = calls
  const counted = predicates.map((isQuorum) => (set: NodeSet) => (left--, isQuorum(set)))
  const search = (denied: readonly NodeSet[], shared: NodeSet): NodeSet[] | undefined => {
    if (left <= 0) return undefined
    const quorums = pickApart(
      counted,
      denied.map((set) => difference(all, set)),
    )
    if (quorums === undefined) return undefined
    // Each quorum was picked greedily, so a small overlap is an answer, and a large one is only a hint
    // where to branch.
    const common = quorums.reduce((a, b) => intersection(a, b))
    if (size(common) < enough) return quorums
    const open = members(difference(common, shared))[0]
    if (open === undefined) return undefined
    for (const side of predicates.keys()) {
      const more = denied.map((set, i) => (i === side ? withMember(set, open) : set))
      const found = search(more, shared)
      if (found !== undefined) return found
    }
    // With `enough` of 1 nothing can be afforded: a shared node must be denied to some side.
    return size(shared) + 1 < enough ? search(denied, withMember(shared, open)) : undefined
  }
  const found = search(
    predicates.map(() => emptySet),
    emptySet,
  )
  if (found !== undefined) return found
  return left > 0 ? "none" : undefined
}

/** A minimal quorum of each predicate within what it may use, avoiding what the ones before it all have. */
function pickApart(
  predicates: readonly ((set: NodeSet) => boolean)[],
  allowed: readonly NodeSet[],
): NodeSet[] | undefined {
  const quorums: NodeSet[] = []
  for (const [i, isQuorum] of predicates.entries()) {
    if (!isQuorum(allowed[i]!)) return undefined
    const common = quorums.reduce(intersection, allowed[i]!)
    quorums.push(shrinkToMinimal(isQuorum, allowed[i]!, i === 0 ? emptySet : common))
  }
  return quorums
}
