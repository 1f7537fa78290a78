import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { catalogue } from "../../../quorums/index.ts"
import { UsageError } from "../../base/errors.ts"
import { parsePlan } from "./plan.ts"
import { requirementById } from "../meet/requirement.ts"

const plan = (text: string, k?: number) =>
  parsePlan(text, catalogue, k === undefined ? undefined : new Map([["k", k]]))

describe("parsePlan", () => {
  it("reads a system as the plan that always uses it", () => {
    const { name, ranges } = plan("majority(3)")
    expect([name, ranges.length, ranges[0]?.from]).toEqual(["majority(3)", 1, 0])
  })

  it("reads ranges of epochs, and writes them so that they can be read again", () => {
    const text = "0: split(choose(0), a1*a2*a3); 1..3: simple(3, 1, 3); 4..: majority(3)"
    const read = plan("0:split(choose(0),a1*a2*a3);1 .. 3: simple(3,1,3) ; 4..:majority(3);")
    const { name, nodes, ranges } = read
    expect(name).toBe(text)
    expect(plan(name).name).toBe(text)
    expect(nodes).toEqual(["a1", "a2", "a3"])
    expect(ranges.map(({ from }) => from)).toEqual([0, 1, 4])
    expect([0, 1, 3, 4, 99].map((epoch) => read.systemAt(epoch).name)).toEqual([
      "split(choose(0), a1*a2*a3)",
      "simple(3, 1, 3)",
      "simple(3, 1, 3)",
      "majority(3)",
      "majority(3)",
    ])
  })

  it("marks fast epochs", () => {
    const { name, ranges } = plan("0 fast: fastPaxos(5); 1..: majority(5)")
    expect(ranges.map(({ fast }) => fast)).toEqual([true, undefined])
    expect(name).toBe("0 fast: fastPaxos(5); 1..: majority(5)")
    expect(plan("0.. fast: fastPaxos(5)").name).toBe("0.. fast: fastPaxos(5)")
  })

  it("takes all nodes together that any of its systems names", () => {
    const { nodes, ranges } = plan('0: "x;y:z"*b; 1..: b + c')
    expect(nodes).toEqual(["x;y:z", "b", "c"])
    for (const { system } of ranges) expect(system.nodes).toEqual(nodes)
    expect(plan("0: majority(3); 1..: majority(5)").nodes).toHaveLength(5)
  })

  it("has arithmetic in its epochs when variables are bound: table 4.1 for any k", () => {
    const allAboard =
      "0: split(choose(0), a1*a2*a3); 1..k: simple(3, 1, 3); k+1: simple(3, 1, 2); k+2..: majority(3)"
    for (const k of [1, 2, 7]) {
      const bound = plan(allAboard, k)
      expect(bound.ranges.map(({ from }) => from)).toEqual([0, 1, k + 1, k + 2])
      // The thesis: it satisfies Revision B and violates Revision A.
      expect(requirementById("4.6")!.check(bound).verdict).toBe("holds")
      expect(requirementById("4.4")!.check(bound).verdict).toBe("violated")
    }
  })

  it.each([
    ["1..: majority(3)", "begins at epoch 1, but epoch 0 comes next"],
    ["0: majority(3)", "always a greater epoch: write 0..: for it"],
    ["0: majority(3); 1..4: majority(3)", "write 1..: for it"],
    ["0: majority(3); 2..: majority(3)", "2..: majority(3) begins at epoch 2, but epoch 1 comes next"],
    ["0..3: majority(3); 2..: majority(3)", "but epoch 4 comes next"],
    ["0..: majority(3); 2..: majority(3)", "the range before it has no end"],
    ["0: majority(3); majority(3)", "majority(3) is not epochs, a colon and a system"],
    ["3..1: majority(3)", "ends before it begins"],
    ["0-2: majority(3)", "0-2 is -2; epochs begin at 0"],
    ["..3: majority(3)", "is not an epoch or a range"],
    ["0..k: majority(3); 2..: majority(3)", "k is not a whole number"],
    ["0: majority(; 1..: majority(3)", "at character"],
  ])("refuses %s", (text, message) => {
    expect(() => plan(text)).toThrow(message)
  })

  it("makes a plan or a UsageError of anything, with variables bound or not", () => {
    const piece = fc.constantFrom(
      " ",
      " fast",
      ...'0 1 3 .. : ; a * k + / ( ) , - " ^ majority( choose('.split(" "),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.option(fc.nat(9)), (pieces, k) => {
        try {
          const { name, ranges } = plan(pieces.join(""), k ?? undefined)
          expect(ranges[0]!.from).toBe(0)
          expect(plan(name).name).toBe(name)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
      { numRuns: 2000, seed: 8 },
    )
  })

  it("reads sums of thousands of nodes, in rules too", () => {
    const names = Array.from({ length: 2000 }, (_, i) => `n${i}`)
    for (const bindings of [undefined, new Map([["k", 1]])]) {
      const { nodes, name } = parsePlan(names.join("+"), catalogue, bindings)
      expect([nodes, name]).toEqual([names, names.join(" + ")])
    }
    expect(() => plan(";")).toThrow("the quorum expression is empty")
  })

  it("tells a plan from a system", () => {
    const rangesOf = (text: string): number => parsePlan(text, catalogue).ranges.length
    expect(rangesOf("0: majority(3); 1..: majority(5)")).toBe(2)
    expect(rangesOf("0..: majority(3)")).toBe(1)
    expect(rangesOf('"a:b;c"*d')).toBe(1)
    expect(rangesOf("majority(3)")).toBe(1)
  })
})
