import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { runSafeLog } from "../../run/log.ts"
import { type LogSetup, logDefaults } from "../../run/log-settings.ts"
import { constantPlan } from "../../quorum/plan.ts"
import { constantLatency } from "../../world/simulate/latency.ts"
import { sentMessages } from "../../check/traffic.ts"

const setup: LogSetup = {
  ...logDefaults,
  plan: constantPlan(quorumSystemFrom("majority(5)")),
  latency: { kind: "everywhere", model: constantLatency(10) },
  clientsPerGroup: 2,
  thinkMs: 20,
  requestsPerClient: 60,
  electionMs: 200,
  heartbeatMs: 50,
  retransmitMs: 100,
  retryMs: 300,
  horizonMs: 20_000,
}

function run(more: Partial<LogSetup>) {
  const { measures, facts } = runSafeLog({ ...setup, ...more }, 1, { gather: [sentMessages] })
  const sent = (type: string): number => facts.of(sentMessages).byType[type] ?? 0
  return { measures, sent, leaders: measures.elections.map(({ process }) => process) }
}

describe("election", () => {
  test.each(["heartbeat", "timeout"] as const)(
    "by %s: the leader crashes, another takes over, everyone is answered",
    (detector) => {
      const { measures, leaders } = run({
        detector,
        faults: [{ type: "crash", process: "a1", at: 1_500_000, disk: "synced" }],
      })
      expect(measures.returned).toBe(600)
      expect(leaders[0]).toBe(0)
      expect(leaders.length).toBeGreaterThan(1)
      expect(measures.elections[1]!.at).toBeGreaterThan(1_500_000)
    },
  )

  test("by timeout a leader with nothing to do says nothing, and nobody misses it", () => {
    const { leaders, sent } = run({ detector: "timeout", requestsPerClient: 5 })
    expect(leaders).toEqual([0])
    expect(sent("heartbeat")).toBe(4)
    expect(run({ requestsPerClient: 5 }).sent("heartbeat")).toBeGreaterThan(1000)
  })

  test("reads that need heartbeats are refused without them", () => {
    expect(() => run({ detector: "timeout", reads: "quorum" })).toThrow("quorum reads require heartbeats")
    expect(() => run({ detector: "timeout", reads: "lease" })).toThrow("lease reads require heartbeats")
  })

  test("a leader that must propose hundreds of slots again writes them at once, and is not taken for dead", () => {
    const { measures, leaders, sent } = run({
      writeMs: 5,
      groupCommit: false,
      requestsPerClient: 100,
      faults: setup.plan.nodes.map((process) => ({
        type: "crash",
        process,
        at: 3_000_000,
        recoverAt: 3_100_000,
        disk: "synced",
      })),
    })
    expect(measures.returned).toBe(1000)
    expect(sent("repropose")).toBe(4)
    expect(leaders).toHaveLength(2)
  })

  test("a leader hands over to the next in turn, without a gap", () => {
    const { leaders, measures } = run({ handOverAfterMs: 500 })
    expect(leaders.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 0])
    expect(measures.longestGap.length).toBeLessThan(200_000)
  })
})

describe("disks that are lost", () => {
  const losses = (...replicas: number[]): LogSetup["faults"] =>
    replicas.map((process, i) => {
      const at = 1_500_000 + i * 20_000
      return { type: "crash", process: `a${process + 1}`, at, recoverAt: 1_600_000, disk: "lost" }
    })

  test.each([[[1]], [[1, 2]], [[0, 4]]])(
    "of replicas %j at a time, out of five: they come back, and everyone is answered",
    (lost) => {
      expect(run({ faults: losses(...lost) }).measures.returned).toBe(600)
    },
  )

  test("of a quorum: what it decided may be gone, so nobody comes back and nothing is decided any more", () => {
    const { measures, sent } = run({ faults: losses(1, 2, 3) })
    expect(measures.returned).toBeLessThan(600)
    expect(sent("rejoined")).toBe(0)
  })
})

describe("fixed small quorums of phase 2", () => {
  test("one with standbys: another takes over when a member crashes, and only one at a time is asked", () => {
    const plan = constantPlan(quorumSystemFrom("simple(5, 4, 2)"))
    const calm = run({ plan, quorumSelection: "standby" })
    expect(calm.sent("propose")).toBe(600)
    // a2 is the other member of the first quorum.
    const crash = { type: "crash", process: "a2", at: 1_500_000, disk: "synced" } as const
    const { measures, sent } = run({ plan, quorumSelection: "standby", faults: [crash] })
    expect(measures.returned).toBe(600)
    // Those under way at the crash go to everyone once, the rest to the next quorum.
    expect(sent("propose")).toBeLessThan(700)
  })
})
