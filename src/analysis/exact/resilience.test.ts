import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { allSubsets, complement, formulas } from "../../../test/support/formulas.ts"
import { size } from "../../base/node-set.ts"
import { type Phase, type QuorumSystem, phases, quorumSystem } from "../../quorum/system.ts"
import { dualFormula, formulaOf } from "./formula.ts"
import { integerPricer } from "../strategy/pricer.ts"
import { resilience, resilienceOfPair, smallestKillingSet, survival } from "./resilience.ts"
import { loadSolver } from "../strategy/solver.ts"

/** The slow, obvious twin: the smallest set whose complement holds no quorum. */
function resilienceByBruteForce(system: QuorumSystem, phase: Phase): number {
  const n = system.nodes.length
  const killing = allSubsets(n).filter((set) => !system.isQuorum(phase, complement(n, set)))
  return Math.min(...killing.map(size), n + 1) - 1
}

describe("resilience", () => {
  test("agrees with enumeration on any formula, and its witness kills", async () => {
    await fc.assert(
      fc.asyncProperty(formulas({ constants: true }), formulas(), async (phase1, phase2) => {
        const system = quorumSystem({ phase1, phase2 })
        for (const phase of phases) {
          const expected = resilienceByBruteForce(system, phase)
          expect(await resilience(system, phase)).toBe(expected)
          const killing = await smallestKillingSet(system, phase)
          if (killing === undefined) expect(expected).toBe(system.nodes.length)
          else expect(system.isQuorum(phase, complement(system.nodes.length, killing))).toBe(false)
        }
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test("agrees with the integer program, which large entangled formulas need", async () => {
    const highs = await loadSolver()
    await fc.assert(
      fc.asyncProperty(formulas(), async (phase1) => {
        const system = quorumSystem({ phase1 })
        const cheapest = integerPricer(dualFormula(formulaOf(system, 1)), highs)
        const unit = system.nodes.map(() => 1)
        expect(cheapest(unit)!.cost - 1).toBe(await resilience(system, 1))
      }),
      { seed: 3, numRuns: 60 },
    )
  })

  test.each([
    ["majority(5)", 2, 2],
    ["simple(5, 4, 2)", 1, 3],
    ["classicGrid(3, 3)", 2, 2],
    ["classicGrid(8, 8)", 7, 7],
    ["grid(2, 3)", 1, 2],
    ["explicit([[1], [2]], [[1, 2]])", 1, 0],
    ["weighted([5, 3, 2, 2, 1], 9, 5)", 0, 2],
    ["majority(1001)", 500, 500],
  ])("%s survives any %i failures in phase 1 and %i in phase 2", async (text, phase1, phase2) => {
    const system = quorumSystemFrom(text)
    expect(await resilience(system, 1)).toBe(phase1)
    expect(await resilience(system, 2)).toBe(phase2)
    expect(await resilienceOfPair(system)).toBe(Math.min(phase1, phase2))
  })

  test("an empty phase-1 quorum survives everything", async () => {
    const system = quorumSystemFrom("explicit([[]], [[1, 2, 3]])")
    expect(await resilience(system, 1)).toBe(3)
    expect(await smallestKillingSet(system, 1)).toBeUndefined()
    expect(await resilience(system, 2)).toBe(0)
  })
})

test("survival tells phase 2, all that a stable leader needs, from both", async () => {
  const system = quorumSystemFrom("simple(5, 4, 2)")
  expect(await survival(system, 1)).toEqual({
    failures: 1,
    phase1: true,
    phase2: true,
    untilLeaderChange: true,
    throughLeaderChange: true,
  })
  expect(await survival(system, 3)).toMatchObject({ untilLeaderChange: true, throughLeaderChange: false })
  expect(await survival(system, 4)).toMatchObject({ untilLeaderChange: false })
})
