import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { runLog } from "../../run/log.ts"
import { type LogSetup, logDefaults } from "../../run/log-settings.ts"
import { constantPlan } from "../../quorum/plan.ts"
import { parseFaults } from "../../world/faults/notation.ts"
import { constantLatency } from "../../world/simulate/latency.ts"
import { source } from "../paxos/epochs.ts"
import type { LogMessage } from "./messages.ts"
import { Interned } from "./interned.ts"
import { replica } from "./replica.ts"
import { timers } from "./timers.ts"

const base: LogSetup = {
  ...logDefaults,
  plan: constantPlan(quorumSystemFrom("majority(3)")),
  latency: { kind: "everywhere", model: constantLatency(2) },
  keys: { kind: "uniform", count: 1 },
  spreadMs: 10,
}

/** What is violated under faults that are written as on the command line. */
function violated(setup: LogSetup, seed: number, ...faults: readonly string[]): string[] {
  const read = faults.flatMap((fault) => parseFaults(fault))
  return runLog({ ...setup, faults: read }, seed).violations.map(({ name }) => name)
}

describe("messages that come so late that they are about something else", () => {
  test.each([1, 2, 3])(
    "an answer to a quorum read of an earlier life answers none of this one, seed %i",
    (seed) => {
      // What a1 answers to the reads of a3 arrives when a3 has crashed, is back, and begins to number its reads anew;
      // a3 itself has missed what was decided meanwhile, and a2 is slow to say so.
      const setup: LogSetup = {
        ...base,
        reads: "quorum",
        readShare: 0.5,
        clientsPerGroup: 20,
        thinkMs: 20,
        retryMs: 4000,
        horizonMs: 3000,
      }
      const faults = [
        "crash a3 @500-501",
        "hold a1>a3 of read-answer @0-530",
        "clog(200) a2>a3 of read-answer @495-900",
        "cut a1>a3 of propose,decided @495-1500",
        "cut a2>a3 of decided @495-1500",
      ]
      expect(violated(setup, seed, ...faults)).toEqual([])
    },
  )

  test.each([3, 5])("a hand-over does not end the lease of a leader that came after it, seed %i", (seed) => {
    // a1 hands over to a2, which hears of it only when a3 leads, and a2 has granted a3 its lease.
    const setup: LogSetup = {
      ...base,
      reads: "lease",
      leaseMs: 150,
      heartbeatMs: 25,
      electionMs: 160,
      readShare: 0.95,
      clientsPerGroup: 40,
      thinkMs: 2,
      handOverAfterMs: 1000,
      backOff: { kind: "none" },
      // So slow that it does not stand by itself: followers may be as slow as they like.
      clockRates: [{ process: "a2", rate: 0.3 }],
      horizonMs: 2500,
    }
    const faults = [
      "clog(700) a1>a2 of hand-over @900-1100",
      "cut a1,a3>a2 of prepare,propose,repropose @1000-2600",
      "cut a1>a3 of prepare @1000-2600",
      "clock-rate(0.1) a1 @1010",
      "cut a3>a1 of heartbeat @1000-2600",
      "cut a2>a3 @1700-2600",
      "cut a1>a3 @1700-2600",
    ]
    expect(violated(setup, seed, ...faults)).toEqual([])
  })
})

test("a lease that is renewed outlives the timer of the one before, also where a write delays its own", () => {
  const second = 1_000_000
  const actor = replica({
    plan: base.plan,
    epochs: source({ next: () => 9 }),
    recipients: { kind: "broadcast" },
    detector: "heartbeat",
    heartbeat: second,
    election: { min: second, max: second },
    backOff: { kind: "none" },
    retransmit: second,
    window: 1,
    batch: { max: 1, delay: 0 },
    snapshotEvery: 1000,
    reads: "lease",
    lease: { duration: second, drift: 0 },
    firstLeader: 0,
    rejoin: true,
    interned: new Interned(),
  })
  let { state } = actor.start(1)
  const hears = (from: number, message: LogMessage) => {
    const step = actor.step(state, { type: "receive", from, message })
    state = step.state
    return step.outputs
  }
  const granted = (round: number): string =>
    hears(0, { type: "heartbeat", epoch: 0, round, decidedUpTo: 0 }).flatMap((output) =>
      output.type === "set-timer" && output.timer !== timers.election ? output.timer : [],
    )[0]!
  const [first, renewed] = [granted(1), granted(2)]
  const promises = () =>
    hears(2, { type: "prepare", epoch: 5, from: 0 }).some(
      (output) => output.type === "send" && output.message.type === "promise",
    )
  state = actor.step(state, { type: "timeout", timer: first }).state
  expect(promises()).toBe(false)
  state = actor.step(state, { type: "timeout", timer: renewed }).state
  expect(promises()).toBe(true)
})
