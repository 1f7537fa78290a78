import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { constantPlan } from "../../quorum/plan.ts"
import { buildLog } from "../../run/log.ts"
import { logDefaults } from "../../run/log-settings.ts"
import { exponentialLatency } from "../../world/simulate/latency.ts"
import { simulate } from "../../world/simulate/simulate.ts"
import { TraceHash } from "../../world/simulate/trace-hash.ts"
import { clients } from "./client.ts"
import { type LogImage, type LogRecord, copyImage, keepRecord } from "./records.ts"
import type { LogMessage, LogReport } from "./messages.ts"
import { type LogActor, pureActor } from "./replica.ts"
import { Slots, noEpoch } from "./slots.ts"
import { StateMachine } from "./state-machine.ts"
import { defaultWorkload, workload } from "./workload.ts"
import type { Command } from "./command.ts"

const command = (client: number, request: number, more: Partial<Command> = {}): Command => ({
  client,
  request,
  operation: "put",
  key: 0,
  value: `${client}.${request}`,
  expected: null,
  bytes: 0,
  ...more,
})

describe("the key–value store", () => {
  test("carries out put, get, cas and append, each request once", () => {
    const machine = new StateMachine()
    expect(machine.apply(command(0, 1, { operation: "get" }))).toBe(null)
    expect(machine.apply(command(0, 2, { value: "a" }))).toBe("ok")
    expect(machine.apply(command(1, 1, { operation: "append", value: "b" }))).toBe("ok")
    expect(machine.apply(command(1, 1, { operation: "append", value: "b" }))).toBe("ok")
    expect(machine.apply(command(0, 3, { operation: "get" }))).toBe("ab")
    expect(machine.apply(command(0, 4, { operation: "cas", expected: "a", value: "c" }))).toBe("no")
    expect(machine.apply(command(0, 5, { operation: "cas", expected: "ab", value: "c" }))).toBe("ok")
    expect(machine.read(0)).toBe("c")
  })

  test("a copy is not changed by later commands, and a machine made of it goes on from there", () => {
    const machine = new StateMachine()
    machine.apply(command(3, 1, { key: 5 }))
    const copy = machine.copy()
    machine.apply(command(3, 2, { key: 5 }))
    const again = new StateMachine(copy)
    expect([again.read(5), again.lastRequest(3), machine.read(5)]).toEqual(["3.1", 1, "3.2"])
  })
})

test("slots keep the proposals from their base on, as a map would", () => {
  const steps = fc.array(
    fc.oneof(fc.record({ set: fc.nat(40), epoch: fc.nat(5) }), fc.record({ truncate: fc.nat(30) })),
  )
  fc.assert(
    fc.property(steps, (plan) => {
      const slots = new Slots()
      const map = new Map<number, number>()
      let base = 0
      for (const step of plan) {
        if ("set" in step) {
          slots.set(step.set, step.epoch, [])
          if (step.set >= base) map.set(step.set, step.epoch)
        } else {
          slots.truncate(step.truncate)
          base = Math.max(base, step.truncate)
        }
      }
      for (let slot = base; slot < 45; slot++) expect(slots.epochAt(slot)).toBe(map.get(slot) ?? noEpoch)
      expect(slots.base).toBe(base)
      const { from, epochs } = slots.since(base + 3)
      epochs.forEach((epoch, i) => expect(epoch).toBe(map.get(from + i) ?? noEpoch))
    }),
    { seed: 1, numRuns: 300 },
  )
})

test("a disk keeps the greatest promise, the last proposal of each slot, and nothing a snapshot covers", () => {
  const records: LogRecord[] = [
    { type: "promise", epoch: 2 },
    { type: "accept", slot: 1, epoch: 4, batch: [] },
    { type: "promise", epoch: 3 },
    { type: "accept", slot: 0, epoch: 4, batch: [] },
    { type: "snapshot", snapshot: { upTo: 1, machine: new StateMachine().copy() } },
    { type: "accept", slot: 0, epoch: 5, batch: [] },
  ]
  const image = records.reduce<LogRecord | undefined>(keepRecord, undefined) as LogImage
  expect([image.lastPromised, image.accepted.base, image.accepted.epochAt(1)]).toEqual([5, 1, 4])
  const copy = copyImage(image)
  keepRecord(image, { type: "accept", slot: 1, epoch: 9, batch: [] })
  expect(copy.accepted.epochAt(1)).toBe(4)
})

test("acceptances written at once are on the disk as if written one by one", () => {
  const snapshot: LogRecord = { type: "snapshot", snapshot: { upTo: 3, machine: new StateMachine().copy() } }
  const disk = (...records: readonly LogRecord[]): LogRecord =>
    records.reduce<LogRecord | undefined>(keepRecord, undefined)!
  const batches = [[], [], []]
  const single = batches.map((batch, i): LogRecord => ({ type: "accept", slot: 2 + i, epoch: 7, batch }))
  expect(disk(snapshot, { type: "accepts", slot: 2, epoch: 7, batches })).toEqual(disk(snapshot, ...single))
})

describe("the workload", () => {
  test("is a function of seed, client and number, in the shares asked for", () => {
    const shares = { readShare: 0.5, casShare: 0.2, appendShare: 0.3 }
    const make = workload({ ...defaultWorkload, ...shares, keys: { kind: "zipf", count: 100, exponent: 1 } })
    expect(make(3, 4)).toEqual(make(3, 4))
    const counts: Record<string, number> = {}
    let first = 0
    for (let request = 1; request <= 20_000; request++) {
      const { operation, key } = make(request % 7, request)
      counts[operation] = (counts[operation] ?? 0) + 1
      if (key === 0) first++
    }
    expect(counts["get"]! / 20_000).toBeCloseTo(0.5, 1)
    expect(counts["cas"]! / 20_000).toBeCloseTo(0.1, 1)
    // The 100th harmonic number is 5.187.
    expect(Math.abs(first / 20_000 - 1 / 5.187)).toBeLessThan(0.01)
  })
})

describe("the fast form, in place, and the pure one", () => {
  const built = buildLog(
    {
      ...logDefaults,
      plan: constantPlan(quorumSystemFrom("simple(5, 4, 2)")),
      latency: { kind: "everywhere", model: exponentialLatency(8) },
      clientsPerGroup: 2,
      requestsPerClient: 8,
      snapshotEvery: 10,
      electionMs: 100,
      heartbeatMs: 30,
      retransmitMs: 50,
      retryMs: 300,
      readShare: 0.3,
      reads: "quorum",
      writeMs: 1,
      faults: [
        { type: "loss", probability: 0.2, from: 0, until: 1_000_000 },
        { type: "crash", process: "a1", at: 150_000, recoverAt: 400_000, disk: "synced" },
        { type: "crash", process: "a3", at: 500_000, recoverAt: 700_000, disk: "lost" },
      ],
      horizonMs: 3000,
    },
    5,
  )
  const hashOf = (wrap: (actor: LogActor<never>) => LogActor<never>): string => {
    const hash = new TraceHash<LogMessage, LogRecord, LogReport>((content) => JSON.stringify(content))
    const processes = built.scenario.processes.map((process) => ({
      ...process,
      actor: wrap(process.actor as unknown as LogActor<never>),
    }))
    simulate({ ...built.scenario, processes }, hash.observe)
    return hash.digits
  }

  test("give the same trace", () => {
    const inPlace = hashOf((actor) => actor)
    const pure = hashOf(
      (actor) => pureActor(actor as unknown as LogActor<{ copy(): never }>) as LogActor<never>,
    )
    expect(pure).toBe(inPlace)
    expect(inPlace).toMatch(/^[0-9a-f]{16}$/)
  })

  test("the pure one leaves the state it was given as it was; the one in place changes it", () => {
    const group = clients({
      first: 0,
      count: 2,
      workload: workload(defaultWorkload),
      replicas: [1],
      retryAfter: 1000,
      arrivals: { kind: "closed", think: 0, spread: 0 },
    })
    const changed = [pureActor(group), group].map((actor) => {
      const { state } = actor.start(0)
      const before = [...state.requests]
      const { outputs } = actor.step(state, { type: "timeout", timer: "next 0" })
      expect(outputs.map(({ type }) => type)).toEqual(["report", "send"])
      return state.requests.some((request, i) => request !== before[i])
    })
    expect(changed).toEqual([false, true])
  })
})
