import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { hasOrder, smallHistories } from "../../test/support/brute-force.ts"
import { upTo } from "./blame.ts"
import { keyValueStore } from "./key-value.ts"
import { checkLinearizability, whyNoLinearization } from "./linearizability.ts"
import { withUnknownBeginning } from "./specification.ts"

describe("the search agrees with trying every order", () => {
  test("on histories of one cell, with operations of unknown outcome", () => {
    const found = { holds: 0, violated: 0, unknown: 0 }
    fc.assert(
      fc.property(smallHistories(8), (history) => {
        const { verdict } = checkLinearizability(history, keyValueStore())
        found[verdict]++
        expect(verdict).toBe(hasOrder(history) ? "holds" : "violated")
      }),
      { numRuns: 4000, seed: 1 },
    )
    // Both answers are given, or the comparison says little.
    expect(Math.min(found.holds, found.violated)).toBeGreaterThan(400)
  })

  test("whatever the cell holds at first, where that is not known", () => {
    const specification = withUnknownBeginning(keyValueStore(), "something else")
    fc.assert(
      fc.property(smallHistories(6), (all) => {
        const history = all.filter(({ input }) => input.type !== "append")
        const read = history.flatMap(({ output }) => (typeof output === "string" ? [output] : []))
        const beginnings = [null, "a", "b", "c", "other", ...read]
        const expected = beginnings.some((content) => hasOrder(history, content))
        expect(checkLinearizability(history, specification).verdict).toBe(expected ? "holds" : "violated")
      }),
      { numRuns: 2000, seed: 2 },
    )
  })
})

describe("a failing window", () => {
  const windows = smallHistories(7).filter((history) => !hasOrder(history))
  const windowOf = (history: Parameters<typeof hasOrder>[0]) => {
    const result = checkLinearizability(history, keyValueStore())
    if (result.verdict !== "violated") throw new Error(result.verdict)
    return result.witness
  }

  test("fails by itself, and not without the operation that has no place", () => {
    fc.assert(
      fc.property(windows, (history) => {
        const { operations, unplaceable } = windowOf(history)
        expect(hasOrder(operations)).toBe(false)
        expect(hasOrder(operations.filter((one) => one !== unplaceable))).toBe(true)
      }),
      { numRuns: 500, seed: 3 },
    )
  })

  test("proves the history to fail: all else may be left out or not, and it fails still", () => {
    fc.assert(
      fc.property(windows, (history) => {
        const { operations } = windowOf(history)
        const others = new Set(history.filter((one) => !operations.includes(one)))
        expect(hasOrder(history, null, others)).toBe(false)
      }),
      { numRuns: 300, seed: 4 },
    )
  })

  test("names what a get could have found: the answers with which the history up to its return would hold", () => {
    let named = 0
    fc.assert(
      fc.property(windows, (history) => {
        const { unplaceable, states } = windowOf(history)
        const others = upTo(history, unplaceable.returned).filter(
          ({ called }) => called !== unplaceable.called,
        )
        // Too many of them are not named.
        if (unplaceable.input.type !== "get" || !hasOrder(others) || states.length === 0) return
        const holdsWith = (output: string | null): boolean =>
          hasOrder([...others, { ...unplaceable, output }])
        const texts = states.filter((state) => state !== "nil" && state !== '""')
        const candidates = [...new Set(["", "a", "b", "c", ...texts]), null]
        const possible = candidates.filter(holdsWith).map((value) => keyValueStore().describeState(value))
        expect(states.toSorted()).toEqual(possible.sort())
        named += states.length
      }),
      { numRuns: 500, seed: 6 },
    )
    expect(named).toBeGreaterThan(500)
  })
})

test("a linearization that is none is found out, whichever way it is spoilt", () => {
  fc.assert(
    fc.property(smallHistories(7), (history) => {
      const result = checkLinearizability(history, keyValueStore())
      if (result.verdict !== "holds" || result.linearization.length === 0) return
      const order = result.linearization
      const why = (other: typeof order): string | undefined =>
        whyNoLinearization(history, other, keyValueStore())
      expect(why(order)).toBeUndefined()
      expect(why([...order, order[0]!])).toContain("twice")
      expect(why([...order, { ...order[0]! }])).toContain("not in the history")
      const [first, ...rest] = order
      if (first!.returned < Infinity) expect(why(rest)).toContain("is not in the order")
    }),
    { numRuns: 300, seed: 5 },
  )
})
