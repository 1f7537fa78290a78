import { type NodeSet, emptySet, has, intersection, singleton, size, union } from "../../base/node-set.ts"
import { type NodeId, type QuorumExpr, isReadOnce } from "../expression.ts"
import { minimalQuorumsOf } from "../minimal.ts"

/** A quorum of a simplified formula with as few nodes as possible of a given set, and their number. */
export type Lightest = (counted: NodeSet) => { readonly counted: number; readonly quorum: NodeSet }

/**
 * Finds lightest quorums of a formula that is not constant: by recursion where
 * no node occurs twice, and elsewhere among its minimal quorums, which are
 * listed once; so call it only where `termBound` is small.
 *
 * Cost of a call: linear for thresholds, children × nodes for weights, else the
 * number of minimal quorums.
 */
export function lightestQuorums(expr: QuorumExpr, positions: ReadonlyMap<NodeId, number>): Lightest {
  if (isReadOnce(expr)) return (counted) => lightestOf(expr, counted, positions)
  const quorums = [...minimalQuorumsOf(expr, positions)]
  return (counted) => {
    const found = quorums.map((quorum) => ({ counted: size(intersection(quorum, counted)), quorum }))
    return found.reduce((best, each) => (each.counted < best.counted ? each : best))
  }
}

type Found = ReturnType<Lightest>

/** Children share no node, so the cheapest of each can be chosen on its own and the costs add up. */
function lightestOf(expr: QuorumExpr, counted: NodeSet, positions: ReadonlyMap<NodeId, number>): Found {
  if (expr.kind === "node") {
    const position = positions.get(expr.node)!
    return { counted: has(counted, position) ? 1 : 0, quorum: singleton(position) }
  }
  const parts = expr.children.map((child) => lightestOf(child, counted, positions))
  if (expr.kind === "weighted") return lightestVotes(parts, expr.weights, expr.threshold)
  const cheapest = [...parts].sort((a, b) => a.counted - b.counted).slice(0, expr.k)
  return joined(cheapest)
}

/** Quorums of distinct children put together: counts add up because no node is in two of them. */
function joined(parts: readonly Found[]): Found {
  return parts.reduce((sum, part) => plus(sum, part), nothing)
}

const nothing: Found = { counted: 0, quorum: emptySet }

const plus = (a: Found, b: Found): Found => ({
  counted: a.counted + b.counted,
  quorum: union(a.quorum, b.quorum),
})

/**
 * A covering knapsack: of the choices with each number of counted nodes, one with the most votes. There
 * are no more of them than nodes, however many votes there are.
 */
function lightestVotes(parts: readonly Found[], weights: readonly number[], limit: number): Found {
  const most: (Voted | undefined)[] = [{ ...nothing, votes: 0 }]
  for (const [i, part] of parts.entries()) {
    // Downwards, so that the choice to add to has not had this part yet: each is chosen at most once.
    for (let counted = most.length - 1; counted >= 0; counted--) {
      const before = most[counted]
      if (before === undefined || before.votes >= limit) continue
      const more = { ...plus(before, part), votes: before.votes + weights[i]! }
      if (more.votes > (most[more.counted]?.votes ?? -1)) most[more.counted] = more
    }
  }
  return most.find((choice) => choice !== undefined && choice.votes >= limit)!
}

/** A choice with its votes. */
type Voted = Found & { readonly votes: number }
