import { describe, expect, test } from "vitest"
import type { Actor, Output } from "../../protocol/actor.ts"
import { constantLatency } from "./latency.ts"
import { withNetworkFaults } from "../faults/network.ts"
import { type NetworkModel, reliable } from "./network.ts"
import type { Scenario } from "./scenario.ts"
import { simulate, traceOf } from "./simulate.ts"

/** Stores each number it hears and passes it on; starts its own on "propose". Its state is the sum of all heard. */
function relay(to: number | null): Actor<number, number, number> {
  const pass = (message: number): Output<number, number>[] => [
    { type: "store", record: message },
    ...(to === null ? [] : [{ type: "send" as const, to, message: message + 1 }]),
  ]
  return {
    start: () => ({ state: 0, outputs: [] }),
    step: (state, input) => {
      switch (input.type) {
        case "propose":
          return { state, outputs: pass(Number(input.value)) }
        case "receive":
          return { state: state + input.message, outputs: pass(input.message) }
        case "recover":
          return {
            state: input.stored ?? -1,
            outputs: [{ type: "learn", epoch: 0, value: String(input.stored) }],
          }
        case "timeout":
          return { state, outputs: [] }
      }
    },
  }
}

function chain(overrides: Partial<Scenario<number, number>> = {}): Scenario<number, number> {
  return {
    seed: 1,
    processes: [relay(1), relay(2), relay(null)].map((actor, i) => ({
      name: `n${i}`,
      role: "acceptor",
      actor,
    })),
    network: reliable(constantLatency(10)),
    proposals: [{ at: 0, process: 0, value: "5" }],
    horizon: 1_000_000,
    ...overrides,
  }
}

const stores = (scenario: Scenario<number, number>): [number, number, number][] =>
  traceOf(scenario).flatMap((event) =>
    event.type === "store" ? [[event.at, event.process, event.record] as [number, number, number]] : [],
  )

describe("simulate", () => {
  test("a message takes its latency", () => {
    expect(stores(chain())).toEqual([
      [0, 0, 5],
      [10_000, 1, 6],
      [20_000, 2, 7],
    ])
  })

  test("nothing that follows a store happens before it is durable, and writes of one process queue", () => {
    const proposals = [
      { at: 0, process: 0, value: "5" },
      { at: 500, process: 0, value: "50" },
    ]
    expect(stores(chain({ writeLatency: 1000, proposals }))).toEqual([
      [1000, 0, 5],
      [2000, 0, 50],
      [12_000, 1, 6],
      [13_000, 1, 51],
      [23_000, 2, 7],
      [24_000, 2, 52],
    ])
  })

  test("a crash loses a write that is under way, and what was to follow it", () => {
    const crashes = [{ process: 0, at: 500 }]
    expect(stores(chain({ writeLatency: 1000, crashes }))).toEqual([])
  })

  test("a process comes back with its last stored record; what arrives while it is down is missed", () => {
    const proposals = [0, 5000, 40_000].map((at) => ({ at, process: 0, value: "5" }))
    const crashes = [{ process: 1, at: 12_000, recoverAt: 30_000 }]
    const trace = traceOf(chain({ proposals, crashes }))
    expect(trace.filter(({ type }) => type === "miss").map(({ at }) => at)).toEqual([15_000])
    expect(trace.find(({ type }) => type === "learn")).toMatchObject({ at: 30_000, process: 1, value: "6" })
    expect(trace.filter(({ type }) => type === "deliver").map(({ at }) => at)).toEqual([
      10_000, 20_000, 50_000, 60_000,
    ])
  })

  test("a process that comes back does not store or say again what it did at its very start", () => {
    const starter: Actor<number, number, number> = {
      start: () => ({
        state: 0,
        outputs: [
          { type: "store", record: 0 },
          { type: "send", to: 1, message: 0 },
          { type: "set-timer", timer: "t", after: { min: 1000, max: 1000 } },
        ],
      }),
      step: (state, input) => ({
        state: input.type === "recover" ? (input.stored ?? -1) : state,
        outputs: input.type === "timeout" ? [{ type: "store", record: state + 1 }] : [],
      }),
    }
    const processes = [starter, relay(null)].map((actor, i) => ({
      name: `n${i}`,
      role: "acceptor" as const,
      actor,
    }))
    const crashes = [{ process: 0, at: 5000, recoverAt: 6000 }]
    const trace = traceOf(chain({ processes, proposals: [], crashes }))
    expect(
      trace.flatMap((event) => (event.type === "store" && event.process === 0 ? [event.record] : [])),
    ).toEqual([0, 1, 2])
    expect(trace.filter(({ type }) => type === "send").length).toBe(1)
  })

  test("a partition loses what is sent across it while it lasts, one way or both", () => {
    const cut = (oneWay: boolean, side: number[], otherSide: number[]): NetworkModel =>
      withNetworkFaults(
        {
          faults: [{ type: "cut", from: 0, until: 11_000, path: { side, otherSide, oneWay } }],
          processes: 3,
          replicas: 3,
          leader: () => undefined,
          onFault: () => undefined,
        },
        reliable(constantLatency(10)),
      )
    const lossesWith = (oneWay: boolean, side: number[], otherSide: number[]): number =>
      traceOf(chain({ network: cut(oneWay, side, otherSide) })).filter(
        (event) => event.type === "send" && event.copies === 0,
      ).length
    expect(lossesWith(true, [1], [2])).toBe(1)
    expect(lossesWith(true, [2], [1])).toBe(0)
    expect(lossesWith(false, [2], [1])).toBe(1)
    expect(lossesWith(false, [0], [2])).toBe(0)
  })

  test("nothing happens after the horizon, and the end says so", () => {
    const end = simulate(chain({ horizon: 15_000 }))
    expect(end).toEqual({ ended: "horizon", at: 10_000, events: 2 })
    expect(simulate(chain())).toMatchObject({ ended: "idle", at: 20_000 })
  })

  test("a fast clock fires its timers early, a slow one late; the others stay exact", () => {
    const clock: Actor<null, number, number> = {
      start: () => ({
        state: null,
        outputs: [{ type: "set-timer", timer: "t", after: { min: 100_000, max: 100_000 } }],
      }),
      step: (state) => ({ state, outputs: [] }),
    }
    const processes = ["fast", "exact", "slow"].map((name) => ({
      name,
      role: "acceptor" as const,
      actor: clock,
    }))
    const fired = traceOf(chain({ processes, proposals: [], clockRates: [1.25, 1, 0.5] }))
    expect(fired.map((event) => [event.type, event.at])).toEqual([
      ["timeout", 80_000],
      ["timeout", 100_000],
      ["timeout", 200_000],
    ])
    expect(() => simulate(chain({ clockRates: [0] }))).toThrow(
      /clock rate of process 0 is 0; must be greater than 0/,
    )
  })
})

describe("a loop that takes no time", () => {
  const echo: Actor<number, number, number> = {
    start: () => ({ state: 0, outputs: [] }),
    step: (state, input) => {
      const to = input.type === "receive" ? input.from : 1
      return { state: state + 1, outputs: state < max ? [{ type: "send", to, message: state }] : [] }
    },
  }
  let max = Infinity
  const looping = (latencyMs: number, atMs = 3) =>
    simulate({
      seed: 1,
      processes: ["n0", "n1"].map((name) => ({ name, role: "acceptor", actor: echo })),
      network: reliable(constantLatency(latencyMs)),
      proposals: [{ at: 1000 * atMs, process: 0, value: "1" }],
      horizon: 10_000_000,
    })

  test("is found within a second, and the error says what repeats and when", () => {
    const began = performance.now()
    expect(() => looping(0)).toThrow(
      /events happen at 3000 µs and no time passes; repeating: a message at n[01], a message at n[01]\. Give messages a latency/,
    )
    expect(performance.now() - began).toBeLessThan(2000)
    expect(() => looping(0, 0)).toThrow(/at 0 µs/)
  })

  test("is none where time passes, or where it ends", () => {
    expect(looping(0.01).events).toBeGreaterThan(900_000)
    max = 100_000
    expect(looping(0).ended).toBe("idle")
  })
})

test("runs within runs, runs that throw and runs that end early leave nothing behind for others", () => {
  const alone = traceOf(chain({ horizon: 25_000 }))
  const whole = traceOf(chain())
  const within: unknown[] = []
  const outer: unknown[] = []
  simulate(chain(), (event) => {
    outer.push(event)
    within.push(traceOf(chain({ horizon: 15_000 })))
    expect(() =>
      simulate(chain(), () => {
        throw new Error("seen enough")
      }),
    ).toThrow("seen enough")
    expect(traceOf(chain({ horizon: 25_000 }))).toEqual(alone)
  })
  expect(outer).toEqual(whole)
  expect(new Set(within.map((trace) => JSON.stringify(trace))).size).toBe(1)
  expect(simulate(chain({ isOver: (now) => now === 10_000 }))).toMatchObject({ ended: "over", at: 10_000 })
  expect(traceOf(chain())).toEqual(whole)
})
