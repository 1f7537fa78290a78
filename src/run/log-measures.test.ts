import { describe, expect, test } from "vitest"
import type { LogReport } from "../protocol/log/messages.ts"
import type { Command } from "../protocol/log/command.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { LogMeasures, Requests, maxShed } from "./log-measures.ts"
import { runLog } from "./log.ts"
import { closedFormLatency, leaderLatencies } from "./closed-form.ts"
import { latencyFrom, planFrom } from "./from-text.ts"
import { type LogSetup, logDefaults } from "./log-settings.ts"

const until = 8_000_000
const window = {
  from: 1_000_000,
  until,
  clientsPerGroup: 1,
  weights: [1],
  interval: 100_000,
  requests: Infinity,
}

/** What is measured of requests made and answered at these times, each by a client of its own; null for never. */
function measured(
  requests: readonly (readonly [calledAt: number, returnedAt: number | null])[],
  more: Partial<typeof window> = {},
): LogMeasures {
  const asked = new Requests()
  const measures = new LogMeasures({ ...window, ...more }, asked)
  const events = requests.flatMap(([calledAt, returnedAt], client) => {
    const command = { client, request: 1, operation: "put", key: 0, size: 1 } as unknown as Command
    const call: [number, LogReport] = [calledAt, { type: "call", command }]
    const answer: LogReport = { type: "return", command, result: null }
    return returnedAt === null ? [call] : [call, [returnedAt, answer] as const]
  })
  for (const [at, report] of events.sort(([a], [b]) => a - b)) {
    asked.reported(at, 3, report)
    measures.reported(at, 3, report)
  }
  return measures
}

describe("what is still open at the end of a run counts", () => {
  test("nobody ever answered: the whole window is an outage, and there are no latencies", () => {
    const measures = measured([[500_000, null]])
    expect(measures.longestGap).toEqual({ from: 1_000_000, length: 7_000_000, isOpen: true })
    expect([measures.all.mean, measures.throughput, measures.unanswered]).toEqual([null, 0, 1])
  })

  test("one answer: the longer of the times before and after it", () => {
    const gap = (at: number) => measured([[900_000, at]]).longestGap
    expect(gap(6_000_000)).toEqual({ from: 1_000_000, length: 5_000_000, isOpen: false })
    expect(gap(2_000_000)).toEqual({ from: 2_000_000, length: 6_000_000, isOpen: true })
  })

  test("an answer before the window or at its end ends nothing within it", () => {
    const whole = { from: 1_000_000, length: 7_000_000, isOpen: true }
    expect(measured([[400_000, 900_000]]).longestGap).toEqual(whole)
    expect(measured([[400_000, until]]).longestGap).toEqual(whole)
  })

  test("once every request there will be has been answered nothing is out", () => {
    const done = measured([[900_000, 2_000_000]], { requests: 1 })
    expect(done.longestGap).toEqual({ from: 1_000_000, length: 1_000_000, isOpen: false })
    expect([done.throughput, done.end]).toEqual([1, 2_000_000])
    const before = measured([[400_000, 900_000]], { requests: 1 })
    expect([before.longestGap.length, before.throughput]).toEqual([0, null])
    expect(measured([[900_000, 2_000_000]], { requests: 2 }).longestGap.isOpen).toBe(true)
  })
})

describe("an outage that lasts to the end of a simulated run", () => {
  const run = (faults: string, more: Partial<LogSetup> = {}) =>
    runLog(
      {
        ...logDefaults,
        plan: planFrom("majority(3)"),
        latency: latencyFrom("constant(5)"),
        clientsPerGroup: 1,
        horizonMs: 8000,
        retryMs: 60_000,
        faults: parseFaults(faults),
        ...more,
      },
      1,
    ).measures

  test("two of three replicas crash for good at 3 s", () => {
    const { longestGap, unanswered } = run("crash a2,a3 @3000")
    expect(longestGap.isOpen).toBe(true)
    expect(Math.abs(longestGap.from - 2_996_000)).toBeLessThan(5000)
    expect(longestGap.from + longestGap.length).toBe(until)
    expect(unanswered).toBe(3)
  })

  test("all processes crash at 0.5 s", () => {
    expect(run("crash all @500").longestGap).toEqual({ from: 1_000_000, length: 7_000_000, isOpen: true })
  })

  test("all crash while every client thinks", () => {
    const { longestGap, unanswered } = run("crash all @500", { thinkMs: 100_000 })
    expect([longestGap.length, unanswered]).toEqual([7_000_000, 0])
  })
})

describe("means say of what", () => {
  const atRegions: LogSetup = {
    ...logDefaults,
    plan: planFrom("simple(5, 4, 2)"),
    latency: latencyFrom("paxi"),
    clientsPerGroup: 2,
    thinkMs: 20,
    electionMs: 5000,
    horizonMs: 10_000,
  }

  test("the mean latency is over client groups, not over the requests, of which near clients make more", () => {
    const { mean, all } = runLog(atRegions, 1).measures
    const expected = closedFormLatency(atRegions)!
    expect(mean).toBe(expected.reduce((sum, one) => sum + one, 0) / expected.length)
    expect(mean! / all.mean!).toBeGreaterThan(1.1)
  })

  test("which is what the analysis computes, for a leader in any region", () => {
    for (const [i, { region, request }] of leaderLatencies(
      planFrom("simple(5, 4, 2)").systemAt(0),
      atRegions.latency,
    ).entries()) {
      const { mean } = runLog({ ...atRegions, leader: `a${i + 1}` }, 1).measures
      expect([region, mean! / 1000]).toEqual([region, expect.closeTo(request, 6)])
    }
  })

  test("weights are those of the setup; a group without weight need not answer", () => {
    const expected = closedFormLatency(atRegions)!
    const mean = (groupWeights: readonly number[]) => runLog({ ...atRegions, groupWeights }, 1).measures.mean
    expect(mean([0, 0, 1, 0, 0])).toBe(expected[2])
    expect(mean([1, 0, 3, 0, 0])).toBe((expected[0]! + 3 * expected[2]!) / 4)
    expect(() => mean([1, 2])).toThrow(/must be a weight for each of the 5 groups/)
    expect(() => mean([0, 0, 0, 0, 0])).toThrow(/at least one of them greater than 0/)
  })

  test("a group that gets no answer leaves no mean over groups", () => {
    const silent = { ...atRegions, faults: parseFaults("crash clients3 @500") }
    const { mean, all } = runLog(silent, 1).measures
    expect([mean, all.count > 0]).toEqual([null, true])
    expect(runLog({ ...silent, groupWeights: [1, 1, 0, 1, 1] }, 1).measures.mean).not.toBeNull()
  })
})

describe("an open loop with more requests than clients", () => {
  const open: LogSetup = {
    ...logDefaults,
    plan: planFrom("majority(3)"),
    latency: latencyFrom("constant(10)"),
    clientGroups: 1,
    clientsPerGroup: 1,
    ratePerSecond: 40,
    horizonMs: 10_000,
  }

  test("sheds, and says how much; the latency is of the others", () => {
    const { shed, shedShare, queued, called, all } = runLog(open, 1).measures
    expect([shed + called > 300, queued, all.max]).toEqual([true, 0, 20_000])
    expect(shedShare).toBe(shed / (called + shed))
    expect(shedShare).toBeGreaterThan(0.3)
  })

  test("or queues: every request is made, and its latency begins when it arrives", () => {
    const { shed, queued, called, returned, all } = runLog({ ...open, whenBusy: "queue" }, 1).measures
    const shedding = runLog(open, 1).measures
    expect([shed, called]).toEqual([0, shedding.called + shedding.shed])
    expect(called - returned).toBeLessThan(20)
    expect(queued).toBeGreaterThan(50)
    // Of a queue with one server at a load of 0.8 the wait is longer than the service.
    expect(all.mean).toBeGreaterThan(1.5 * 20_000)
    expect(all.quantile(0)).toBe(20_000)
  })

  test("warns of more than one in a hundred", () => {
    expect(maxShed).toBe(0.01)
    expect(runLog({ ...open, clientsPerGroup: 20 }, 1).measures.shedShare).toBeLessThan(maxShed)
  })
})
