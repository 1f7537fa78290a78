import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { type NodeSet, difference, fullSet, isDisjoint } from "../../base/node-set.ts"
import { searchDisjoint } from "./search.ts"
import { type QuorumExpr, compile, dual, node, positionsOf, threshold, weighted } from "../expression.ts"
import { everyPairMeets } from "./intersect.ts"

const names = ["a", "b", "c", "d", "e", "f", "g"]
const positions = positionsOf(names)

/** The slow, obvious twin: every set against its complement. */
function meetsByEnumeration(a: QuorumExpr, b: QuorumExpr): boolean {
  const [isA, isB] = [compile(a, positions), compile(b, positions)]
  const all = fullSet(names.length)
  for (let set = 0; set < 1 << names.length; set++) {
    if (isA(set) && isB(difference(all, set))) return false
  }
  return true
}

/** Formulas of up to three levels; nodes may occur again and again, gates may be constant. */
const formula: fc.Arbitrary<QuorumExpr> = fc.letrec<{ expr: QuorumExpr; gate: QuorumExpr; leaf: QuorumExpr }>(
  (tie) => ({
    leaf: fc.constantFrom(...names).map(node),
    gate: fc.array(tie("expr"), { minLength: 1, maxLength: 4 }).chain((children) =>
      fc.oneof(
        fc.integer({ min: 0, max: children.length + 1 }).map((k) => threshold(k, children)),
        fc
          .array(fc.integer({ min: 1, max: 4 }), { minLength: children.length, maxLength: children.length })
          .chain((weights) =>
            fc.integer({ min: 1, max: 8 }).map((limit) => weighted(weights, limit, children)),
          ),
      ),
    ),
    expr: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("gate")),
  }),
).expr

function expectWitness(a: QuorumExpr, b: QuorumExpr, [inA, inB]: readonly [NodeSet, NodeSet]): void {
  expect(isDisjoint(inA, inB)).toBe(true)
  expect(compile(a, positions)(inA)).toBe(true)
  expect(compile(b, positions)(inB)).toBe(true)
}

describe("everyPairMeets", () => {
  test("agrees with enumeration on any two formulas, and its witness is one", () => {
    fc.assert(
      fc.property(formula, formula, (a, b) => {
        const verdict = everyPairMeets(a, b, names)
        expect(verdict.verdict).toBe(meetsByEnumeration(a, b) ? "holds" : "violated")
        if (verdict.verdict === "violated") expectWitness(a, b, verdict.witness)
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  test("the branching search by itself agrees with enumeration", () => {
    fc.assert(
      fc.property(formula, formula, (a, b) => {
        const [isA, isB] = [compile(a, positions), compile(b, positions)]
        const found = searchDisjoint(isA, isB, names.length, 10_000)
        expect(found === "none").toBe(meetsByEnumeration(a, b))
        if (typeof found === "number") expectWitness(a, b, [found, difference(fullSet(names.length), found)])
      }),
      { numRuns: 1000, seed: 2 },
    )
  })

  test("a formula and its dual always meet", () => {
    fc.assert(
      fc.property(formula, (expr) => {
        expect(everyPairMeets(expr, dual(expr), names).verdict).toBe("holds")
      }),
      { seed: 3 },
    )
  })

  test("two weightings of the same nodes agree with enumeration", () => {
    const gate = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 7, maxLength: 7 }),
        fc.integer({ min: 1, max: 40 }),
      )
      .map(([weights, limit]) => weighted(weights, limit, names.map(node)))
    fc.assert(
      fc.property(gate, gate, (a, b) => {
        expect(everyPairMeets(a, b, names).verdict).toBe(meetsByEnumeration(a, b) ? "holds" : "violated")
      }),
      { numRuns: 1000, seed: 4 },
    )
  })

  test("a majority of majorities against its transpose is unknown when the effort is small, never holds", () => {
    const cell = (r: number, c: number): QuorumExpr => node(`n${r}_${c}`)
    const side = [...Array(9).keys()]
    const majorityOf = (children: QuorumExpr[]): QuorumExpr => threshold(5, children)
    const rows = majorityOf(side.map((r) => majorityOf(side.map((c) => cell(r, c)))))
    const columns = majorityOf(side.map((c) => majorityOf(side.map((r) => cell(r, c)))))
    const nodes = side.flatMap((r) => side.map((c) => `n${r}_${c}`))
    const verdict = everyPairMeets(rows, columns, nodes, { visits: 200 })
    expect(verdict.verdict).toBe("unknown")
  })
})

test("large systems are decided from their structure", () => {
  const weights = Array.from({ length: 100 }, (_, i) => 1 + ((i * 37) % 91))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const half = Math.ceil(total / 2)
  const verdictOf = (text: string): string => {
    const { expression, nodes } = quorumSystemFrom(text)
    return everyPairMeets(expression[1], expression[2], nodes).verdict
  }
  expect(verdictOf("majority(101)")).toBe("holds")
  expect(verdictOf("simple(1001, 500, 501)")).toBe("violated")
  expect(verdictOf("grid(30, 30)")).toBe("holds")
  expect(verdictOf(`weighted([${weights.join()}], ${half}, ${half})`)).toBe("violated")
  expect(verdictOf(`weighted([${weights.join()}], ${half}, ${half + 1})`)).toBe("holds")
})
