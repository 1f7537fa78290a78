import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { allSubsets, formulas, readOnceFormulas } from "../../../test/support/formulas.ts"
import { has, nodeSet } from "../../base/node-set.ts"
import { randomFromSeed } from "../../base/random.ts"
import { type QuorumSystem, quorumSystem } from "../../quorum/system.ts"
import { type Failures, eitherPhaseFails, failureProbability } from "./availability.ts"
import { nodeTable } from "../nodes.ts"

/** The slow, obvious twin: every set of failed nodes and every set of failed domains, with its probability. */
function byEnumeration(system: QuorumSystem, { failureProbability: ps, domains }: Failures): number {
  let sum = 0
  for (const down of allSubsets(domains.length)) {
    const inDown = nodeSet(domains.flatMap(({ positions }, d) => (has(down, d) ? positions : [])))
    let weight = 1
    domains.forEach(({ failureProbability: p }, d) => (weight *= has(down, d) ? p : 1 - p))
    for (const live of allSubsets(ps.length)) {
      let probability = weight
      ps.forEach((p, x) => (probability *= has(live, x) ? 1 - p : p))
      const left = ps.flatMap((_, x) => (has(live, x) && !has(inDown, x) ? [x] : []))
      if (!system.isQuorum(1, nodeSet(left))) sum += probability
    }
  }
  return sum
}

const probability = fc.constantFrom(0, 0.01, 0.1, 0.25, 0.5, 0.9, 1)

function failuresOf(system: QuorumSystem): fc.Arbitrary<Failures> {
  const n = system.nodes.length
  const domain = fc.record({
    name: fc.constant("zone"),
    positions: fc.uniqueArray(fc.nat(n - 1), { minLength: 1 }),
    failureProbability: probability,
  })
  return fc.record({
    failureProbability: fc.array(probability, { minLength: n, maxLength: n }),
    domains: fc.array(domain, { maxLength: 3 }),
  })
}

function valueOf(text: string, p: number): number {
  const system = quorumSystemFrom(text)
  const answer = failureProbability(system, 1, nodeTable(system, { failureProbability: p }))
  return answer.kind === "unknown" ? NaN : answer.value
}

describe("failureProbability", () => {
  test.each([
    ["any formula", formulas({ constants: true })],
    ["read-once formulas", readOnceFormulas()],
  ])("agrees with enumeration on %s, with overlapping fault domains", (_, arbitrary) => {
    const systems = arbitrary
      .map((phase1) =>
        quorumSystem({ phase1, nodes: ["a", "b", "c", "d", "e", "f", "n0", "n1", "n2", "n3"] }),
      )
      .filter((system) => system.nodes.length <= 10)
    fc.assert(
      fc.property(
        systems.chain((system) => fc.tuple(fc.constant(system), failuresOf(system))),
        ([system, failures]) => {
          const answer = failureProbability(system, 1, failures)
          expect(answer.kind).toBe("exact")
          if (answer.kind === "exact") expect(answer.value).toBeCloseTo(byEnumeration(system, failures), 12)
        },
      ),
      { seed: 1, numRuns: 60 },
    )
  })

  test("has the closed forms of the literature", () => {
    for (const p of [0, 0.01, 0.1, 0.3, 0.5, 1]) {
      const q = 1 - p
      expect(valueOf("a*b + a*c + a*d + a*e + b*c*d*e", p)).toBeCloseTo(p * (1 - q ** 4) + q * p ** 4, 14)
      expect(valueOf("grid(3, 4)", p)).toBeCloseTo((1 - q ** 4) ** 3, 14)
      const hqs = (F: number): number => 3 * F ** 2 - 2 * F ** 3
      const third = (t: string): string => `choose(2, ${t}1, ${t}2, ${t}3)`
      expect(valueOf(`choose(2, ${third("a")}, ${third("b")}, ${third("c")})`, p)).toBeCloseTo(
        hqs(hqs(p)),
        14,
      )
    }
    expect(valueOf("a*b*d + a*c*e + a*f*g + b*c*f + b*e*g + c*d*g + d*e*f", 0.5)).toBe(0.5)
  })

  test("keeps full relative precision where failure is rare", () => {
    // All 20 of 20 must fail: p^20, far below the rounding error of 1 - (1 - p^20).
    expect(valueOf("simple(20, 1, 20)", 0.001) / 1e-60).toBeCloseTo(1, 9)
  })

  test("is at most that of the singleton and at least that of the majority, below one half", () => {
    const systems = ["classicGrid(3, 3)", "a*b + a*c + b*c", "weighted([3, 1, 1, 1, 1], 4, 4)"]
    for (const text of systems) {
      expect(valueOf(text, 0.2)).toBeGreaterThanOrEqual(valueOf(`majority(9)`, 0.2))
      expect(valueOf(text, 0.2)).toBeLessThanOrEqual(0.4)
    }
  })

  test("a zone that fails as one fails all its nodes", () => {
    const system = quorumSystemFrom("majority(3)")
    const inOneZone = nodeTable(system, {
      failureProbability: 0,
      nodes: { a1: { zone: "z" }, a2: { zone: "z" }, a3: {} },
      zones: { z: 0.25 },
    })
    expect(failureProbability(system, 1, inOneZone)).toEqual({ kind: "exact", value: 0.25 })
  })

  test("an estimate is called one, and its interval holds the exact value", () => {
    const system = quorumSystem({ phase1: entangled(80).expression[1] })
    const failures = nodeTable(system, { failureProbability: 0.02 })
    expect(failureProbability(system, 1, failures)).toMatchObject({ kind: "unknown" })
    const sampling = { random: randomFromSeed(7).fork("availability"), samples: 2000 }
    const answer = failureProbability(system, 1, failures, sampling)
    expect(answer).toMatchObject({ kind: "estimate", samples: 2000 })
    if (answer.kind !== "estimate") return
    expect(answer.low).toBeLessThan(answer.value)
    expect(answer.high).toBeGreaterThan(answer.value)
  })
})

/** Two orders of the same nodes in pairs that no one order of a diagram suits. */
function entangled(n: number): QuorumSystem {
  const pairs = (shift: number): string =>
    Array.from({ length: n / 2 }, (_, i) => `(x${i} + x${n / 2 + ((i * shift) % (n / 2))})`).join("*")
  return quorumSystemFrom(`${pairs(1)} * ${pairs(3)} * ${pairs(7)} * ${pairs(11)} * ${pairs(17)}`)
}

test("eitherPhaseFails is the probability that one phase or the other has no quorum", () => {
  const system = quorumSystemFrom("simple(5, 4, 2)")
  const failures = nodeTable(system, { failureProbability: 0.1 })
  // Four live nodes serve both phases.
  expect(eitherPhaseFails(system, failures)).toEqual(failureProbability(system, 1, failures))
  const grid = quorumSystemFrom("grid(2, 2)")
  const both = eitherPhaseFails(grid, nodeTable(grid, { failureProbability: 0.5 }))
  // A full row and a full column of four nodes: at least three live.
  expect(both).toEqual({ kind: "exact", value: 11 / 16 })
})
