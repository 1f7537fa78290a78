import { type NodeSet, difference, emptySet, fullSet } from "../base/node-set.ts"
import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { alignedDisjoint } from "./aligned.ts"
import { searchDisjoint } from "./branching.ts"
import { type NodeId, type QuorumExpr, compile, positionsOf } from "./expression.ts"
import { minimalQuorumsOf, shrinkToMinimal, termBound } from "./minimal.ts"
import { isAlways, isNever, simplify } from "./simplify.ts"

/** A quorum of the first formula and one of the second without a common node; both minimal. */
export type DisjointPair = readonly [NodeSet, NodeSet]

/** How much work a check may do before it says `unknown`, in visited gates and nodes; the default is about a second. */
export interface Effort {
  readonly visits: number
}

export const defaultEffort: Effort = { visits: 30_000_000 }

/**
 * Whether every quorum of `a` meets every quorum of `b`, both over `nodes`.
 *
 * Two monotone formulas have disjoint quorums exactly when some set makes `a`
 * true and its complement makes `b` true. In general that is coNP-complete;
 * these three ways, in order, decide what people write:
 *
 * 1. Both formulas split the nodes into the same blocks (thresholds, weights, a
 *    formula and its dual): exact, without enumeration (`aligned.ts`).
 * 2. One side has few minimal quorums (grids): each is held against the other
 *    formula, never one side against the other quorum by quorum.
 * 3. Otherwise a branching search (`branching.ts`): `unknown` when the effort is spent.
 *
 * The witness has been checked with both predicates and cut down to minimal quorums.
 */
export function everyPairMeets(
  a: QuorumExpr,
  b: QuorumExpr,
  nodes: readonly NodeId[],
  effort: Effort = defaultEffort,
): Verdict<DisjointPair> {
  const question = new Question(simplify(a), simplify(b), nodes)
  return (
    question.withoutChoice() ??
    question.byBlocks() ??
    question.bySmallerSide(effort) ??
    question.byBranching(effort)
  )
}

class Question {
  private readonly a: QuorumExpr
  private readonly b: QuorumExpr
  private readonly positions: ReadonlyMap<NodeId, number>
  private readonly all: NodeSet
  private readonly isA: (set: NodeSet) => boolean
  private readonly isB: (set: NodeSet) => boolean

  constructor(a: QuorumExpr, b: QuorumExpr, nodes: readonly NodeId[]) {
    this.a = a
    this.b = b
    this.positions = positionsOf(nodes)
    this.all = fullSet(nodes.length)
    this.isA = compile(a, this.positions)
    this.isB = compile(b, this.positions)
  }

  /** Formulas that always or never hold. */
  withoutChoice(): Verdict<DisjointPair> | undefined {
    if (isNever(this.a) || isNever(this.b)) return holds("one side has no quorum at all")
    if (isAlways(this.a)) return this.witness(emptySet, "the empty quorum meets nothing")
    if (isAlways(this.b)) return this.witness(this.all, "the empty quorum meets nothing")
    return undefined
  }

  byBlocks(): Verdict<DisjointPair> | undefined {
    const answer = alignedDisjoint(this.a, this.b, this.positions)
    if (answer === undefined) return undefined
    if (answer === "none") return holds("shown from the structure of the two formulas")
    return this.witness(answer, "found from the structure of the two formulas")
  }

  bySmallerSide(effort: Effort): Verdict<DisjointPair> | undefined {
    const [termsA, termsB] = [termBound(this.a), termBound(this.b)]
    const few = termsA <= termsB ? termsA : termsB
    const visitsPerTerm = occurrences(this.a) + occurrences(this.b)
    if (few * BigInt(visitsPerTerm) > BigInt(effort.visits)) return undefined
    const fewerInA = termsA <= termsB
    const [listed, other] = fewerInA ? [this.a, this.isB] : [this.b, this.isA]
    let count = 0
    for (const quorum of minimalQuorumsOf(listed, this.positions)) {
      count++
      const rest = difference(this.all, quorum)
      if (other(rest)) return this.witness(fewerInA ? quorum : rest, "found among the minimal quorums")
    }
    return holds(`each of the ${count} minimal quorums of one side was held against the other side`)
  }

  byBranching(effort: Effort): Verdict<DisjointPair> {
    const visitsPerStep = this.positions.size * (occurrences(this.a) + occurrences(this.b))
    const steps = Math.max(1, Math.floor(effort.visits / visitsPerStep))
    const answer = searchDisjoint(this.isA, this.isB, this.positions.size, steps)
    if (answer === "none") return holds("an exhaustive search found no disjoint pair")
    if (answer !== undefined) return this.witness(answer, "found by search")
    return unknown(
      `the search for a disjoint pair stopped after ${effort.visits} visits; neither side is small or aligned`,
    )
  }

  /** Cuts a split of the nodes, `inA` against the rest, down to a pair of minimal quorums. */
  private witness(inA: NodeSet, because: string): Verdict<DisjointPair> {
    const first = shrinkToMinimal(this.isA, inA)
    const second = shrinkToMinimal(this.isB, difference(this.all, first))
    return violated([first, second], because)
  }
}

/** The number of nodes in a formula, repeats counted: what one evaluation costs. */
function occurrences(expr: QuorumExpr): number {
  return expr.kind === "node" ? 1 : expr.children.reduce((sum, child) => sum + occurrences(child), 1)
}
