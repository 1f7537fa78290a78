import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { type NodeProperties, nodeTable } from "./nodes.ts"
import { type OptimalStrategy, type StrategyRequest, optimalStrategy } from "./strategy/optimal.ts"
import { search } from "./search.ts"
import { type Phase1Fraction, workloadOf } from "./strategy/workload.ts"

/*
 * The worked examples of Whittaker et al. 2021, "Read-write quorum systems made
 * practical", and of the tutorial of its tool, quoracle. Reads are phase 1.
 */

type Nodes = Readonly<Record<string, NodeProperties>>
type Wish = Partial<Pick<StrategyRequest, "objective" | "limits" | "failures">>

function best(
  text: string,
  nodes: Nodes,
  fraction: Phase1Fraction,
  wish: Wish = {},
): Promise<OptimalStrategy> {
  const system = quorumSystemFrom(text)
  const table = nodeTable(system, { nodes })
  const given = { objective: "load", limits: {}, failures: 0, ...wish } as const
  return optimalStrategy({ system, table, workload: workloadOf(fraction), ...given })
}

const capacity = async (...of: Parameters<typeof best>): Promise<number> => (await best(...of)).capacity

const speeds = (reads: number, writes: number, latency = 0): NodeProperties => ({
  capacity: { phase1: reads, phase2: writes },
  latency,
})
const four = { a: speeds(200, 100, 4), b: speeds(200, 100, 4), c: speeds(100, 50, 1), d: speeds(100, 50, 1) }

describe("the examples of the paper", () => {
  test("capacities of a majority and of grids of unequal nodes", async () => {
    expect(await capacity("a*b + b*c + a*c", {}, 1)).toBeCloseTo(1.5, 9)
    const slower = { a: { capacity: 100 }, b: { capacity: 100 }, c: { capacity: 50 }, d: { capacity: 50 } }
    expect(await capacity("a*b + c*d", slower, 1)).toBeCloseTo(150, 9)
    for (const [fraction, expected] of [
      [1, 300],
      [0.5, 200],
      [0, 100],
    ] as const) {
      expect(await capacity("a*b + c*d", four, fraction)).toBeCloseTo(expected, 9)
    }
  })

  test("the capacity under a workload of five shares", async () => {
    const workload = [
      { fraction: 0, weight: 10 },
      { fraction: 0.25, weight: 4 },
      { fraction: 0.5, weight: 2 },
      { fraction: 0.75, weight: 1 },
      { fraction: 1, weight: 1 },
    ]
    expect(Math.floor(await capacity("a*c + b*d", four, workload))).toBe(159)
  })

  test("strategies that survive a failure", async () => {
    expect(await capacity("a*b + c*d", four, 1, { failures: 1 })).toBeCloseTo(100, 9)
    expect(await capacity("choose(2, a, b, c, d)", four, 1)).toBeCloseTo(300, 9)
    const resilient = await best("choose(2, a, b, c, d)", four, 1, { failures: 1 })
    expect(resilient.capacity).toBeCloseTo(200, 9)
    expect(resilient.strategy[1].map(({ quorum, probability }) => [quorum, probability])).toEqual([
      [0b0111, 0.5],
      [0b1011, 0.5],
    ])
  })

  test("latency, within limits on load and network load", async () => {
    const free = await best("a*b + c*d", four, 1)
    expect(free).toMatchObject({ networkLoad: 2 })
    expect(free.latency).toBeCloseTo(3, 9)
    const limits = { load: 1 / 150, network: 2 }
    const quick = await best("a*b + c*d", four, 1, { objective: "latency", limits })
    const shares = quick.strategy[1].map(({ quorum, probability }) => [quorum, probability] as const)
    expect(shares.map(([quorum]) => quorum)).toEqual([0b1100, 0b0011])
    expect(shares[0]![1]).toBeCloseTo(2 / 3, 9)
  })

  test("the search for the least latency within the same limits", async () => {
    const result = await search({
      nodes: four,
      phase1Fraction: 1,
      objective: "latency",
      limits: { load: 1 / 150, network: 2 },
    })
    expect(result.best).toMatchObject({ latency: 1, networkLoad: 1 })
  })
})

describe("the examples of the tutorial", () => {
  const unequal = (reads: number, writes: number): Nodes =>
    Object.fromEntries(
      ["a", "b", "c", "d", "e", "f"].map((name, i) => [
        name,
        i % 2 === 0 ? speeds(reads, writes) : speeds(reads / 2, writes / 2),
      ]),
    )

  test("a grid of six nodes", async () => {
    const grid = "a*b*c + d*e*f"
    const two = [
      { fraction: 0.1, weight: 1 },
      { fraction: 0.75, weight: 1 },
    ]
    expect((await best(grid, {}, two)).load).toBeCloseTo(0.404, 3)
    expect(await capacity(grid, {}, 0.25)).toBeCloseTo(8 / 3, 9)
    expect((await best(grid, unequal(1000, 1000), 0.75)).load).toBeCloseTo(0.00075, 12)
    const fast = unequal(10_000, 1000)
    expect(await capacity(grid, fast, 1)).toBeCloseTo(10_000, 6)
    expect(Math.floor(await capacity(grid, fast, 0.5))).toBe(3913)
    expect(await capacity(grid, fast, 0)).toBeCloseTo(2000, 6)
  })

  test.each([
    ["choose(3, a, b, c, d, e)", 5089, 3816],
    ["a*b + c*d*e", 5837, 1908],
    ["a*b + a*c*e + d*e + d*c*b", 5725, 1908],
  ])("the case study of five nodes: %s", async (text, plain, resilient) => {
    const { f, ...five } = unequal(10_000, 1000)
    expect(f).toBeDefined()
    const workload = [
      { fraction: 0.9, weight: 0.9 },
      { fraction: 0.1, weight: 0.1 },
    ]
    // These figures are 1 / E[load]; later ones of the same authors, and ours, are E[1 / load].
    const inverse = async (wish: Wish): Promise<number> => 1 / (await best(text, five, workload, wish)).load
    expect(Math.floor(await inverse({}))).toBe(plain)
    expect(Math.floor(await inverse({ failures: 1 }))).toBe(resilient)
  })
})
