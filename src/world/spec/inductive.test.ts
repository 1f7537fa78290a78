import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import {
  type Clause,
  checkInductive,
  paxosInvariant,
  statesOfInvariant,
  typeCorrectStates,
} from "./inductive.ts"
import { specModel } from "./model.ts"
import { type SpecMessage, type SpecState, messageText, stateText } from "./transition.ts"

const slow = process.env["SLOW"] === "1"

function model(text: string, values: number, epochs: number) {
  return specModel(quorumSystemFrom(text), { values, epochs })
}

/** Models whose type-correct states can be listed without any thought: 4,096 to 36,864 of them. */
const tiny: readonly (readonly [system: string, values: number, epochs: number])[] = [
  ["simple(1, 1, 1)", 2, 1],
  ["simple(1, 1, 1)", 1, 2],
  ["simple(2, 2, 1)", 1, 1],
]

describe("the inductive invariant of Paxos", () => {
  it.each(tiny)(
    "is inductive over literally all type-correct states of %s, %i values, %i epochs",
    (...given) => {
      const tinyModel = model(...given)
      const verdict = checkInductive(tinyModel, paxosInvariant, typeCorrectStates(tinyModel))
      expect(verdict.verdict).toBe("holds")
    },
  )

  it.each(tiny)("has its states built without missing one: %s, %i values, %i epochs", (...given) => {
    const tinyModel = model(...given)
    const inside = (states: ReturnType<typeof typeCorrectStates>): string[] =>
      [...states]
        .filter((state) => paxosInvariant.every((clause) => clause.holds(state, tinyModel)))
        .map(stateText)
        .sort()
    const built = inside(statesOfInvariant(tinyModel))
    expect(built).toEqual(inside(typeCorrectStates(tinyModel)))
    expect(new Set(built).size).toBe(built.length)
  })

  it.each([
    ["simple(1, 1, 1)", 2, 2],
    ["majority(3)", 2, 1],
    ["grid(2, 2)", 1, 1],
  ])("is inductive and implies agreement for %s, %i values, %i epochs", (...given) => {
    expect(checkInductive(model(...given))).toMatchObject({ verdict: "holds" })
  })

  it.runIf(slow).each([
    ["simple(2, 2, 1)", 2, 2],
    ["simple(2, 1, 2)", 2, 2],
  ])("is inductive and implies agreement for %s, %i values, %i epochs", (...given) => {
    expect(checkInductive(model(...given))).toMatchObject({ verdict: "holds" })
  })

  it("is inductive but does not imply agreement where the quorums do not meet", () => {
    const verdict = checkInductive(model("simple(2, 1, 1)", 2, 2))
    expect(verdict).toMatchObject({ verdict: "violated", witness: { clause: "agreement" } })
  })

  it.each([
    ["memoryIsLastAcceptance", /a1: promise\(1\) breaks reportsAreTrue/],
    ["promisesAreKept", /propose\(1, A\) by {a1} breaks proposalsAreSafe/],
  ])("stops being inductive without %s", (dropped, failure) => {
    const tinyModel = model("simple(1, 1, 1)", 1, 2)
    const verdict = checkInductive(tinyModel, without(dropped), typeCorrectStates(tinyModel))
    expect(verdict).toMatchObject({ verdict: "violated", because: expect.stringMatching(failure) as string })
  })

  it("stops being inductive without reportsAreTrue: a false report lets another value through", () => {
    const accepted = { epoch: 0, value: 0 }
    const sent: SpecMessage[] = [
      { type: "propose", ...accepted },
      { type: "accept", acceptor: 0, ...accepted },
      { type: "promise", acceptor: 0, epoch: 1, lastAccepted: null },
    ]
    const state: SpecState = {
      acceptors: [{ lastPromised: 1, lastAccepted: accepted }],
      messages: new Map(sent.map((message) => [messageText(message), message])),
    }
    const check = (clauses: readonly Clause[]) =>
      checkInductive(model("simple(1, 1, 1)", 2, 2), clauses, [state])
    expect(check(without("reportsAreTrue"))).toMatchObject({
      verdict: "violated",
      because: expect.stringMatching(/propose\(1, B\) by {a1} breaks proposalsAreSafe/) as string,
    })
    expect(check(paxosInvariant).verdict).toBe("holds")
  })
})

function without(dropped: string): Clause[] {
  return paxosInvariant.filter(({ name }) => name !== dropped)
}
