import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { allSubsets, formulas, sixNodes } from "../../test/support/formulas.ts"
import {
  type QuorumExpr,
  always,
  and,
  compile,
  isAlways,
  isNever,
  never,
  node,
  or,
  positionsOf,
  simplify,
  threshold,
  weighted,
} from "./expression.ts"

const positions = positionsOf(sixNodes)
const anyFormula = formulas({ constants: true })
const [a, b, c] = [node("a"), node("b"), node("c")]

describe("simplify", () => {
  it("changes no answer", () => {
    fc.assert(
      fc.property(anyFormula, (expr) => {
        const [before, after] = [compile(expr, positions), compile(simplify(expr), positions)]
        for (const set of allSubsets(6)) expect(after(set)).toBe(before(set))
      }),
    )
  })

  it("leaves no empty shapes: no constant below the root, no gate of one, no like gate in a like one", () => {
    fc.assert(
      fc.property(anyFormula, (expr) => {
        expect(emptyShapes(simplify(expr))).toEqual([])
      }),
    )
  })

  it("has nothing left to do the second time", () => {
    fc.assert(
      fc.property(anyFormula, (expr) => {
        expect(simplify(simplify(expr))).toEqual(simplify(expr))
      }),
    )
  })

  it("tells the constant formulas", () => {
    for (const expr of [threshold(0, [a]), weighted([1], 0, [a]), or(a, and()), and(and(), and())]) {
      expect(simplify(expr)).toEqual(always)
      expect(isAlways(simplify(expr)) && !isNever(simplify(expr))).toBe(true)
    }
    for (const expr of [threshold(3, [a, b]), weighted([1], 2, [a]), and(a, or()), or(or(), or())]) {
      expect(simplify(expr)).toEqual(never)
      expect(isNever(simplify(expr)) && !isAlways(simplify(expr))).toBe(true)
    }
  })

  it("counts where all weights are equal", () => {
    expect(simplify(weighted([2, 2, 2], 3, [a, b, c]))).toEqual(threshold(2, [a, b, c]))
    expect(simplify(weighted([2, 1, 2], 3, [a, always, c]))).toEqual(or(a, c))
  })
})

function emptyShapes(expr: QuorumExpr, isRoot = true): string[] {
  if (expr.kind === "node") return []
  const found = expr.children.flatMap((child) => emptyShapes(child, false))
  if (!isRoot && (isAlways(expr) || isNever(expr))) found.push("constant")
  if (expr.children.length === 1) found.push("gate of one")
  const gate = gateOf(expr)
  if (gate !== undefined && expr.children.some((child) => gateOf(child) === gate))
    found.push(`${gate} in ${gate}`)
  return found
}

function gateOf(expr: QuorumExpr): "or" | "and" | undefined {
  if (expr.kind !== "threshold" || expr.children.length < 2) return undefined
  return expr.k === 1 ? "or" : expr.k === expr.children.length ? "and" : undefined
}
