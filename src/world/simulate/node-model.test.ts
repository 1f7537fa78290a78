import { describe, expect, test } from "vitest"
import { randomFromSeed } from "../../base/random.ts"
import { mean } from "../../base/statistics/estimates.ts"
import { type Actor, type Micros, type Output, broadcast, send } from "../../protocol/actor.ts"
import { type LatencyModel, constantLatency, exponentialLatency } from "./latency.ts"
import { reliable } from "./network.ts"
import type { NodeModel, Scenario } from "./scenario.ts"
import { simulate, traceOf } from "./simulate.ts"

/** Passes each value it is asked to propose on to process 1, which only listens. */
const source: Actor<null, string, never> = {
  start: () => ({ state: null, outputs: [] }),
  step: (_, input) => ({
    state: null,
    outputs: input.type === "propose" ? [{ type: "send", to: 1, message: input.value }] : [],
  }),
}
const sink: Actor<null, string, never> = {
  start: () => ({ state: null, outputs: [] }),
  step: () => ({ state: null, outputs: [] }),
}

const zero = constantLatency(0)
const meanService = 1000

/** One queue with Poisson arrivals: process 1 takes `service` to read each message. */
function queue(arrivals: readonly Micros[], receive: LatencyModel): Scenario<string, never> {
  const node: NodeModel = { receive, send: zero, microsPerByte: 0, writesBroadcastOnce: false }
  return {
    seed: 7,
    processes: [source, sink].map((actor, i) => ({ name: `n${i}`, role: "replica", actor })),
    network: reliable(zero),
    proposals: arrivals.map((at) => ({ at, process: 0, value: "m" })),
    node: (process) => (process === 1 ? node : undefined),
    horizon: 1e12,
  }
}

function poissonArrivals(count: number, load: number): Micros[] {
  const gap = exponentialLatency(meanService / load / 1000).sampler(randomFromSeed(3).fork("arrivals"))
  let at = 0
  return Array.from({ length: count }, () => (at += gap(0, 0)))
}

/** How long each message was there, from its arrival until it had been read. */
function sojourns(arrivals: readonly Micros[], service: LatencyModel): number[] {
  const left: Micros[] = []
  simulate(queue(arrivals, service), {
    wants: ["deliver"],
    observe: (event) => left.push(event.at),
  })
  return left.map((at, i) => at - arrivals[i]!)
}

const loads = [0.5, 0.8, 0.9, 0.95]
const tolerance: Record<number, number> = { 0.5: 0.02, 0.8: 0.03, 0.9: 0.05, 0.95: 0.1 }

/** The mean is the harder to see the nearer the load is to 1: its error grows as 1 / (1 − ρ). */
const samples = (load: number): number => (load > 0.9 ? 600_000 : 200_000)

describe("one processor, first come first served", () => {
  test.each(loads)("M/M/1 at load %d: mean time in the system 1 / (μ − λ)", (load) => {
    const found = mean(
      sojourns(poissonArrivals(samples(load), load), exponentialLatency(meanService / 1000)),
    )!
    const expected = meanService / (1 - load)
    expect(Math.abs(found / expected - 1)).toBeLessThan(tolerance[load]!)
  })

  test.each(loads)("M/D/1 at load %d: mean time in the system (1 + ρ / (2 (1 − ρ))) / μ", (load) => {
    const found = mean(sojourns(poissonArrivals(samples(load), load), constantLatency(meanService / 1000)))!
    const expected = meanService * (1 + load / (2 * (1 - load)))
    expect(Math.abs(found / expected - 1)).toBeLessThan(tolerance[load]!)
  })

  test("every single wait is Lindley's recursion, exactly", () => {
    const arrivals = poissonArrivals(2000, 0.9)
    const found = sojourns(arrivals, constantLatency(meanService / 1000))
    let free = 0
    arrivals.forEach((at, i) => {
      free = Math.max(free, at) + meanService
      expect(found[i]).toBe(free - at)
    })
  })
})

/** Sends what it is asked to propose to processes 1 and 2. */
const toBoth = (outputsFor: (message: string) => Output<string, never>[]): Actor<null, string, never> => ({
  start: () => ({ state: null, outputs: [] }),
  step: (_, input) => ({ state: null, outputs: input.type === "propose" ? outputsFor(input.value) : [] }),
})
const broadcaster = toBoth((message) => [broadcast([1, 2], message)])
const sender = toBoth((message) => [send(1, message), send(2, message)])

function fanOut(more: Partial<Scenario<string, never>>): Micros[] {
  const scenario: Scenario<string, never> = {
    seed: 1,
    processes: [broadcaster, sink, sink].map((actor, i) => ({ name: `n${i}`, role: "replica", actor })),
    network: reliable(constantLatency(1)),
    proposals: [
      { at: 0, process: 0, value: "four" },
      { at: 0, process: 0, value: "five" },
    ],
    bytesOf: (message) => message.length,
    horizon: 1e9,
    ...more,
  }
  return traceOf(scenario).flatMap((event) => (event.type === "deliver" ? [event.at] : []))
}

const writer = (writesBroadcastOnce: boolean, microsPerByte: number): NodeModel => ({
  receive: zero,
  send: constantLatency(0.1),
  microsPerByte,
  writesBroadcastOnce,
})

describe("what sending costs", () => {
  test("each message is written after the one before: 100 µs, and 5 µs a byte", () => {
    const node = (): NodeModel => writer(false, 5)
    expect(fanOut({ node })).toEqual([1120 + 20, 1240 + 20, 1360 + 20, 1480 + 20])
  })

  test("a broadcast may be written once for all", () => {
    const node = (process: number): NodeModel | undefined => (process === 0 ? writer(true, 0) : undefined)
    expect(fanOut({ node })).toEqual([1100, 1100, 1200, 1200])
  })

  test("the same message sent twice is no broadcast: it is written twice", () => {
    const node = (process: number): NodeModel | undefined => (process === 0 ? writer(true, 0) : undefined)
    const processes = [sender, sink, sink].map(
      (actor, i) => ({ name: `n${i}`, role: "replica", actor }) as const,
    )
    expect(fanOut({ node, processes })).toEqual([1100, 1200, 1300, 1400])
  })

  test("the same to the same reader is no broadcast: it is written again", () => {
    const node = (process: number): NodeModel | undefined => (process === 0 ? writer(true, 0) : undefined)
    const proposals = ["m", "m", "m"].map((value) => ({ at: 0, process: 0, value }))
    const processes = [source, sink].map((actor, i) => ({ name: `n${i}`, role: "replica", actor }) as const)
    expect(fanOut({ node, proposals, processes })).toEqual([1100, 1200, 1300])
  })

  test("messages of one link follow each other at its bandwidth; links do not wait for each other", () => {
    expect(fanOut({ bandwidth: () => 0.5 })).toEqual([1008, 1008, 1016, 1016])
  })
})

describe("the disk", () => {
  const storing: Actor<null, string, string> = {
    start: () => ({ state: null, outputs: [] }),
    step: (_, input) => ({
      state: null,
      outputs: input.type === "propose" ? [{ type: "store", record: input.value }] : [],
    }),
  }
  const storesAt = (groupCommit: boolean): Micros[] =>
    traceOf<string, string>({
      seed: 1,
      processes: [{ name: "n", role: "replica", actor: storing }],
      network: reliable(zero),
      proposals: [0, 100, 200, 300].map((at) => ({ at, process: 0, value: String(at) })),
      disk: { sync: constantLatency(1), groupCommit },
      horizon: 1e9,
    }).flatMap((event) => (event.type === "store" ? [event.at] : []))

  test("without group commit, one write after the other", () => {
    expect(storesAt(false)).toEqual([1000, 2000, 3000, 4000])
  })

  test("with group commit, all that waited for one write is durable with the next", () => {
    expect(storesAt(true)).toEqual([1000, 2000, 2000, 2000])
  })
})
