import { oncePer } from "../../base/memo.ts"
import {
  type NodeId,
  type QuorumExpr,
  never,
  positionsOf,
  simplify,
  threshold,
  totalWeight,
} from "../../quorum/expression.ts"
import type { Phase, QuorumSystem } from "../../quorum/system.ts"

/**
 * The normal form of the QuorumExpr of one phase, for the algorithms of the
 * analysis: resilience, counts, decision diagrams and linear programs. It is
 * true of the same sets of nodes, and made from the expression by `formulaOf`:
 * simplified, nodes replaced by their positions in the system, thresholds and
 * weights both gates that hold when the children that hold weigh at least
 * `need`. Without `weights` every child weighs 1.
 *
 * Only the root can be constant: `need` 0 of nothing is always true, `need` 1
 * of nothing never.
 */
export type Formula = Leaf | Gate

/** A node, by its position in the system. */
export interface Leaf {
  readonly kind: "leaf"
  readonly position: number
}

/** Holds where the children that hold weigh `need` or more. */
export interface Gate {
  readonly kind: "gate"
  readonly need: number
  readonly weights?: readonly number[]
  readonly children: readonly Formula[]
}

/** What an analysis reads of a quorum system: its formulas, over its nodes. */
export type Analysed = Pick<QuorumSystem, "nodes" | "expression">

/**
 * How hard a formula is to analyse.
 *
 * - `tree`: no node occurs twice and every gate counts; everything is polynomial.
 * - `weighted`: no node occurs twice, some gates weigh; polynomial in the weights.
 * - `general`: some node occurs twice; decision diagrams, then integer programs.
 */
export type Tier = "tree" | "weighted" | "general"

/**
 * The formula of a phase of a system. Nodes that the system does not list are never live. Systems are
 * values, so the formula is made once and memoised; it is also the key of its decision diagram.
 */
export function formulaOf(system: Analysed, phase: Phase): Formula {
  return formulasOver(system.nodes)(system.expression[phase])
}

const formulasOver = oncePer((nodes: readonly NodeId[]) =>
  oncePer((expr: QuorumExpr) => formulaFrom(expr, positionsOf(nodes))),
)

/** The formula of an expression over named positions. */
export function formulaFrom(expr: QuorumExpr, positions: ReadonlyMap<string, number>): Formula {
  return withoutRepeats(toFormula(simplify(withoutStrangers(expr, positions)), positions))
}

/** How hard the formula is to analyse. Cost: linear. */
export function tierOf(formula: Formula): Tier {
  if (!isReadOnceFormula(formula)) return "general"
  return hasWeights(formula) ? "weighted" : "tree"
}

/** The positions a formula speaks of, each once, in the order of their first occurrence. */
export function positionsIn(formula: Formula): number[] {
  return [...new Set(occurrencesIn(formula))]
}

/** Whether no position occurs twice: then its parts are independent and can be analysed separately. */
export function isReadOnceFormula(formula: Formula): boolean {
  const all = occurrencesIn(formula)
  return new Set(all).size === all.length
}

/** True of a set exactly when `formula` is false of its complement; see `dual` of the quorum floor. */
export function dualFormula(formula: Formula): Formula {
  if (formula.kind === "leaf") return formula
  return {
    ...formula,
    need: weightOf(formula) - formula.need + 1,
    children: formula.children.map(dualFormula),
  }
}

/** True of every set, the empty one included. */
export function alwaysHolds(formula: Formula): boolean {
  return formula.kind === "gate" && formula.need <= 0
}

/** True of no set. */
export function neverHolds(formula: Formula): boolean {
  return formula.kind === "gate" && formula.need > weightOf(formula)
}

/** What all children of a gate weigh together. */
export function weightOf(gate: Gate): number {
  return gate.weights === undefined ? gate.children.length : totalWeight(gate.weights)
}

/** What one child weighs; 1 where the gate counts. */
export function childWeight(gate: Gate, child: number): number {
  return gate.weights === undefined ? 1 : gate.weights[child]!
}

/** The children of a weighing gate, heaviest first; ties in order. */
export function heaviestFirst(gate: Gate): number[] {
  return gate.children.map((_, i) => i).sort((a, b) => childWeight(gate, b) - childWeight(gate, a) || a - b)
}

/** The positions of a formula as often as it names them. */
export function occurrencesIn(formula: Formula): number[] {
  const found: number[] = []
  const visit = (f: Formula): void => {
    if (f.kind === "leaf") found.push(f.position)
    else f.children.forEach(visit)
  }
  visit(formula)
  return found
}

function hasWeights(formula: Formula): boolean {
  return formula.kind === "gate" && (formula.weights !== undefined || formula.children.some(hasWeights))
}

function withoutStrangers(expr: QuorumExpr, positions: ReadonlyMap<string, number>): QuorumExpr {
  if (expr.kind === "node") return positions.has(expr.node) ? expr : never
  const children = expr.children.map((child) => withoutStrangers(child, positions))
  return expr.kind === "threshold" ? threshold(expr.k, children) : { ...expr, children }
}

function toFormula(expr: QuorumExpr, positions: ReadonlyMap<string, number>): Formula {
  if (expr.kind === "node") return { kind: "leaf", position: positions.get(expr.node)! }
  const children = expr.children.map((child) => toFormula(child, positions))
  if (expr.kind === "threshold") return { kind: "gate", need: expr.k, children }
  return { kind: "gate", need: expr.threshold, weights: expr.weights, children }
}

/** Equal children of an "or" or an "and" count once: `a + a` is `a`, and often a tree again. */
function withoutRepeats(formula: Formula): Formula {
  if (formula.kind === "leaf") return formula
  const children = formula.children.map(withoutRepeats)
  const isOr = formula.need === 1
  const isAnd = formula.need === children.length
  if (formula.weights !== undefined || children.length === 0 || !(isOr || isAnd))
    return { ...formula, children }
  const unique = [...new Map(children.map((child) => [JSON.stringify(child), child])).values()]
  return unique.length === 1 ? unique[0]! : { ...formula, need: isOr ? 1 : unique.length, children: unique }
}

/** Whether a formula holds on the set of the positions x with live[x]. Cost: linear. */
export function holdsOn(formula: Formula, live: readonly boolean[]): boolean {
  if (formula.kind === "leaf") return live[formula.position] === true
  const { need, children } = formula
  let reached = 0
  let left = weightOf(formula)
  if (need <= 0) return true
  for (let i = 0; i < children.length && reached + left >= need; i++) {
    const weight = childWeight(formula, i)
    left -= weight
    if (holdsOn(children[i]!, live)) reached += weight
    if (reached >= need) return true
  }
  return false
}
