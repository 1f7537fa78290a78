import { UsageError } from "../base/errors.ts"
import { namesOf } from "./system.ts"
import { bothPhases } from "./define.ts"
import { type QuorumExpr, and, dual, formatExpr, node, nodesOf, or, positionsOf } from "./expression.ts"
import { minimalQuorumsOf, termBound } from "./minimal.ts"
import { simplify } from "./simplify.ts"
import type { Denotation } from "./parameter.ts"

/** `dual(e)` of the notation: the sets that meet every quorum of a formula; of a system, in each phase. */
export function dualOf(value: Denotation): Denotation {
  return inEachPhase(value, `dual(${value.text})`, dual)
}

/**
 * `minimal(e)` of the notation: the same formula as the sum of its minimal
 * quorums; of a system, in each phase. Shows what an expression comes to, and
 * rids it of whatever never matters.
 */
export function minimalOf(value: Denotation): Denotation {
  return inEachPhase(value, `minimal(${value.text})`, (expr) => sumOfMinimalQuorums(expr, value.text))
}

/** Quorums beyond this many are not written out. */
const mostQuorums = 100_000n

function sumOfMinimalQuorums(expr: QuorumExpr, text: string): QuorumExpr {
  // Asked of the bound, before any quorum is made.
  if (termBound(expr) > mostQuorums) {
    throw new UsageError(
      `minimal(${text}): up to ${termBound(expr)} quorums would have to be written out; at most ${mostQuorums} are.`,
    )
  }
  const nodes = nodesOf(expr)
  const quorums = [...minimalQuorumsOf(expr, positionsOf(nodes))]
  return simplify(or(...quorums.map((quorum) => and(...namesOf({ nodes }, quorum).map(node)))))
}

function inEachPhase(value: Denotation, text: string, change: (expr: QuorumExpr) => QuorumExpr): Denotation {
  if (value.kind === "formula") {
    const expr = change(value.expr)
    return { kind: "formula", expr, text: formatExpr(expr) }
  }
  const { phase1, phase2 } = bothPhases(value.parts)
  return { kind: "system", parts: { ...value.parts, phase1: change(phase1), phase2: change(phase2) }, text }
}
