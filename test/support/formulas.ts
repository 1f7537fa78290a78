import fc from "fast-check"
import { type NodeSet, fullSet, isSubset } from "../../src/base/node-set.ts"
import { type NodeId, type QuorumExpr, node, threshold, weighted } from "../../src/quorum/expression.ts"

/** The nodes random formulas speak of. */
export const sixNodes: readonly NodeId[] = ["a", "b", "c", "d", "e", "f"]

/**
 * Random monotone formulas over a few nodes, up to three gates deep; nodes may
 * repeat. With `constants`, gates may ask for nothing or for more than there is.
 */
export function formulas({
  nodes = sixNodes,
  constants = false,
}: { nodes?: readonly NodeId[]; constants?: boolean } = {}): fc.Arbitrary<QuorumExpr> {
  const leaf = fc.constantFrom(...nodes).map(node)
  const spread = constants ? 1 : 0
  return fc.letrec<{ formula: QuorumExpr }>((tie) => {
    const children = fc.array(tie("formula"), { minLength: constants ? 0 : 1, maxLength: 4 })
    const gate = children.chain((parts) =>
      fc.integer({ min: 1 - spread, max: parts.length + spread }).map((k): QuorumExpr => threshold(k, parts)),
    )
    const votes = children.chain((parts) =>
      fc
        .array(fc.integer({ min: 1, max: 4 }), { minLength: parts.length, maxLength: parts.length })
        .chain((weights) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0)
          return fc
            .integer({ min: 1 - spread, max: total + spread })
            .map((limit): QuorumExpr => weighted(weights, limit, parts))
        }),
    )
    return { formula: fc.oneof({ maxDepth: 3, depthSize: "small" }, leaf, gate, votes) }
  }).formula
}

/** Random formulas in which no node occurs twice. */
export function readOnceFormulas(): fc.Arbitrary<QuorumExpr> {
  return formulas({ nodes: ["a"] }).map((formula) => {
    let next = 0
    const rename = (e: QuorumExpr): QuorumExpr =>
      e.kind === "node" ? node(`n${next++}`) : { ...e, children: e.children.map(rename) }
    return rename(formula)
  })
}

/** Every subset of the first n positions; 2ⁿ of them, so n stays small. */
export function allSubsets(n: number): NodeSet[] {
  return Array.from({ length: 2 ** n }, (_, bits) => bits)
}

/** The truth of a formula, by its definition and nothing clever. */
export function evaluate(expr: QuorumExpr, answered: ReadonlySet<NodeId>): boolean {
  if (expr.kind === "node") return answered.has(expr.node)
  const weights = expr.kind === "weighted" ? expr.weights : expr.children.map(() => 1)
  const sum = expr.children.reduce((s, child, i) => (evaluate(child, answered) ? s + weights[i]! : s), 0)
  return sum >= (expr.kind === "weighted" ? expr.threshold : expr.k)
}

/** The sets among all subsets of n positions that are quorums while no proper subset is: by trying them all. */
export function minimalQuorumsByBruteForce(n: number, isQuorum: (set: NodeSet) => boolean): Set<NodeSet> {
  const quorums = allSubsets(n).filter(isQuorum)
  const minimal: NodeSet[] = []
  for (const set of quorums.sort((a, b) => bits(a) - bits(b))) {
    if (!minimal.some((smaller) => isSubset(smaller, set))) minimal.push(set)
  }
  return new Set(minimal)
}

/** c₀ … cₙ: how many sets of k live nodes contain a quorum, by trying them all. */
export function liveCountsByBruteForce(n: number, isQuorum: (set: NodeSet) => boolean): number[] {
  const counts = Array<number>(n + 1).fill(0)
  for (const set of allSubsets(n)) if (isQuorum(set)) counts[bits(set)]!++
  return counts
}

/** The members of a set of n positions, the other way round. */
export function complement(n: number, set: NodeSet): NodeSet {
  return Number(fullSet(n)) & ~Number(set)
}

function bits(set: NodeSet): number {
  return set.toString(2).replaceAll("0", "").length
}
