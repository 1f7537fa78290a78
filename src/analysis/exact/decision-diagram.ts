import { oncePer } from "../../base/memo.ts"
import { type Formula, type Gate, childWeight, positionsIn, weightOf } from "./formula.ts"

/**
 * A reduced ordered binary decision diagram of a monotone formula (Bryant
 * 1986): the exact engine for formulas in which nodes occur more than once.
 *
 * Vertices are numbers; 0 is false, 1 is true, and every other vertex comes
 * after both its successors, so that one pass in increasing order computes
 * anything defined bottom-up. `low` is where the walk goes when the node of the
 * level is not in the set, `high` when it is.
 */
export interface DecisionDiagram {
  readonly root: number
  /** order[level] is the position tested there; a position outside it does not matter. */
  readonly order: readonly number[]
  /** The level of a vertex; of the two constants, the number of levels. */
  readonly level: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** The disjunction of two vertices, for algorithms that need new ones. Throws once the limit is reached. */
  readonly or: (a: number, b: number) => number
}

/** Vertices beyond which a diagram is given up: about a second and 100 MB. */
export const vertexLimit = 400_000

/** The diagram of a formula, or nothing when it would have more than `vertexLimit` vertices. Made once per formula. */
export const decisionDiagram = oncePer((formula: Formula): DecisionDiagram | undefined =>
  build(formula, vertexLimit),
)

function build(formula: Formula, limit: number): DecisionDiagram | undefined {
  const order = positionsIn(formula)
  try {
    const builder = new Builder(order.length, limit)
    const levels = new Map(order.map((position, level) => [position, level]))
    const root = builder.formula(formula, levels)
    const { level, low, high } = builder
    return { root, order, level, low, high, or: (a, b) => builder.or(a, b) }
  } catch (error) {
    if (error instanceof DiagramTooLarge) return undefined
    throw error
  }
}

/** The diagram needs more vertices than allowed. Caught where another engine can take over. */
export class DiagramTooLarge extends Error {
  override readonly name = "DiagramTooLarge"
}

/**
 * The vertices below the root, renumbered without gaps for fast passes: 0 and 1
 * are the constants, successors come first, the root is the last.
 */
export interface DenseDiagram {
  /** The number of vertices, the constants included. */
  readonly size: number
  readonly root: number
  /** The position that a vertex tests; its successors. */
  readonly position: Int32Array
  readonly low: Int32Array
  readonly high: Int32Array
}

/** Renumbers a diagram. Cost: linear in its vertices. */
export function denseDiagram(diagram: DecisionDiagram): DenseDiagram {
  const vertices = verticesOf(diagram)
  const places = new Map(vertices.map((vertex, place) => [vertex, place]))
  const column = (read: (vertex: number) => number): Int32Array =>
    Int32Array.from(vertices, (vertex) => (vertex < 2 ? 0 : read(vertex)))
  return {
    size: vertices.length,
    root: places.get(diagram.root)!,
    position: column((vertex) => diagram.order[diagram.level[vertex]!]!),
    low: column((vertex) => places.get(diagram.low[vertex]!)!),
    high: column((vertex) => places.get(diagram.high[vertex]!)!),
  }
}

/** The vertices below the root, the constants included, in increasing order: successors first. */
export function verticesOf(diagram: DecisionDiagram): number[] {
  const seen = new Set([0, 1])
  const pending = [diagram.root]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    pending.push(diagram.low[next]!, diagram.high[next]!)
  }
  return [...seen].sort((a, b) => a - b)
}

/** Pairs of vertices become one number; both are below this. */
const pairBase = 2 ** 26

class Builder {
  readonly level: number[]
  readonly low = [0, 1]
  readonly high = [0, 1]
  private readonly known: Map<number, number>[]
  private readonly ors = new Map<number, number>()
  private readonly ands = new Map<number, number>()
  private readonly limit: number

  constructor(levels: number, limit: number) {
    this.limit = Math.min(limit, pairBase)
    this.level = [levels, levels]
    this.known = Array.from({ length: levels }, () => new Map<number, number>())
  }

  formula(formula: Formula, levels: ReadonlyMap<number, number>): number {
    if (formula.kind === "leaf") return this.vertex(levels.get(formula.position)!, 0, 1)
    const parts = formula.children.map((child) => this.formula(child, levels))
    if (formula.weights !== undefined) return this.atLeastWeight(formula, parts)
    if (formula.need === 1) return this.combined(parts, 0, (a, b) => this.or(a, b))
    if (formula.need === parts.length) return this.combined(parts, 1, (a, b) => this.and(a, b))
    return this.atLeastCount(formula.need, parts)
  }

  /** Halves against halves: diagrams stay small for as long as they can, and the stack stays short. */
  private combined(
    parts: readonly number[],
    neutral: number,
    gate: (a: number, b: number) => number,
  ): number {
    if (parts.length <= 1) return parts[0] ?? neutral
    const half = parts.length >> 1
    return gate(
      this.combined(parts.slice(0, half), neutral, gate),
      this.combined(parts.slice(half), neutral, gate),
    )
  }

  /**
   * From the last part to the first: enough[k] is the diagram for "at least k of the processed parts
   * hold".
   */
  private atLeastCount(need: number, parts: readonly number[]): number {
    if (need > parts.length) return 0
    const enough = [1, ...Array<number>(Math.max(need, 0)).fill(0)]
    parts.toReversed().forEach((part, done) => {
      const still = need - (parts.length - done - 1)
      for (let k = Math.min(need, done + 1); k >= Math.max(1, still); k--) {
        enough[k] = this.or(this.and(part, enough[k - 1]!), enough[k]!)
      }
    })
    return enough[Math.max(need, 0)]!
  }

  private atLeastWeight(gate: Gate, parts: readonly number[]): number {
    const left = [weightOf(gate)]
    parts.forEach((_, i) => left.push(left[i]! - childWeight(gate, i)))
    const memo = new Map<string, number>()
    const atLeast = (from: number, need: number): number => {
      if (need <= 0) return 1
      if (left[from]! < need) return 0
      const key = `${from} ${need}`
      const found = memo.get(key)
      if (found !== undefined) return found
      const taken = this.and(parts[from]!, atLeast(from + 1, need - childWeight(gate, from)))
      const vertex = this.or(taken, atLeast(from + 1, need))
      memo.set(key, vertex)
      if (memo.size > this.limit)
        throw new DiagramTooLarge(`The votes of a gate have more than ${this.limit} sums.`)
      return vertex
    }
    return atLeast(0, gate.need)
  }

  or(a: number, b: number): number {
    if (a === 1 || b === 1) return 1
    if (a === 0 || a === b) return b
    if (b === 0) return a
    return this.apply(this.ors, a, b, (x, y) => this.or(x, y))
  }

  and(a: number, b: number): number {
    if (a === 0 || b === 0) return 0
    if (a === 1 || a === b) return b
    if (b === 1) return a
    return this.apply(this.ands, a, b, (x, y) => this.and(x, y))
  }

  private apply(
    cache: Map<number, number>,
    a: number,
    b: number,
    gate: (a: number, b: number) => number,
  ): number {
    const key = a < b ? a * pairBase + b : b * pairBase + a
    const found = cache.get(key)
    if (found !== undefined) return found
    const level = Math.min(this.level[a]!, this.level[b]!)
    const [lowA, highA] = this.split(a, level)
    const [lowB, highB] = this.split(b, level)
    const vertex = this.vertex(level, gate(lowA, lowB), gate(highA, highB))
    cache.set(key, vertex)
    return vertex
  }

  private split(vertex: number, level: number): [number, number] {
    return this.level[vertex] === level ? [this.low[vertex]!, this.high[vertex]!] : [vertex, vertex]
  }

  private vertex(level: number, low: number, high: number): number {
    if (low === high) return low
    const key = low * pairBase + high
    const found = this.known[level]!.get(key)
    if (found !== undefined) return found
    if (this.low.length >= this.limit)
      throw new DiagramTooLarge(`The diagram has more than ${this.limit} vertices.`)
    const vertex = this.low.length
    this.level.push(level)
    this.low.push(low)
    this.high.push(high)
    this.known[level]!.set(key, vertex)
    return vertex
  }
}
