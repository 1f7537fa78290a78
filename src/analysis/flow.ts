import { type Formula, childWeight } from "./formula.ts"
import type { ProgramBuilder, Term } from "./solver.ts"

/**
 * Adds the rows that say "the nodes in use contain a quorum" of a formula, for
 * 0/1 variables `used`, and gives nothing back.
 *
 * With every occurrence of a node taken as a node of its own the formula is a
 * tree, and p_v, the share of subtree v, satisfies Σ p_child = k·p_v and
 * p_child ≤ p_v: the convex hull of the tree's quorums. An occurrence may be
 * used only as far as its node is. So only the node variables need be whole
 * numbers; at weighing gates, whose hull is not known, the children too.
 */
export function requireQuorum(
  builder: ProgramBuilder,
  formula: Formula,
  used: readonly (number | undefined)[],
): void {
  if (formula.kind === "gate" && formula.need <= 0) return
  const root = builder.variable(0, 1)
  builder.row(1, 1, [[root, 1]])
  addShares(builder, formula, root, used)
}

function addShares(
  builder: ProgramBuilder,
  formula: Formula,
  share: number,
  used: readonly (number | undefined)[],
): void {
  if (formula.kind === "leaf") {
    const node = used[formula.position]
    const terms: Term[] = node === undefined ? [[share, 1]] : [[share, 1], [node, -1]] // prettier-ignore
    builder.row(-Infinity, 0, terms)
    return
  }
  const whole = formula.weights !== undefined
  const children = formula.children.map(() => builder.variable(0, 1, whole))
  builder.row(0, Infinity, [
    ...children.map((child, i): Term => [child, childWeight(formula, i)]),
    [share, -formula.need],
  ])
  formula.children.forEach((child, i) => {
    builder.row(-Infinity, 0, [[children[i]!, 1], [share, -1]]) // prettier-ignore
    addShares(builder, child, children[i]!, used)
  })
}
