import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { UsageError } from "../../base/errors.ts"
import { allSubsets, formulas, sixNodes } from "../../../test/support/formulas.ts"
import { catalogue } from "../../../quorums/index.ts"
import { compile, formatExpr, positionsOf } from "../expression.ts"
import { callFamily, parseDenotation, parseSystem, systemFrom } from "./parse.ts"
import { namesOf, phases } from "../system.ts"

const parse = (text: string) => parseSystem(text, catalogue)

function minimalQuorums(text: string): [string, string] {
  const system = parse(text)
  const listed = phases.map((phase) =>
    [...system.minimalQuorums(phase)].map((quorum) => namesOf(system, quorum).join("")).join(" "),
  )
  return [listed[0]!, listed[1]!]
}

function errorOf(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  return "no error"
}

describe("formulas", () => {
  it("any formula, written and read again, means the same", () => {
    fc.assert(
      fc.property(formulas({ constants: true }), (expr) => {
        const value = parseDenotation(formatExpr(expr), catalogue)
        if (value.kind !== "formula") throw new Error("a formula was read as a system")
        const positions = positionsOf(sixNodes)
        const [before, after] = [compile(expr, positions), compile(value.expr, positions)]
        for (const set of allSubsets(6)) expect(after(set)).toBe(before(set))
        // Writing is stable: a name read again is the same name.
        expect(parseDenotation(value.text, catalogue).text).toBe(value.text)
      }),
    )
  })

  it("any names can be nodes, in quotes if need be", () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== "")
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 2, maxLength: 3 }), (names) => {
        const text = names.map((each) => JSON.stringify(each)).join(" * ")
        const system = parse(text)
        expect(system.nodes).toEqual(names)
        expect(parse(system.name).nodes).toEqual(names)
      }),
    )
  })

  it.each([
    ["a*b + c*d", ["ab cd", "ac ad bc bd"]],
    ["a", ["a", "a"]],
    ["choose(2, a, b, c)", ["ab ac bc", "ab ac bc"]],
    ["choose(2, a*b, c, d)", ["abc abd cd", "ac ad bc bd cd"]],
    ["weightedChoose(3, [2, 1, 1], a, b, c)", ["ab ac", "a bc"]],
    ["1*2 + 3", ["12 3", "13 23"]],
    ["(a + b)*majority(3)", ["aa1a2 aa1a3 aa2a3 ba1a2 ba1a3 ba2a3", "ab a1a2 a1a3 a2a3"]],
    ["choose(0)*a", ["a", "a"]],
    ["split(choose(0), a*b)", ["", "ab"]],
    ["dual(a*b + c*d)", ["ac ad bc bd", "ab cd"]],
    ["dual(simple(3, 3, 1))", ["a1 a2 a3", "a1a2a3"]],
    ["minimal(a*b + a*b*c + a*(b + c))", ["ab ac", "a bc"]],
    ["minimal(simple(3, 2, 1))", ["a1a2 a1a3 a2a3", "a1 a2 a3"]],
    ["split(a*b, dual(a*b))", ["ab", "a b"]],
    ["both(a*b + c)", ["ab c", "ab c"]],
    ["both(simple(3, 3, 1))", ["a1a2a3", "a1a2a3"]],
    ["both(a)*majority(3)", ["aa1a2 aa1a3 aa2a3", "a a1a2 a1a3 a2a3"]],
  ])("%s", (text, quorums) => {
    expect(minimalQuorums(text)).toEqual(quorums)
  })
})

describe("systems inside expressions", () => {
  it("are combined phase by phase: phase 2 by the dual gate", () => {
    // Either grid suffices in phase 1, so phase 2 needs a column of each.
    const [phase1, phase2] = minimalQuorums("split(x*y, x + y) + split(z, z)")
    expect(phase1).toBe("xy z")
    expect(phase2).toBe("xz yz")
  })

  it.each([
    ["majority(3)*x", "majority(3)*x"],
    ["x * ( majority( 3 ) + y )", "x*(majority(3) + y)"],
    ["choose(2,majority(3),b,  c)", "choose(2, majority(3), b, c)"],
    ["weightedChoose(2,[1,2],majority(3),b)", "weightedChoose(2, [1, 2], majority(3), b)"],
    ["split(majority( 3 ), a1 + a2)", "split(majority(3), a1 + a2)"],
    ["(majority(3))", "majority(3)"],
    ["choose(1, majority(3), b)*c", "choose(1, majority(3), b)*c"],
    ["dual( grid(2,2) )", "dual(grid(2, 2))"],
    ["minimal(dual(grid(2, 2)))", "minimal(dual(grid(2, 2)))"],
    ["dual(dual(a + b*c))", "a + b*c"],
    ["minimal(a + a*b)", "a"],
  ])("%s is named %s, which rebuilds it", (text, name) => {
    const [system, again] = [parse(text), parse(name)]
    expect(system.name).toBe(name)
    expect(again.expression).toEqual(system.expression)
    expect(again.nodes).toEqual(system.nodes)
  })
})

describe("calls of families", () => {
  it("with plain numbers are what the family makes of the numbers", () => {
    const text = fc.tuple(fc.constantFrom(...catalogue.keys()), fc.array(fc.nat(6), { maxLength: 4 }))
    fc.assert(
      fc.property(text, ([id, args]) => {
        const call = `${id}(${args.join(" , ")})`
        const outcome = (read: () => unknown): unknown => {
          try {
            return read()
          } catch (error) {
            return (error as Error).message
          }
        }
        const called = outcome(() => systemFrom(callFamily(catalogue, id, args)).expression)
        expect(outcome(() => parse(call).expression)).toEqual(called)
      }),
    )
  })

  it("are named without spare spaces", () => {
    expect(parse(" simple( 5,4 , 2 ) ").name).toBe("simple(5, 4, 2)")
  })

  it.each([
    ["simple(5, 6, 2)", "a quorum of 6 cannot be formed from 5 acceptors"],
    ["majority(0)", "n is 0; must be"],
    ["majority(1.5)", "n is 1.5; must be"],
    ["majority(-1)", "n is -1; must be"],
    ["majority()", "takes 1 argument; none was given"],
    ["majority(x)", "n is x; must be"],
    ["f(3)", 'unknown quorum system "f"'],
  ])("%s is a UsageError", (text, part) => {
    expect(errorOf(text)).toContain(part)
  })

  it("read a number with a leading zero as the number", () => {
    expect(parse("majority(01)").name).toBe("majority(1)")
  })

  it("say how many arguments there are, with an example to copy", () => {
    expect(() => callFamily(catalogue, "simple", [5, 4])).toThrow(
      "simple(n, q1, q2) takes 3 arguments; 2 were given: simple(5, 4). For example simple(1, 1, 1).",
    )
    expect(() => callFamily(catalogue, "majority", [])).toThrow(
      "majority(n) takes 1 argument; none was given: majority().",
    )
    expect(() => callFamily(catalogue, "explicit", [[["a"]], [["a"]], 1])).toThrow(
      /takes 1 to 2 arguments; 3 were given/,
    )
  })

  it("list what there is under an unknown name, the nearest first", () => {
    expect(() => callFamily(catalogue, "majorty", [5])).toThrow(
      /unknown quorum system "majorty"; did you mean "majority"\? Valid quorum systems: majority\(n\), simple\(/,
    )
  })

  it.each(["constructor", "toString", "__proto__"])("%s is not a system", (id) => {
    expect(() => callFamily(catalogue, id, [3])).toThrow(UsageError)
  })
})

describe("malformed text", () => {
  it.each([
    ["a +", 4],
    ["majority(3))", 12],
    ["(a*b", 5],
    ["a*(b + )", 8],
    ['"a', 3],
    ["a @ b", 3],
  ])("%s: the error points at character %i", (text, character) => {
    const message = errorOf(text)
    expect(message).toContain(`at character ${character}: `)
    const [, shown, caret] = message.split("\n")
    expect(shown).toBe(`  ${text}`)
    expect(caret).toBe(`${" ".repeat(character + 1)}^`)
  })

  it.each([
    ["", "is empty. Try majority(5)"],
    ["  ", "is empty"],
    ["a b", "has two nodes side by side; write a*b for both, a + b for either"],
    ["a - b", '"us-west"'],
    ["a ^ b", "uses ^; quorum expressions have + (either) and * (both)"],
    ["a.b", "is not part of the quorum notation"],
    ["f = a", "is not part of the quorum notation"],
    ["true", "put a node of that name in double quotes"],
    ["-1", "-1 is not a quorum system"],
    ["0.5", "0.5 is not a quorum system"],
    ["[a, b]", "[a, b] is not a quorum system"],
    ["majority", "majority is a family of systems and wants its arguments: majority(n)"],
    ["choose(3, a, b)", "asks for 3 of 2 choices"],
    ["choose(0, a, b)", "choose(0) alone is the empty quorum"],
    ["choose(a, b)", "asks for a of 1 choices"],
    ["choose()", "asks for nothing of 0 choices"],
    ["choose(1, [a])", "has [a] where a node or system is wanted"],
    ["weightedChoose(2, a, b)", "takes a threshold, one whole weight"],
    ["weightedChoose(9, [1, 2], a, b)", "(sum 3), 2 choices and threshold 9"],
    ["weightedChoose(1, [1], a, b)", "has 1 weights"],
    ["dual()", "has 0 arguments; it takes one expression"],
    ["dual(a, b)", "has 2 arguments"],
    ["minimal(majority(101))", "quorums would have to be written out, of up to 51 nodes"],
    ["simple(3, 4, 1)", "a quorum of 4 cannot be formed from 3 acceptors"],
  ])("%o", (text, part) => {
    expect(errorOf(text)).toContain(part)
  })

  it("never gets past the parser as anything but a system or a UsageError", () => {
    const piece = fc.constantFrom(
      "a",
      "b",
      "*",
      "+",
      "(",
      ")",
      ",",
      "[",
      "]",
      "choose(",
      "majority(",
      "3",
      "-",
      " ",
      '"',
      "^",
      ";",
      "\n",
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join("")
        try {
          expect(parse(text).nodes.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe("texts that ask for more than is supported", () => {
  const names = (n: number): string => Array.from({ length: n }, (_, i) => `n${i}`).join(", ")

  it.each([
    ["cwlog(1000000000000)", "would have 1000000000000 acceptors; at most 10000"],
    ["wheel(4000000000)", "would have 4000000000 acceptors"],
    ["projectivePlane(9007199254740881)", "acceptors; at most 10000"],
    ["hqs(1000000, 1000000, 1000000)", "acceptors; at most 10000"],
    ["compose(majority(10000), majority(10000))", "would have 100000000 acceptors"],
    [`choose(2, ${names(10_001)})`, "would have 10001 acceptors"],
    [`choose(2, ${names(50_000)})`, "characters; at most 250000"],
    ["minimal(simple(9999, 9998, 1))", "9999 quorums would have to be written out, of up to 9998 nodes"],
    ["minimal(majority(10000))", "2^64 or more quorums"],
    [`wall([${Array(2000).fill(2).join(", ")}])`, "more than 500 deep in each other"],
    [`${"compose(a*b, ".repeat(30)}x${")".repeat(30)}`, "would have 16384 acceptors"],
    [`${"dual(".repeat(101)}a${")".repeat(101)}`, "nested too deeply; at most 100 levels"],
    [`${"-".repeat(400)}a`, "nested too deeply"],
    [Array(50).fill("projectivePlane(97)").join(" + "), "more than 1000000 nodes and gates"],
  ])("case %#", (text, part) => {
    const before = performance.now()
    const message = errorOf(text)
    expect(message).toContain(part)
    expect(message.length).toBeLessThan(1000)
    expect(performance.now() - before).toBeLessThan(5000)
  })

  it("are read up to the limits", () => {
    expect(parse(`choose(2, ${names(10_000)})`).nodes).toHaveLength(10_000)
    expect(parse("projectivePlane(97)").nodes).toHaveLength(9507)
    expect(parse("minimal(projectivePlane(31))").nodes).toHaveLength(993)
    expect(parse(`wall([${Array(500).fill(2).join(", ")}])`).nodes).toHaveLength(1000)
    expect(parse(`minimal(${names(3000).replaceAll(", ", "*")})`).nodes).toHaveLength(3000)
  })

  it("quote the part around a mistake in a long text", () => {
    const message = errorOf(`${names(3000).replaceAll(", ", " + ")} @ x`)
    const [, shown, caret] = message.split("\n") as [string, string, string]
    expect(shown).toContain("n2999 @ x")
    expect(shown[caret.indexOf("^")]).toBe("@")
    expect(message.length).toBeLessThan(600)
  })
})
