import { expect, test } from "vitest"
import { planFrom } from "../../src/run/from-text.ts"
import { type LogObserver, runLog } from "../../src/run/log.ts"
import { type LogSetup, logDefaults } from "../../src/run/log-settings.ts"
import { constantLatency } from "../../src/world/simulate/latency.ts"

/** How many slots a log of three needs for 40 requests that come four at a time. */
function slotsUsed(batchMax: number): number {
  const slots = new Set<number>()
  const setup: LogSetup = {
    ...logDefaults,
    plan: planFrom("majority(3)"),
    latency: { kind: "everywhere", model: constantLatency(10) },
    clientsPerGroup: 4,
    requestsPerClient: 10,
    window: 1,
    batchMax,
    horizonMs: 10_000,
  }
  const executed: LogObserver = {
    wants: ["report"],
    observe: (event) => {
      if (event.type !== "report" || event.report.type !== "executed") return
      if (event.report.batch.length > 0) slots.add(event.report.slot)
    },
  }
  const { violations } = runLog(setup, 1, {}, executed)
  expect(violations).toEqual([])
  return slots.size
}

test("§3.12: a virtual sequence decides several requests as the value of one slot", () => {
  const alone = slotsUsed(1)
  expect(slotsUsed(10)).toBeLessThan(alone / 2)
  expect(alone % 40).toBe(0)
})
