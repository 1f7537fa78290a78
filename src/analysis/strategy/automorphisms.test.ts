import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { catalogue } from "../../../quorums/index.ts"
import { members } from "../../base/node-set.ts"
import { randomFromSeed } from "../../base/random.ts"
import { phases } from "../../quorum/system.ts"
import { nodeTable } from "../nodes.ts"
import { imageOf, symmetryOf } from "./automorphisms.ts"
import { type StrategyRequest, optimalMeasures, optimalStrategy, optimalValue } from "./optimal.ts"
import { measures } from "./program.ts"
import { workloadOf } from "./workload.ts"

const symmetryOfText = (text: string, kinds?: readonly string[]) => {
  const system = quorumSystemFrom(text)
  return { system, symmetry: symmetryOf(system, kinds ?? system.nodes.map(() => "")) }
}

describe("the symmetry of a system", () => {
  test("of every family's examples: each permutation keeps the minimal quorums of both phases", () => {
    let found = 0
    for (const { examples } of catalogue.values()) {
      for (const text of examples) {
        const { system, symmetry } = symmetryOfText(text)
        if (system.nodes.length > 12) continue
        for (const phase of phases) {
          const quorums = new Set(system.minimalQuorums(phase))
          for (const to of symmetry.generators) {
            found++
            expect(new Set([...quorums].map((quorum) => imageOf(quorum, to))), text).toEqual(quorums)
          }
        }
      }
    }
    expect(found).toBeGreaterThan(100)
  })

  test.each([
    ["majority(5)", 1],
    ["grid(3, 4)", 1],
    ["wheel(6)", 2],
    ["projectivePlane(3)", 1],
    ["compose(projectivePlane(2), majority(3))", 1],
    ["mGrid(5, 1)", 1],
    ["weighted([3, 1, 1, 1], 4, 3)", 2],
    ["a*b + b*c + c*d + d*e + e*a", 1],
    ["a*b + b*c + c*d", 2],
    ["a*b + c*d*e", 2],
    // A hexagon and two triangles: refinement alone cannot tell their nodes apart, and no permutation joins them.
    ["a*b + b*c + c*d + d*e + e*f + f*a + u*v + v*w + w*u + x*y + y*z + z*x", 2],
  ])("%s has %i orbits", (text, orbits) => {
    expect(symmetryOfText(text).symmetry.orbits).toBe(orbits)
  })

  test("exchanges only nodes of one kind", () => {
    const { symmetry } = symmetryOfText("majority(5)", ["", "fast", "", "fast", ""])
    expect(symmetry.orbitOf).toEqual([0, 1, 0, 1, 0])
  })
})

describe("strategies by symmetry", () => {
  const requestFor = (text: string, more: Partial<StrategyRequest> = {}, options = {}): StrategyRequest => {
    const system = quorumSystemFrom(text)
    return {
      ...{ system, table: nodeTable(system, options), workload: workloadOf(0.5) },
      ...{ objective: "load", limits: {}, failures: 0 },
      ...more,
    }
  }

  test("come to the same value as with a row for each node, and their quorums reach it", async () => {
    const random = randomFromSeed(7)
    const texts = [
      "compose(projectivePlane(2), majority(5))",
      "coverGrid(4, 6)",
      "triangle(7)",
      "mGrid(6, 1)",
    ]
    for (const text of texts) {
      const { nodes } = quorumSystemFrom(text)
      for (let i = 0; i < 3; i++) {
        const slow = random.below(nodes.length)
        const properties = nodes.map((name, x): [string, object] => [
          name,
          { capacity: x === slow && i > 0 ? 3 : 6, latency: 1 + (i > 1 ? x % 2 : 0) },
        ])
        const request = requestFor(
          text,
          {
            workload: workloadOf([0.1, 0.5, 1][i]!),
            objective: measures[i]!,
            limits: i === 2 ? { load: 0.2 } : {},
          },
          { nodes: Object.fromEntries(properties) },
        )
        const found = await optimalStrategy(request)
        const { value } = await optimalValue({ ...request, bySymmetry: false })
        expect(found.value).toBeCloseTo(value, 8)
        const reached = { load: found.load, network: found.networkLoad, latency: found.latency }
        expect(reached[request.objective]).toBeCloseTo(value, 8)
        for (const phase of phases)
          for (const { quorum } of found.strategy[phase])
            expect(request.system.isQuorum(phase, quorum) && members(quorum).length > 0).toBe(true)
      }
    }
  }, 60_000)

  test("that a deadline ends are bounds: the optimum is between them, and the strategy attains the upper one", async () => {
    let cut = 0
    for (const text of ["compose(projectivePlane(2), majority(5))", "coverGrid(4, 6)"]) {
      const request = { ...requestFor(text), bySymmetry: false }
      const { value } = await optimalValue(request)
      for (const steps of [0, 10, 40, 80, 1e6]) {
        let left = steps
        const found = await optimalStrategy({ ...request, deadline: { remainingMs: () => left-- } })
        expect(found.load).toBeGreaterThan(value - 1e-9)
        expect(found.atLeast ?? value).toBeLessThan(value + 1e-9)
        expect(Math.max(...found.nodeLoads)).toBeCloseTo(found.load, 8)
        if (found.atLeast !== undefined) cut++
        else expect(found.load).toBeCloseTo(value, 8)
      }
    }
    expect(cut).toBeGreaterThan(2)
  })

  test("are not found for failures that nodes without capacity would have to survive, which is said", async () => {
    const request = requestFor("majority(4)", { failures: 1 }, { nodes: { a1: { capacity: 0 } } })
    await expect(optimalValue(request)).rejects.toThrow(
      "no strategy of majority(4) survives any 1 failures without the nodes of capacity 0 (a1)",
    )
  })

  test.each([
    ["compose(projectivePlane(2), majority(21))", "11/49"],
    ["wheel(200)", "199/397"],
    ["triangle(24)", "2/25"],
    ["coverGrid(15, 15)", "29/225"],
    // Three rows and three columns of 12: 2·3·12 - 3·3 nodes of 144, which no diagram of moderate size has.
    ["mGrid(12, 8)", "7/16"],
  ])("the load of %s is %s, proved", async (text, exact) => {
    const found = await optimalMeasures(requestFor(text))
    expect(found.exact).toBe(exact)
    const [top, bottom] = exact.split("/").map(Number) as [number, number]
    expect(Math.max(...found.nodeLoads)).toBeCloseTo(top / bottom, 8)
  })
})
