import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { everyPairMeets } from "../../quorum/meet/intersect.ts"
import { and, node, or } from "../../quorum/expression.ts"
import { exploreSpec } from "./explore.ts"

/**
 * Two verdicts that must agree: what the algebra says of two lists of quorums
 * (every pair meets), and what exploring every run says (no two values are
 * decided). Two values and two epochs are enough for a violation, by the law on
 * the length of shortest violations.
 */
function disagreements(
  n: number,
  phase1: readonly number[],
  phase2: readonly (readonly number[])[],
): string[] {
  const names = ["a1", "a2", "a3", "a4"].slice(0, n)
  const formula = (quorums: readonly number[]) =>
    or(...quorums.map((quorum) => and(...names.filter((_, i) => ((quorum >>> i) & 1) === 1).map(node))))
  const { outcomes } = exploreSpec({
    acceptors: names,
    values: 2,
    epochs: 2,
    phase1,
    phase2: phase2.map((quorums) => ({ name: quorums.join(" "), quorums })),
  })
  return outcomes.flatMap(({ system, verdict }, i) => {
    const validator = everyPairMeets(formula(phase1), formula(phase2[i]!), names)
    return validator.verdict === verdict.verdict ? [] : [`${phase1.join(" ")} | ${system}`]
  })
}

/** Every list of sets over n nodes of which none contains another, but the empty list and, unless wanted, the empty set. */
function antichains(n: number, withEmptySet = false): number[][] {
  const sets = Array.from({ length: 2 ** n }, (_, set) => set).slice(withEmptySet ? 0 : 1)
  const extend = (chosen: readonly number[], from: number): number[][] =>
    sets.slice(from).flatMap((set, i) => {
      if (chosen.some((other) => (other & set) === other || (other & set) === set)) return []
      const next = [...chosen, set]
      return [next, ...extend(next, from + i + 1)]
    })
  return extend([], 0)
}

describe("the validator and the explorer", () => {
  it("know the same numbers of quorum systems as Dedekind", () => {
    expect([1, 2, 3, 4].map((n) => antichains(n, true).length + 1)).toEqual([3, 6, 20, 168])
  })

  it.each([2, 3])("agree on all pairs of minimal quorum systems over %i nodes", (n) => {
    const phase2 = antichains(n)
    for (const phase1 of antichains(n, true)) expect(disagreements(n, phase1, phase2)).toEqual([])
  })

  it("agree on random systems over 4 nodes, each held against all 166 others", () => {
    const [all, phase2] = [antichains(4, true), antichains(4)]
    fc.assert(
      fc.property(fc.constantFrom(...all), (phase1) => {
        expect(disagreements(4, phase1, phase2)).toEqual([])
      }),
      { numRuns: 3 },
    )
  })

  it.runIf(process.env["SLOW"] === "1")("agree on all pairs of minimal quorum systems over 4 nodes", () => {
    const phase2 = antichains(4)
    for (const phase1 of antichains(4, true)) expect(disagreements(4, phase1, phase2)).toEqual([])
  })
})
