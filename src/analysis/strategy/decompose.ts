import { InvariantError } from "../../base/errors.ts"
import { type NodeSet, emptySet, singleton, union } from "../../base/node-set.ts"
import { type Formula, childWeight } from "../exact/formula.ts"
import type { ProgramBuilder, Term } from "./solver.ts"

/** How much each subtree of a read-once counting formula is used; the same shape as the formula. */
export interface Shares {
  readonly share: number
  readonly children: readonly Shares[]
}

/** A set of nodes and how much it is used. */
export interface Piece {
  readonly set: NodeSet
  readonly length: number
}

/**
 * Quorums whose use adds up to the shares: Σ children = need · share at every
 * gate and no child above its gate.
 *
 * Systematic sampling (Madow 1949): at a gate of share s, lay the shares of the
 * children end to end around a circle of circumference s. They go round exactly
 * `need` times, and no child meets itself, so above every point lie `need`
 * different children. Each child brings its own division into sets; the points
 * where anything changes divide the circle into the gate's sets.
 *
 * At most one piece more per node, so O(n) pieces, in O(n²). Exact as long as
 * the shares are whole numbers (of some common unit), with `tolerance` 0.
 */
export function decompose(formula: Formula, shares: Shares, tolerance: number): Piece[] {
  if (shares.share <= tolerance) return []
  if (formula.kind === "leaf") return [{ set: singleton(formula.position), length: shares.share }]
  if (formula.need <= 0) return [{ set: emptySet, length: shares.share }]
  const children = formula.children.map((child, i) => decompose(child, shares.children[i]!, tolerance))
  return overlay(children.flat(), shares.share, formula.need, tolerance)
}

/** The layers above each part of a circle, when pieces lie end to end around it `turns` times. */
function overlay(pieces: readonly Piece[], circle: number, turns: number, tolerance: number): Piece[] {
  const layers = cutIntoTurns(pieces, circle, turns, tolerance)
  const current = layers.map(() => 0)
  // The last arc of a turn closes the circle, regardless of rounding.
  const endOf = (turn: number): number =>
    current[turn]! + 1 >= layers[turn]!.length ? circle : layers[turn]![current[turn]!]!.end
  const out: Piece[] = []
  for (let at = 0; circle - at > tolerance;) {
    const end = layers.reduce((first, _, turn) => Math.min(first, endOf(turn)), circle)
    const set = layers.map((layer, turn) => layer[current[turn]!]!.set).reduce(union)
    if (end - at > tolerance) out.push({ set, length: end - at })
    layers.forEach((_, turn) => {
      if (endOf(turn) <= end && end < circle) current[turn]!++
    })
    at = end
  }
  return merged(out)
}

interface Arc {
  readonly set: NodeSet
  readonly end: number
}

/** The pieces in each turn around the circle, by where they end; one that crosses the start is in two turns. */
function cutIntoTurns(pieces: readonly Piece[], circle: number, turns: number, tolerance: number): Arc[][] {
  const layers: Arc[][] = [[]]
  let at = 0
  for (const { set, length } of pieces) {
    let left = length
    while (left > tolerance) {
      const room = circle - at
      const part = Math.min(left, room)
      layers.at(-1)!.push({ set, end: at + part })
      left -= part
      at += part
      if (circle - at > tolerance) continue
      layers.push([])
      at = 0
    }
  }
  const full = layers.slice(0, turns)
  if (full.length < turns || full.some((layer) => layer.length === 0)) {
    throw new InvariantError("the shares of the children of a gate do not add up to its own.")
  }
  return full
}

/** Equal sets next to each other are one piece. */
function merged(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = []
  for (const piece of pieces) {
    const last = out.at(-1)
    if (last?.set === piece.set) out[out.length - 1] = { set: last.set, length: last.length + piece.length }
    else out.push(piece)
  }
  return out
}

/**
 * Adds the rows that say "the nodes in use contain a quorum" of a formula, for 0/1 variables `used`.
 *
 * With every occurrence of a node treated as a separate node the formula is a tree, and p_v, the share
 * of subtree v, satisfies Σ p_child = k·p_v and p_child ≤ p_v: the convex hull of the tree's quorums. An
 * occurrence may be used only as far as its node is. So only the node variables need be whole numbers;
 * at weighing gates, whose hull is not known, the children too.
 */
export function requireQuorum(
  builder: ProgramBuilder,
  formula: Formula,
  used: readonly (number | undefined)[],
): void {
  if (formula.kind === "gate" && formula.need <= 0) return
  const root = builder.variable(0, 1)
  builder.row(1, 1, [[root, 1]])
  addShares(builder, formula, root, used)
}

function addShares(
  builder: ProgramBuilder,
  formula: Formula,
  share: number,
  used: readonly (number | undefined)[],
): void {
  if (formula.kind === "leaf") {
    const node = used[formula.position]
    const terms: Term[] =
      node === undefined
        ? [[share, 1]]
        : [
            [share, 1],
            [node, -1],
          ]
    builder.row(-Infinity, 0, terms)
    return
  }
  const whole = formula.weights !== undefined
  const children = formula.children.map(() => builder.variable(0, 1, whole))
  builder.row(0, Infinity, [
    ...children.map((child, i): Term => [child, childWeight(formula, i)]),
    [share, -formula.need],
  ])
  formula.children.forEach((child, i) => {
    builder.row(-Infinity, 0, [
      [children[i]!, 1],
      [share, -1],
    ])
    addShares(builder, child, children[i]!, used)
  })
}
