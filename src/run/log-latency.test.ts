import { describe, expect, test } from "vitest"
import { matrixNames, publishedMatrix } from "../../experiments/data/matrices.ts"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { constantPlan } from "../quorum/plan.ts"
import { constantLatency } from "../world/simulate/latency.ts"
import { runSafeLog } from "./log.ts"
import { type LogSetup, logDefaults } from "./log-settings.ts"

const cases = matrixNames.flatMap((matrix) =>
  [3, 5].flatMap((n) =>
    [...Array(n).keys()].flatMap((leader) =>
      [...Array(n).keys()].map((i) => ({ matrix, n, leader, q2: i + 1 })),
    ),
  ),
)

describe("one client in each region, its own replica in between: every answer takes exactly", () => {
  test.each(cases)("$matrix, $n replicas, leader $leader, |Q2| = $q2", ({ matrix, n, leader, q2 }) => {
    const delays = publishedMatrix(matrix)
    const setup: LogSetup = {
      ...logDefaults,
      plan: constantPlan(quorumSystemFrom(`simple(${n}, ${n + 1 - q2}, ${q2})`)),
      latency: { kind: "matrix", name: matrix, delays },
      replicaRegions: delays.regions.slice(0, n),
      clientRegions: delays.regions,
      clientsPerGroup: 1,
      leader: `a${leader + 1}`,
      warmUpMs: 2000,
      thinkMs: 20,
      electionMs: 5000,
      horizonMs: 10_000,
    }
    // Requests of the first second may have waited for the leader's phase 1.
    const { measures } = runSafeLog(setup, 1)
    const d = (from: number, to: number): number => delays.oneWayMicros(from, to)
    const replicas = [...Array(n).keys()]
    const decides = replicas.map((q) => d(leader, q) + d(q, leader)).sort((a, b) => a - b)[q2 - 1]!
    delays.regions.forEach((_, client) => {
      const p = replicas.reduce((best, replica) => (d(client, replica) < d(client, best) ? replica : best))
      const expected = d(client, p) + d(p, leader) + decides + d(leader, p) + d(p, client)
      const { mean, max, count } = measures.byGroup[client]!
      expect(count).toBeGreaterThan(10)
      expect({ mean, max }).toEqual({ mean: expected, max: expected })
    })
  })
})

test("an idle leader's phase 1 takes one round trip to the |Q1|-th closest", () => {
  const delays = publishedMatrix("paxi")
  const setup: LogSetup = {
    ...logDefaults,
    plan: constantPlan(quorumSystemFrom("simple(5, 4, 2)")),
    latency: { kind: "matrix", name: "paxi", delays },
    leader: "a3",
  }
  // California: 28, 65, 115 and 137 ms away, there and back.
  expect(runSafeLog(setup, 1).measures.elections).toEqual([{ at: 115_000, process: 2, epoch: 2 }])
})

describe("reads", () => {
  const base: LogSetup = {
    ...logDefaults,
    plan: constantPlan(quorumSystemFrom("majority(5)")),
    latency: { kind: "everywhere", model: constantLatency(10) },
    clientsPerGroup: 1,
    thinkMs: 5,
    readShare: 0.5,
    horizonMs: 5000,
  }
  test("through the log a get takes as long as a put", () => {
    const { reads, writes } = runSafeLog(base, 1).measures
    expect([reads.max, writes.max]).toEqual([40_000, 40_000])
  })

  test("under a lease the leader answers at once: the way there and back, and nothing for its own clients", () => {
    const { measures } = runSafeLog({ ...base, reads: "lease" }, 1)
    expect(measures.reads.max).toBe(20_000)
    expect(measures.writes.max).toBe(40_000)
    expect(measures.byGroup[0]!.quantile(0.01)).toBe(0)
  })

  test("a quorum read takes a round trip of its own, and waits for what is under way", () => {
    const { reads } = runSafeLog({ ...base, reads: "quorum" }, 1).measures
    expect(reads.quantile(0)! / 20_000).toBeCloseTo(1, 2)
  })
})

describe("throughput saturates where the leader's processor does", () => {
  const rate = (n: number, q2: number, more: Partial<LogSetup> = {}): number =>
    runSafeLog(
      {
        ...logDefaults,
        plan: constantPlan(quorumSystemFrom(`simple(${n}, ${n + 1 - q2}, ${q2})`)),
        latency: { kind: "everywhere", model: constantLatency(0.1) },
        receiveMicros: 30,
        sendMicros: 50,
        clientsPerGroup: 20,
        spreadMs: 10,
        warmUpMs: 300,
        horizonMs: 1300,
        ...more,
      },
      1,
    ).measures.throughput!

  test.each([3, 5, 7, 9, 11, 13])("%i replicas: 1 / (N receive + 2 send), within 2 %%", (n) => {
    const max = 1e6 / (n * 30 + 2 * 50)
    expect(Math.abs(rate(n, Math.floor(n / 2) + 1) / max - 1)).toBeLessThan(0.02)
  })

  test("whatever |Q2| is, as long as everyone is asked", () => {
    const rates = [1, 3, 5].map((q2) => rate(5, q2))
    expect(Math.max(...rates) / Math.min(...rates)).toBeLessThan(1.02)
  })

  test("asking only a phase-2 quorum, the leader receives |Q2| messages instead of N", () => {
    const max = 1e6 / (3 * 30 + 2 * 50)
    expect(Math.abs(rate(9, 3, { quorumSelection: "closest" }) / max - 1)).toBeLessThan(0.02)
  })
})
