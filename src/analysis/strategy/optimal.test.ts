import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { allSubsets, formulas, minimalQuorumsByBruteForce } from "../../../test/support/formulas.ts"
import { type NodeSet, difference, has, members, nodeSet } from "../../base/node-set.ts"
import { UsageError } from "../../base/errors.ts"
import { node, threshold } from "../../quorum/expression.ts"
import { type Phase, type QuorumSystem, phases, quorumSystem } from "../../quorum/system.ts"
import { quorumLatency } from "../latency.ts"
import { type NodeOptions, type NodeTable, nodeTable } from "../nodes.ts"
import { type OptimalStrategy, type StrategyRequest, optimalStrategy } from "./optimal.ts"
import { ProgramBuilder, type Term, loadSolver, modelData } from "./solver.ts"
import type { Measure } from "./program.ts"
import { type Phase1Fraction, meanShare, shareOf, workloadOf } from "./workload.ts"

let highs: Awaited<ReturnType<typeof loadSolver>>
beforeAll(async () => {
  highs = await loadSolver()
})

interface Case {
  readonly fraction?: Phase1Fraction
  readonly options?: NodeOptions
  readonly objective?: Measure
  readonly limits?: StrategyRequest["limits"]
  readonly failures?: number
}

function requestOf(system: QuorumSystem, of: Case = {}): StrategyRequest {
  const { fraction = 0.5, options = {}, objective = "load", limits = {}, failures = 0 } = of
  return {
    system,
    workload: workloadOf(fraction),
    table: nodeTable(system, options),
    objective,
    limits,
    failures,
  }
}

const best = (text: string, of: Case = {}): Promise<OptimalStrategy> =>
  optimalStrategy(requestOf(quorumSystemFrom(text), of))

/** The slow, obvious twin: the linear program over every quorum there is, as the literature writes it. */
function byEnumeration(request: StrategyRequest): number | undefined {
  const { system, workload, table, objective, limits } = request
  const builder = new ProgramBuilder()
  const maxima = workload.map(({ weight }) => builder.variable(objective === "load" ? weight : 0))
  const use = phases.flatMap((phase) => usesOf(request, phase, builder))
  for (const phase of phases) {
    const terms = use.filter((one) => one.phase === phase).map(({ variable }): Term => [variable, 1])
    builder.row(1, 1, terms)
  }
  workload.forEach((point, i) => {
    system.nodes.forEach((_, x) => {
      const terms = use
        .filter(({ set }) => has(set, x))
        .flatMap(({ phase, variable }): Term[] => {
          const share = shareOf(point, phase)
          return share === 0 ? [] : [[variable, share / table.capacity[phase][x]!]]
        })
      builder.row(-Infinity, 0, [...terms, [maxima[i]!, -1]])
    })
  })
  const limited = (limit: number | undefined, cost: (one: Use) => number): void => {
    if (limit !== undefined)
      builder.row(
        -Infinity,
        limit,
        use.map((one): Term => [one.variable, cost(one)]),
      )
  }
  if (limits.load !== undefined) {
    builder.row(
      -Infinity,
      limits.load,
      maxima.map((l, i): Term => [l, workload[i]!.weight]),
    )
  }
  limited(limits.network, ({ network }) => network)
  limited(limits.latency, ({ latency }) => latency)
  return highs.withModel(modelData(highs, builder.program()), (model) => {
    model.options.set({ output_flag: false })
    model.run()
    return model.getModelStatus() === highs.constants.modelStatus.optimal
      ? model.getObjectiveValue()
      : undefined
  })
}

interface Use {
  readonly phase: Phase
  readonly set: NodeSet
  readonly variable: number
  readonly network: number
  readonly latency: number
}

function usesOf(request: StrategyRequest, phase: Phase, builder: ProgramBuilder): Use[] {
  const { system, workload, table, objective, failures } = request
  const share = meanShare(workload, phase)
  return candidates(system, phase, failures, share > 0 ? table : undefined).map((set) => {
    const network = share * members(set).length
    const delays = system.nodes.map((_, x) => (has(set, x) ? table.latency[phase][x]! : Infinity))
    const latency = share * quorumLatency(system, phase, delays)
    const cost = objective === "network" ? network : objective === "latency" ? latency : 0
    return { phase, set, variable: builder.variable(cost), network, latency }
  })
}

function candidates(
  system: QuorumSystem,
  phase: Phase,
  failures: number,
  table: Pick<NodeTable, "capacity"> | undefined,
): NodeSet[] {
  const usable = (set: NodeSet): boolean => members(set).every((x) => !table || table.capacity[phase][x]! > 0)
  const survives = (set: NodeSet, left: number): boolean =>
    system.isQuorum(phase, set) &&
    (left === 0 || members(set).every((x) => survives(difference(set, nodeSet([x])), left - 1)))
  return allSubsets(system.nodes.length).filter((set) => usable(set) && survives(set, failures))
}

/** The strategy in hand is one, and costs what is claimed. */
function expectConsistent(request: StrategyRequest, found: OptimalStrategy): void {
  const { system, objective, limits, failures } = request
  for (const phase of phases) {
    const quorums = found.strategy[phase]
    expect(quorums.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9)
    const allowed = new Set(candidates(system, phase, failures, undefined))
    for (const { quorum } of quorums) expect(allowed.has(quorum)).toBe(true)
  }
  const measured = { load: found.load, network: found.networkLoad, latency: found.latency }
  expect(measured[objective]).toBeCloseTo(found.value, 7)
  expect(Math.max(...found.nodeLoads)).toBeLessThanOrEqual(found.load + 1e-9)
  for (const [measure, limit] of Object.entries(limits)) {
    expect(measured[measure as Measure]).toBeLessThanOrEqual(limit + 1e-7)
  }
}

const capacity = fc.constantFrom(0.5, 1, 2, 3, 10)
const latency = fc.constantFrom(1, 2, 5, 5, 9)
const nodes = ["a", "b", "c", "d", "e", "f"]
const optionsOf = fc.record({
  nodes: fc
    .array(
      fc.record({ capacity: fc.oneof(capacity, fc.record({ phase1: capacity, phase2: capacity })), latency }),
      {
        minLength: 6,
        maxLength: 6,
      },
    )
    .map((rows) => Object.fromEntries(rows.map((row, i) => [nodes[i]!, row]))),
})
const fractions: fc.Arbitrary<Phase1Fraction> = fc.oneof(
  fc.constantFrom(0, 0.25, 0.5, 0.9, 1),
  fc.constant([
    { fraction: 0.1, weight: 2 },
    { fraction: 0.8, weight: 1 },
  ]),
)
const cases: fc.Arbitrary<Case> = fc.record({
  fraction: fractions,
  options: optionsOf,
  objective: fc.constantFrom<Measure>("load", "network", "latency"),
})

describe("optimalStrategy", () => {
  test("agrees with the program over all quorums, on any formulas, capacities and workloads", async () => {
    await fc.assert(
      fc.asyncProperty(formulas(), formulas(), cases, async (phase1, phase2, of) => {
        const request = requestOf(quorumSystem({ phase1, phase2, nodes }), of)
        const found = await optimalStrategy(request)
        expect(found.value).toBeCloseTo(byEnumeration(request)!, 7)
        expect(found.exact).toBeDefined()
        expectConsistent(request, found)
      }),
      { seed: 1, numRuns: 120 },
    )
  })

  test("agrees with it within limits, and says so where they cannot be kept", async () => {
    const limit = fc.option(fc.constantFrom(0.3, 0.6, 1, 2, 3, 5), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(
        formulas(),
        cases,
        fc.record({ load: limit, network: limit, latency: limit }),
        async (phase1, of, given) => {
          const limits = Object.fromEntries(
            Object.entries(given).filter(
              ([measure, value]) => value !== undefined && measure !== of.objective,
            ),
          )
          const request = requestOf(quorumSystem({ phase1, nodes }), { ...of, limits })
          const expected = byEnumeration(request)
          if (expected === undefined) await expect(optimalStrategy(request)).rejects.toThrow(UsageError)
          else {
            const found = await optimalStrategy(request)
            expect(found.value).toBeCloseTo(expected, 6)
            expectConsistent(request, found)
          }
        },
      ),
      { seed: 2, numRuns: 80 },
    )
  })

  test("agrees with it on sets that survive failures", async () => {
    await fc.assert(
      fc.asyncProperty(formulas(), cases, async (phase1, of) => {
        const request = requestOf(quorumSystem({ phase1, nodes }), { ...of, failures: 1 })
        const all = nodeSet([0, 1, 2, 3, 4, 5])
        const possible = phases.every((phase) =>
          candidates(request.system, phase, 1, undefined).includes(all),
        )
        if (!possible) {
          await expect(optimalStrategy(request)).rejects.toThrow("survives any 1 failures")
          return
        }
        const found = await optimalStrategy(request)
        expect(found.value).toBeCloseTo(byEnumeration(request)!, 7)
        expectConsistent(request, found)
      }),
      { seed: 3, numRuns: 60 },
    )
  })
})

describe("the load", () => {
  test.each([
    ["majority(3)", "2/3"],
    ["majority(4)", "3/4"],
    ["majority(5)", "3/5"],
    ["simple(7, 3, 5)", "4/7"],
    ["split(a*b + a*c + a*d + a*e + b*c*d*e, a*b + a*c + a*d + a*e + b*c*d*e)", "4/7"],
    ["classicGrid(3, 3)", "5/9"],
    ["classicGrid(8, 8)", "15/64"],
    ["a*b*d + a*c*e + a*f*g + b*c*f + b*e*g + c*d*g + d*e*f", "3/7"],
    ["majority(1001)", "501/1001"],
    ["explicit([[1], [2]], [[1, 2]])", "3/4"],
    ["a", "1"],
  ])("of %s is %s", async (text, load) => {
    expect((await best(text)).exact).toBe(load)
  })

  test("of the published grid of 2 by 3 follows the share of phase 1", async () => {
    const load = async (fraction: number) => (await best("a*b*c + d*e*f", { fraction })).exact
    expect(await Promise.all([0.25, 0, 0.5, 1].map(load))).toEqual(["3/8", "1/3", "5/12", "1/2"])
  })

  test("of ternary hierarchical quorums is (2/3)^h, of a binary tree 2/(h + 2)", async () => {
    const three = (t: readonly string[]): string => `choose(2, ${t.join(", ")})`
    const hqs = three(["a", "b", "c"].map((x) => three([1, 2, 3].map((i) => x + String(i)))))
    expect((await best(hqs)).exact).toBe("4/9")
    const tree = (name: string, h: number): string => {
      if (h === 0) return name
      const [left, right] = [tree(`${name}l`, h - 1), tree(`${name}r`, h - 1)]
      return `(${name}*(${left} + ${right}) + ${left}*${right})`
    }
    for (const h of [1, 2, 3]) {
      const text = tree("t", h)
      expect((await best(`split(${text}, ${text})`)).value).toBeCloseTo(2 / (h + 2), 9)
    }
  })

  test("of slow nodes is above 1, and the capacity below", async () => {
    const slow = await best("majority(3)", {
      options: { nodes: { a1: { capacity: 0.25 }, a2: { capacity: 0.25 } } },
    })
    expect(slow.value).toBeGreaterThan(1)
    expect(slow.exact).toBe("2")
    expect(slow.capacity).toBeCloseTo(0.5, 12)
  })

  test("of an empty phase-1 quorum is that of phase 2 alone", async () => {
    const system = "explicit([[]], [[1, 2, 3]])"
    expect(await best(system, { fraction: 1 })).toMatchObject({
      exact: "0",
      capacity: Infinity,
      networkLoad: 0,
    })
    expect(await best(system, { fraction: 0.25 })).toMatchObject({ exact: "3/4", networkLoad: 2.25 })
  })

  test("avoids nodes without capacity, and says where it cannot", async () => {
    const options = { nodes: { a1: { capacity: 0 } } }
    expect((await best("majority(3)", { options })).exact).toBe("1")
    await expect(best("majority(1)", { options })).rejects.toThrow("needs a node of capacity 0 (a1)")
    // Without any phase-1 work, phase 1 may name a node that cannot serve it.
    const idle = { nodes: { a1: { capacity: { phase1: 0, phase2: 1 } } } }
    expect((await best("majority(1)", { fraction: 0, options: idle })).exact).toBe("1")
  })

  test("of a phase that never has a quorum is an error", async () => {
    const never = quorumSystem({ phase1: threshold(4, ["a", "b", "c"].map(node)) })
    await expect(optimalStrategy(requestOf(never))).rejects.toThrow("has no phase-1 quorum, so")
  })

  test("is the same strategy every time", async () => {
    const [one, two] = [await best("majority(5) "), await best("majority(5)")]
    expect(one.strategy).toEqual(two.strategy)
    expect(one.nodeLoads.map((load) => load.toFixed(9))).toEqual(Array(5).fill("0.600000000"))
  })

  test("capacity is the expectation of 1 / load, load that of the load", async () => {
    const varying = await best("split(a + b, a*b)", {
      fraction: [
        { fraction: 0, weight: 1 },
        { fraction: 1, weight: 1 },
      ],
    })
    // All phase 2: load 1. All phase 1: load 1/2.
    expect(varying.exact).toBe("3/4")
    expect(varying.capacity).toBeCloseTo((1 + 2) / 2, 12)
  })
})

describe("limits", () => {
  const options: NodeOptions = {
    nodes: {
      a1: { latency: 1 },
      a2: { latency: 2 },
      a3: { latency: 3 },
      a4: { latency: 4 },
      a5: { latency: 5 },
    },
  }

  test("trade one measure for another", async () => {
    expect(await best("majority(5)", { options, objective: "latency" })).toMatchObject({
      exact: "3",
      load: 1,
    })
    const both = await best("majority(5)", { options, limits: { latency: 4 } })
    expect(both.latency).toBeCloseTo(4, 9)
    expect(both.load).toBeGreaterThan(0.6)
    expect(both.load).toBeLessThan(1)
  })

  test("that cannot be kept are named, with what is possible", async () => {
    await expect(best("majority(5)", { limits: { network: 2 } })).rejects.toThrow(
      "no strategy of majority(5) has a network load of at most 2. The network load of every strategy is at least 3.",
    )
    await expect(
      best("majority(5)", { options, objective: "network", limits: { latency: 3, load: 0.7 } }),
    ).rejects.toThrow(
      /no strategy of majority\(5\) has a load of at most 0.7. With latency at most 3, the load is at least 1./,
    )
    await expect(best("majority(5)", { limits: { network: -1 } })).rejects.toThrow(UsageError)
    await expect(best("majority(5)", { failures: 0.5 })).rejects.toThrow(UsageError)
  })
})

describe("larger systems", () => {
  test("generated quorums reach the closed forms", async () => {
    // A majority in disguise: 79 votes are those of any 16.
    const votes = Array.from({ length: 31 }, (_, i) => (i === 0 ? 4 : 5))
    const found = await best(`weighted([${votes.join(", ")}], 79, 79)`)
    expect(found.exact).toBe("16/31")
  })

  test("resilient strategies of a grid use two columns where one may lose a node", async () => {
    expect((await best("grid(8, 8)", { failures: 1 })).exact).toBe("1/4")
    expect((await best("majority(25)", { failures: 3 })).exact).toBe("16/25")
  })

  test("resilient strategies of a formula that is no tree come from integer programs", async () => {
    const row = "a*b*c*d + e*f*g*h + i*j*k*l"
    const system = quorumSystemFrom(`split((${row})*(a + e + i), (${row})*(b + f + j))`)
    const latencies = Object.fromEntries(
      system.nodes.map((name, x) => [name, { latency: 1 + ((x * 5) % 7) }]),
    )
    const cases: Case[] = [
      { failures: 1 },
      { failures: 1, objective: "latency", options: { nodes: latencies }, limits: { network: 8.5 } },
    ]
    for (const of of cases) {
      const request = requestOf(system, of)
      const found = await optimalStrategy(request)
      expectConsistent(request, found)
      expect(found.value).toBeCloseTo(byEnumeration(request)!, 7)
    }
  })

  test("minimalQuorumsByBruteForce agrees that a listed strategy uses minimal quorums", async () => {
    const system = quorumSystemFrom("classicGrid(2, 3)")
    const minimal = minimalQuorumsByBruteForce(6, (set) => system.isQuorum(1, set))
    for (const { quorum } of (await best("classicGrid(2, 3)")).strategy[1])
      expect(minimal.has(quorum)).toBe(true)
  })
})
