import { describe, expect, test } from "vitest"
import { quorumPlanFrom } from "../../../quorums/from-text.ts"
import { runLog } from "../../run/log.ts"
import { type LogSetup, logDefaults } from "../../run/log-settings.ts"
import { requirementById } from "../../quorum/meet/requirement.ts"
import { parseFaults } from "../../world/faults/notation.ts"
import { constantLatency } from "../../world/simulate/latency.ts"

describe("quorum reads where quorums depend on the epoch", () => {
  // One acceptor is a phase-1 quorum of epoch 0, where all must accept, and of no later one.
  const plan = quorumPlanFrom("0: simple(3, 1, 3); 1..: simple(3, 2, 2)")

  test("the plan is safe", () => {
    expect(requirementById("4.6")!.check(plan).verdict).toBe("holds")
  })

  test.each([1, 2, 3])("a replica that has missed the greater epochs reads nothing old, seed %i", (seed) => {
    const setup: LogSetup = {
      ...logDefaults,
      plan,
      latency: { kind: "everywhere", model: constantLatency(2) },
      keys: { kind: "uniform", count: 1 },
      spreadMs: 10,
      reads: "quorum",
      readShare: 0.5,
      clientsPerGroup: 2,
      thinkMs: 100,
      retryMs: 200,
      heartbeatMs: 20,
      electionMs: 500,
      handOverAfterMs: 1000,
      horizonMs: 3000,
    }
    // a1 hands over to a2, which leads in epoch 1 and decides with a1, while a3 still believes in epoch 0.
    const faults = ["cut a1,a2>a3 @990-2500", "cut a3>a1,a2 @990-2500"].flatMap((fault) => parseFaults(fault))
    expect(runLog({ ...setup, faults }, seed).violations.map(({ name }) => name)).toEqual([])
  })
})
