import { describe, expect, test } from "vitest"
import type { Output } from "../actor.ts"
import { acceptor } from "./acceptor.ts"
import { variantOf } from "./variant.ts"
import type { PaxosMessage } from "./messages.ts"
import type { AcceptorRecord, PaxosRecord } from "./records.ts"

const state = (lastPromised: number | null, accepted?: [number, string]): AcceptorRecord => ({
  role: "acceptor",
  lastPromised,
  lastAccepted: accepted === undefined ? null : { epoch: accepted[0], value: accepted[1] },
})

function answer(
  from: AcceptorRecord,
  message: PaxosMessage,
  nacks = false,
): readonly Output<PaxosMessage, PaxosRecord>[] {
  return acceptor({ variant: variantOf({ nacks: nacks ? "epoch" : "none" }), learners: [9] }).step(from, {
    type: "receive",
    from: 7,
    message,
  }).outputs
}

describe("the acceptor of Algorithm 4", () => {
  test("promises an epoch that is not smaller, and stores before it replies", () => {
    expect(answer(state(1, [0, "A"]), { type: "prepare", epoch: 2 })).toEqual([
      { type: "store", record: state(2, [0, "A"]) },
      { type: "send", to: 7, message: { type: "promise", epoch: 2, lastAccepted: { epoch: 0, value: "A" } } },
    ])
  })

  test("answers a repeated prepare again, without another write", () => {
    expect(answer(state(2), { type: "prepare", epoch: 2 }).map(({ type }) => type)).toEqual(["send"])
  })

  test("ignores an old epoch, in both phases", () => {
    expect(answer(state(2), { type: "prepare", epoch: 1 })).toEqual([])
    expect(answer(state(2), { type: "propose", epoch: 1, value: "A" })).toEqual([])
  })

  test("with negative replies says what it has promised (Algorithm 6)", () => {
    expect(answer(state(2), { type: "prepare", epoch: 1 }, true)).toEqual([
      { type: "send", to: 7, message: { type: "no-promise", epoch: 1, lastPromised: 2 } },
    ])
    expect(answer(state(2), { type: "propose", epoch: 1, value: "A" }, true)).toEqual([
      { type: "send", to: 7, message: { type: "no-accept", epoch: 1, lastPromised: 2 } },
    ])
  })

  test("accepts without a promise of that epoch, promising it by the same write, and tells learners the value", () => {
    expect(answer(state(1), { type: "propose", epoch: 3, value: "B" })).toEqual([
      { type: "store", record: state(3, [3, "B"]) },
      { type: "send", to: 7, message: { type: "accept", epoch: 3 } },
      { type: "broadcast", to: [9], message: { type: "accept", epoch: 3, value: "B" } },
    ])
  })

  test("comes back as it was stored, or as new", () => {
    const actor = acceptor({ learners: [] })
    const stored = state(4, [3, "B"])
    expect(actor.step(state(9), { type: "recover", stored }).state).toEqual(stored)
    expect(actor.step(state(9), { type: "recover", stored: undefined }).state).toEqual(state(null))
  })
})

describe("an acceptor that has dropped what it accepted once it was decided (§3.3)", () => {
  const variant = variantOf({ termination: "value", afterDecision: "discard" })
  const told = acceptor({ variant, learners: [] }).step(state(0, [0, "A"]), {
    type: "receive",
    from: 7,
    message: { type: "decided", epoch: 0, value: "A" },
  }).state
  const decision = { type: "decided", epoch: 0, value: "A" }

  test.each([
    ["a prepare", { type: "prepare", epoch: 1 }],
    ["a proposal", { type: "propose", epoch: 1, value: "B" }],
  ] as const)("answers %s with the decision, also where a ring carries it", (_, request) => {
    const reply = (message: PaxosMessage) =>
      acceptor({ variant, learners: [] }).step(told, { type: "receive", from: 7, message }).outputs
    expect(told.lastAccepted).toBeNull()
    expect(reply(request)).toEqual([{ type: "send", to: 7, message: decision }])
    const ring = { type: "ring", request, origin: 5, asked: [7, 0], replies: [] } as const
    expect(reply(ring)).toEqual([{ type: "send", to: 5, message: decision }])
  })
})
