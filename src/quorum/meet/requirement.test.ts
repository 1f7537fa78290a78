import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { catalogue } from "../../../quorums/index.ts"
import { formulas, sixNodes } from "../../../test/support/formulas.ts"
import { type NodeSet, intersection } from "../../base/node-set.ts"
import type { Verdict } from "../../base/verdict.ts"
import { parsePlan } from "../notation/plan.ts"
import { type QuorumPlan, constantPlan, piecewisePlan } from "../plan.ts"
import { type RequirementWitness, overlapRequirement, requirementById, requirements } from "./requirement.ts"
import { type Phase, isMinimalQuorum, phases, quorumSystem, setOf } from "../system.ts"

/** Three epochs, the last standing for all greater ones: every distinction a statement can make. */
const randomPlan = fc
  .array(fc.tuple(formulas(), formulas(), fc.boolean()), { minLength: 3, maxLength: 3 })
  .map((epochs) =>
    piecewisePlan(
      epochs.map(([phase1, phase2, fast], from) => ({
        from,
        fast,
        system: quorumSystem({ phase1, phase2, nodes: sixNodes }),
      })),
    ),
  )

/** The statements, word by word, for epochs 0 to 4: two of them in the last range, so that it meets itself. */
function statementHolds(id: string, plan: QuorumPlan): boolean {
  const epochs = [0, 1, 2, 3, 4]
  const quorums = (epoch: number, phase: Phase) => [...plan.systemAt(epoch).minimalQuorums(phase)]
  const all = epochs.flatMap((e) => phases.flatMap((phase) => quorums(e, phase)))
  const fast = (f: number) =>
    plan.ranges.every((range) => range.fast !== true) || plan.ranges[Math.min(f, 2)]!.fast === true
  const meet = (...lists: readonly (readonly NodeSet[])[]): boolean => {
    const commons = lists.reduce<NodeSet[]>(
      (sets, list) => [...new Set(sets.flatMap((set) => list.map((q) => intersection(set, q))))],
      [63],
    )
    return !commons.includes(0)
  }
  const every = (holds: (e: number, f: number) => boolean) =>
    epochs.every((e) => epochs.every((f) => holds(e, f)))
  const later = (holds: (e: number, f: number) => boolean) => every((e, f) => f >= e || holds(e, f))
  const one = epochs.flatMap((e) => quorums(e, 1))
  const two = epochs.flatMap((e) => quorums(e, 2))
  switch (id) {
    case "3.1":
      return meet(all, all)
    case "4.1":
      return meet(one, one)
    case "4.2":
      return meet(two, two)
    case "4.3":
    case "4.4":
    case "4.5":
      return meet(one, two)
    case "4.6":
      return later((e, f) => meet(quorums(e, 1), quorums(f, 2)))
    case "4.7":
      return epochs.every((e) => meet(quorums(e, 1), quorums(e, 1)))
    case "5.1":
      return later((e, g) => g === 0 || meet(quorums(e, 1), quorums(g, 2)))
    case "7.1":
      return epochs.every((e) => meet(quorums(e, 2), quorums(e, 2)))
    case "7.2":
      return later((e, f) => meet(quorums(e, 1), quorums(f, 2), quorums(f, 2)))
    case "FP":
      return meet(all, all) && epochs.every((f) => !fast(f) || meet(all, quorums(f, 2), quorums(f, 2)))
    case "FFP":
      return later(
        (e, f) =>
          meet(quorums(e, 1), quorums(f, 2)) &&
          (!fast(f) || meet(quorums(e, 1), quorums(f, 2), quorums(f, 2))),
      )
    default:
      throw new Error(`The statement of ${id} is not written out here.`)
  }
}

function expectRealWitness(plan: QuorumPlan, { quorums }: RequirementWitness): void {
  for (const { phase, epoch, nodes } of quorums) {
    const system = plan.systemAt(epoch)
    expect(isMinimalQuorum(system, phase, setOf(system, nodes))).toBe(true)
  }
  const shared = sixNodes.filter((name) => quorums.every(({ nodes }) => nodes.includes(name)))
  expect(shared).toEqual([])
}

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

  test("each answers about the epochs it speaks of", () => {
    const plan = (text: string) => parsePlan(text, catalogue)
    const verdicts = (text: string) =>
      requirements.map((each) => `${each.id} ${each.check(plan(text)).verdict[0]}`).join(", ")
    // h holds, v violated. One epoch, then majorities: what the first may do that later ones may not.
    expect(verdicts("0: split(choose(0), a1*a2*a3); 1..: majority(3)")).toBe(
      "3.1 v, 4.1 v, 4.2 h, 4.3 v, 4.4 v, 4.5 v, 4.6 h, 4.7 v, 5.1 h, 7.1 h, 7.2 v, FP v, FFP v",
    )
    expect(verdicts("0: simple(3, 1, 1); 1..: simple(3, 2, 2)")).toBe(
      "3.1 v, 4.1 v, 4.2 v, 4.3 v, 4.4 v, 4.5 v, 4.6 v, 4.7 v, 5.1 h, 7.1 v, 7.2 v, FP v, FFP v",
    )
    expect(verdicts("0 fast: fastPaxos(4); 1..: majority(4)")).toBe(
      "3.1 h, 4.1 h, 4.2 h, 4.3 h, 4.4 h, 4.5 h, 4.6 h, 4.7 h, 5.1 h, 7.1 h, 7.2 h, FP h, FFP h",
    )
  })

  test("each agrees with its statement, tried on all quorums of random plans", () => {
    fc.assert(
      fc.property(randomPlan, (plan) => {
        for (const requirement of requirements) {
          const verdict = requirement.check(plan)
          expect([requirement.id, verdict.verdict]).toEqual([
            requirement.id,
            statementHolds(requirement.id, plan) ? "holds" : "violated",
          ])
          if (verdict.verdict === "violated") expectRealWitness(plan, verdict.witness)
        }
      }),
      { numRuns: 120, seed: 7 },
    )
  })

  test("an overlap can be asked for: phase 1 and phase 2 sharing t acceptors", () => {
    const check = (text: string, t: number) =>
      overlapRequirement(t).check(constantPlan(quorumSystemFrom(text)))
    expect(check("mGrid(3, 1)", 3).verdict).toBe("holds")
    expect(check("simple(7, 5, 5)", 3).verdict).toBe("holds")
    expect(check("simple(7, 5, 5)", 4)).toMatchObject({
      verdict: "violated",
      witness: {
        hint: "|Q1| + |Q2| must exceed 10: phase-1 quorums of 6, or phase-2 quorums of 6, would do",
      },
    })
    expect(() => overlapRequirement(0)).toThrow("a positive integer")
  })

  test("every requirement has its own number", () => {
    expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length)
  })
})
