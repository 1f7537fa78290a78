import { type QuorumExpr, threshold, totalWeight, weighted } from "./expression.ts"

/**
 * The same formula without its empty shapes: no gate with one child, no "or"
 * directly in an "or" nor "and" in an "and", no constant below the root.
 *
 * A formula that is always true becomes a threshold of 0 of nothing, one that
 * never holds a threshold of 1 of nothing. Cost: linear.
 *
 * Every algorithm that goes by the shape of a formula starts from this one, so that `choose(1, x)`, an
 * "or" of "or"s and weights that are all equal are recognised as what they are. Two simplified formulas
 * may still say the same thing in different words; deciding that is as hard as the intersection itself.
 */
export function simplify(expr: QuorumExpr): QuorumExpr {
  if (expr.kind === "node") return expr
  if (expr.kind === "weighted") return simplifyWeighted(expr)
  const children = expr.children.map(simplify)
  const undecided = children.filter((child) => !isConstant(child))
  const k = expr.k - children.filter(isAlways).length
  if (k <= 0) return always
  if (k > undecided.length) return never
  if (undecided.length === 1) return undecided[0]!
  return threshold(...flatten(k, undecided))
}

/** The formula of the empty quorum: a phase that may be skipped (Howard 2019, §4.3). */
export const always: QuorumExpr = threshold(0, [])
/** The formula without quorums: a phase that cannot be completed. */
export const never: QuorumExpr = threshold(1, [])

/** Whether a simplified formula holds of every set, the empty one included. */
export function isAlways(expr: QuorumExpr): boolean {
  return expr.kind === "threshold" && expr.k <= 0
}

/** Whether a simplified formula holds of no set. */
export function isNever(expr: QuorumExpr): boolean {
  return expr.kind === "threshold" && expr.k > expr.children.length
}

function isConstant(expr: QuorumExpr): boolean {
  return isAlways(expr) || isNever(expr)
}

/** Pulls the children of an inner "or" into an outer one, and of an inner "and" likewise. */
function flatten(k: number, children: readonly QuorumExpr[]): [number, QuorumExpr[]] {
  if (k !== 1 && k !== children.length) return [k, [...children]]
  const sameGate = (child: QuorumExpr): boolean =>
    child.kind === "threshold" && (k === 1 ? child.k === 1 : child.k === child.children.length)
  const flat = children.flatMap((child) =>
    sameGate(child) && child.kind === "threshold" ? child.children : [child],
  )
  return [k === 1 ? 1 : flat.length, flat]
}

function simplifyWeighted(expr: QuorumExpr & { kind: "weighted" }): QuorumExpr {
  const parts = expr.children.map((child, i) => ({ weight: expr.weights[i]!, child: simplify(child) }))
  const undecided = parts.filter(({ child, weight }) => weight > 0 && !isConstant(child))
  const given = totalWeight(parts.filter(({ child }) => isAlways(child)).map(({ weight }) => weight))
  const limit = expr.threshold - given
  const weights = undecided.map(({ weight }) => weight)
  const children = undecided.map(({ child }) => child)
  if (limit <= 0) return always
  if (limit > totalWeight(weights)) return never
  // Equal weights are a plain count.
  if (weights.every((weight) => weight === weights[0])) {
    return simplify(threshold(Math.ceil(limit / weights[0]!), children))
  }
  return weighted(weights, limit, children)
}
