import { describe, expect, test } from "vitest"
import type { Actor, Micros, Output } from "../../protocol/actor.ts"
import { constantLatency } from "../simulate/latency.ts"
import { reliable } from "../simulate/network.ts"
import type { Scenario } from "../simulate/scenario.ts"
import { traceOf } from "../simulate/simulate.ts"
import {
  type Fault,
  type NetworkFault,
  type Path,
  type ProcessFault,
  coverageNames,
  endOfFaults,
  isNetworkFault,
} from "./fault.ts"
import { withNetworkFaults } from "./network.ts"

interface Ping {
  readonly type: "ping"
}

/** Process 0 pings process 1 every 10 ms by its own clock and writes a record each time; process 1 listens. */
const pinger: Actor<number, Ping, readonly number[]> = {
  start: () => ({ state: 0, outputs: [] }),
  step: (state, input) => {
    if (input.type === "receive") return { state, outputs: [] }
    const next: Output<Ping, readonly number[]> = {
      type: "set-timer",
      timer: "next",
      after: { min: 10_000, max: 10_000 },
    }
    return {
      state: state + 1,
      outputs: [{ type: "send", to: 1, message: { type: "ping" } }, { type: "store", record: [state] }, next],
    }
  },
}

function scenario(faults: readonly Fault[], more: Partial<Scenario<Ping, readonly number[]>> = {}) {
  const counted = new Map<string, number>()
  const onFault = (name: string): void => {
    counted.set(name, (counted.get(name) ?? 0) + 1)
  }
  const built: Scenario<Ping, readonly number[]> = {
    seed: 1,
    processes: ["n0", "n1"].map((name) => ({
      name,
      role: "replica",
      actor: pinger,
      keep: (before, record) => [...(before ?? []), ...record],
    })),
    network: withNetworkFaults(
      { faults: faults.filter(isNetworkFault), processes: 2, replicas: 2, leader: () => 0, onFault },
      reliable(constantLatency(1)),
    ),
    faults: faults.filter((fault): fault is ProcessFault => !isNetworkFault(fault)),
    proposals: [{ at: 0, process: 0, value: "start" }],
    leader: () => 0,
    onFault,
    horizon: 55_000,
    ...more,
  }
  return { built, counted }
}

const arrivals = (
  faults: readonly Fault[],
  more: Partial<Scenario<Ping, readonly number[]>> = {},
): Micros[] =>
  traceOf(scenario(faults, more).built).flatMap((event) => (event.type === "deliver" ? [event.at] : []))

const always = { from: 0, until: 1e9 } as const

describe("what happens to messages", () => {
  const cases: [string, NetworkFault, Micros[]][] = [
    [
      "nothing",
      { type: "clog", extra: 5, from: 0, until: 0 },
      [1000, 11_000, 21_000, 31_000, 41_000, 51_000],
    ],
    ["a cut", { type: "cut", from: 5000, until: 35_000 }, [1000, 41_000, 51_000]],
    [
      "a clog",
      { type: "clog", extra: 500, from: 5000, until: 15_000 },
      [1000, 11_500, 21_000, 31_000, 41_000, 51_000],
    ],
    ["a hold", { type: "hold", from: 5000, until: 33_000 }, [1000, 33_000, 33_000, 33_000, 41_000, 51_000]],
    ["total loss", { type: "loss", probability: 1, ...always }, []],
    ["a burst", { type: "burst-loss", enter: 1, leave: 1, ...always }, [11_000, 31_000, 51_000]],
    [
      "a cut around the leader",
      { type: "cut", from: 0, until: 15_000, path: { side: ["leader"], oneWay: false } },
      [21_000, 31_000, 41_000, 51_000],
    ],
    [
      "a cut the other way",
      { type: "cut", ...always, path: { side: [1], otherSide: [0], oneWay: true } },
      [1000, 11_000, 21_000, 31_000, 41_000, 51_000],
    ],
    [
      "a cut of another type",
      { type: "cut", ...always, messageTypes: ["pong"] },
      [1000, 11_000, 21_000, 31_000, 41_000, 51_000],
    ],
    ["a cut of the type", { type: "cut", ...always, messageTypes: ["ping"] }, []],
  ]
  test.each(cases)("%s", (_, fault, expected) => {
    expect(arrivals([fault])).toEqual(expected)
  })

  test("a fault counts what is special about whom it is about, besides its type", () => {
    const names = (path: Path): readonly string[] =>
      coverageNames({ type: "cut", ...always, path }, { processes: 6, replicas: 3 })
    expect(coverageNames({ type: "loss", probability: 1, ...always }, { processes: 6, replicas: 3 })).toEqual(
      ["loss"],
    )
    expect(names({ side: [0, 1], oneWay: false })).toEqual(["cut"])
    expect(names({ side: [0, 1], oneWay: true })).toEqual(["cut", "one-way"])
    expect(names({ side: ["leader"], oneWay: false })).toEqual(["cut", "around-leader"])
    expect(names({ side: [0, 3], oneWay: false })).toEqual(["cut", "by-zone"])
    expect(names({ side: [0], otherSide: [1], oneWay: false })).toEqual(["cut", "one-link", "not-transitive"])
    // Clients may talk to everybody: it is replicas that pass things on.
    expect(names({ side: [0], otherSide: [1, 2], oneWay: false })).toEqual(["cut"])
    const typed: NetworkFault = { type: "hold", ...always, messageTypes: ["ping"] }
    expect(coverageNames(typed, { processes: 6, replicas: 3 })).toEqual(["hold", "by-type"])
  })

  test("duplicates and late ones are counted as often as they happen", () => {
    const { built, counted } = scenario([
      { type: "duplicate", probability: 1, late: 2000, ...always },
      { type: "reorder", probability: 1, upTo: 2000, ...always },
    ])
    expect(traceOf(built).filter(({ type }) => type === "deliver").length).toBeGreaterThanOrEqual(11)
    expect(counted).toEqual(
      new Map([
        ["duplicate", 6],
        ["reorder", 6],
      ]),
    )
  })
})

describe("what happens to a process", () => {
  const storesOf = (faults: readonly Fault[]): Micros[] =>
    traceOf(scenario(faults).built).flatMap((event) => (event.type === "store" ? [event.at] : []))

  test("a pause: it goes on where it was, and its timer fires late", () => {
    expect(storesOf([{ type: "pause", process: 0, at: 5000, until: 27_000 }])).toEqual([
      0, 27_000, 37_000, 47_000,
    ])
  })

  test("of two pauses that overlap, the one that ends last decides", () => {
    const long: Fault = { type: "pause", process: 0, at: 5000, until: 27_000 }
    const short: Fault = { type: "pause", process: 0, at: 6000, until: 12_000 }
    for (const both of [
      [long, short],
      [short, long],
    ]) {
      expect(storesOf(both)).toEqual([0, 27_000, 37_000, 47_000])
    }
  })

  test("messages to a paused process wait", () => {
    expect(arrivals([{ type: "pause", process: 1, at: 5000, until: 27_000 }])).toEqual([
      1000, 27_000, 27_000, 31_000, 41_000, 51_000,
    ])
  })

  test("a slow process reads each message late", () => {
    expect(arrivals([{ type: "slow", process: 1, at: 5000, until: 25_000, extra: 300 }])).toEqual([
      1000, 11_300, 21_300, 31_000, 41_000, 51_000,
    ])
  })

  test("a clock that begins to gain, and one that jumps", () => {
    expect(storesOf([{ type: "clock-rate", process: 0, at: 15_000, rate: 2 }])).toEqual([
      0, 10_000, 20_000, 25_000, 30_000, 35_000, 40_000, 45_000, 50_000, 55_000,
    ])
    expect(storesOf([{ type: "clock-step", process: 0, at: 12_000, by: 5000 }])).toEqual([
      0, 10_000, 15_000, 25_000, 35_000, 45_000, 55_000,
    ])
  })

  test("jitter makes timers late by up to as much", () => {
    const at = storesOf([{ type: "timer-jitter", process: 0, at: 0, upTo: 1000 }])
    const gaps = at.slice(1).map((time, i) => time - at[i]!)
    expect(gaps.every((gap) => gap >= 10_000 && gap <= 11_000)).toBe(true)
    expect(gaps.some((gap) => gap > 10_000)).toBe(true)
  })

  test("faults count themselves, each time they do something", () => {
    const { built, counted } = scenario([
      { type: "pause", process: "leader", at: 1000, until: 2000 },
      { type: "crash", process: 0, at: 3000, recoverAt: 4000, disk: "lost" },
    ])
    traceOf(built)
    expect(counted).toEqual(
      new Map([
        ["pause", 1],
        ["crash", 1],
        ["disk-lost", 1],
      ]),
    )
  })

  test("the faults are over when the last of them is", () => {
    expect(endOfFaults([])).toBe(0)
    expect(
      endOfFaults([
        { type: "hold", from: 0, until: 7 },
        { type: "crash", process: 0, at: 3, recoverAt: 9, disk: "synced" },
        { type: "clock-rate", process: 0, at: 8, rate: 1 },
      ]),
    ).toBe(9)
  })
})

describe("what a crash leaves on the disk", () => {
  /** Writes 0 to 9 at once, on a disk that takes a millisecond for each; crashes after 3.5 of them. */
  const tenWrites: Actor<null, Ping, readonly number[]> = {
    start: () => ({ state: null, outputs: [] }),
    step: (_, input) => {
      if (input.type === "recover") {
        const value = (input.stored ?? []).join(" ")
        return { state: null, outputs: [{ type: "learn", epoch: 0, value }] }
      }
      const records = input.type === "propose" ? [...Array(10).keys()] : []
      return { state: null, outputs: records.map((n) => ({ type: "store", record: [n] })) }
    },
  }
  const kept = (disk: "synced" | "partial" | "torn" | "lost", seed: number): string => {
    const { built } = scenario([{ type: "crash", process: 0, at: 3500, recoverAt: 4000, disk }], {
      seed,
      writeLatency: 1000,
    })
    const processes = built.processes.map((process) => ({ ...process, actor: tenWrites }))
    const learned = traceOf({ ...built, processes }).find(({ type }) => type === "learn")
    return learned?.type === "learn" ? learned.value : "nothing"
  }

  test("what was synced, and nothing else", () => {
    expect(kept("synced", 1)).toBe("0 1 2")
    expect(kept("lost", 1)).toBe("")
  })

  test("perhaps some of what was under way: any of it, or a first part of it", () => {
    const seeds = [...Array(40).keys()]
    const partial = seeds.map((seed) => kept("partial", seed))
    expect(partial.every((found) => found.startsWith("0 1 2"))).toBe(true)
    expect(partial.some((found) => found.includes("5") && !found.includes("4"))).toBe(true)
    const torn = new Set(seeds.map((seed) => kept("torn", seed)))
    const prefixes = [...Array(7).keys()].map((n) => [...Array(3 + n).keys()].join(" "))
    expect([...torn].sort()).toEqual(prefixes.sort())
  })
})
