import {
  type NodeSet,
  difference,
  emptySet,
  fullSet,
  intersection,
  members,
  size,
  union,
  withMember,
} from "../../base/node-set.ts"
import { commonDivisor, totalWeight } from "../expression.ts"
import { shrinkToMinimal } from "../minimal.ts"

/**
 * Searches for a set of nodes that makes `isA` true while its complement makes
 * `isB` true: disjoint quorums of two monotone predicates over `n` nodes.
 *
 * Nodes are assigned to side a or side b until one split satisfies both. A minimal quorum of `a` that is
 * still possible is tried; if its complement has no quorum of `b`, one of its nodes must go to b, which
 * gives the branches.
 *
 * Returns the set for side a, "none" when there is provably none, or undefined when the predicates were
 * called `calls` times without a result.
 *
 * The search is complete: a solution that contains all of a quorum `added` to side a leaves side b a
 * part of its complement, which contains no quorum of b. So some node of `added` is not in the solution,
 * and each branch fixes the first such node.
 *
 * Cost: exponential at worst, as the question is NP-complete; the depth is at most n, and each step
 * calls the predicates O(n) times.
 */
export function searchDisjoint(
  isQuorumOfA: (set: NodeSet) => boolean,
  isQuorumOfB: (set: NodeSet) => boolean,
  n: number,
  calls: number,
): NodeSet | "none" | undefined {
  const all = fullSet(n)
  let left = calls
  const isA = (set: NodeSet): boolean => (left--, isQuorumOfA(set))
  const isB = (set: NodeSet): boolean => (left--, isQuorumOfB(set))
  const search = (inA: NodeSet, inB: NodeSet): NodeSet | undefined => {
    if (left <= 0) return undefined
    const possible = difference(all, inB)
    // Monotone: if all that is still free does not suffice, no split below this one does.
    if (!isA(possible) || !isB(difference(all, inA))) return undefined
    const added = shrinkToMinimal((set) => isA(union(set, inA)), difference(possible, inA))
    const candidate = union(added, inA)
    if (isB(difference(all, candidate))) return candidate
    // The branches exclude each other: the i-th gives b the i-th node and keeps those before it for a.
    let kept = inA
    for (const position of members(added)) {
      const found = search(kept, withMember(inB, position))
      if (found !== undefined) return found
      kept = withMember(kept, position)
    }
    return undefined
  }
  const found = search(emptySet, emptySet)
  if (found !== undefined) return found
  return left > 0 ? "none" : undefined
}

/**
 * Searches for quorums, one of each of several monotone predicates over `n`
 * nodes, with fewer than `enough` nodes in common.
 *
 * Quorums are chosen one after the other, each with as few as possible of the nodes common to the
 * earlier ones. If they still share too many, the search branches on one of the shared nodes: excluded
 * from one of the predicates, each in turn, or left to all of them while `enough` permits.
 *
 * Returns the quorums, "none" when there are provably none, or undefined when the predicates were called
 * `calls` times without a result.
 */
export function searchOverlap(
  predicates: readonly ((set: NodeSet) => boolean)[],
  n: number,
  enough: number,
  calls: number,
): NodeSet[] | "none" | undefined {
  const all = fullSet(n)
  let left = calls
  const counted = predicates.map((isQuorum) => (set: NodeSet) => (left--, isQuorum(set)))
  const search = (denied: readonly NodeSet[], shared: NodeSet): NodeSet[] | undefined => {
    if (left <= 0) return undefined
    const quorums = pickApart(
      counted,
      denied.map((set) => difference(all, set)),
    )
    if (quorums === undefined) return undefined
    // Each quorum was chosen greedily, so a small overlap is a solution, and a large one only determines
    // where to branch.
    const common = quorums.reduce((a, b) => intersection(a, b))
    if (size(common) < enough) return quorums
    const open = members(difference(common, shared))[0]
    if (open === undefined) return undefined
    for (const side of predicates.keys()) {
      const more = denied.map((set, i) => (i === side ? withMember(set, open) : set))
      const found = search(more, shared)
      if (found !== undefined) return found
    }
    // With `enough` of 1 nothing can be afforded: a shared node must be denied to some side.
    return size(shared) + 1 < enough ? search(denied, withMember(shared, open)) : undefined
  }
  const found = search(
    predicates.map(() => emptySet),
    emptySet,
  )
  if (found !== undefined) return found
  return left > 0 ? "none" : undefined
}

/** A minimal quorum of each predicate within what it may use, avoiding what the ones before it all have. */
function pickApart(
  predicates: readonly ((set: NodeSet) => boolean)[],
  allowed: readonly NodeSet[],
): NodeSet[] | undefined {
  const quorums: NodeSet[] = []
  for (const [i, isQuorum] of predicates.entries()) {
    if (!isQuorum(allowed[i]!)) return undefined
    const common = quorums.reduce(intersection, allowed[i]!)
    quorums.push(shrinkToMinimal(isQuorum, allowed[i]!, i === 0 ? emptySet : common))
  }
  return quorums
}

/** An item with a cost, unless it is excluded from one of the sides, where it weighs `weights[side]`. */
export interface Excludable {
  readonly cost: number
  readonly weights: readonly number[]
}

/** For each item the side it is excluded from, undefined where its cost is paid; and the total cost. */
export interface Exclusions {
  readonly excluded: readonly (number | undefined)[]
  readonly cost: number
}

/** A dynamic program that would reach more cells than this is left to other methods. */
const maxCells = 2_000_000

/**
 * Excludes items from sides, at most `spare[side]` in weight from any, so that the cost of those
 * excluded from none is minimal. Costs are positive integers; totals of `enough` or more are not
 * distinguished.
 *
 * With equal weights the most expensive are excluded, as many as fit. Other weights use a dynamic
 * program over the weight used on all sides but the largest, and the cost paid: exact. Returns undefined
 * when more than `max` cells would be reached.
 *
 * It is the hard part of minimal overlap: the items are blocks of nodes, the sides formulas, and
 * excluding a block from a side lets that side's quorum do without it. With weights it contains the
 * knapsack problem. Cost: the reachable cells, which are sets of sums of weights and hence at most 3ⁿ
 * for n items and two sides, independent of the size of the weights.
 */
export function cheapestExclusions(
  things: readonly Excludable[],
  spare: readonly number[],
  enough: number,
  max = maxCells,
): Exclusions | undefined {
  const divisors = spare.map((_, side) => commonDivisor(things.map(({ weights }) => weights[side]!)) || 1)
  const lighter = things.map(({ cost, weights }) => ({
    cost,
    weights: weights.map((weight, side) => weight / divisors[side]!),
  }))
  // What is left of the room beyond a multiple of the divisor nothing could use.
  const room = spare.map((amount, side) => Math.floor(amount / divisors[side]!))
  if (lighter.every(({ weights }) => weights.every((weight) => weight === 1))) {
    return excludeDearest(lighter, room)
  }
  if (enough === 1 && weighTooMuch(things, spare)) {
    return { excluded: things.map(() => undefined), cost: 1 }
  }
  return excludeByWeight(lighter, room, enough, max)
}

/** Greedy is exact here: every place takes any one item, so the places go to the most expensive items. */
function excludeDearest(things: readonly Excludable[], spare: readonly number[]): Exclusions {
  // Denied to the last side first, so that the first nodes go to the first side.
  const places = spare
    .flatMap((room, side) => Array<number>(Math.min(room, things.length)).fill(side))
    .reverse()
  const dearestFirst = things.map((_, i) => i).sort((a, b) => things[b]!.cost - things[a]!.cost || a - b)
  const excluded = Array<number | undefined>(things.length).fill(undefined)
  dearestFirst.forEach((thing, rank) => (excluded[thing] = places[rank]))
  return { excluded, cost: costOf(things, excluded) }
}

/** The quick sufficient test: things that weigh the same everywhere, and more than all the room. */
function weighTooMuch(things: readonly Excludable[], spare: readonly number[]): boolean {
  const same = things.every(({ weights }) => weights.every((weight) => weight === weights[0]))
  // Subtracted one by one: rooms added up might not fit into a double.
  const weight = totalWeight(things.map(({ weights }) => weights[0]!))
  return same && spare.reduce((rest, room) => rest - room, weight) > 0
}

/**
 * Exact by dynamic programming, for weights; undefined where too many cells would be reached. Costs of
 * `enough` or more are not distinguished, which keeps the cost coordinate short: one cell for a nonempty
 * intersection.
 */
function excludeByWeight(
  things: readonly Excludable[],
  spare: readonly number[],
  enough: number,
  max: number,
): Exclusions | undefined {
  const total = things.reduce((sum, { cost }) => sum + cost, 0)
  const table = new Table(spare, Math.min(total, enough - 1))
  if (!table.isExact) return undefined
  const choices: ReadonlyMap<number, number>[] = []
  let left = max
  for (const thing of things) {
    const choice = table.add(thing, left)
    if (choice === undefined) return undefined
    left -= choice.size
    choices.push(choice)
  }
  const best = table.cheapest()
  if (best === undefined) return { excluded: things.map(() => undefined), cost: enough }
  const excluded = table.trace(things, choices, best)
  return { excluded, cost: costOf(things, excluded) }
}

const costOf = (things: readonly Excludable[], excluded: readonly (number | undefined)[]): number =>
  things.reduce((sum, { cost }, i) => (excluded[i] === undefined ? sum + cost : sum), 0)

/** The choice "its cost is paid"; any other choice is the side an item is excluded from. */
const pay = 255

/**
 * A cell is what has been used of every side but the last, and the cost paid so
 * far; its value the least that is then used of the last side, the roomiest.
 *
 * Keeping the roomiest side as the value and not as a coordinate is what makes two weighted sides of
 * large weights affordable: the table grows with the smaller room only.
 */
class Table {
  /** Whether the numbers of cells are exact. */
  readonly isExact: boolean
  private readonly maxCost: number
  /** All sides but the roomiest, and that. */
  private readonly counted: readonly number[]
  private readonly last: number
  private readonly spare: readonly number[]
  private readonly strides: readonly number[]
  private value: ReadonlyMap<number, number> = new Map([[0, 0]])

  constructor(spare: readonly number[], maxCost: number) {
    const sides = spare.map((_, side) => side).sort((a, b) => spare[a]! - spare[b]!)
    this.spare = spare
    this.last = sides.pop()!
    this.counted = sides
    this.maxCost = maxCost
    const strides: number[] = []
    let cells = maxCost + 1
    for (const side of this.counted) {
      strides.push(cells)
      cells *= spare[side]! + 1
    }
    this.strides = strides
    this.isExact = Number.isSafeInteger(cells)
  }

  /**
   * Adds one item; returns the choice that led to each cell, or undefined where there are more than
   * `max`.
   */
  add(thing: Excludable, max: number): ReadonlyMap<number, number> | undefined {
    const next = new Map<number, number>()
    const choice = new Map<number, number>()
    const moves = this.movesOf(thing)
    for (const [cell, used] of this.value) {
      for (const move of moves) {
        if (!this.hasRoom(cell, move)) continue
        const to = cell + move.step
        // Compared with the room that is left: a sum might not fit into a double.
        if (move.more > this.spare[this.last]! - used || used + move.more >= (next.get(to) ?? Infinity))
          continue
        next.set(to, used + move.more)
        choice.set(to, move.choice)
      }
      if (next.size > max) return undefined
    }
    this.value = next
    return choice
  }

  /** The cell of least cost that can be reached. */
  cheapest(): number | undefined {
    let best: number | undefined
    for (const cell of [...this.value.keys()].sort((a, b) => a - b)) {
      // The cost is the innermost coordinate, so that it is the remainder of the cell's number.
      if (best === undefined || cell % (this.maxCost + 1) < best % (this.maxCost + 1)) best = cell
    }
    return best
  }

  /**
   * Traces the choice for each item back from the final cell. The choices of every layer are kept for
   * this; the values of a layer are not.
   */
  trace(
    things: readonly Excludable[],
    choices: readonly ReadonlyMap<number, number>[],
    end: number,
  ): (number | undefined)[] {
    const excluded = Array<number | undefined>(things.length).fill(undefined)
    let cell = end
    for (let i = things.length - 1; i >= 0; i--) {
      const made = choices[i]!.get(cell)!
      if (made !== pay) excluded[i] = made
      cell -= this.movesOf(things[i]!).find(({ choice }) => choice === made)!.step
    }
    return excluded
  }

  /** The moves for one item: exclude it from some side, or pay for it if the bound on costs permits. */
  private movesOf({ cost, weights }: Excludable): Move[] {
    const moves: Move[] = [{ choice: this.last, step: 0, more: weights[this.last]!, dimension: -1, by: 0 }]
    for (const [dimension, side] of this.counted.entries()) {
      const by = weights[side]!
      moves.push({ choice: side, step: by * this.strides[dimension]!, more: 0, dimension, by })
    }
    if (cost <= this.maxCost) moves.push({ choice: pay, step: cost, more: 0, dimension: -2, by: cost })
    return moves
  }

  private hasRoom(cell: number, { dimension, by }: Move): boolean {
    if (dimension === -1) return true
    if (dimension === -2) return (cell % (this.maxCost + 1)) + by <= this.maxCost
    const used = Math.floor(cell / this.strides[dimension]!) % (this.spare[this.counted[dimension]!]! + 1)
    return by <= this.spare[this.counted[dimension]!]! - used
  }
}

/** One choice for one item, as a step through the table. */
interface Move {
  readonly choice: number
  /** How far the cell moves, and how much more of the last side is used. */
  readonly step: number
  readonly more: number
  /** The coordinate that moves: an index into the counted sides, −1 for none, −2 for the cost. */
  readonly dimension: number
  readonly by: number
}
