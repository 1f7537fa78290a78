import { type NodeSet, size } from "../../base/node-set.ts"
import {
  type NodeId,
  type QuorumExpr,
  dual,
  isReadOnce,
  nodesOf,
  positionsOf,
  simplify,
  totalWeight,
} from "../expression.ts"
import { minimalQuorumsOf, termBound } from "../minimal.ts"
import { type QuorumSystem, formatSet, namesOf } from "../system.ts"
import { everyPairMeets } from "./intersect.ts"
import { type Question, type Side, formulaOf } from "./question.ts"

/** The maximum number of quorums in a hint; "…" stands for the others. */
const maxShown = 4

/** A set of more members than this is abbreviated. */
const longSet = 8

/**
 * A hint at the smallest change that makes quorums intersect: a number to raise where all are counted,
 * or two weighed, over the same nodes; else the quorums of the second kind that intersect all of the
 * first.
 *
 * A hint is not minimal over all systems: it is a local change. Each hint is computed from the dual or
 * by bisection, so the changed system satisfies the question.
 */
export function repairHint(question: Question, witness: readonly NodeSet[]): string {
  if (witness.some((quorum) => size(quorum) === 0)) {
    return "an empty quorum meets nothing; it is legal only for the smallest epoch (requirement 4.6)"
  }
  const [first, second, third] = question.sides
  const counted = raiseCount(question)
  if (counted !== undefined || first === undefined || second === undefined) return counted ?? ""
  if (third !== undefined) {
    return `every phase-${first.phase} quorum would have to meet every overlap of two phase-${second.phase} quorums`
  }
  if (question.atLeast > 1) return `the two would have to share ${question.atLeast} acceptors`
  const [a, b] = [simplify(formulaOf(first)), simplify(formulaOf(second))]
  return raiseVotes(a, b, first, second) ?? listMeeting(a, first, second)
}

type WeightedGate = QuorumExpr & { readonly kind: "weighted" }

/** Both sides weigh the same nodes: the least threshold on one side that makes them meet. */
function raiseVotes(a: QuorumExpr, b: QuorumExpr, first: Side, second: Side): string | undefined {
  if (a.kind !== "weighted" || b.kind !== "weighted") return undefined
  const { nodes } = first.system
  if (isSameKind(first, second)) {
    const both = leastThreshold(a, (raised) => meets(raised, raised, nodes))
    return both === undefined
      ? undefined
      : `phase-${first.phase} quorums of ${both} votes or more would meet each other`
  }
  const inFirst = leastThreshold(a, (raised) => meets(raised, b, nodes))
  const inSecond = leastThreshold(b, (raised) => meets(a, raised, nodes))
  const options = [
    ...(inFirst === undefined ? [] : [`${inFirst} votes in phase ${first.phase}`]),
    ...(inSecond === undefined ? [] : [`${inSecond} votes in phase ${second.phase}`]),
  ]
  return options.length === 0 ? undefined : `${options.join(", or ")}, would do`
}

/** A hint decides some fifty questions, and must not take longer than the verdict. */
const hintEffort = { visits: 400_000 }

const meets = (a: QuorumExpr, b: QuorumExpr, nodes: readonly NodeId[]): boolean =>
  everyPairMeets(a, b, nodes, hintEffort).verdict === "holds"

/** The least threshold above the gate's own with which `suffices` holds, by bisection: more votes only help. */
function leastThreshold(gate: WeightedGate, suffices: (raised: WeightedGate) => boolean): number | undefined {
  const raisedTo = (limit: number): WeightedGate => ({ ...gate, threshold: limit })
  let [low, high] = [gate.threshold, totalWeight(gate.weights)]
  if (!suffices(raisedTo(high))) return undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (suffices(raisedTo(middle))) high = middle
    else low = middle
  }
  return high
}

/** Whether both quorums are of the same phase of the same system, so that one change changes both. */
const isSameKind = (first: Side, second: Side): boolean =>
  first.phase === second.phase && first.system === second.system

/** The least quorums of the second kind that would meet every one of the first: those of the dual. */
function listMeeting(a: QuorumExpr, first: Side, second: Side): string {
  const meeting = dual(a)
  // The quorums of a read-once formula are generated lazily; those of others are computed in advance, if
  // they are not too many.
  if (!isReadOnce(meeting) && termBound(meeting) > 100_000n) {
    return `every phase-${second.phase} quorum would have to meet all phase-${first.phase} quorums`
  }
  const shown: string[] = []
  for (const quorum of minimalQuorumsOf(meeting, positionsOf(first.system.nodes))) {
    // Long sets differ where it does not show: one is enough.
    const enough = shown.length === maxShown || (shown.length === 1 && size(quorum) > longSet)
    shown.push(enough ? "…" : shortSet(first.system, quorum))
    if (enough) break
  }
  return isSameKind(first, second)
    ? `a phase-${second.phase} quorum would have to contain one of ${shown.join(" ")}`
    : `phase-${second.phase} quorums that meet every phase-${first.phase} quorum: ${shown.join(" ")}`
}

/** A set by its first members where it is long. */
function shortSet(system: QuorumSystem, set: NodeSet): string {
  const count = size(set)
  if (count <= longSet) return formatSet(system, set)
  const first = namesOf(system, set).slice(0, maxShown)
  return `{${first.join(" ")} … ${count} in all}`
}

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
