import fc from "fast-check"
import { describe, expect, it } from "vitest"
import weightedVoting from "../../../quorums/weighted.ts"
import { allSubsets } from "../../../test/support/formulas.ts"
import { intersection, size } from "../../base/node-set.ts"
import { UsageError } from "../../base/errors.ts"
import { node, weighted } from "../expression.ts"
import { parseSystem } from "../notation/parse.ts"
import { catalogue } from "../../../quorums/index.ts"
import { everyOverlap } from "./intersect.ts"

/** A sample, or many with SLOW=1. */
const numRuns = process.env["SLOW"] === "1" ? 100_000 : 1000
const timeout = numRuns * 10

/** Votes of every size, with and without a common divisor, their sum below 2^53. */
const vote = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 4 }).map((times) => times * 10 ** 7),
  fc.integer({ min: 1, max: 2 ** 50 }),
  fc.constantFrom(10 ** 15, 10 ** 15 - 1, 2 ** 50, 2 ** 50 + 1),
)
const gate = (n: number) =>
  fc
    .tuple(
      fc.array(vote, { minLength: n, maxLength: n }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(2),
    )
    .map(([votes, share, less]) => {
      const sum = votes.reduce((a, b) => a + b, 0)
      return { votes, limit: Math.min(sum, Math.max(1, Math.ceil(sum * share) - less)) }
    })
const sides = fc.integer({ min: 1, max: 6 }).chain((n) => fc.array(gate(n), { minLength: 2, maxLength: 3 }))

/** The sets with enough votes, counted without doubles. */
const quorumsOf = ({ votes, limit }: { votes: readonly number[]; limit: number }): number[] =>
  allSubsets(votes.length)
    .map(Number)
    .filter(
      (set) =>
        votes.reduce((sum, each, i) => ((set >> i) & 1 ? sum + BigInt(each) : sum), 0n) >= BigInt(limit),
    )

describe("votes", () => {
  it("of any size: verdicts agree with trying all sets in whole numbers", { timeout }, () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: 1, max: 3 }), (gates, atLeast) => {
        const names = gates[0]!.votes.map((_, i) => `n${i}`)
        const formulas = gates.map(({ votes, limit }) => weighted(votes, limit, names.map(node)))
        const verdict = everyOverlap(formulas, names, { atLeast })
        const common = gates
          .map(quorumsOf)
          .reduce((some, quorums) => [...new Set(some.flatMap((a) => quorums.map((b) => a & b)))])
        const min = Math.min(...common.map((set) => size(set)))
        expect(verdict.verdict).toBe(min >= atLeast ? "holds" : "violated")
        if (verdict.verdict === "violated")
          expect(size(verdict.witness.reduce(intersection))).toBeLessThan(atLeast)
      }),
      { numRuns },
    )
  })

  it.each([
    "weighted([9007199254740991, 1, 1], 9007199254740991, 2)",
    "weightedChoose(2, [9007199254740991, 1, 1], a, b, c)",
    "weighted([2, 2], 2, 2, [9007199254740991, 1])",
  ])("%s is refused: its votes cannot be counted exactly", (text) => {
    expect(() => parseSystem(text, catalogue)).toThrow(UsageError)
    expect(() => parseSystem(text, catalogue)).toThrow("sum to more than 9007199254740991 (2^53 - 1)")
  })

  it("takes time by the number of voters, not of votes", () => {
    for (const million of [10 ** 7, 10 ** 15]) {
      const { expression, nodes } = weightedVoting([million, million, million, 1], million, million)
      expect(everyOverlap([expression[1], expression[2]], nodes).verdict).toBe("violated")
    }
  })

  it("stops at the effort with unknown and a reason", () => {
    const votes = Array.from({ length: 40 }, (_, i) => 10 ** 12 + (7919 * (i + 1)) ** 2)
    const half = Math.ceil(votes.reduce((a, b) => a + b, 0) / 2)
    const names = votes.map((_, i) => `n${i}`)
    const gates = [
      weighted(votes, half, names.map(node)),
      weighted(votes.toReversed(), half, names.map(node)),
    ]
    const verdict = everyOverlap(gates, names, { effort: { visits: 1000 } })
    expect(verdict).toMatchObject({
      verdict: "unknown",
      because: expect.stringContaining("sums of votes") as string,
    })
  })
})
