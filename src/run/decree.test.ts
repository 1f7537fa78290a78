import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { publishedMatrix } from "../../experiments/data/matrices.ts"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { constantPlan } from "../quorum/plan.ts"
import { constantLatency, exponentialLatency } from "../world/simulate/latency.ts"
import { simulate } from "../world/simulate/simulate.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { type DecreeSetup, decreeDefaults } from "./decree-settings.ts"
import { decreeScenario, runDecree, runSafeDecree } from "./decree.ts"

function setupOf(system: string, more: Partial<DecreeSetup> = {}): DecreeSetup {
  const latency = { kind: "everywhere", model: constantLatency(10) } as const
  return { ...decreeDefaults, plan: constantPlan(quorumSystemFrom(system)), latency, ...more }
}

const systems = [
  "majority(1)",
  "majority(4)",
  "majority(5)",
  "simple(5, 4, 2)",
  "grid(2, 3)",
  "classicGrid(3, 3)",
]

describe("one proposer, constant one-way latency, no faults", () => {
  test.each(systems)("%s decides after three delays and learns after four, exactly", (system) => {
    const { measures } = runSafeDecree(setupOf(system), 1)
    expect(measures).toMatchObject({
      proposedAt: 20_000,
      decidedAt: 30_000,
      learnedAt: [40_000],
      epochsUsed: 1,
    })
  })

  test.each(systems)("%s sends 4n messages broadcasting, 2|Q1| + 2|Q2| thrifty", (text) => {
    const system = quorumSystemFrom(text)
    const leastSize = (phase: 1 | 2): number =>
      [...system.minimalQuorums(phase)][0]!.toString(2).replaceAll("0", "").length
    expect(runSafeDecree(setupOf(text), 1).measures.messagesSent).toBe(4 * system.nodes.length)
    expect(runSafeDecree(setupOf(text, { quorumSelection: "closest" }), 1).measures.messagesSent).toBe(
      2 * leastSize(1) + 2 * leastSize(2),
    )
  })

  test("synchronous writes: the epoch, one per promise, one per acceptance; each phase waits for its own", () => {
    const { measures } = runSafeDecree(setupOf("majority(5)", { quorumSelection: "closest", writeMs: 2 }), 1)
    expect(measures).toMatchObject({ syncWrites: 7, decidedAt: 36_000, learnedAt: [46_000] })
  })
})

describe("phase 2 over a matrix depends on the |Q2|-th closest acceptor only", () => {
  const paxi = publishedMatrix("paxi")
  const cases = paxi.regions.flatMap((region) => [1, 2, 3, 4, 5].map((q2) => [region, q2] as const))
  test.each(cases)("proposer in %s, |Q2| = %i", (region, q2) => {
    const setup = setupOf(`simple(5, ${6 - q2}, ${q2})`, {
      latency: { kind: "matrix", name: "paxi", delays: paxi },
      proposerRegions: [region],
    })
    const { proposedAt, learnedAt } = runSafeDecree(setup, 1).measures
    const home = paxi.regions.indexOf(region)
    const roundTrips = paxi.regions
      .map((_, other) => paxi.oneWayMicros(home, other) + paxi.oneWayMicros(other, home))
      .sort((a, b) => a - b)
    expect(learnedAt[0]! - proposedAt!).toBe(roundTrips[q2 - 1])
    expect(proposedAt).toBe(roundTrips[5 - q2])
  })
})

test("with Paxi's latencies a proposer in California and |Q2| = 2 learns 28 ms after phase 1", () => {
  const setup = setupOf("simple(5, 4, 2)", {
    latency: { kind: "matrix", name: "paxi", delays: publishedMatrix("paxi") },
    proposerRegions: ["CA"],
  })
  const { proposedAt, learnedAt } = runSafeDecree(setup, 1).measures
  expect([proposedAt, learnedAt[0]]).toEqual([115_000, 143_000])
})

/** Everything that can go wrong short of losing the disk, at random. */
const harsh = fc.record({
  proposers: fc.integer({ min: 1, max: 4 }),
  staggerMs: fc.integer({ min: 0, max: 20 }),
  quorumSelection: fc.constantFrom("broadcast" as const, "closest" as const, "random" as const),
  learners: fc.integer({ min: 0, max: 2 }),
  nacks: fc.boolean(),
  timeoutMs: fc.integer({ min: 20, max: 80 }),
  writeMs: fc.integer({ min: 0, max: 3 }),
  lossProbability: fc.constantFrom(0, 0.1, 0.3),
  duplicateProbability: fc.constantFrom(0, 0.2),
  reorderProbability: fc.constantFrom(0, 0.3),
  reorderMs: fc.integer({ min: 0, max: 100 }),
  faults: fc.array(
    fc.record({
      type: fc.constant("crash" as const),
      process: fc.constantFrom("a1", "a2", "a3", "p1"),
      at: fc.integer({ min: 0, max: 100 }).map((ms) => 1000 * ms),
      recoverAt: fc.integer({ min: 101, max: 200 }).map((ms) => 1000 * ms),
      disk: fc.constant("synced" as const),
    }),
    { maxLength: 3 },
  ),
  horizonMs: fc.constant(600),
})

describe("safety", () => {
  const latency = { kind: "everywhere", model: exponentialLatency(8) } as const
  const intersecting = [
    "majority(4)",
    "simple(4, 3, 2)",
    "simple(5, 4, 2)",
    "grid(2, 2)",
    "weighted([3, 1, 1, 1], 4, 3)",
  ]

  test("no intersecting system violates a check under random faults", () => {
    fc.assert(
      fc.property(fc.constantFrom(...intersecting), harsh, fc.nat(), (system, more, seed) => {
        expect(runDecree(setupOf(system, { ...more, latency }), seed).violations).toEqual([])
      }),
      { numRuns: 1500, seed: 1 },
    )
  })

  test("a non-intersecting system violates agreement, and names the seed in its replay", () => {
    const setup = setupOf("simple(5, 2, 2)", { latency, proposers: 2 })
    const violations = [...Array(100).keys()].flatMap((seed) => runDecree(setup, seed).violations)
    expect(new Set(violations.map(({ check }) => check))).toEqual(new Set(["agreement"]))
    expect(violations[0]!.replay).toMatch(
      /^quorate simulate "simple\(5, 2, 2\)" --latency "exponential\(8\)" --proposers 2 --seed \d+ --trace$/,
    )
    const failing = Number(/--seed (\d+)/.exec(violations[0]!.replay)![1])
    expect(() => runSafeDecree(setup, failing)).toThrow(
      /agreement was violated.*\n?Replay it with: quorate simulate/s,
    )
  })
})

test("the same setup and seed give the same trace; another seed another", () => {
  const setup = setupOf("majority(5)", {
    latency: { kind: "everywhere", model: exponentialLatency(8) },
    proposers: 3,
    lossProbability: 0.1,
    quorumSelection: "random",
  })
  const trace = (seed: number): string => {
    const lines: string[] = []
    simulate(decreeScenario(setup, seed).scenario, (event) => lines.push(JSON.stringify(event)))
    return lines.join("\n")
  }
  expect(trace(7)).toBe(trace(7))
  expect(trace(7)).not.toBe(trace(8))
})

test("a setup that has made other runs before gives the same run as a new one", () => {
  const law = { kind: "everywhere", model: exponentialLatency(8) } as const
  const faults = { proposers: 2, lossProbability: 0.1, crashProbability: 0.2 }
  for (const quorumSelection of ["broadcast", "closest", "random"] as const) {
    const setup = setupOf("majority(5)", { latency: law, ...faults, quorumSelection })
    for (let seed = 0; seed < 50; seed++) {
      expect(runDecree(setup, seed).measures).toEqual(runDecree({ ...setup }, seed).measures)
    }
  }
})

test("an unknown region or process is a usage error that lists what there is", () => {
  const latency = { kind: "matrix", name: "paxi", delays: publishedMatrix("paxi") } as const
  const run = (more: Partial<DecreeSetup>): unknown => runDecree(setupOf("majority(3)", more), 1)
  expect(() => run({ latency, proposerRegions: ["CAL"] })).toThrow(
    /unknown region "CAL"; did you mean "CA".* Valid regions: VA, OR, CA, IR, JP/,
  )
  expect(() => run({ proposerRegions: ["CA"] })).toThrow(/same everywhere/)
  expect(() => run({ faults: parseFaults("crash a9 @0") })).toThrow(
    /unknown process "a9"; .* Valid processes: a1, a2, a3, p1, acceptors/,
  )
})
