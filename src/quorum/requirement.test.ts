import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { constantPlan, piecewisePlan } from "./plan.ts"
import { type RequirementWitness, requirementById, requirements } from "./requirement.ts"
import type { Verdict } from "../base/verdict.ts"

function checked(text: string, id: string): Verdict<RequirementWitness> {
  return requirementById(id)!.check(constantPlan(quorumSystemFrom(text)))
}

/** "violated 1{a1 a2} 2{a3 a4}: hint", or just the verdict. */
function told(text: string, id: string): string {
  const verdict = checked(text, id)
  if (verdict.verdict !== "violated") return verdict.verdict
  const quorums = verdict.witness.quorums.map(({ phase, nodes }) => `${phase}{${nodes.join(" ")}}`)
  return `violated ${quorums.join(" ")}: ${verdict.witness.hint}`
}

describe("requirements of Howard 2019", () => {
  test("figure 3.6: {12, 13, 14, 234} satisfies 3.1", () => {
    const quorums = "[[1, 2], [1, 3], [1, 4], [2, 3, 4]]"
    expect(told(`explicit(${quorums}, ${quorums})`, "3.1")).toBe("holds")
    expect(told(`explicit(${quorums})`, "3.1")).toBe("holds")
  })

  test("figure 4.1: {12, 34} and {13, 24} satisfy 4.4 and not 3.1", () => {
    const text = "explicit([[1, 2], [3, 4]], [[1, 3], [2, 4]])"
    expect(told(text, "4.4")).toBe("holds")
    expect(told(text, "3.1")).toMatch(/^violated 1\{1 2\} 1\{3 4\}/)
  })

  test("counting quorums meet when they sum to more than n; the hint names the least sizes", () => {
    expect(told("simple(4, 3, 2)", "4.4")).toBe("holds")
    expect(told("simple(4, 2, 2)", "4.4")).toBe(
      "violated 1{a1 a2} 2{a3 a4}: |Q1| + |Q2| must exceed 4: phase-1 quorums of 3, or phase-2 quorums of 3, would do",
    )
  })

  test("the hint about votes is the least threshold that works, not the least sum", () => {
    expect(told("weighted([4, 3, 2, 1], 6, 4)", "4.4")).toContain("7 votes in phase 1, or 5 votes in phase 2")
    // A phase-1 quorum has 7 votes at least and leaves 5: 6 votes do what the sum rule would ask 7 for.
    expect(told("weighted([2, 5, 5], 6, 5)", "4.4")).toContain("or 6 votes in phase 2")
  })

  test("two rows of a grid: the hint lists quorums that would meet every row", () => {
    expect(told("split(a1*a2 + a3*a4, a1*a2 + a3*a4)", "4.4")).toContain("{a1 a3} {a1 a4} {a2 a3} {a2 a4}")
  })

  test("the empty quorum meets nothing", () => {
    expect(told("explicit([[]], [[1, 2, 3]])", "4.4")).toMatch(/^violated 1\{\} 2\{1 2 3\}: an empty quorum/)
  })

  test("a plan is checked in every range of epochs, and the witness says which", () => {
    const plan = piecewisePlan([
      { from: 0, system: quorumSystemFrom("simple(4, 3, 2)") },
      { from: 7, system: quorumSystemFrom("simple(4, 2, 2)") },
    ])
    const verdict = requirementById("4.4")!.check(plan)
    expect(verdict.verdict === "violated" && verdict.witness.quorums.map(({ epoch }) => epoch)).toEqual([
      7, 7,
    ])
  })

  test("with no effort to spend the verdict is unknown, with the reason", () => {
    const rows = "choose(2, choose(2, a, b, c), choose(2, d, e, f), choose(2, g, h, i))"
    const columns = "choose(2, choose(2, a, d, g), choose(2, b, e, h), choose(2, c, f, i))"
    const plan = constantPlan(quorumSystemFrom(`split(${rows}, ${columns})`))
    expect(requirementById("4.4")!.check(plan, { visits: 1 })).toMatchObject({
      verdict: "unknown",
      because: expect.stringContaining("stopped after 1 visits") as string,
    })
    expect(requirementById("4.4")!.check(plan).verdict).toBe("violated")
  })

  test("every requirement has its own number", () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length)
  })
})
