import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { constantPlan } from "../plan.ts"
import { type Question, againstSmallerEpochs, betweenAllEpochs, withOverlap } from "./question.ts"
import { raiseCount } from "./repair.ts"

const asked = (text: string, ...meeting: (1 | 2)[]): Question =>
  betweenAllEpochs(constantPlan(quorumSystemFrom(text)), meeting)[0]!

describe("raiseCount", () => {
  it.each([
    [
      "simple(5, 2, 3)",
      [1, 2],
      1,
      "|Q1| + |Q2| must exceed 5: phase-1 quorums of 3, or phase-2 quorums of 4, would do",
    ],
    ["simple(5, 2, 3)", [2, 2], 1, undefined],
    ["simple(5, 2, 3)", [1, 1], 1, "phase-1 quorums of 3 or more acceptors would meet each other"],
    [
      "fastPaxos(7, 5)",
      [1, 2, 2],
      1,
      "|Q1| + 2·|Q2| must exceed 14: phase-1 quorums of 5, or phase-2 quorums of 6, would do",
    ],
    ["simple(5, 1, 2)", [1, 2, 2], 1, "|Q1| + 2·|Q2| must exceed 10: phase-2 quorums of 5, would do"],
    [
      "simple(7, 4, 4)",
      [1, 2],
      3,
      "|Q1| + |Q2| must exceed 9: phase-1 quorums of 6, or phase-2 quorums of 6, would do",
    ],
  ] as const)("%s, phases %j, overlap %i", (text, meeting, atLeast, hint) => {
    const question = withOverlap(asked(text, ...meeting), atLeast)
    if (hint !== undefined) expect(raiseCount(question)).toBe(hint)
  })

  it("has nothing to say of other shapes, or of counts over different nodes", () => {
    expect(raiseCount(asked("grid(2, 2)", 1, 2))).toBeUndefined()
    expect(raiseCount(asked("split(a + b, choose(2, b, c))", 1, 2))).toBeUndefined()
    expect(raiseCount(asked("weighted([2, 1, 1], 2, 2)", 1, 2))).toBeUndefined()
  })

  it("what it proposes does, and one less does not", () => {
    for (let n = 1; n <= 7; n++) {
      for (let q1 = 1; q1 <= n; q1++) {
        for (let q2 = 1; q2 <= n; q2++) {
          const question = asked(`simple(${n}, ${q1}, ${q2})`, 1, 2, 2)
          const hint = raiseCount(question) ?? ""
          if (q1 + 2 * q2 > 2 * n) continue
          const raised1 = Number(/phase-1 quorums of (\d+)/.exec(hint)?.[1] ?? 2 * n + 1 - 2 * q2)
          const raised2 = Number(/phase-2 quorums of (\d+)/.exec(hint)![1])
          expect([raised1 + 2 * q2 > 2 * n, raised1 - 1 + 2 * q2 > 2 * n]).toEqual([true, false])
          expect([q1 + 2 * raised2 > 2 * n, q1 + 2 * (raised2 - 1) > 2 * n]).toEqual([true, false])
        }
      }
    }
  })

  it("names the epochs where two systems are in question", () => {
    const [small, large] = ["simple(4, 2, 3)", "simple(4, 3, 1)"].map(quorumSystemFrom)
    const plan = {
      ...constantPlan(small!),
      ranges: [
        { from: 0, system: large! },
        { from: 5, system: small! },
      ],
    }
    const across = againstSmallerEpochs(plan, [1, 2]).find(({ sides }) => sides[0]!.epoch === 5)!
    expect(raiseCount(across)).toBe(
      "|Q1 of epoch 5| + |Q2 of epoch 0| must exceed 4: phase-1 (epoch 5) quorums of 4, or phase-2 (epoch 0) quorums of 3, would do",
    )
  })
})
