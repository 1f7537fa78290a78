/** A thing that costs, unless it is excluded from one of the sides, where it weighs `weights[side]`. */
export interface Excludable {
  readonly cost: number
  readonly weights: readonly number[]
}

/** For each thing the side it is excluded from, or nothing where its cost is paid; and what is paid in all. */
export interface Exclusions {
  readonly excluded: readonly (number | undefined)[]
  readonly cost: number
}

/** A dynamic program with more cells than this is left to other methods. */
const mostCells = 20_000_000

/**
 * Excludes things from sides, no more than `spare[side]` in weight from any, so
 * that the cost of those excluded from none is least. Costs are whole numbers
 * of at least 1; a total of `enough` or more is as bad as any other.
 *
 * Where everything weighs 1 the dearest are excluded, as many as there is room
 * for. Weights are a dynamic program over the room used on all sides but the
 * roomiest, and the cost paid: exact. Returns nothing when that would be too large.
 *
 * It is the one hard part of asking how little quorums overlap: the things are blocks of nodes, the
 * sides formulas, and to exclude a block from a side is to let that side's quorum do without it. With
 * weights it contains the knapsack problem, hence the table: things × cells steps, cells being the
 * product of spare + 1 over all sides but the roomiest, times the cost bound.
 */
export function cheapestExclusions(
  things: readonly Excludable[],
  spare: readonly number[],
  enough: number,
): Exclusions | undefined {
  if (things.every(({ weights }) => weights.every((weight) => weight === 1))) {
    return excludeDearest(things, spare)
  }
  if (enough === 1 && weighTooMuch(things, spare)) {
    return { excluded: things.map(() => undefined), cost: 1 }
  }
  return excludeByWeight(things, spare, enough)
}

/**
 * Greedy is exact here: every place takes any one thing, so the places should go to the things that cost
 * most.
 */
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
  const weight = things.reduce((sum, { weights }) => sum + weights[0]!, 0)
  return same && weight > spare.reduce((sum, room) => sum + room, 0)
}

/**
 * Exact by dynamic programming, for weights; nothing where the table would be too large. Paying `enough`
 * or more is not told apart, which keeps the cost coordinate short: it is 1 cell long for a bare
 * intersection.
 */
function excludeByWeight(
  things: readonly Excludable[],
  spare: readonly number[],
  enough: number,
): Exclusions | undefined {
  const total = things.reduce((sum, { cost }) => sum + cost, 0)
  const table = new Table(spare, Math.min(total, enough - 1))
  if (things.length * table.cells > mostCells) return undefined
  const choices = things.map((thing) => table.add(thing))
  const best = table.cheapest()
  if (best === undefined) return { excluded: things.map(() => undefined), cost: enough }
  const excluded = table.trace(things, choices, best)
  return { excluded, cost: costOf(things, excluded) }
}

const costOf = (things: readonly Excludable[], excluded: readonly (number | undefined)[]): number =>
  things.reduce((sum, { cost }, i) => (excluded[i] === undefined ? sum + cost : sum), 0)

/** The choice "its cost is paid"; any other choice is the side a thing is excluded from. */
const pay = 255

/**
 * A cell is what has been used of every side but the last, and the cost paid so
 * far; its value the least that is then used of the last side, the roomiest.
 *
 * Keeping the roomiest side as the value and not as a coordinate is what makes two weighted sides of
 * large weights affordable: the table grows with the smaller room only.
 */
class Table {
  readonly cells: number
  private readonly mostCost: number
  /** All sides but the roomiest, and that. */
  private readonly counted: readonly number[]
  private readonly last: number
  private readonly spare: readonly number[]
  private readonly strides: readonly number[]
  private value: Float64Array

  constructor(spare: readonly number[], mostCost: number) {
    const sides = spare.map((_, side) => side).sort((a, b) => spare[a]! - spare[b]!)
    this.spare = spare
    this.last = sides.pop()!
    this.counted = sides
    this.mostCost = mostCost
    const strides: number[] = []
    let cells = mostCost + 1
    for (const side of this.counted) {
      strides.push(cells)
      cells *= spare[side]! + 1
    }
    this.strides = strides
    this.cells = cells
    this.value = cells > mostCells ? new Float64Array(0) : new Float64Array(cells).fill(Infinity)
    this.value[0] = 0
  }

  /** Takes one more thing into account; gives the choice made on the way to each cell. */
  add(thing: Excludable): Uint8Array {
    const next = new Float64Array(this.cells).fill(Infinity)
    const choice = new Uint8Array(this.cells)
    const moves = this.movesOf(thing)
    for (let cell = 0; cell < this.cells; cell++) {
      const used = this.value[cell]!
      if (used === Infinity) continue
      for (const move of moves) {
        if (!this.hasRoom(cell, move)) continue
        const reached = used + move.more
        if (reached > this.spare[this.last]! || reached >= next[cell + move.step]!) continue
        next[cell + move.step] = reached
        choice[cell + move.step] = move.choice
      }
    }
    this.value = next
    return choice
  }

  /** The cell of least cost that can be reached. */
  cheapest(): number | undefined {
    let best: number | undefined
    for (let cell = 0; cell < this.cells; cell++) {
      if (this.value[cell]! === Infinity) continue
      // The cost is the innermost coordinate, so that it is the remainder of the cell's number.
      if (best === undefined || cell % (this.mostCost + 1) < best % (this.mostCost + 1)) best = cell
    }
    return best
  }

  /**
   * Walks back from the final cell: which choice was made for each thing. The choices of every layer are
   * kept for this, a byte per cell; the values of a layer are not.
   */
  trace(things: readonly Excludable[], choices: readonly Uint8Array[], end: number): (number | undefined)[] {
    const excluded = Array<number | undefined>(things.length).fill(undefined)
    let cell = end
    for (let i = things.length - 1; i >= 0; i--) {
      const made = choices[i]![cell]!
      if (made !== pay) excluded[i] = made
      cell -= this.movesOf(things[i]!).find(({ choice }) => choice === made)!.step
    }
    return excluded
  }

  /**
   * What can be done with one thing: exclude it from some side, or pay for it if the bound on costs
   * allows.
   */
  private movesOf({ cost, weights }: Excludable): Move[] {
    const moves: Move[] = [{ choice: this.last, step: 0, more: weights[this.last]!, dimension: -1, by: 0 }]
    for (const [dimension, side] of this.counted.entries()) {
      const by = weights[side]!
      moves.push({ choice: side, step: by * this.strides[dimension]!, more: 0, dimension, by })
    }
    if (cost <= this.mostCost) moves.push({ choice: pay, step: cost, more: 0, dimension: -2, by: cost })
    return moves
  }

  private hasRoom(cell: number, { dimension, by }: Move): boolean {
    if (dimension === -1) return true
    if (dimension === -2) return (cell % (this.mostCost + 1)) + by <= this.mostCost
    const used = Math.floor(cell / this.strides[dimension]!) % (this.spare[this.counted[dimension]!]! + 1)
    return used + by <= this.spare[this.counted[dimension]!]!
  }
}

/** One choice for one thing, as a step through the table. */
interface Move {
  readonly choice: number
  /** How far the cell moves, and how much more of the last side is used. */
  readonly step: number
  readonly more: number
  /** The coordinate that moves: an index into the counted sides, −1 for none, −2 for the cost. */
  readonly dimension: number
  readonly by: number
}
