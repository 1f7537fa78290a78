import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import type { LogMessage, LogReport } from "../../protocol/log/messages.ts"
import { Slots } from "../../protocol/log/slots.ts"
import { constantPlan } from "../../quorum/plan.ts"
import type { LogEvent, LogProperty } from "./facts.ts"
import { durableAnswers, logSafety } from "./properties.ts"
import { Facts, type Judgement, judge } from "../property.ts"
import type { Batch, Command } from "../../protocol/log/command.ts"
import type { LogRecord } from "../../protocol/log/records.ts"

const put = (client: number, request: number, key = 0): Command => ({
  client,
  request,
  operation: "put",
  key,
  value: `${client}.${request}`,
  expected: null,
  bytes: 0,
})
const [a, b]: [Batch, Batch] = [[put(0, 1)], [put(1, 1)]]

let at = 0
const accept = (process: number, slot: number, epoch: number, batch: Batch): LogEvent => ({
  at: ++at,
  type: "store",
  process,
  record: { type: "accept", slot, epoch, batch },
})
const promise = (process: number, epoch: number): LogEvent => ({
  at: ++at,
  type: "store",
  process,
  record: { type: "promise", epoch },
})
const report = (process: number, what: LogReport): LogEvent => ({
  at: ++at,
  type: "report",
  process,
  report: what,
})
const executed = (process: number, slot: number, batch: Batch, results = batch.map(() => "ok")): LogEvent =>
  report(process, { type: "executed", slot, batch, results })

const decided = (slot: number, epoch: number, batch: Batch): LogEvent[] =>
  [0, 1].map((process) => accept(process, slot, epoch, batch))

function judgedOn(properties: readonly LogProperty[], events: readonly LogEvent[]): Judgement[] {
  const facts = new Facts({ plan: constantPlan(quorumSystemFrom("majority(3)")) }, properties)
  for (const event of events) facts.observe(event)
  return judge(properties, facts)
}

function violated(...events: readonly LogEvent[]): string[] {
  return judgedOn(logSafety, events).flatMap(({ name, verdict }) =>
    verdict.verdict === "violated" ? [name] : [],
  )
}

describe("the safety of a log", () => {
  test("is content with two slots decided, executed everywhere and answered", () => {
    const slots = [...decided(0, 0, a), ...decided(1, 0, b)]
    const runs = [0, 1, 2].flatMap((replica) => [executed(replica, 0, a), executed(replica, 1, b)])
    const answer = report(3, { type: "return", command: a[0]!, result: "ok" })
    expect(violated(...slots, ...runs, answer)).toEqual([])
  })

  test("the same value may be decided again in a later epoch, and another one not", () => {
    expect(violated(...decided(0, 0, a), ...decided(0, 3, a))).toEqual([])
    expect(violated(...decided(0, 0, a), ...decided(0, 3, b))).toEqual(["agreement"])
  })

  test("acceptances of different epochs make no quorum", () => {
    expect(violated(accept(0, 0, 0, a), accept(1, 0, 1, a), executed(0, 0, a))).toEqual(["safe-learning"])
  })

  test("several slots accepted in one write count as if each had been written", () => {
    const both = (process: number): LogEvent => ({
      at: ++at,
      type: "store",
      process,
      record: { type: "accepts", slot: 0, epoch: 0, batches: [a, b] },
    })
    expect(violated(both(0), accept(1, 1, 0, b), executed(0, 0, a))).toEqual(["safe-learning"])
    expect(violated(both(0), both(1), executed(0, 0, a), executed(0, 1, b))).toEqual([])
    expect(violated(promise(0, 5), both(0))).toEqual(["last-promised-monotone"])
  })

  test("one epoch has one value", () => {
    expect(violated(accept(0, 0, 0, a), accept(1, 0, 0, b))).toEqual(["one-value-per-epoch"])
  })

  test("nobody accepts or promises below what it has promised", () => {
    expect(violated(promise(0, 5), accept(0, 0, 4, a))).toEqual(["last-promised-monotone"])
    expect(violated(promise(0, 5), promise(1, 4), promise(0, 4))).toEqual(["last-promised-monotone"])
  })

  test("slots are executed in order, from the snapshot on after a restart", () => {
    const slots = [...decided(0, 0, a), ...decided(1, 0, b)]
    expect(violated(...slots, executed(0, 0, a), executed(1, 0, a), executed(1, 1, b))).toEqual([])
    expect(violated(...slots, executed(0, 0, a), executed(0, 0, a))).toEqual(["prefix"])
    const restart: LogEvent = { at: ++at, type: "recover", process: 0 }
    const again = [restart, report(0, { type: "installed", upTo: 1 }), executed(0, 1, b)]
    expect(violated(...slots, executed(0, 0, a), ...again)).toEqual([])
  })

  test("equal commands have equal results", () => {
    expect(violated(...decided(0, 0, a), executed(0, 0, a), executed(1, 0, a, ["no"]))).toEqual([
      "state-machine",
    ])
  })

  test("what a client was told is in the log, with that result", () => {
    const told = (result: string): LogEvent => report(3, { type: "return", command: a[0]!, result })
    expect(violated(told("ok"))).toEqual(["acknowledged"])
    expect(violated(...decided(0, 0, a), executed(0, 0, a), told("no"))).toEqual(["acknowledged"])
  })

  test("a snapshot that survives a crash speaks for the slots before it, whose reports did not", () => {
    const installed = report(0, { type: "installed", upTo: 2 })
    const told = report(3, { type: "return", command: b[0]!, result: "ok" })
    expect(violated(...decided(0, 0, a), ...decided(1, 0, b), installed, told)).toEqual([])
    expect(violated(...decided(0, 0, a), installed, told)).toEqual(["acknowledged"])
  })

  test("a disk written as a whole counts as acceptance in the epoch promised last, not in earlier ones", () => {
    const image = (lastPromised: number): LogRecord => ({
      type: "image",
      lastPromised,
      accepted: new Slots(0, [0], [a]),
      snapshot: null,
      version: 1,
      barred: [],
    })
    const whole = (lastPromised: number): LogEvent => ({
      at: ++at,
      type: "store",
      process: 2,
      record: image(lastPromised),
    })
    expect(violated(accept(0, 0, 0, a), whole(0), executed(0, 0, a))).toEqual([])
    expect(violated(accept(0, 0, 0, a), whole(1), executed(0, 0, a))).toEqual(["safe-learning"])
  })
})

test("an acceptor says only what it has written", () => {
  const verdictOf = (...events: readonly LogEvent[]): string => {
    return judgedOn([durableAnswers], events)[0]!.verdict.verdict
  }
  const says = (message: LogMessage): LogEvent => ({
    at: ++at,
    type: "send",
    id: 0,
    from: 0,
    to: 1,
    message,
    copies: 1,
  })
  const accepts = says({ type: "accept", epoch: 2, slot: 0 })
  const promises = says({
    type: "promise",
    epoch: 2,
    accepted: { from: 0, epochs: [], batches: [] },
    snapshot: null,
  })
  expect(verdictOf(accept(0, 0, 2, a), accepts, promises)).toBe("holds")
  expect(verdictOf(promise(0, 2), accepts)).toBe("violated")
  expect(verdictOf(promise(0, 1), promises)).toBe("violated")
})
