import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { allSubsets, evaluate, formulas } from "../../../test/support/formulas.ts"
import { catalogue } from "../../../quorums/index.ts"
import { type NodeId, type QuorumExpr, formatExpr, formatNode, nodesOf } from "../expression.ts"
import type { QuorumPlan } from "../plan.ts"
import { namesOf, phases } from "../system.ts"
import { parsePlan } from "./plan.ts"

/** A sample, or a hundred thousand with SLOW=1. */
const numRuns = process.env["SLOW"] === "1" ? 100_000 : 500

const timeout = numRuns * 20

const hostile: readonly NodeId[] = [
  ..."0 1 2 6 01 1e3 0x10 -1 1.5 9007199254740991 9007199254740993 true false null undefined".split(" "),
  ..."NaN Infinity end mod to in and or xor not majority choose dual split floor fast a_1 a-b a+b".split(" "),
  ...["a*b", "(", ")", "[", "]", '"', "'", "\\", '\\"', ";", ":", "0: a", "0..", ",", " ", "a b", " a"],
  ...["\n", "\t", "\u0000", "é", "节点1", "😀", "\ud800", "#", "x=1", "{a}", "%", "2 a", "2a", "n"],
]

const someNames = fc.uniqueArray(
  fc.oneof(fc.constantFrom(...hostile), fc.string({ minLength: 1, maxLength: 4 })),
  {
    minLength: 1,
    maxLength: 4,
  },
)

/** Texts of systems: formulas, quorums listed, and families with formulas in them. */
const systemText = (names: readonly NodeId[]): fc.Arbitrary<string> => {
  // In parentheses: a bare word may be the name of a family, which is refused as a slip.
  const formula = formulas({ nodes: names }).map((expr) => `(${formatExpr(expr)})`)
  const quorum = fc.uniqueArray(fc.constantFrom(...names.map(formatNode)), { minLength: 1 })
  const list = fc.array(quorum, { minLength: 1, maxLength: 3 })
  const pair = fc.tuple(formula, formula)
  return fc.oneof(
    formula,
    pair.map(([a, b]) => `split(${a}, ${b})`),
    pair.map(([a, b]) => `(split(${a}, ${b}) + ${b})*(${a})`),
    pair.map(([a, b]) => `choose(1, majority(2), ${a})*dual(split(${b}, ${a}))`),
    formula.map((a) => `minimal(${a})`),
    pair.map(([a, b]) => `both(${a})*both(split(${b}, ${a}))`),
    formula.map((a) => `both(${a})`),
    list.map((quorums) => `explicit([${quorums.map((each) => `[${each.join(", ")}]`).join(", ")}])`),
  )
}

const planText = someNames.chain((names) => {
  const one = systemText(names)
  const plan = fc.tuple(one, one).map(([a, b]) => `0: ${a}; 1..2 fast: ${b}; 3..: ${a}`)
  return fc.oneof(
    one,
    one.map((a) => `0..: ${a}`),
    plan,
  )
})

/** All that a plan means, by the names of its nodes. */
const meaningOf = ({ nodes, ranges }: QuorumPlan): unknown => [
  nodes,
  ranges.map(({ from, fast, system }) => [
    from,
    fast === true,
    phases.map((phase) => allSubsets(nodes.length).filter((set) => system.isQuorum(phase, set))),
  ]),
]

describe("what is printed reads back to the same", () => {
  it("formulas", { timeout }, () => {
    const anyFormula = someNames.chain((nodes) => formulas({ nodes }))
    fc.assert(
      fc.property(anyFormula, (expr: QuorumExpr) => {
        // In parentheses, as above.
        const { nodes, ranges } = parsePlan(`(${formatExpr(expr)})`, catalogue)
        expect(nodes).toEqual(nodesOf(expr))
        const [{ system }] = ranges as [QuorumPlan["ranges"][number]]
        for (const set of allSubsets(nodes.length))
          expect(system.isQuorum(1, set)).toBe(evaluate(expr, new Set(namesOf(system, set))))
      }),
      { numRuns },
    )
  })

  it("systems, plans, and both as rules", { timeout }, () => {
    fc.assert(
      fc.property(planText, (text) => {
        const plan = parsePlan(text, catalogue)
        const again = parsePlan(plan.name, catalogue)
        expect(again.name).toBe(plan.name)
        expect(meaningOf(again)).toEqual(meaningOf(plan))
        // A variable that does not occur changes nothing: names that are numbers are not multiplied.
        const asRule = parsePlan(text, catalogue, new Map([["unused", 3]]))
        expect(asRule.name).toBe(plan.name)
        expect(meaningOf(asRule)).toEqual(meaningOf(plan))
      }),
      { numRuns },
    )
  })

  it.each([
    ['split("1"*"6", "2"*"3")', "split(1*6, 2*3)"],
    ['0..: split("1"*"6", "2"*"3")', "0..: split(1*6, 2*3)"],
    ['"true"*"not"', '"true"*"not"'],
    ['"majority"', '"majority"'],
    ['("(" + majority(3))*x', '("(" + majority(3))*x'],
    ['"9007199254740993"*a', '"9007199254740993"*a'],
  ])("%s", (text, name) => {
    expect(parsePlan(text, catalogue).name).toBe(name)
    expect(parsePlan(name, catalogue).name).toBe(name)
  })
})
