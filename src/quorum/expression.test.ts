import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fullSet, isDisjoint, nodeSet } from "../base/node-set.ts"
import { allSubsets, complement, evaluate, formulas, sixNodes } from "../../test/support/formulas.ts"
import {
  and,
  compile,
  dual,
  formatExpr,
  formatNode,
  isReadOnce,
  node,
  nodesOf,
  or,
  positionsOf,
  threshold,
  weighted,
} from "./expression.ts"
import { minimalQuorumsOf } from "./minimal.ts"

const [a, b, c] = sixNodes.map(node) as [
  ReturnType<typeof node>,
  ReturnType<typeof node>,
  ReturnType<typeof node>,
]
const positions = positionsOf(sixNodes)
const anyFormula = formulas({ constants: true })

describe("compile", () => {
  it("agrees with the definition on every set of nodes", () => {
    fc.assert(
      fc.property(anyFormula, (expr) => {
        const isQuorum = compile(expr, positions)
        for (const set of allSubsets(6)) {
          const answered = new Set(sixNodes.filter((_, i) => (Number(set) >> i) & 1))
          expect(isQuorum(set)).toBe(evaluate(expr, answered))
        }
      }),
    )
  })

  it("is the same beyond 31 positions, whichever form a set has", () => {
    const names = Array.from({ length: 70 }, (_, i) => `n${i}`)
    const expr = threshold(3, names.filter((_, i) => i % 10 === 0).map(node))
    const isQuorum = compile(expr, positionsOf(names))
    expect(isQuorum(nodeSet([0, 10, 20]))).toBe(true)
    expect(isQuorum(nodeSet([0, 10, 60]))).toBe(true)
    expect(isQuorum(nodeSet([0, 60, 61, 62, 63]))).toBe(false)
    expect(compile(and(a, b), positionsOf(["a", "b"]))(fullSet(40))).toBe(true)
  })

  it("a node that has no position never answers", () => {
    const isQuorum = compile(threshold(2, [a, b, node("stranger")]), positions)
    expect(isQuorum(nodeSet([0, 1]))).toBe(true)
    expect(isQuorum(nodeSet([0, 2, 3, 4, 5]))).toBe(false)
  })
})

describe("dual", () => {
  it("of the dual is the formula itself", () => {
    fc.assert(
      fc.property(anyFormula, (expr) => {
        expect(dual(dual(expr))).toEqual(expr)
      }),
    )
  })

  it("is true of a set exactly when the formula is false of its complement", () => {
    fc.assert(
      fc.property(anyFormula, (expr) => {
        const [isQuorum, isDual] = [compile(expr, positions), compile(dual(expr), positions)]
        for (const set of allSubsets(6)) expect(isDual(set)).toBe(!isQuorum(complement(6, set)))
      }),
    )
  })

  it("has as quorums the sets that meet every quorum", () => {
    fc.assert(
      fc.property(formulas(), (expr) => {
        const isDual = compile(dual(expr), positions)
        const quorums = [...minimalQuorumsOf(expr, positions)]
        for (const set of allSubsets(6)) {
          expect(isDual(set)).toBe(quorums.every((quorum) => !isDisjoint(quorum, set)))
        }
      }),
    )
  })
})

describe("nodesOf and isReadOnce", () => {
  it("name each node once, in the order of the formula", () => {
    expect(nodesOf(or(and(c, a), threshold(2, [a, b, c])))).toEqual(["c", "a", "b"])
    expect(nodesOf(threshold(0, []))).toEqual([])
  })

  it("tell a node that occurs twice", () => {
    expect(isReadOnce(or(and(a, b), c))).toBe(true)
    expect(isReadOnce(or(and(a, b), and(b, c)))).toBe(false)
    expect(isReadOnce(weighted([1, 2], 2, [a, a]))).toBe(false)
  })
})

describe("formatExpr", () => {
  it.each([
    [or(and(a, b), c), "a*b + c"],
    [and(or(a, b), c), "(a + b)*c"],
    [and(and(a, b), c), "a*b*c"],
    [or(or(a, b), c), "a + b + c"],
    [threshold(2, [a, b, c]), "choose(2, a, b, c)"],
    [threshold(2, [or(a, b), b, c]), "choose(2, a + b, b, c)"],
    [and(threshold(2, [a, b, c]), c), "choose(2, a, b, c)*c"],
    [weighted([3, 1], 3, [a, and(b, c)]), "weightedChoose(3, [3, 1], a, b*c)"],
    [or(and(a)), "a"],
    [or(threshold(0, [a]), and()), "choose(0) + choose(0)"],
    [threshold(3, [a, b]), "choose(1)"],
    [weighted([1, 1], 3, [a, b]), "choose(1)"],
  ])("%#: %o", (expr, text) => {
    expect(formatExpr(expr)).toBe(text)
  })

  it("quotes names that are not plain words or numbers", () => {
    expect(["a1", "_x", "0", "42", "us-west", "01", "a b", 'say "a"', "é", ""].map(formatNode)).toEqual([
      "a1",
      "_x",
      "0",
      "42",
      '"us-west"',
      '"01"',
      '"a b"',
      '"say \\"a\\""',
      '"é"',
      '""',
    ])
  })
})
