import { describe, expect, test } from "vitest"
import type { Actor, Address, Output, Process, TimerRange } from "../protocol/actor.ts"
import { type Host, RunningProcess } from "./process.ts"

type Script = Readonly<Record<string, readonly Output<string, string, string>[]>>
type Running = RunningProcess<string, string, string, TimerRange>

/** An actor whose outputs are scripted: for each message those given, at the start a timer and a message. */
const scripted = (script: Script): Actor<string, string, string, string> => ({
  start: () => ({
    state: "new",
    outputs: [
      { type: "set-timer", timer: "wake", after: { min: 1, max: 2 } },
      { type: "send", to: 9, message: "hello" },
    ],
  }),
  step: (state, input) => {
    if (input.type === "receive") return { state: input.message, outputs: script[input.message] ?? [] }
    if (input.type === "recover") {
      return { state: "back", outputs: [{ type: "report", report: `${input.stored} ${input.life}` }] }
    }
    return { state, outputs: [] }
  },
})

/** Tells what takes effect; a write is durable when the test says so, unless writes take no time. */
class Recording implements Host<Running, string, string, string, TimerRange> {
  readonly effects: string[] = []
  readonly writesAtOnce: boolean

  constructor(writesAtOnce = false) {
    this.writesAtOnce = writesAtOnce
  }

  write(process: Running): void {
    this.effects.push(`write ${process.unwritten().join(" ")}`)
  }
  stored(_: Running, record: string, isVolatile: boolean): void {
    this.effects.push(`${isVolatile ? "noted" : "stored"} ${record}`)
  }
  send(_: Running, to: Address, message: string): void {
    this.effects.push(`${message} to ${to}`)
  }
  broadcast(_: Running, to: readonly Address[], message: string): void {
    this.effects.push(`${message} to ${to.join(" ")}`)
  }
  setTimer(_: Running, timer: string, after: TimerRange): TimerRange {
    this.effects.push(`set ${timer}`)
    return after
  }
  learned(_: Running, epoch: number, value: string): void {
    this.effects.push(`learned ${value} in ${epoch}`)
  }
  reported(_: Running, report: string): void {
    this.effects.push(`reported ${report}`)
  }

  /** What has taken effect since it was asked last. */
  get news(): string[] {
    return this.effects.splice(0)
  }
}

const script: Script = {
  write: [
    { type: "send", to: 1, message: "before" },
    { type: "store", record: "A" },
    { type: "broadcast", to: [1, 2], message: "after" },
    { type: "store", record: "B" },
    { type: "learn", epoch: 3, value: "v" },
  ],
  speak: [
    { type: "store", record: "C", volatile: true },
    { type: "send", to: 1, message: "later" },
    { type: "cancel-timer", timer: "wake" },
  ],
}

function started(host: Recording, more: Partial<Process<string, string, string>> = {}): Running {
  const process: Running = new RunningProcess(
    { name: "a", role: "replica", actor: scripted(script), ...more },
    0,
  )
  process.start(host)
  expect(host.news).toEqual(["set wake", "hello to 9"])
  return process
}

const hear = (process: Running, message: string, host: Recording): void => {
  process.step({ type: "receive", from: 1, message }, host)
}

describe("a running process", () => {
  test("lets outputs wait for the write they follow, and those of later steps behind them", () => {
    const host = new Recording()
    const process = started(host)
    hear(process, "write", host)
    expect(host.news).toEqual(["before to 1", "write A"])
    hear(process, "speak", host)
    expect(host.news).toEqual([])
    expect(process.unwritten()).toEqual(["A", "B"])
    expect([...process.timers.keys()]).toEqual(["wake"])
    process.written(1, host)
    expect(host.news).toEqual(["stored A", "after to 1 2", "write B"])
    process.written(1, host)
    expect(host.news).toEqual(["stored B", "learned v in 3", "noted C", "later to 1"])
    expect([process.disk, process.unwritten(), process.timers.size]).toEqual(["B", [], 0])
  })

  test("lets several writes be one", () => {
    const host = new Recording()
    const process = started(host)
    hear(process, "write", host)
    process.written(2, host)
    expect(host.news.slice(1)).toEqual(["write A", "stored A", "after to 1 2", "stored B", "learned v in 3"])
  })

  test("waits for nothing where writes take no time", () => {
    const host = new Recording(true)
    const process = started(host)
    hear(process, "write", host)
    expect(host.news).toEqual(["before to 1", "stored A", "after to 1 2", "stored B", "learned v in 3"])
  })

  test("keeps on its disk what it was prepared with and `keep` makes of each record", () => {
    const host = new Recording(true)
    const process = started(host, {
      prepared: () => "0",
      keep: (before, record) => `${before}${record}`,
    })
    hear(process, "write", host)
    hear(process, "speak", host)
    expect(process.disk).toBe("0AB")
  })

  test("loses in a crash its state, its timers and all that waits, but for the records that survive", () => {
    const host = new Recording()
    const process = started(host)
    hear(process, "write", host)
    expect(host.news).toEqual(["before to 1", "write A"])
    process.crash(["A"], host)
    expect(host.news).toEqual(["stored A"])
    expect([process.up, process.state, process.timers.size, process.unwritten()]).toEqual([
      false,
      undefined,
      0,
      [],
    ])
  })

  test("comes back with its disk and the timers of its start, and says nothing else of that again", () => {
    const host = new Recording(true)
    const process = started(host)
    hear(process, "write", host)
    process.crash([], host)
    expect(host.news.length).toBe(5)
    process.recover(host)
    expect(host.news).toEqual(["set wake", "reported B 1"])
    expect([process.up, process.state, [...process.timers.keys()]]).toEqual([true, "back", ["wake"]])
  })

  test("forgets a timer that has fired", () => {
    const host = new Recording()
    const process = started(host)
    process.timeout("wake", host)
    expect(process.timers.size).toBe(0)
  })
})
