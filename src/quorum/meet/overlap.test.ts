import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { formulas, sixNodes } from "../../../test/support/formulas.ts"
import { type NodeSet, intersection, size } from "../../base/node-set.ts"
import {
  type QuorumExpr,
  compile,
  dual,
  isAlways,
  isNever,
  node,
  nodesOf,
  positionsOf,
  simplify,
  threshold,
  weighted,
} from "../expression.ts"
import { minimalQuorumsOf } from "../minimal.ts"
import { alignedOverlap, everyOverlap } from "./intersect.ts"
import { lightestQuorums } from "./lightest.ts"
import { cheapestExclusions, searchOverlap } from "./search.ts"

const positions = positionsOf(sixNodes)

/** The least number of nodes that quorums, one of each formula, have in common: by trying all. Infinity without quorums. */
function leastOverlap(sides: readonly QuorumExpr[]): number {
  const lists = sides.map((side) => [...minimalQuorumsOf(side, positions)])
  const least = (common: NodeSet, [first, ...rest]: readonly NodeSet[][]): number =>
    first === undefined
      ? size(common)
      : first.reduce<number>(
          (best, quorum) => Math.min(best, least(intersection(common, quorum), rest)),
          Infinity,
        )
  return least(63, lists)
}

function expectWitness(sides: readonly QuorumExpr[], quorums: readonly NodeSet[], atLeast: number): void {
  quorums.forEach((quorum, i) => expect(new Set(minimalQuorumsOf(sides[i]!, positions))).toContain(quorum))
  expect(size(quorums.reduce(intersection))).toBeLessThan(atLeast)
}

const sides = fc.oneof(
  fc.tuple(formulas({ constants: true }), formulas({ constants: true })),
  fc.tuple(formulas(), formulas(), formulas()),
)

describe("everyOverlap", () => {
  it("agrees with trying all quorums, for two formulas and three, and any overlap; its witness is one", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: 0, max: 4 }), (exprs, atLeast) => {
        const verdict = everyOverlap(exprs, sixNodes, { atLeast })
        expect(verdict.verdict).toBe(leastOverlap(exprs) >= atLeast ? "holds" : "violated")
        if (verdict.verdict === "violated") expectWitness(exprs, verdict.witness, atLeast)
      }),
      { numRuns: 800, seed: 1 },
    )
  })

  it("the search by itself agrees too", () => {
    fc.assert(
      fc.property(sides, fc.integer({ min: 1, max: 3 }), (exprs, atLeast) => {
        const predicates = exprs.map((expr) => compile(expr, positions))
        const found = searchOverlap(predicates, 6, atLeast, 1_000_000)
        expect(found === "none").toBe(leastOverlap(exprs) >= atLeast)
        if (Array.isArray(found)) {
          found.forEach((set, i) => expect(predicates[i]!(set)).toBe(true))
          expect(size(found.reduce(intersection))).toBeLessThan(atLeast)
        }
      }),
      { numRuns: 600, seed: 2 },
    )
  })

  it("counts: q1 + q2 − n in common, and q1 + q2 + q3 − 2n, for all sizes up to 9", () => {
    const names = Array.from({ length: 9 }, (_, i) => node(`a${i}`))
    for (let n = 1; n <= 9; n++) {
      const count = (q: number) => threshold(q, names.slice(0, n))
      const nodes = nodesOf(count(1))
      const holds = (qs: number[], atLeast: number) =>
        everyOverlap(qs.map(count), nodes, { atLeast }).verdict === "holds"
      for (let q1 = 1; q1 <= n; q1++) {
        for (let q2 = 1; q2 <= n; q2++) {
          for (const t of [1, 2, 3]) {
            expect(holds([q1, q2], t)).toBe(q1 + q2 - n >= t)
            expect(holds([q1, q2, q2], t)).toBe(q1 + 2 * q2 - 2 * n >= t)
          }
        }
      }
    }
  })

  it.each([
    ["mGrid(3, 1)", 2, 7],
    ["projectivePlane(3)", 2, 1],
    ["classicGrid(4, 4)", 2, 2],
    ["hqs(3, 3)", 2, 1],
    ["majority(101)", 2, 1],
    ["fastPaxos(101)", 2, 26],
    ["unanimous(12)", 3, 12],
  ])("%s: %i quorums have at least %i nodes in common, and not always one more", (text, count, common) => {
    const { expression, nodes } = quorumSystemFrom(text)
    const exprs = [expression[1], ...Array<QuorumExpr>(count - 1).fill(expression[2])]
    expect(everyOverlap(exprs, nodes, { atLeast: common }).verdict).toBe("holds")
    expect(everyOverlap(exprs, nodes, { atLeast: common + 1 }).verdict).toBe("violated")
  })

  it("quorums too large to be apart are known by their sizes", () => {
    const side = [...Array(15).keys()]
    const majority = (children: QuorumExpr[]): QuorumExpr => threshold(11, children)
    const rows = majority(side.map((r) => majority(side.map((c) => node(`n${r}_${c}`)))))
    const columns = majority(side.map((c) => majority(side.map((r) => node(`n${r}_${c}`)))))
    const verdict = everyOverlap([rows, columns], nodesOf(rows), { atLeast: 17 })
    expect(verdict).toEqual({
      verdict: "holds",
      because: "their smallest quorums have 121 and 121 of 225 nodes",
    })
  })

  it("large systems are decided from their structure", () => {
    const three = (text: string): string => {
      const { expression, nodes } = quorumSystemFrom(text)
      return everyOverlap([expression[1], expression[2], expression[2]], nodes).verdict
    }
    expect(three("fastPaxos(1001)")).toBe("holds")
    expect(three("fastPaxos(1001, 750)")).toBe("violated")
    expect(three("hqs([9, 5, 6], [9, 5, 6], [9, 5, 6])")).toBe("violated")
    expect(three("hqs([9, 5, 7], [9, 5, 7], [9, 5, 7])")).toBe("holds")
    expect(three("weighted([5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1], 18, 27)")).toBe("holds")
    expect(three("weighted([5, 4, 4, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 1], 18, 26)")).toBe("violated")
  })
})

describe("alignedOverlap", () => {
  /** Trees of the same shape with other thresholds or weights at each gate. */
  const shaped = fc.constantFrom("abc|def", "ab|c|def", "abcdef", "ab|cd|ef").chain((shape) => {
    const gate = (children: QuorumExpr[]): fc.Arbitrary<QuorumExpr> =>
      fc.oneof(
        fc.integer({ min: 1, max: children.length }).map((k) => threshold(k, children)),
        fc
          .array(fc.integer({ min: 1, max: 3 }), { minLength: children.length, maxLength: children.length })
          .chain((weights) =>
            fc
              .integer({ min: 1, max: weights.reduce((a, b) => a + b) })
              .map((limit) => weighted(weights, limit, children)),
          ),
      )
    const tree = fc
      .tuple(...shape.split("|").map((block) => gate(block.split("").map(node))))
      .chain((blocks) => gate(blocks))
    return fc.array(tree, { minLength: 2, maxLength: 3 })
  })

  it("answers for trees of one shape, and is exact", () => {
    fc.assert(
      fc.property(shaped, fc.integer({ min: 1, max: 4 }), (exprs, enough) => {
        const simple = exprs.map(simplify)
        const answer = alignedOverlap(simple, positions, enough)
        if (answer === undefined) return
        expect(Math.min(answer.common, enough)).toBe(Math.min(leastOverlap(exprs), enough))
        if (answer.common >= enough) return
        expect(size(answer.quorums.reduce(intersection))).toBe(answer.common)
        answer.quorums.forEach((quorum, i) => expect(compile(exprs[i]!, positions)(quorum)).toBe(true))
      }),
      { numRuns: 1000, seed: 3 },
    )
  })

  it("does answer for a formula and its dual, and for sides that speak of different nodes", () => {
    fc.assert(
      fc.property(shaped, ([expr]) => {
        const simple = [expr!, dual(expr!)].map(simplify)
        expect(alignedOverlap(simple, positions, 1)?.common).toBeGreaterThanOrEqual(1)
      }),
      { seed: 4 },
    )
    const few = threshold(2, ["a", "b", "c"].map(node))
    const more = threshold(4, sixNodes.map(node))
    expect(alignedOverlap([few, more], positions, 9)?.common).toBe(0)
    expect(alignedOverlap([few, threshold(5, sixNodes.map(node))], positions, 9)?.common).toBe(1)
    expect(alignedOverlap([node("a"), more], positions, 9)?.common).toBe(0)
  })

  it("gives up where the blocks do not match", () => {
    const rows = simplify(quorumSystemFrom("grid(2, 2)").expression[1])
    const columns = simplify(quorumSystemFrom("grid(2, 2)").expression[2])
    expect(alignedOverlap([rows, columns], positionsOf(["a1", "a2", "a3", "a4"]), 1)).toBeUndefined()
  })
})

describe("cheapestExclusions", () => {
  const weights = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 })
  const things = fc.array(fc.record({ cost: fc.integer({ min: 1, max: 3 }), weights }), { maxLength: 5 })
  const spare = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 3, maxLength: 3 })

  it("agrees with trying every way, within what is enough", () => {
    fc.assert(
      fc.property(things, spare, fc.integer({ min: 1, max: 8 }), (all, room, enough) => {
        const answer = cheapestExclusions(all, room, enough)!
        const best = byTrying(all, room)
        expect(Math.min(answer.cost, enough)).toBe(Math.min(best, enough))
        if (answer.cost >= enough) return
        const used = [0, 1, 2].map((side) =>
          all.reduce((sum, thing, i) => (answer.excluded[i] === side ? sum + thing.weights[side]! : sum), 0),
        )
        used.forEach((weight, side) => expect(weight).toBeLessThanOrEqual(room[side]!))
      }),
      { seed: 5 },
    )
  })

  it("leaves what would take too large a table to others", () => {
    const heavy = Array.from({ length: 50 }, (_, i) => ({
      cost: 1,
      weights: [1_000_003 + i, 1_000_003 - i, 1],
    }))
    expect(cheapestExclusions(heavy, [25_000_000, 25_000_000, 5], 1, 1000)).toBeUndefined()
    // Few sums of these weights can be reached, however large they are.
    expect(cheapestExclusions(heavy, [25_000_000, 25_000_000, 5], 1)?.cost).toBe(0)
  })

  function byTrying(
    [first, ...rest]: readonly { cost: number; weights: readonly number[] }[],
    room: readonly number[],
  ): number {
    if (first === undefined) return 0
    const ways = room.flatMap((left, side) =>
      left < first.weights[side]!
        ? []
        : [
            byTrying(
              rest,
              room.map((each, i) => (i === side ? each - first.weights[i]! : each)),
            ),
          ],
    )
    return Math.min(first.cost + byTrying(rest, room), ...ways)
  }
})

it("lightestQuorums finds a quorum with the fewest of the nodes counted", () => {
  fc.assert(
    fc.property(formulas(), fc.nat(63), (expr, counted) => {
      const simple = simplify(expr)
      fc.pre(!isAlways(simple) && !isNever(simple))
      const found = lightestQuorums(simple, positions)(counted)
      const all = [...minimalQuorumsOf(expr, positions)].map((quorum) => size(intersection(quorum, counted)))
      expect(found.counted).toBe(Math.min(...all))
      expect(size(intersection(found.quorum, counted))).toBe(found.counted)
      expect(compile(expr, positions)(found.quorum)).toBe(true)
    }),
    { seed: 6 },
  )
})
