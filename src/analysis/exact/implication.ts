import { type NodeSet, nodeSet } from "../../base/node-set.ts"
import { type QuorumExpr, and, positionsOf } from "../../quorum/expression.ts"
import type { NodeId } from "../../quorum/system.ts"
import { type DecisionDiagram, decisionDiagram } from "./decision-diagram.ts"
import { formulaFrom } from "./formula.ts"

/**
 * A set of nodes that makes `premise` true and `conclusion` false, "none" when
 * the one implies the other, or nothing when their decision diagrams would be
 * too large. Exact.
 *
 * `premise` implies `conclusion` when "both" is the same function as `premise`;
 * with the nodes in one order their diagrams are then the same, and else a walk
 * down both finds where they part.
 */
export function counterexample(
  premise: QuorumExpr,
  conclusion: QuorumExpr,
  nodes: readonly NodeId[],
): NodeSet | "none" | undefined {
  const positions = positionsOf(nodes)
  const alone = decisionDiagram(formulaFrom(premise, positions))
  if (alone === undefined) return undefined
  const both = decisionDiagram(formulaFrom(and(premise, conclusion), positions))
  if (both === undefined || !sharesOrder(alone, both)) return undefined
  return new Parting(alone, both).find() ?? "none"
}

/** Whether the levels of the first diagram mean the same in the second. */
function sharesOrder(first: DecisionDiagram, second: DecisionDiagram): boolean {
  return first.order.every((position, level) => second.order[level] === position)
}

/** The search for a path on which two diagrams over the same order end differently. */
class Parting {
  private readonly a: DecisionDiagram
  private readonly b: DecisionDiagram
  private readonly same = new Set<string>()
  private readonly taken: number[] = []

  constructor(a: DecisionDiagram, b: DecisionDiagram) {
    this.a = a
    this.b = b
  }

  find(): NodeSet | undefined {
    return this.differ(this.a.root, this.b.root) ? nodeSet(this.taken) : undefined
  }

  /** Whether the functions below two vertices differ; then `taken` has the nodes of a set on which they do. */
  private differ(x: number, y: number): boolean {
    if (x < 2 && y < 2) return x !== y
    const key = `${x} ${y}`
    if (this.same.has(key)) return false
    const level = Math.min(this.levelOf(this.a, x), this.levelOf(this.b, y))
    if (this.differ(branch(this.a, x, level, "low"), branch(this.b, y, level, "low"))) return true
    this.taken.push(this.b.order[level]!)
    if (this.differ(branch(this.a, x, level, "high"), branch(this.b, y, level, "high"))) return true
    this.taken.pop()
    this.same.add(key)
    return false
  }

  private levelOf(diagram: DecisionDiagram, vertex: number): number {
    return vertex < 2 ? Infinity : diagram.level[vertex]!
  }
}

function branch(diagram: DecisionDiagram, vertex: number, level: number, way: "low" | "high"): number {
  return vertex >= 2 && diagram.level[vertex] === level ? diagram[way][vertex]! : vertex
}
