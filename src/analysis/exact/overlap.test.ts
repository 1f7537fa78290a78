import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { allSubsets, formulas } from "../../../test/support/formulas.ts"
import { intersection, size } from "../../base/node-set.ts"
import { everyPairMeets } from "../../quorum/meet/intersect.ts"
import { isMinimalQuorum, quorumSystem } from "../../quorum/system.ts"
import { smallestOverlap } from "./resilience.ts"

describe("smallestOverlap", () => {
  test("agrees with enumeration, and with the exact validator on whether quorums meet", async () => {
    await fc.assert(
      fc.asyncProperty(formulas(), formulas(), async (phase1, phase2) => {
        const system = quorumSystem({ phase1, phase2 })
        const sets = allSubsets(system.nodes.length)
        const [first, second] = [1, 2].map((phase) =>
          sets.filter((set) => system.isQuorum(phase as 1 | 2, set)),
        )
        const min = Math.min(...first!.flatMap((a) => second!.map((b) => size(intersection(a, b)))))
        const { shared, pair } = await smallestOverlap(system, [1, 2])
        expect(shared).toBe(min)
        expect(isMinimalQuorum(system, 1, pair[0]) && isMinimalQuorum(system, 2, pair[1])).toBe(true)
        const meets = everyPairMeets(phase1, phase2, system.nodes).verdict
        expect(meets).toBe(min > 0 ? "holds" : "violated")
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test.each([
    ["simple(9, 6, 6)", 3],
    ["simple(9, 4, 5)", 0],
    ["grid(5, 7)", 1],
    ["classicGrid(4, 4)", 2],
  ])("of %s is %i", async (text, shared) => {
    expect((await smallestOverlap(quorumSystemFrom(text), [1, 2])).shared).toBe(shared)
  })
})
