import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { allSubsets } from "../../test/support/formulas.ts"
import { UsageError } from "../base/errors.ts"
import { type QuorumExpr, compile, node, positionsOf, threshold } from "../quorum/expression.ts"
import { quorumSystem } from "../quorum/system.ts"
import { eitherPhaseFails } from "./exact/availability.ts"
import { readOnceExpressions } from "./exact/read-once.ts"
import { type NodeProperties, nodeTable } from "./nodes.ts"
import { optimalStrategy } from "./strategy/optimal.ts"
import { ParetoFront } from "../base/pareto.ts"
import { resilienceOfPair } from "./exact/resilience.ts"
import { type SearchRequest, search } from "./search.ts"
import { workloadOf } from "./strategy/workload.ts"

const never = (): boolean => false

/** The slow, obvious twin: every way to put gates around every partition, equal functions included. */
function allExpressions(names: readonly string[]): QuorumExpr[] {
  if (names.length === 1) return [node(names[0]!)]
  return partitions(names)
    .filter((parts) => parts.length > 1)
    .flatMap((parts) =>
      parts
        .map(allExpressions)
        .reduce<QuorumExpr[][]>(
          (rows, forms) => rows.flatMap((row) => forms.map((form) => [...row, form])),
          [[]],
        )
        .flatMap((children) => children.map((_, i) => threshold(i + 1, children))),
    )
}

function partitions(names: readonly string[]): string[][][] {
  const [first, ...others] = names
  if (first === undefined) return [[]]
  return partitions(others).flatMap((parts) => [
    [[first], ...parts],
    ...parts.map((part, i) => parts.with(i, [first, ...part])),
  ])
}

function truthTable(expr: QuorumExpr, names: readonly string[]): string {
  const holds = compile(expr, positionsOf(names))
  return allSubsets(names.length)
    .map((set) => (holds(set) ? "1" : "0"))
    .join("")
}

describe("readOnceExpressions", () => {
  test.each([1, 2, 3, 4])("has every function of %i nodes and fewer, each once", (n) => {
    const names = ["a", "b", "c", "d"].slice(0, n)
    const subsets = allSubsets(n)
      .slice(1)
      .map((set) => names.filter((_, i) => (Number(set) >> i) & 1))
    const expected = new Set(subsets.flatMap(allExpressions).map((expr) => truthTable(expr, names)))
    const found = [
      ...readOnceExpressions(
        names.map((name) => [name]),
        never,
      ),
    ].map((expr) => truthTable(expr, names))
    expect(new Set(found)).toEqual(expected)
    expect(found).toHaveLength(expected.size)
  })

  test("takes equal nodes as one: each function once up to their exchange", () => {
    const names = ["a", "b", "c", "d"]
    const form = (expr: QuorumExpr): string =>
      permutations(names)
        .map((order) => truthTable(expr, order))
        .sort()[0]!
    const all = new Set(
      [
        ...readOnceExpressions(
          names.map((name) => [name]),
          never,
        ),
      ].map(form),
    )
    const found = [...readOnceExpressions([names], never)].map(form)
    expect(new Set(found)).toEqual(all)
    expect(found).toHaveLength(all.size)
  })

  test("ends as soon as it is told, also between results", () => {
    let left = 100
    const expired = (): boolean => --left < 0
    const names = Array.from({ length: 60 }, (_, i) => [`x${i}`])
    expect([...readOnceExpressions(names, expired)].length).toBeLessThan(100)
  })
})

function permutations(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]]
  return names.flatMap((name, i) => permutations(names.toSpliced(i, 1)).map((rest) => [name, ...rest]))
}

describe("ParetoFront", () => {
  test("keeps exactly the points no other beats", () => {
    const points = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), { maxLength: 20 })
    fc.assert(
      fc.property(points, (given) => {
        const front = new ParetoFront<number>()
        given.forEach((point, i) => front.add(point, i))
        const atMost = (a: readonly number[], b: readonly number[]): boolean =>
          a.every((value, i) => value <= b[i]!)
        const expected = given.flatMap((point, i) => {
          const beaten = given.some((other, j) => atMost(other, point) && (!atMost(point, other) || j < i))
          return beaten ? [] : [i]
        })
        expect(front.items).toEqual(expected)
      }),
      { seed: 1 },
    )
  })
})

const property = fc.record({
  capacity: fc.constantFrom(1, 2, 5),
  latency: fc.constantFrom(1, 3, 4),
  failureProbability: fc.constantFrom(0.01, 0.1),
})

describe("search", () => {
  test("finds what trying everything finds", async () => {
    const requests: fc.Arbitrary<SearchRequest> = fc.record({
      nodes: fc
        .tuple(property, property, property)
        .map(([a, b, c]): Record<string, NodeProperties> => ({ a, b, c })),
      phase1Fraction: fc.constantFrom(0, 0.3, 0.5, 1),
      objective: fc.constantFrom("load", "network", "latency"),
      resilience: fc.constantFrom(0, 1),
      failures: fc.constantFrom(0, 0, 1),
      useEveryNode: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const result = await search(request)
        const expected = await byTryingAll(request)
        expect(result.complete).toBe(true)
        const value = { load: "load", network: "networkLoad", latency: "latency" } as const
        expect(result.best?.[value[request.objective!]]).toBeCloseTo(
          Math.min(...expected.map(([first]) => first!)),
          9,
        )
        // Whatever system there is, one on the front is at least as good in everything.
        for (const [, ...point] of expected) {
          const covered = result.front.some((found) =>
            [found.load, found.latency, found.networkLoad, -found.resilience, found.failureProbability].every(
              (coordinate, i) => coordinate <= point[i]! + 1e-9,
            ),
          )
          expect(covered).toBe(true)
        }
      }),
      { seed: 1, numRuns: 12 },
    )
  })

  test("keeps limits, and finds nothing where none can be kept", async () => {
    const nodes = { a: { latency: 1 }, b: { latency: 2 }, c: { latency: 9 } }
    const quick = await search({ nodes, limits: { latency: 1.5 } })
    expect(quick.best?.latency).toBeLessThanOrEqual(1.5)
    const none = await search({ nodes, limits: { latency: 0.5 } })
    expect(none).toMatchObject({ complete: true, front: [] })
    expect(none.best).toBeUndefined()
  })

  test("stops at the deadline with what it has, and says that it is not complete", async () => {
    let left = 40
    const nodes = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`x${i}`, { capacity: i + 1 }]))
    const result = await search({ nodes, expired: () => --left < 0 })
    expect(result.complete).toBe(false)
    expect(result.considered).toBeLessThan(40)
    expect(result.best).toBeDefined()
  })

  test("refuses what makes no sense", async () => {
    await expect(search({ nodes: {} })).rejects.toThrow(UsageError)
    await expect(search({ nodes: { a: {} }, resilience: -1 })).rejects.toThrow(UsageError)
    await expect(search({ nodes: { a: {} }, failures: 0.5 })).rejects.toThrow(UsageError)
    await expect(search({ nodes: { a: {} }, limits: { load: -1 } })).rejects.toThrow(UsageError)
  })
})

/** For every system that is resilient enough: the objective, then the coordinates of the front. */
async function byTryingAll(request: SearchRequest): Promise<number[][]> {
  const names = Object.keys(request.nodes)
  const points: number[][] = []
  for (const expr of readOnceExpressions(
    names.map((name) => [name]),
    never,
  )) {
    const system = quorumSystem({ phase1: expr })
    const resilience = await resilienceOfPair(system)
    if (resilience < Math.max(request.resilience!, request.failures!)) continue
    if (request.useEveryNode === true && system.nodes.length < names.length) continue
    const used = Object.fromEntries(system.nodes.map((name) => [name, request.nodes[name]!]))
    const table = nodeTable(system, { nodes: used })
    const workload = workloadOf(request.phase1Fraction!)
    const optimum = async (objective: "load" | "network" | "latency"): Promise<number> =>
      (await optimalStrategy({ system, table, workload, objective, limits: {}, failures: request.failures! }))
        .value
    const failing = eitherPhaseFails(system, table)
    points.push([
      await optimum(request.objective!),
      await optimum("load"),
      await optimum("latency"),
      await optimum("network"),
      -resilience,
      failing.kind === "unknown" ? NaN : failing.value,
    ])
  }
  return points
}
