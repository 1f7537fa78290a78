import { InvariantError } from "../../base/errors.ts"
import {
  type NodeSet,
  difference,
  emptySet,
  fullSet,
  intersection,
  nodeSet,
  singleton,
  size,
  union,
} from "../../base/node-set.ts"
import { type Verdict, holds, holdsVacuously, unknown, violated } from "../../base/verdict.ts"
import {
  type NodeId,
  type QuorumExpr,
  compile,
  isAlways,
  isNever,
  isReadOnce,
  nodesOf,
  positionsOf,
  simplify,
  totalWeight,
} from "../expression.ts"
import { minimalQuorumsOf, shrinkToMinimal, termBound } from "../minimal.ts"
import { lightestQuorums } from "./lightest.ts"
import { cheapestExclusions, searchDisjoint, searchOverlap } from "./search.ts"

/** A quorum of the first formula and one of the second without a common node; both minimal. */
export type DisjointPair = readonly [NodeSet, NodeSet]

/**
 * The work a check may do before its verdict is `unknown`, in visited gates; the default is about a
 * second.
 */
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
 * Whether quorums, one of each formula, always have at least `atLeast` nodes in common; 1 by default.
 * With three formulas it is the question of Fast Paxos: do a phase-1 quorum and two phase-2 quorums
 * share an acceptor?
 *
 * Two monotone formulas have disjoint quorums exactly when some set makes one true and its complement
 * the other; in general that is NP-complete. These methods, in order, decide the systems used in
 * practice:
 *
 * 1. The formulas split the nodes into the same blocks (thresholds, weights, a
 *    formula and its dual): exact, without enumeration (`intersect.ts`).
 * 2. Their smallest quorums together have too many nodes not to overlap.
 * 3. All sides but one have few minimal quorums (grids): these are combined and
 *    held against the last formula, not against its quorums one by one.
 * 4. Otherwise a branching search (`search.ts`): `unknown` when the effort is spent.
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
    question.byBlocks(effort) ??
    question.bySizes() ??
    question.byListing(effort) ??
    question.byBranching(effort)
  )
}

/**
 * One intersection question and the methods that decide it. Each method returns a verdict, or undefined
 * where it does not apply; each is exact where it applies (`overlap.test.ts` compares them with
 * enumeration).
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

  /** The verdict for formulas that are always or never true, and for an overlap of 0. */
  withoutChoice(): Verdict<readonly NodeSet[]> | undefined {
    if (this.sides.some(isNever)) return holdsVacuously("vacuously true: one side has no quorum")
    if (this.atLeast <= 0) return holds("no overlap is asked for")
    if (!this.sides.some(isAlways)) return undefined
    return this.witness(
      this.sides.map((side) => (isAlways(side) ? emptySet : this.all)),
      "the empty quorum meets nothing",
    )
  }

  /** Way 1: the formulas split the nodes alike. */
  byBlocks({ visits }: Effort): Verdict<readonly NodeSet[]> | undefined {
    // A cell of the table of votes takes about as long as four visits.
    const answer = alignedOverlap(this.sides, this.positions, this.atLeast, Math.floor(visits / 4))
    if (answer === undefined) return undefined
    if (answer.common >= this.atLeast) return holds("shown from the structure of the formulas")
    return this.witness(answer.quorums, "found from the structure of the formulas")
  }

  /** s sets of m nodes in all have m − (s − 1)·n in common at least. */
  bySizes(): Verdict<readonly NodeSet[]> | undefined {
    // Where nodes repeat, the smallest quorum would have to be looked for among all of them.
    if (!this.sides.every(isReadOnce)) return undefined
    const smallest = this.sides.map((side) => lightestQuorums(side, this.positions)(this.all).counted)
    const min = smallest.reduce((sum, each) => sum + each, 0) - (this.sides.length - 1) * this.positions.size
    return min < this.atLeast
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
    // The side with most quorums is not listed: one call of its predicate replaces all of them.
    const combinations = order.reduce((product, side) => product * terms[side]!, 1n)
    // For more than a nonempty intersection, the last side's quorums may have to be enumerated as well.
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
      `the search for such quorums stopped after ${visits} visits; no side is small, nor are they aligned with few sums of votes`,
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
        throw new InvariantError("a witness contains a set that is not a quorum.")
      return shrinkToMinimal(this.isQuorum[side]!, set)
    })
    if (size(quorums.reduce(intersection)) >= this.atLeast) {
      throw new InvariantError(`the quorums of a witness have ${this.atLeast} nodes or more in common.`)
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

/** Quorums, one of each formula, and how many nodes they have in common. */
export interface Overlap {
  readonly common: number
  readonly quorums: readonly NodeSet[]
}

/**
 * The least number of nodes that quorums of several simplified formulas have in
 * common, when all of them split the nodes into the same blocks at every level:
 * thresholds or weighted thresholds over the same nodes, a tree against its own
 * dual, or against the same tree with other thresholds.
 *
 * Each block may be excluded from one of the formulas, and then no node of it is common to all; or it
 * serves them all, at the cost of the least overlap inside it. A formula can do without what its gate
 * does not need. So for k counts qᵢ out of m the least overlap is Σqᵢ − (k − 1)·m, or 0; weights use
 * dynamic programming. This is exact.
 *
 * Overlaps of `enough` nodes or more count as `enough`. Returns nothing when the
 * shapes do not align. Cost: linear for thresholds, see `cheapestExclusions` for
 * weights, of which `max` is the bound.
 */
export function alignedOverlap(
  sides: readonly QuorumExpr[],
  positions: ReadonlyMap<NodeId, number>,
  enough: number,
  max?: number,
): Overlap | undefined {
  const leaf = sameLeaf(sides, positions)
  if (leaf !== undefined) return leaf
  // A bare node is a gate of one child, so that `a` can be held against `choose(2, a, b, c)`.
  const gates = sides.map((side): Gate =>
    side.kind === "node" ? { kind: "threshold", k: 1, children: [side] } : side,
  )
  const blocks = commonBlocks(gates)
  if (blocks === undefined) return undefined
  const served: Block[] = []
  for (const { children, weights } of blocks) {
    const inside = serveAll(children, positions, enough, max)
    if (inside === undefined) return undefined
    served.push({ inside, weights, wholes: children.map((child) => wholeOf(child, positions)) })
  }
  return combine(gates, served, enough, max)
}

type Gate = Exclude<QuorumExpr, { kind: "node" }>

/** A part of the nodes as each side sees it: its sub-formula, or nothing where the side does not speak of it. */
interface Part {
  readonly children: readonly (QuorumExpr | undefined)[]
  /** What it counts for on each side. */
  readonly weights: readonly number[]
}

/**
 * A part after the recursion: the best that can be done if it serves all sides, and what a side gains if
 * another is denied it.
 */
interface Block {
  /** Quorums of the block for all sides that speak of it, with the least in common. */
  readonly inside: Overlap
  readonly weights: readonly number[]
  /** All nodes of the block, for each side that speaks of it. */
  readonly wholes: readonly NodeSet[]
}

/** All sides are one and the same node. */
function sameLeaf(sides: readonly QuorumExpr[], positions: ReadonlyMap<NodeId, number>): Overlap | undefined {
  const names = sides.map((side) => (side.kind === "node" ? side.node : undefined))
  if (names.some((name) => name === undefined || name !== names[0])) return undefined
  const only = singleton(positions.get(names[0]!)!)
  return { common: 1, quorums: sides.map(() => only) }
}

/** A block that some side does not speak of has no node common to all. */
function serveAll(
  children: readonly (QuorumExpr | undefined)[],
  positions: ReadonlyMap<NodeId, number>,
  enough: number,
  max: number | undefined,
): Overlap | undefined {
  const present = children.filter((child) => child !== undefined)
  if (present.length === children.length) return alignedOverlap(present, positions, enough, max)
  return { common: 0, quorums: children.map((child) => wholeOf(child, positions)) }
}

function wholeOf(child: QuorumExpr | undefined, positions: ReadonlyMap<NodeId, number>): NodeSet {
  return child === undefined ? emptySet : nodeSet(nodesOf(child).map((name) => positions.get(name)!))
}

/** The children of all gates matched by the nodes they speak of; nothing unless any two blocks are equal or disjoint. */
function commonBlocks(gates: readonly Gate[]): Part[] | undefined {
  const parts = new Map<string, { children: (QuorumExpr | undefined)[]; weights: number[] }>()
  const ownerOf = new Map<NodeId, string>()
  for (const [side, gate] of gates.entries()) {
    for (const [i, child] of gate.children.entries()) {
      const names = nodesOf(child)
      const key = JSON.stringify(names.sort())
      // Blocks that overlap without being equal would make the denials depend on each other, and the sum
      // over blocks below would be wrong.
      if (names.some((name) => (ownerOf.get(name) ?? key) !== key)) return undefined
      for (const name of names) ownerOf.set(name, key)
      const part = parts.get(key) ?? { children: gates.map(() => undefined), weights: gates.map(() => 0) }
      // Two children of one gate over the same nodes: neither can be denied without regard to the other.
      if (part.children[side] !== undefined) return undefined
      part.children[side] = child
      part.weights[side] = weightOf(gate, i)
      parts.set(key, part)
    }
  }
  return [...parts.values()]
}

/**
 * What the children of a gate must come to: votes or a count, so that both kinds of gate are treated
 * alike.
 */
const limitOf = (gate: Gate): number => (gate.kind === "weighted" ? gate.threshold : gate.k)

/** A child of a plain count weighs 1. */
const weightOf = (gate: Gate, i: number): number => (gate.kind === "weighted" ? gate.weights[i]! : 1)

/** Denies blocks to sides so that what is left in common is least, and puts the quorums together. */
function combine(
  gates: readonly Gate[],
  blocks: readonly Block[],
  enough: number,
  max: number | undefined,
): Overlap | undefined {
  // A gate that needs T of W can do without W − T, and no more.
  const spare = gates.map(
    (gate, side) => totalWeight(blocks.map(({ weights }) => weights[side]!)) - limitOf(gate),
  )
  // A block whose quorums are disjoint costs nothing: it need not be excluded.
  const contested = blocks.filter(({ inside }) => inside.common > 0)
  const denials = cheapestExclusions(
    contested.map(({ inside, weights }) => ({ cost: inside.common, weights })),
    spare,
    enough,
    max,
  )
  if (denials === undefined) return undefined
  const deniedTo = new Map(contested.map((block, i) => [block, denials.excluded[i]]))
  const quorums = gates.map((_, side) =>
    blocks.reduce((set, block) => union(set, shareOf(block, side, deniedTo.get(block))), emptySet),
  )
  return { common: denials.cost, quorums }
}

/** What a side takes of a block: nothing if denied it, all if another is, else its part of the least overlap. */
function shareOf({ inside, wholes }: Block, side: number, denied: number | undefined): NodeSet {
  if (denied === side) return emptySet
  return denied === undefined ? inside.quorums[side]! : wholes[side]!
}
