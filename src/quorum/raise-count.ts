import { type QuorumExpr, nodesOf } from "./expression.ts"
import { type Question, type Side, formulaOf } from "./question.ts"
import { simplify } from "./simplify.ts"

/** Quorums of one kind: any `k` of n nodes; how many of them a question brings together. */
interface Kind {
  readonly side: Side
  readonly k: number
  times: number
}

/**
 * Which quorums would have to be how large, where all sides count the same n
 * nodes: s quorums of q₁ … q_s have Σqᵢ − (s − 1)·n nodes in common at least.
 * Nothing where a side is not a plain count, or no size would do.
 *
 * The hint is about one size at a time, the others kept. Of `simple(5, 2, 3)` under 4.4: |Q1| + |Q2| must
 * exceed 5, so phase-1 quorums of 3 would do, or phase-2 quorums of 4.
 */
export function raiseCount({ sides, atLeast }: Question): string | undefined {
  const counts = sides.map((side) => plainCount(simplify(formulaOf(side))))
  const [first] = counts
  if (first === undefined || counts.some((count) => count?.nodes !== first.nodes)) return undefined
  const kinds = kindsOf(
    sides,
    counts.map((count) => count!.k),
  )
  const wanted = (sides.length - 1) * first.n + atLeast
  const options = kinds.flatMap((kind) => {
    const others = kinds.reduce((sum, { k, times }) => sum + k * times, 0) - kind.k * kind.times
    const needed = Math.ceil((wanted - others) / kind.times)
    return needed > first.n ? [] : [{ kind, needed }]
  })
  if (options.length === 0) return undefined
  const named = (side: Side) => nameOf(side, kinds)
  const [only] = kinds
  if (kinds.length === 1 && sides.length === 2 && atLeast === 1) {
    return `${named(only!.side)} quorums of ${options[0]!.needed} or more acceptors would meet each other`
  }
  const sum = kinds
    .map(({ side, times }) => `${times === 1 ? "" : `${times}·`}|${symbolOf(side, kinds)}|`)
    .join(" + ")
  const alternatives = options.map(({ kind, needed }) => `${named(kind.side)} quorums of ${needed}`)
  return `${sum} must exceed ${wanted - 1}: ${alternatives.join(", or ")}, would do`
}

/** A formula that counts nodes: how many of which. */
function plainCount(expr: QuorumExpr): { n: number; k: number; nodes: string } | undefined {
  if (expr.kind === "weighted") return undefined
  const leaves = expr.kind === "node" ? [expr] : expr.children
  if (leaves.some(({ kind }) => kind !== "node")) return undefined
  const names = nodesOf(expr)
  if (names.length < leaves.length) return undefined
  return { n: names.length, k: expr.kind === "node" ? 1 : expr.k, nodes: JSON.stringify(names.sort()) }
}

function kindsOf(sides: readonly Side[], counts: readonly number[]): Kind[] {
  const kinds: Kind[] = []
  for (const [i, side] of sides.entries()) {
    const same = kinds.find((kind) => kind.side.phase === side.phase && kind.side.system === side.system)
    if (same === undefined) kinds.push({ side, k: counts[i]!, times: 1 })
    else same.times++
  }
  return kinds
}

/** Epochs are named only where two of them are in question. */
function isAcrossEpochs(kinds: readonly Kind[]): boolean {
  return kinds.some(({ side }) => side.system !== kinds[0]!.side.system)
}

function nameOf(side: Side, kinds: readonly Kind[]): string {
  return `phase-${side.phase}${isAcrossEpochs(kinds) ? ` (epoch ${side.epoch})` : ""}`
}

function symbolOf(side: Side, kinds: readonly Kind[]): string {
  return `Q${side.phase}${isAcrossEpochs(kinds) ? ` of epoch ${side.epoch}` : ""}`
}
