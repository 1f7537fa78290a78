import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { UsageError } from "../../base/errors.ts"
import { exploreSpec } from "./explore.ts"
import { castOfItf, fromItf, toItf } from "./itf.ts"
import { specModel } from "./model.ts"
import { readReplay, violationReplay } from "./replay-file.ts"
import type { AgreementViolation } from "./trace.ts"
import { describeStep, stateText } from "./transition.ts"

function violationOf(system: string): AgreementViolation {
  const model = specModel(quorumSystemFrom(system), { values: 2, epochs: 2 })
  const { verdict } = exploreSpec(model).outcomes[0]!
  if (verdict.verdict !== "violated") throw new Error(`${system} should be unsafe`)
  return verdict.witness
}

const unsafe = ["simple(2, 1, 1)", "simple(4, 2, 2)", "split(a1*a2 + a3*a4, a1*a2 + a3*a4)"]

/** What a file holds after it has been written and read. */
function throughJson(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data))
}

describe("a replay file", () => {
  it.each(unsafe)("of %s runs again through the same states", (system) => {
    const violation = violationOf(system)
    const again = readReplay(throughJson(violationReplay(violation)))
    expect(again.states.map(stateText)).toEqual(violation.trace.states.map(stateText))
  })

  it("is in names, and says what it shows", () => {
    const file = violationReplay(violationOf("simple(2, 1, 1)"))
    expect(file).toMatchObject({ schemaVersion: 1, system: "simple(2, 1, 1)", phase1: [["a1"], ["a2"]] })
    expect(file.because).toMatch(/shares no acceptor/)
    expect(file.steps[2]).toEqual({ action: "propose", epoch: 0, value: "A", quorum: ["a1"] })
  })

  it("with a step that is not possible is refused, and the possible steps are listed", () => {
    const file = violationReplay(violationOf("simple(2, 1, 1)"))
    const tampered = { ...file, steps: file.steps.slice(1) }
    expect(() => readReplay(tampered)).toThrow(UsageError)
    expect(() => readReplay(tampered)).toThrow(
      /a1: promise\(0\) is not possible in this state.*\n {2}prepare\(0\)/,
    )
  })

  it.each([
    [{ schemaVersion: 2 }, /schemaVersion/],
    [
      { steps: [{ action: "promise", epoch: 0, acceptor: "a9" }] },
      /unknown acceptor "a9".* Valid acceptors: a1, a2/,
    ],
    [
      { steps: [{ action: "propose", epoch: 0, value: "?", quorum: [] }] },
      /a value of the replay is \?; must be a letter/,
    ],
    [{ colour: "red" }, /colour/],
  ])("with %j is refused", (change, message) => {
    const file = violationReplay(violationOf("simple(2, 1, 1)"))
    expect(() => readReplay({ ...file, ...change })).toThrow(message)
  })
})

describe("an ITF trace", () => {
  it.each(unsafe)("of %s is read back as the same run", (system) => {
    const { trace } = violationOf(system)
    const again = fromItf(trace.model, throughJson(toItf(trace, "?", "a violation")))
    expect(again.states.map(stateText)).toEqual(trace.states.map(stateText))
    expect(again.steps).toEqual(trace.steps)
  })

  it("has the variables of Paxos.tla, integers and sets marked as such", () => {
    const { trace } = violationOf("simple(2, 1, 1)")
    const itf = toItf(trace, "?", "a violation")
    expect(itf.vars).toEqual(["maxBal", "maxVBal", "maxVal", "msgs"])
    expect(itf.states).toHaveLength(9)
    expect(itf.states[4]).toEqual({
      "#meta": { index: 4 },
      maxBal: {
        "#map": [
          ["a1", { "#bigint": "0" }],
          ["a2", { "#bigint": "-1" }],
        ],
      },
      maxVBal: {
        "#map": [
          ["a1", { "#bigint": "0" }],
          ["a2", { "#bigint": "-1" }],
        ],
      },
      maxVal: {
        "#map": [
          ["a1", "A"],
          ["a2", "None"],
        ],
      },
      msgs: {
        "#set": [
          { type: "2b", acc: "a1", bal: { "#bigint": "0" }, val: "A" },
          { type: "1a", bal: { "#bigint": "0" } },
          { type: "1b", acc: "a1", bal: { "#bigint": "0" }, mbal: { "#bigint": "-1" }, mval: "None" },
          { type: "2a", bal: { "#bigint": "0" }, val: "A" },
        ],
      },
    })
  })

  it("may stutter, write plain integers and name constants by their sort", () => {
    const { trace } = violationOf("simple(2, 1, 1)")
    const text = JSON.stringify(toItf(trace, "?", "")).replaceAll(/\{"#bigint":"(-?\d+)"\}/g, "$1")
    const data = JSON.parse(text.replaceAll(/"(a\d)"/g, '"$1_OF_ACCEPTOR"')) as ReturnType<typeof toItf>
    const stuttering = { ...data, states: data.states.flatMap((state) => [state, state]) }
    expect(fromItf(trace.model, stuttering).steps).toEqual(trace.steps)
  })

  /** The trace as another tool writes it: messages as variants, fields and constants by its names. */
  const foreign = (trace: AgreementViolation["trace"], change: (text: string) => string): unknown => {
    const variants = JSON.stringify(toItf(trace, "?", "")).replaceAll(
      /\{"type":"(\d\w)",([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}/g,
      '{"tag":"$1","value":{$2}}',
    )
    return JSON.parse(change(variants))
  }

  it("has messages as variants where it is Apalache's, and constants with a sort", () => {
    const { trace } = violationOf("simple(2, 1, 1)")
    const data = foreign(trace, (text) =>
      text
        .replaceAll('"tag":"', '"tag":"M')
        .replaceAll(/"(a\d)"/g, '"$1_OF_A"')
        .replaceAll(/"(A|B|None)"/g, '"$1_OF_V"'),
    )
    expect(JSON.stringify(data)).toContain(
      '{"tag":"M2b","value":{"acc":"a2_OF_A","bal":{"#bigint":"1"},"val":"B_OF_V"}}',
    )
    expect(fromItf(trace.model, data).steps).toEqual(trace.steps)
  })

  it("has longer names where it is Quint's, and numbers for values", () => {
    const { trace } = violationOf("simple(2, 1, 1)")
    const data = foreign(trace, (text) =>
      text
        .replaceAll('"tag":"', '"tag":"Msg')
        .replaceAll('"acc":', '"acceptor":')
        .replaceAll('"val":', '"value":')
        .replaceAll('"None"', '{"#bigint":"-1"}')
        .replaceAll('"A"', '{"#bigint":"0"}')
        .replaceAll('"B"', '{"#bigint":"1"}'),
    )
    expect(JSON.stringify(data)).toContain(
      '{"tag":"Msg2a","value":{"bal":{"#bigint":"1"},"value":{"#bigint":"1"}}}',
    )
    expect(castOfItf(data)).toEqual({
      acceptors: ["a1", "a2"],
      values: ["0", "1"],
      epochs: 2,
      ballots: [0, 1],
      system: "?",
    })
    expect(fromItf(trace.model, data).steps).toEqual(trace.steps)
  })

  it("may have any ballots: great ones are numbered in their order", () => {
    const { trace } = violationOf("simple(3, 1, 2)")
    const withBallots = (...ballots: readonly string[]) =>
      foreign(trace, (text) =>
        text.replaceAll(/"#bigint":"(\d)"/g, (_, epoch) => `"#bigint":"${ballots[Number(epoch)]!}"`),
      )
    expect(castOfItf(withBallots("7", "100"))).toMatchObject({ ballots: [7, 100], epochs: 2 })
    expect(fromItf(trace.model, withBallots("7", "100")).steps).toEqual(trace.steps)
    // The order of the two is what makes it a run.
    expect(() => fromItf(trace.model, withBallots("100", "7"))).toThrow(/is not reached from state/)
    expect(castOfItf(withBallots("1", "2"))).toMatchObject({ ballots: [0, 1, 2], epochs: 3 })
  })

  it("that was tampered with is refused with the state, and the reason in words", () => {
    const { trace } = violationOf("simple(2, 1, 1)")
    const { states } = trace
    const withState = (index: number, changed: (typeof states)[number]) =>
      toItf({ ...trace, states: states.map((state, i) => (i === index ? changed : state)) }, "?", "")
    const read = (itf: unknown) => () => fromItf(trace.model, throughJson(itf))
    const [before, right] = [states[1]!, states[2]!]
    expect(read(withState(2, states[4]!))).toThrow(/state 2 .*: .*, .* are sent at once; a step sends one/)
    expect(read(withState(2, { ...right, acceptors: before.acceptors }))).toThrow(
      /after a1: promise\(0, nil\) it must be that a1 is 0, nil and not nil, nil/,
    )
    expect(read(withState(2, { ...before, acceptors: right.acceptors }))).toThrow(
      /no message is sent, and yet a1 is 0, nil and not nil, nil/,
    )
    expect(read(withState(2, states[0]!))).toThrow(/prepare\(0\) was sent before and is not in msgs any more/)
    const early = { acceptors: before.acceptors, messages: new Map(before.messages) }
    early.messages.set("x", { type: "accept", epoch: 0, acceptor: 1, value: 1 })
    expect(read(withState(2, early))).toThrow(/a2: accept\(0, B\) cannot be sent here; .*a1: promise\(0\)/)
  })

  it("that skips a step is refused where it does", () => {
    const { trace } = violationOf("simple(2, 1, 1)")
    const itf = toItf(trace, "?", "")
    const gap = { ...itf, states: itf.states.filter((_, i) => i !== 3) }
    expect(() => fromItf(trace.model, gap)).toThrow(/state 3 of the ITF trace is not reached from state 2/)
    expect(() => fromItf(trace.model, { ...itf, states: itf.states.slice(1) })).toThrow(/initial state/)
    expect(() => fromItf(trace.model, { vars: [], states: [] })).toThrow(/not an ITF trace/)
  })

  it("written by hand has any names, plain maps and tuples, and its values in order", () => {
    const nothing = { msgs: { "#set": [] }, maxVBal: { p: -1, q: -1 }, maxVal: { p: "None", q: "None" } }
    const prepare = { type: "1a", bal: 0 }
    const promise = { type: "1b", acc: "p", bal: 0, mbal: -1, mval: "None" }
    const propose = { type: "2a", bal: 0, val: 7 }
    const maxBal = { "#map": [{ "#tup": ["p", { "#bigint": "0" }] }, ["q", -1]] }
    const hand = {
      vars: ["maxBal"],
      states: [
        { ...nothing, maxBal: { p: -1, q: -1 } },
        { ...nothing, maxBal: { p: -1, q: -1 }, msgs: { "#set": [prepare] } },
        { ...nothing, "#meta": { note: "by hand" }, maxBal, msgs: { "#set": [prepare, promise] } },
        { ...nothing, maxBal, msgs: { "#set": [prepare, promise, propose] } },
      ],
    }
    expect(castOfItf(hand)).toEqual({ acceptors: ["p", "q"], values: ["7"], epochs: 1, ballots: [0] })
    const model = specModel(quorumSystemFrom("p + q"), { values: 1, epochs: 1 })
    const { steps } = fromItf(model, hand)
    expect(steps.map((step) => describeStep(model, step))).toEqual([
      "prepare(0)",
      "p: promise(0)",
      "propose(0, A) by {p}",
    ])
    const both = specModel(quorumSystemFrom("p*q"), { values: 1, epochs: 1 })
    expect(() => fromItf(both, hand)).toThrow(/state 3 of the ITF trace is not reached from state 2/)
    const others = specModel(quorumSystemFrom("majority(2)"), { values: 1, epochs: 1 })
    expect(() => fromItf(others, hand)).toThrow(/no acceptor a1; it has p, q/)
  })
})
