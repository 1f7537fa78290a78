import { describe, expect, test } from "vitest"
import type { LogEvent } from "../check/log/facts.ts"
import type { Command } from "../protocol/log/command.ts"
import { parseFaults } from "../world/faults/notation.ts"
import { LogMeasures, Requests } from "./log-measures.ts"
import { runLog } from "./log.ts"
import { latencyFrom, planFrom } from "./from-text.ts"
import { type LogSetup, logDefaults } from "./log-settings.ts"

const until = 8_000_000
const window = { from: 1_000_000, until, clientsPerGroup: 1, interval: 100_000, requests: Infinity }

/** What is measured of requests made and answered at these times, each by a client of its own; null for never. */
function measured(
  requests: readonly (readonly [calledAt: number, returnedAt: number | null])[],
  more: Partial<typeof window> = {},
): LogMeasures {
  const asked = new Requests()
  const measures = new LogMeasures({ ...window, ...more }, asked)
  const events = requests.flatMap(([calledAt, returnedAt], client) => {
    const command = { client, request: 1, operation: "put", key: 0, size: 1 } as unknown as Command
    const call = { at: calledAt, type: "report", process: 3, report: { type: "call", command } }
    const answer = { type: "return", command, result: null }
    return returnedAt === null
      ? [call]
      : [call, { at: returnedAt, type: "report", process: 3, report: answer }]
  })
  for (const event of events.sort((a, b) => a.at - b.at)) {
    asked.observe(event as unknown as LogEvent)
    measures.observe(event as unknown as LogEvent)
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
