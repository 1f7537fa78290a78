import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { has } from "../../base/node-set.ts"
import { InvariantError } from "../../base/errors.ts"
import { type Piece, type Shares, decompose } from "./decompose.ts"
import { type Formula, formulaOf } from "../exact/formula.ts"

/** Shares of whole numbers: of every gate, a random distribution over its children that adds up. */
function sharesFor(formula: Formula, share: number, draw: (n: number) => number): Shares {
  if (formula.kind === "leaf") return { share, children: [] }
  const parts = formula.children.map(() => 0)
  // `share` turns, each of `need` different children.
  for (let turn = 0; turn < share; turn++) {
    const order = parts.map((_, i) => i).sort((a, b) => draw(a * 31 + turn) - draw(b * 31 + turn))
    for (const child of order.slice(0, formula.need)) parts[child]!++
  }
  return { share, children: formula.children.map((child, i) => sharesFor(child, parts[i]!, draw)) }
}

function leafShares(formula: Formula, shares: Shares, into: Map<number, number>): Map<number, number> {
  if (formula.kind === "leaf") return into.set(formula.position, shares.share)
  formula.children.forEach((child, i) => leafShares(child, shares.children[i]!, into))
  return into
}

const total = (pieces: readonly Piece[]): number => pieces.reduce((sum, { length }) => sum + length, 0)

describe("decompose", () => {
  test.each(["majority(7)", "grid(3, 4)", "choose(2, a*b, c + d*e, choose(2, f, g, h))"])(
    "gives quorums of %s whose use is exactly the shares",
    (text) => {
      const system = quorumSystemFrom(text)
      const formula = formulaOf(system, 1)
      fc.assert(
        fc.property(fc.array(fc.nat(1000), { minLength: 400, maxLength: 400 }), (numbers) => {
          const shares = sharesFor(formula, 12, (n) => numbers[n % 400]!)
          const pieces = decompose(formula, shares, 0)
          expect(total(pieces)).toBe(12)
          for (const { set } of pieces) expect(system.isQuorum(1, set)).toBe(true)
          for (const [node, share] of leafShares(formula, shares, new Map())) {
            expect(total(pieces.filter(({ set }) => has(set, node)))).toBe(share)
          }
        }),
        { seed: 1, numRuns: 50 },
      )
    },
  )

  test("uses few quorums: about one for every node", () => {
    const formula = formulaOf(quorumSystemFrom("majority(101)"), 1)
    const shares = { share: 101, children: Array.from({ length: 101 }, () => ({ share: 51, children: [] })) }
    expect(decompose(formula, shares, 0)).toHaveLength(101)
  })

  test("refuses shares that do not add up", () => {
    const formula = formulaOf(quorumSystemFrom("majority(3)"), 1)
    const shares = { share: 3, children: [1, 1, 0].map((share) => ({ share, children: [] })) }
    expect(() => decompose(formula, shares, 0)).toThrow(InvariantError)
  })
})
