import { LimitError } from "../base/errors.ts"
import { abbreviated } from "../base/text.ts"
import { type NodeSet, has, nodeSet, sizeOfIntersection } from "../base/node-set.ts"

/** The name of an acceptor. */
export type NodeId = string

/**
 * A quorum expression: a monotone formula over nodes. A set of nodes contains a quorum when the formula
 * is true of it.
 *
 * It is the input: what families and the parser build, what systems keep as
 * written, and what is printed. The analyses convert it to a normal form over
 * positions, the Formula of `src/analysis/exact/formula.ts`.
 *
 * - `node`: the node is in the set.
 * - `threshold`: at least `k` of the children hold. "and" is k = all of them,
 *   "or" is k = 1; k = 0 is always true (the empty quorum, legal where Howard
 *   2019 §4.3 lets an epoch skip phase 1), k above the number of children never.
 * - `weighted`: the weights of the children that hold sum to at least
 *   `threshold`. Weights are positive whole numbers.
 */
export type QuorumExpr =
  | { readonly kind: "node"; readonly node: NodeId }
  | { readonly kind: "threshold"; readonly k: number; readonly children: readonly QuorumExpr[] }
  | {
      readonly kind: "weighted"
      readonly threshold: number
      readonly weights: readonly number[]
      readonly children: readonly QuorumExpr[]
    }

/** The formula that one node is in the set. */
export const node = (name: NodeId): QuorumExpr => ({ kind: "node", node: name })

/**
 * At least `k` of the children. Every k is valid: k = 0 gives the empty quorum, a k that is too large no
 * quorum.
 */
export const threshold = (k: number, children: readonly QuorumExpr[]): QuorumExpr => ({
  kind: "threshold",
  k,
  children,
})

/** At least one of the children; never true without children. */
export const or = (...children: readonly QuorumExpr[]): QuorumExpr => threshold(1, children)

/** All of the children; always true without children. */
export const and = (...children: readonly QuorumExpr[]): QuorumExpr => threshold(children.length, children)

/** Children whose weights, positive integers, sum to at least `limit`. */
export const weighted = (
  weights: readonly number[],
  limit: number,
  children: readonly QuorumExpr[],
): QuorumExpr => ({ kind: "weighted", threshold: limit, weights, children })

/**
 * The dual: true of a set exactly when the formula is false of its complement.
 * Its quorums are the sets that meet every quorum of `expr`, so a formula and
 * its dual always intersect (Naor and Wool 1998, §2). k of n becomes n − k + 1
 * of n; a weight of T out of W becomes W − T + 1.
 *
 * Cost: linear in the formula. `dual(dual(e))` is `e`.
 */
export function dual(expr: QuorumExpr): QuorumExpr {
  switch (expr.kind) {
    case "node":
      return expr
    case "threshold":
      return threshold(expr.children.length - expr.k + 1, expr.children.map(dual))
    case "weighted":
      return weighted(expr.weights, totalWeight(expr.weights) - expr.threshold + 1, expr.children.map(dual))
  }
}

/** More acceptors than this in one system is taken for a slip of the keyboard. */
const maxAcceptors = 10_000

/** More nodes and gates than this in the formulas of one text would fill the memory. */
export const maxTerms = 1_000_000

/** The maximum nesting of gates; deeper ones would exhaust the stack of recursive functions on formulas. */
export const maxDepth = 500

/** Throws LimitError before a slip such as `majority(1e9)` fills the memory. */
export function refuseTooMany(n: number): void {
  if (n <= maxAcceptors) return
  throw new LimitError(`the system would have ${n} acceptors; at most ${maxAcceptors} are supported.`)
}

/** Throws LimitError where formulas have, or would have, more than `maxTerms` nodes and gates. */
export function refuseTooLarge(terms: number, advice = "try fewer nodes or quorums"): void {
  if (terms <= maxTerms) return
  throw new LimitError(
    `the formulas would take more than ${maxTerms} nodes and gates to build, the most that is supported; ${advice}.`,
  )
}

/**
 * The nodes and gates of a formula, each as often as it is written; a LimitError
 * beyond `maxTerms` of them or `maxDepth` gates in each other. Cost: linear, up to there.
 */
export function countTerms(expr: QuorumExpr): number {
  let terms = 0
  const visit = (part: QuorumExpr, depth: number): void => {
    terms++
    if (part.kind === "node") return
    refuseTooLarge(terms + part.children.length)
    if (depth > maxDepth)
      throw new LimitError(
        `the formulas would have gates more than ${maxDepth} deep in each other, the most that is supported; try fewer levels or rows.`,
      )
    for (const child of part.children) visit(child, depth + 1)
  }
  visit(expr, 1)
  return terms
}

/** The sum of some votes, exact; a LimitError from 2^53 on, where doubles no longer tell neighbours apart. */
export function totalWeight(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (Number.isSafeInteger(sum)) return sum
  throw new LimitError(
    `the votes [${abbreviated(weights.join(", "))}] sum to more than ${Number.MAX_SAFE_INTEGER} (2^53 - 1); ` +
      `votes are counted exactly up to that: divide votes and thresholds by a common divisor.`,
  )
}

/** The greatest common divisor of non-negative integers; of none it is 0. */
export function commonDivisor(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => {
    while (b !== 0) [a, b] = [b, a % b]
    return a
  }, 0)
}

/** The formula with every node replaced by what `by` gives for its name. Cost: that of the result. */
export function substitute(expr: QuorumExpr, by: (name: NodeId) => QuorumExpr): QuorumExpr {
  if (expr.kind === "node") return by(expr.node)
  return { ...expr, children: expr.children.map((child) => substitute(child, by)) }
}

/** The nodes a formula speaks of, in the order in which it first names them. */
export function nodesOf(expr: QuorumExpr): NodeId[] {
  const seen = new Set<NodeId>()
  const visit = (e: QuorumExpr): void => {
    if (e.kind === "node") seen.add(e.node)
    else e.children.forEach(visit)
  }
  visit(expr)
  return [...seen]
}

/** Whether no node occurs twice: then the formula can be analysed part by part, without enumeration. */
export function isReadOnce(expr: QuorumExpr): boolean {
  let occurrences = 0
  const visit = (e: QuorumExpr): void => {
    if (e.kind === "node") occurrences++
    else e.children.forEach(visit)
  }
  visit(expr)
  return occurrences === nodesOf(expr).length
}

/** The positions of `nodes`, by name. */
export function positionsOf(nodes: readonly NodeId[]): ReadonlyMap<NodeId, number> {
  return new Map(nodes.map((name, position) => [name, position]))
}

/**
 * The formula as a predicate on sets of positions. Nodes without a position are never in the set.
 *
 * Cost of a call: linear in the formula; a threshold of distinct nodes is one
 * population count.
 */
export function compile(
  expr: QuorumExpr,
  positions: ReadonlyMap<NodeId, number>,
): (answered: NodeSet) => boolean {
  if (expr.kind === "node") {
    const position = positions.get(expr.node)
    return position === undefined ? () => false : (answered) => has(answered, position)
  }
  if (expr.kind === "threshold") return compileThreshold(expr.k, expr.children, positions)
  const parts = expr.children.map((child) => compile(child, positions))
  const { weights, threshold: limit } = expr
  return (answered) => {
    let sum = 0
    for (let i = 0; i < parts.length; i++) if (parts[i]!(answered)) sum += weights[i]!
    return sum >= limit
  }
}

function compileThreshold(
  k: number,
  children: readonly QuorumExpr[],
  positions: ReadonlyMap<NodeId, number>,
): (answered: NodeSet) => boolean {
  // Constants are decided here once, and not at every call.
  if (k <= 0) return () => true
  if (k > children.length) return () => false
  const mask = distinctLeaves(children, positions)
  if (mask !== undefined) return countAtLeast(k, mask)
  const parts = children.map((child) => compile(child, positions))
  return (answered) => {
    let missing = k
    for (const part of parts) if (part(answered) && --missing === 0) return true
    return false
  }
}

/** The positions of the children when they are distinct nodes, else nothing. */
function distinctLeaves(
  children: readonly QuorumExpr[],
  positions: ReadonlyMap<NodeId, number>,
): NodeSet | undefined {
  const found = new Set<number>()
  for (const child of children) {
    const position = child.kind === "node" ? positions.get(child.node) : undefined
    // A node named twice counts twice, which a population count would not see.
    if (position === undefined || found.has(position)) return undefined
    found.add(position)
  }
  return nodeSet(found)
}

/** The common case, majorities and the rows of a grid: no loop over children. */
function countAtLeast(k: number, mask: NodeSet): (answered: NodeSet) => boolean {
  return (answered) => sizeOfIntersection(answered, mask) >= k
}

/**
 * The formula in the notation that `parse` reads: `a*b + c*d`, `choose(2, a, b, c)`. Names that are not
 * plain words are quoted. A gate that is always true is `choose(0)`, one that never is `choose(1)`,
 * without children.
 */
export function formatExpr(expr: QuorumExpr): string {
  return formatInside(expr, 0)
}

/** `outer` is how tightly the surrounding operator binds: 0 nothing, 1 a sum, 2 a product. */
function formatInside(expr: QuorumExpr, outer: number): string {
  if (expr.kind === "node") return formatNode(expr.node)
  if (expr.kind === "weighted") {
    if (expr.threshold <= 0) return "choose(0)"
    if (expr.threshold > totalWeight(expr.weights)) return "choose(1)"
    const parts = expr.children.map((child) => formatInside(child, 0))
    return `weightedChoose(${[expr.threshold, `[${expr.weights.join(", ")}]`, ...parts].join(", ")})`
  }
  const { k, children } = expr
  if (k <= 0) return "choose(0)"
  if (k > children.length) return "choose(1)"
  if (children.length === 1 && k === 1) return formatInside(children[0]!, outer)
  if (children.length > 1 && k === 1) return parenthesised(children, " + ", 1, outer)
  if (children.length > 1 && k === children.length) return parenthesised(children, "*", 2, outer)
  return `choose(${[k, ...children.map((child) => formatInside(child, 0))].join(", ")})`
}

function parenthesised(children: readonly QuorumExpr[], by: string, binding: number, outer: number): string {
  const text = children.map((child) => formatInside(child, binding)).join(by)
  return binding < outer ? `(${text})` : text
}

/** A node's name as the notation reads it: quoted unless it is a word of no other meaning or a whole number below 2^53. */
export function formatNode(name: NodeId): string {
  const isWord = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name)
  const isNumber = /^(0|[1-9][0-9]*)$/.test(name) && Number.isSafeInteger(Number(name))
  return isWord || isNumber ? name : JSON.stringify(name)
}

/** Words that the parser takes for constants and operators. */
const reserved: ReadonlySet<string> = new Set(
  "true false null undefined NaN Infinity and or xor not mod to in end".split(" "),
)

/**
 * The same formula without its empty shapes: no gate with one child, no "or"
 * directly in an "or" nor "and" in an "and", no constant below the root.
 *
 * A formula that is always true becomes a threshold of 0 of nothing, one that
 * never holds a threshold of 1 of nothing. Cost: linear.
 *
 * Every algorithm that depends on the shape of a formula starts from this form, so that `choose(1, x)`,
 * an "or" of "or"s and equal weights are recognised. Two simplified formulas may still be equivalent;
 * deciding equivalence is as hard as intersection itself.
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
