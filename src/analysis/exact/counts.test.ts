import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import {
  formulas,
  liveCountsByBruteForce,
  minimalQuorumsByBruteForce,
  readOnceFormulas,
} from "../../../test/support/formulas.ts"
import { size } from "../../base/node-set.ts"
import { type QuorumSystem, phases, quorumSystem } from "../../quorum/system.ts"
import { liveCounts, quorumCensus } from "./counts.ts"

function expectCountsOfEnumeration(system: QuorumSystem): void {
  const n = system.nodes.length
  for (const phase of phases) {
    const isQuorum = (set: number | bigint) => system.isQuorum(phase, set)
    expect(liveCounts(system, phase)).toEqual(liveCountsByBruteForce(n, isQuorum).map(BigInt))
    const sizes = [...minimalQuorumsByBruteForce(n, isQuorum)].map(size)
    expect(quorumCensus(system, phase)).toEqual({
      quorums: BigInt(sizes.length),
      smallest: Math.min(...sizes),
      largest: Math.max(...sizes),
    })
  }
}

describe("liveCounts and quorumCensus", () => {
  test("agree with enumeration on any formula, nodes repeated or not, constants included", () => {
    const nodes = ["a", "b", "c", "d", "e", "f", "g"]
    fc.assert(
      fc.property(formulas({ constants: true }), (phase1) => {
        expectCountsOfEnumeration(quorumSystem({ phase1, nodes }))
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  test("agree with enumeration on read-once formulas", () => {
    fc.assert(
      fc.property(
        readOnceFormulas().filter((e) => JSON.stringify(e).length < 600),
        (phase1) => {
          const system = quorumSystem({ phase1 })
          fc.pre(system.nodes.length <= 9)
          expectCountsOfEnumeration(system)
        },
      ),
      { seed: 2, numRuns: 200 },
    )
  })

  test("are those of the literature", () => {
    const live = (text: string) => liveCounts(quorumSystemFrom(text), 1)?.map(Number)
    expect(live("majority(5)")).toEqual([0, 0, 0, 10, 5, 1])
    expect(live("a*b + a*c + a*d + a*e + b*c*d*e")).toEqual([0, 0, 4, 6, 5, 1])
    expect(live("classicGrid(3, 3)")).toEqual([0, 0, 0, 0, 0, 9, 36, 36, 9, 1])
    expect(live("a*b*d + a*c*e + a*f*g + b*c*f + b*e*g + c*d*g + d*e*f")).toEqual([0, 0, 0, 7, 28, 21, 7, 1])
  })

  test("are exact far beyond what a double holds", () => {
    const census = quorumCensus(quorumSystemFrom("majority(1001)"), 1)
    const row = liveCounts(quorumSystemFrom("majority(1001)"), 1)!
    expect(census?.quorums).toBe(row[501])
    expect(row.reduce((sum, count) => sum + count)).toBe(2n ** 1000n)
    expect(quorumCensus(quorumSystemFrom("grid(31, 31)"), 2)).toEqual({
      quorums: 31n,
      smallest: 31,
      largest: 31,
    })
  })

  test("say nothing rather than something wrong where the diagram is too large", () => {
    const pairs = (shift: number): string =>
      Array.from({ length: 40 }, (_, i) => `(x${i} + y${(i * shift) % 40})`).join("*")
    const system = quorumSystemFrom(`${pairs(1)} * ${pairs(7)}`)
    expect(liveCounts(system, 1)).toBeUndefined()
    expect(quorumCensus(system, 1)).toBeUndefined()
  })
})
