import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { constantPlan } from "../../quorum/plan.ts"
import { type Input, recipientsOf } from "../actor.ts"
import { roundRobinEpochs, source } from "./epochs.ts"
import { formatMessage, type PaxosMessage } from "./messages.ts"
import type { PaxosRecord } from "./records.ts"
import { type BackOff, type ProposerOptions, type ProposerState, pauseAfter } from "./proposer-state.ts"
import { proposer } from "./proposer.ts"

function optionsFor(system: string, more: Partial<ProposerOptions> = {}): ProposerOptions {
  return {
    plan: constantPlan(quorumSystemFrom(system)),
    epochs: roundRobinEpochs(0, 2),
    timeout: { min: 1000, max: 1000 },
    backOff: { kind: "none" },
    recipients: { kind: "broadcast" },
    ...more,
  }
}

/** Feeds inputs to a proposer at address 9 and tells what it did at each: "a1 prepare(0)", "learn A", "timer". */
function play(options: ProposerOptions, inputs: readonly Input<PaxosMessage, PaxosRecord>[]): string[] {
  const actor = proposer(options)
  let state: ProposerState = actor.start(9).state
  return inputs.map((input) => {
    const step = actor.step(state, input)
    state = step.state
    return step.outputs
      .map((output) => {
        if (output.type === "send" || output.type === "broadcast") {
          const text = formatMessage(output.message)
          return recipientsOf(output)
            .map((to) => `${to} ${text}`)
            .join("; ")
        }
        if (output.type === "learn") return `learn ${output.value}`
        if (output.type === "store") return `store ${JSON.stringify(output.record)}`
        return output.type
      })
      .filter((line) => !line.endsWith("-timer"))
      .join("; ")
  })
}

const propose = { type: "propose", value: "A" } as const
const timeout = { type: "timeout", timer: "phase" } as const
const from = (address: number, message: PaxosMessage): Input<PaxosMessage, PaxosRecord> => ({
  type: "receive",
  from: address,
  message,
})
const promise = (
  address: number,
  epoch: number,
  accepted?: [number, string],
): Input<PaxosMessage, PaxosRecord> =>
  from(address, {
    type: "promise",
    epoch,
    lastAccepted: accepted === undefined ? null : { epoch: accepted[0], value: accepted[1] },
  })
const accept = (address: number, epoch: number): Input<PaxosMessage, PaxosRecord> =>
  from(address, { type: "accept", epoch })

describe("the proposer of Algorithm 3", () => {
  test("stores its epoch, prepares, proposes its candidate on a phase-1 quorum, learns on a phase-2 quorum", () => {
    const told = play(optionsFor("majority(3)"), [
      propose,
      promise(0, 0),
      promise(2, 0),
      accept(1, 0),
      accept(0, 0),
    ])
    expect(told).toEqual([
      'store {"role":"proposer","lastEpoch":0}; 0 prepare(0); 1 prepare(0); 2 prepare(0)',
      "",
      "0 propose(0, A); 1 propose(0, A); 2 propose(0, A)",
      "",
      "learn A",
    ])
  })

  test("proposes the value of the greatest epoch reported, not its own (property 4)", () => {
    const told = play(optionsFor("majority(5)", { epochs: source({ next: () => 7 }) }), [
      propose,
      promise(0, 7, [2, "B"]),
      promise(1, 7, [5, "C"]),
      promise(2, 7),
    ])
    expect(told[3]).toContain("propose(7, C)")
  })

  test("two promises of the same acceptor are one", () => {
    expect(play(optionsFor("majority(3)"), [propose, promise(0, 0), promise(0, 0)])[2]).toBe("")
  })

  test("ignores replies to another epoch", () => {
    expect(play(optionsFor("majority(3)"), [propose, promise(0, 0), promise(1, 4)])[2]).toBe("")
  })

  test("asks the quorum system of the phase: a row to prepare, a column to accept", () => {
    const told = play(optionsFor("grid(2, 2)"), [
      propose,
      promise(0, 0),
      promise(2, 0),
      promise(3, 0),
      accept(2, 0),
      accept(3, 0),
      accept(1, 0),
    ])
    expect(told[2]).toBe("")
    expect(told[3]).toContain("propose(0, A)")
    expect(told[5]).toBe("")
    expect(told[6]).toBe("learn A")
  })

  test("starts again with its next epoch when a phase takes too long", () => {
    expect(play(optionsFor("majority(3)"), [propose, timeout])[1]).toContain("prepare(2)")
  })

  test("after a negative reply goes past the epoch it was told (Algorithm 5)", () => {
    const refused = from(1, { type: "no-promise", epoch: 0, lastPromised: 5 })
    expect(play(optionsFor("majority(3)"), [propose, refused])[1]).toContain("prepare(6)")
  })

  test("with a back-off pauses first", () => {
    const told = play(optionsFor("majority(3)", { backOff: { kind: "fixed", pause: 10 } }), [
      propose,
      timeout,
      timeout,
    ])
    expect(told[1]).toBe("")
    expect(told[2]).toContain("prepare(2)")
  })

  test("a thrifty proposer asks one quorum first, everyone after that", () => {
    const recipients = { kind: "thrifty", quorum: { 1: [0, 1], 2: [1, 2] } } as const
    const told = play(optionsFor("majority(3)", { recipients }), [
      propose,
      promise(0, 0),
      promise(1, 0),
      timeout,
    ])
    expect(told[0]).toMatch(/; 0 prepare\(0\); 1 prepare\(0\)$/)
    expect(told[2]).toBe("1 propose(0, A); 2 propose(0, A)")
    expect(told[3]).toMatch(/0 prepare\(2\); 1 prepare\(2\); 2 prepare\(2\)$/)
  })

  test("where the empty set is a phase-1 quorum it begins with phase 2", () => {
    const told = play(optionsFor("explicit([[]], [[1, 2, 3]])"), [propose])
    expect(told[0]).toBe(
      'store {"role":"proposer","lastEpoch":0}; 0 propose(0, A); 1 propose(0, A); 2 propose(0, A)',
    )
  })

  test("after a crash never uses an epoch again", () => {
    const stored = { role: "proposer", lastEpoch: 4 } as const
    expect(play(optionsFor("majority(3)"), [propose, { type: "recover", stored }, propose])[2]).toContain(
      "prepare(6)",
    )
  })
})

test("round-robin epochs of different proposers are disjoint and increase", () => {
  const epochsOf = (index: number): number[] => {
    const dealt = roundRobinEpochs(index, 3)
    const epochs: number[] = []
    for (let last: number | null = null; epochs.length < 5; epochs.push(last!)) last = dealt.next(last)
    return epochs
  }
  expect([0, 1, 2].map(epochsOf)).toEqual([
    [0, 3, 6, 9, 12],
    [1, 4, 7, 10, 13],
    [2, 5, 8, 11, 14],
  ])
  expect(roundRobinEpochs(1, 3).next(8)).toBe(10)
  expect(roundRobinEpochs(2, 3).next(0)).toBe(2)
})

test("pauses grow as their policy says", () => {
  const most = (backOff: BackOff): number[] => [1, 2, 3, 4].map((attempt) => pauseAfter(backOff, attempt).max)
  expect(most({ kind: "none" })).toEqual([0, 0, 0, 0])
  expect(most({ kind: "fixed", pause: 7 })).toEqual([7, 7, 7, 7])
  expect(most({ kind: "random", upTo: 9 })).toEqual([9, 9, 9, 9])
  expect(most({ kind: "exponential", base: 10, max: 35 })).toEqual([10, 20, 35, 35])
  expect(pauseAfter({ kind: "exponential", base: 10, max: 35 }, 2).min).toBe(0)
})
