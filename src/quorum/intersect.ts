import { InvariantError } from "../base/errors.ts"
import { type NodeSet, difference, emptySet, fullSet, intersection, size } from "../base/node-set.ts"
import { type Verdict, holds, unknown, violated } from "../base/verdict.ts"
import { alignedOverlap } from "./aligned.ts"
import { searchDisjoint, searchOverlap } from "./branching.ts"
import { type NodeId, type QuorumExpr, compile, isReadOnce, positionsOf } from "./expression.ts"
import { lightestQuorums } from "./lightest.ts"
import { minimalQuorumsOf, shrinkToMinimal, termBound } from "./minimal.ts"
import { isAlways, isNever, simplify } from "./simplify.ts"

/** A quorum of the first formula and one of the second without a common node; both minimal. */
export type DisjointPair = readonly [NodeSet, NodeSet]

/** How much work a check may do before it says `unknown`, in visited gates; the default is about a second. */
export interface Effort {
  readonly visits: number
}

/** About a second on one core: long enough for what people write, short enough to wait for. */
export const defaultEffort: Effort = { visits: 8_000_000 }

/** Whether every quorum of `a` meets every quorum of `b`, both over `nodes`: `everyOverlap` of two. */
export function everyPairMeets(
  a: QuorumExpr,
  b: QuorumExpr,
  nodes: readonly NodeId[],
  effort: Effort = defaultEffort,
): Verdict<DisjointPair> {
  const verdict = everyOverlap([a, b], nodes, { effort })
  if (verdict.verdict !== "violated") return verdict
  const [first, second] = verdict.witness as DisjointPair
  return violated([first, second], verdict.because)
}

/**
 * Whether quorums, one of each formula, always have at least `atLeast` nodes in
 * common; 1 where nothing is said. With three formulas it is the question of
 * Fast Paxos: do a phase-1 quorum and two phase-2 quorums share an acceptor?
 *
 * Two monotone formulas have disjoint quorums exactly when some set makes one
 * true and its complement the other; in general that is NP-complete. These
 * ways, in order, decide what people write:
 *
 * 1. The formulas split the nodes into the same blocks (thresholds, weights, a
 *    formula and its dual): exact, without enumeration (`aligned.ts`).
 * 2. Their smallest quorums together have too many nodes not to overlap.
 * 3. All sides but one have few minimal quorums (grids): these are combined and
 *    held against the last formula, not against its quorums one by one.
 * 4. Otherwise a branching search (`branching.ts`): `unknown` when the effort is spent.
 *
 * The quorums of a witness are minimal and have been checked with the predicates.
 */
export function everyOverlap(
  formulas: readonly QuorumExpr[],
  nodes: readonly NodeId[],
  options: { readonly atLeast?: number; readonly effort?: Effort } = {},
): Verdict<readonly NodeSet[]> {
  const { atLeast = 1, effort = defaultEffort } = options
  const question = new Question(formulas.map(simplify), nodes, atLeast)
  return (
    question.withoutChoice() ??
    question.byBlocks() ??
    question.bySizes() ??
    question.byListing(effort) ??
    question.byBranching(effort)
  )
}

/**
 * One question and the ways to answer it. Each way gives a verdict, or nothing where it does not apply;
 * a later one never contradicts an earlier one, as each is exact where it speaks (`overlap.test.ts`
 * holds them all to enumeration).
 */
class Question {
  private readonly sides: readonly QuorumExpr[]
  private readonly positions: ReadonlyMap<NodeId, number>
  private readonly all: NodeSet
  private readonly atLeast: number
  private readonly isQuorum: readonly ((set: NodeSet) => boolean)[]
  /** What one evaluation of every side costs. */
  private readonly gates: number

  constructor(sides: readonly QuorumExpr[], nodes: readonly NodeId[], atLeast: number) {
    this.sides = sides
    this.positions = positionsOf(nodes)
    this.all = fullSet(nodes.length)
    this.atLeast = atLeast
    this.isQuorum = sides.map((side) => compile(side, this.positions))
    this.gates = sides.reduce((sum, side) => sum + gatesOf(side), 0)
  }

  /** Formulas that always or never hold, and nothing to ask for. */
  withoutChoice(): Verdict<readonly NodeSet[]> | undefined {
    if (this.sides.some(isNever)) return holds("one side has no quorum at all")
    if (this.atLeast <= 0) return holds("no overlap is asked for")
    if (!this.sides.some(isAlways)) return undefined
    return this.witness(
      this.sides.map((side) => (isAlways(side) ? emptySet : this.all)),
      "the empty quorum meets nothing",
    )
  }

  /** Way 1: the formulas split the nodes alike. */
  byBlocks(): Verdict<readonly NodeSet[]> | undefined {
    const answer = alignedOverlap(this.sides, this.positions, this.atLeast)
    if (answer === undefined) return undefined
    if (answer.common >= this.atLeast) return holds("shown from the structure of the formulas")
    return this.witness(answer.quorums, "found from the structure of the formulas")
  }

  /** s sets of m nodes in all have m − (s − 1)·n in common at least. */
  bySizes(): Verdict<readonly NodeSet[]> | undefined {
    // Where nodes repeat, the smallest quorum would have to be looked for among all of them.
    if (!this.sides.every(isReadOnce)) return undefined
    const smallest = this.sides.map((side) => lightestQuorums(side, this.positions)(this.all).counted)
    const least =
      smallest.reduce((sum, each) => sum + each, 0) - (this.sides.length - 1) * this.positions.size
    return least < this.atLeast
      ? undefined
      : holds(`their smallest quorums have ${smallest.join(" and ")} of ${this.positions.size} nodes`)
  }

  /** Lists the quorums of all sides but the one that has most of them, while the effort allows. */
  byListing({ visits }: Effort): Verdict<readonly NodeSet[]> | undefined {
    const terms = this.sides.map(termBound)
    const order = [...this.sides.keys()].sort((a, b) =>
      terms[a] === terms[b] ? a - b : terms[a]! < terms[b]! ? -1 : 1,
    )
    const last = order.pop()!
    // The side with most quorums is not listed but asked: one call of its predicate replaces all of
    // them.
    const combinations = order.reduce((product, side) => product * terms[side]!, 1n)
    // Beyond a bare intersection, the last side's quorums may have to be gone through as well.
    const each = BigInt(this.gates) + (this.atLeast > 1 ? terms[last]! : 0n)
    return combinations * each > BigInt(visits) ? undefined : this.list(order, last)
  }

  private list(listed: readonly number[], last: number): Verdict<readonly NodeSet[]> {
    const quorums = listed.map((side) => [...minimalQuorumsOf(this.sides[side]!, this.positions)])
    const partner = this.partnerOf(last)
    let count = 0
    for (const chosen of combinationsOf(quorums)) {
      count++
      const found = partner(chosen.reduce(intersection))
      if (found === undefined) continue
      const bySide = new Map(listed.map((side, i) => [side, chosen[i]!]))
      return this.witness(
        this.sides.map((_, side) => bySide.get(side) ?? found),
        "found among the minimal quorums",
      )
    }
    const what = listed.length === 1 ? "minimal quorums of one side" : "combinations of minimal quorums"
    return holds(`each of the ${count} ${what} was held against the other side`)
  }

  /** For what the other sides have in common: a quorum of this side with less than `atLeast` of it, if any. */
  private partnerOf(side: number): (common: NodeSet) => NodeSet | undefined {
    const isQuorum = this.isQuorum[side]!
    if (this.atLeast === 1) {
      return (common) => {
        const rest = difference(this.all, common)
        return isQuorum(rest) ? rest : undefined
      }
    }
    const lightest = lightestQuorums(this.sides[side]!, this.positions)
    return (common) => {
      const { counted, quorum } = lightest(common)
      return counted < this.atLeast ? quorum : undefined
    }
  }

  /** Way 4, the last resort, and the only one that can run out of effort. */
  byBranching({ visits }: Effort): Verdict<readonly NodeSet[]> {
    const answer = this.search(Math.max(1, Math.floor((visits * this.sides.length) / this.gates)))
    if (answer === "none") return holds("an exhaustive search found no such quorums")
    if (answer !== undefined) return this.witness(answer, "found by search")
    return unknown(
      `the search for such quorums stopped after ${visits} visits; no side is small, nor are they aligned`,
    )
  }

  /**
   * Two sides that must only meet have a search of their own, which decides where a node goes instead of
   * what is shared.
   */
  private search(calls: number): readonly NodeSet[] | "none" | undefined {
    const [isA, isB] = this.isQuorum
    const n = this.positions.size
    if (this.isQuorum.length !== 2 || this.atLeast > 1) {
      return searchOverlap(this.isQuorum, n, this.atLeast, calls)
    }
    const inA = searchDisjoint(isA!, isB!, n, calls)
    return typeof inA === "string" || inA === undefined ? inA : [inA, difference(this.all, inA)]
  }

  /** Cuts quorums down to minimal ones, after making sure that they are what was looked for. */
  private witness(found: readonly NodeSet[], because: string): Verdict<readonly NodeSet[]> {
    const quorums = found.map((set, side) => {
      if (!this.isQuorum[side]!(set))
        throw new InvariantError("A witness contains a set that is not a quorum.")
      return shrinkToMinimal(this.isQuorum[side]!, set)
    })
    if (size(quorums.reduce(intersection)) >= this.atLeast) {
      throw new InvariantError(`The quorums of a witness have ${this.atLeast} nodes or more in common.`)
    }
    return violated(quorums, because)
  }
}

/** The number of gates and repeated leaves of a formula: what one evaluation costs, counts of nodes being one step. */
function gatesOf(expr: QuorumExpr): number {
  if (expr.kind === "node") return 1
  const isCount = expr.kind === "threshold" && expr.children.every(({ kind }) => kind === "node")
  return isCount ? 1 : expr.children.reduce((sum, child) => sum + gatesOf(child), 1)
}

/** One set of each list, in every combination, the last list running fastest. */
function* combinationsOf(lists: readonly (readonly NodeSet[])[]): Generator<NodeSet[]> {
  const [first, ...rest] = lists
  if (first === undefined) {
    yield []
    return
  }
  for (const set of first) for (const others of combinationsOf(rest)) yield [set, ...others]
}
