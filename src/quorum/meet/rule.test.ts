import { describe, expect, it } from "vitest"
import { catalogue } from "../../../quorums/index.ts"
import { requirementById } from "./requirement.ts"
import { parseRuleVariable, ruleCases } from "./rule.ts"

function failing(rule: string, ...variables: string[]): string[] {
  return failingUnder("4.4", rule, ...variables)
}

function failingUnder(id: string, rule: string, ...variables: string[]): string[] {
  return ruleCases(rule, variables.map(parseRuleVariable), requirementById(id)!, catalogue)
    .filter(({ verdict }) => verdict.verdict !== "holds")
    .map(({ values }) => [...values.values()].join("/"))
}

const odd = Array.from({ length: 50 }, (_, i) => String(2 * i + 1))

describe("rules for quorum sizes", () => {
  it("refuses two ranges of one variable, and a name of thousands of letters at once", () => {
    expect(() => failing("majority(k)", "k=1..2", "k=1..3")).toThrow(
      "the variable k of the rule has two ranges",
    )
    const before = performance.now()
    expect(() => failing(`majority(${"x".repeat(5000)})`, "n=1..2")).toThrow("without --for in the rule")
    expect(() => failing(`${"x".repeat(5000)} (n)`, "n=1..2")).toThrow("unknown quorum system")
    expect(performance.now() - before).toBeLessThan(5000)
  })

  it("n/2 + 1 and n/2 fail at every odd n, and at n = 1 make no system at all", () => {
    expect(failing("simple(n, n/2+1, n/2)", "n=1..100")).toEqual(odd)
    const [first] = ruleCases(
      "simple(n, n/2+1, n/2)",
      [parseRuleVariable("n=1..3")],
      requirementById("4.4")!,
      catalogue,
    )
    expect(first).toMatchObject({
      plan: undefined,
      verdict: { verdict: "violated", because: expect.stringContaining("q2 is 0") as string },
    })
  })

  it("a size beyond what is supported is unknown, and no failure of the rule", () => {
    const cases = ruleCases(
      "majority(n)",
      [parseRuleVariable("n=9999..10002")],
      requirementById("4.4")!,
      catalogue,
    )
    expect(cases.map(({ verdict }) => verdict.verdict)).toEqual(["holds", "holds", "unknown", "unknown"])
    expect(cases[3]!.verdict.because).toContain("at most 10000 are supported")
  })

  it("is refused where its variables run over too many numbers, even if the last has none", () => {
    const tooMany = "more than 100000 cases"
    expect(() => failing("majority(n)", "n=1..9007199254740991")).toThrow(tooMany)
    expect(() => failing("majority(n)", "n=1..9007199254740991", "k=2..1")).toThrow(tooMany)
    expect(() => failing("majority(n)", "n=1..100000", `k=${Array(9).fill("2..1").join(", ")}`)).toThrow(
      tooMany,
    )
  })

  it("majorities hold at every n, halves fail at every even one", () => {
    expect(failing("simple(n, n/2+1, n/2+1)", "n=1..100")).toEqual([])
    expect(failing("simple(n, ceil(n/2), ceil(n/2))", "n=1..10")).toEqual(["2", "4", "6", "8", "10"])
    expect(failing("majority(n)", "n=1..30")).toEqual([])
  })

  it("three quarters by floor division are too few for Fast Paxos, rounded up they are enough", () => {
    expect(failingUnder("FP", "fastPaxos(n, ceil(3*n/4))", "n=1..40")).toEqual([])
    // Only where 4 divides n is nothing lost by rounding down.
    const lost = Array.from({ length: 40 }, (_, i) => i + 1).filter((n) => n % 4 !== 0)
    expect(failingUnder("FP", "fastPaxos(n, 3*n/4)", "n=1..40")).toEqual(lost.map(String))
  })

  it("k in fastPaxos(n, k): the sizes that hold are those with 2n < 2k + a majority", () => {
    const held = ruleCases(
      "fastPaxos(n, k)",
      ["n=1..12", "k=1..n"].map(parseRuleVariable),
      requirementById("FP")!,
      catalogue,
    )
    expect(held).toHaveLength(78)
    for (const { values, verdict } of held) {
      const [n, k] = [values.get("n")!, values.get("k")!]
      expect(verdict.verdict).toBe(2 * k + Math.floor(n / 2) + 1 > 2 * n ? "holds" : "violated")
    }
  })

  it("a plan can be a rule: the last epoch with a large phase 2 may be any", () => {
    const allAboard = "0: split(choose(0), a1*a2*a3); 1..k: simple(3, 1, 3); k+1..: majority(3)"
    expect(failingUnder("4.6", allAboard, "k=1..5")).toEqual([])
  })

  it("runs over lists and ranges, later ones over what earlier ones allow", () => {
    const cases = ruleCases(
      "majority(n + k)",
      ["n=1, 3..4", "k=n..4"].map(parseRuleVariable),
      requirementById("4.4")!,
      catalogue,
    )
    expect(cases.map(({ values }) => [...values.values()].join(""))).toEqual([
      "11",
      "12",
      "13",
      "14",
      "33",
      "34",
      "44",
    ])
    expect(cases.map(({ plan }) => plan)).toContain("majority(8)")
  })

  it.each([
    ["majorty(n)", "n=1..3", 'did you mean "majority"?'],
    ["simple(n, q, q)", "n=1..3", "q1 is q; must be a positive integer"],
    ["majority(n", "n=1..3", "at character"],
    ["majority(n)", "n", "try n=1..100"],
    ["majority(n)", "n=", "try n=1..100"],
    ["majority(n)", "n=1..", "try n=1..100"],
    ["majority(n)", "n=x..3", "x is not a whole number"],
    ["majority(n)", "n=5..1", "have no values: n=5..1"],
    ["majority(n)", "n=1..10000000", "more than 100000 cases"],
  ])("refuses %s for %s", (rule, variable, message) => {
    expect(() => failing(rule, variable)).toThrow(message)
  })
})
