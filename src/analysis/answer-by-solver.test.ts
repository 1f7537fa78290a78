import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { quorumSystemFrom } from "../../quorums/from-text.ts"
import { allSubsets, formulas, sixNodes } from "../../test/support/formulas.ts"
import { intersection, size } from "../base/node-set.ts"
import {
  type QuorumExpr,
  compile,
  dual,
  isAlways,
  isNever,
  node,
  positionsOf,
  simplify,
  threshold,
} from "../quorum/expression.ts"
import { everyOverlap } from "../quorum/meet/intersect.ts"
import { type Question, answersWithin, noAnswers } from "../quorum/meet/question.ts"
import { quorumSystem } from "../quorum/system.ts"
import { counterexample } from "./exact/implication.ts"
import { answerBySolver } from "./answer-by-solver.ts"

const positions = positionsOf(sixNodes)

function question(phase1: QuorumExpr, phase2: QuorumExpr, phases: readonly (1 | 2)[], atLeast = 1): Question {
  const nodes = [...sixNodes]
  const system = quorumSystem({ phase1, phase2, nodes })
  return { sides: phases.map((phase) => ({ phase, epoch: 0, system })), atLeast }
}

describe("counterexample", () => {
  it("is a set on which the premise holds and the conclusion does not, wherever there is one", () => {
    fc.assert(
      fc.property(formulas({ constants: true }), formulas({ constants: true }), (premise, conclusion) => {
        const [isPremise, isConclusion] = [compile(premise, positions), compile(conclusion, positions)]
        const exists = allSubsets(6).some((set) => isPremise(set) && !isConclusion(set))
        const found = counterexample(premise, conclusion, sixNodes)
        expect(found !== "none").toBe(exists)
        if (typeof found === "number") expect([isPremise(found), isConclusion(found)]).toEqual([true, false])
      }),
      { seed: 1 },
    )
  })

  it("a formula implies itself, and what it is a part of", () => {
    const { expression, nodes } = quorumSystemFrom("classicGrid(4, 4)")
    expect(counterexample(expression[1], expression[1], nodes)).toBe("none")
    expect(counterexample(expression[1], dual(expression[1]), nodes)).toBe("none")
    expect(counterexample(dual(expression[1]), expression[1], nodes)).not.toBe("none")
  })
})

describe("answerBySolver", () => {
  it("agrees with the exact ways, for two quorums and three, and any overlap", async () => {
    const asked = fc.tuple(
      formulas(),
      formulas(),
      fc.constantFrom([1, 2] as const, [1, 1] as const, [1, 2, 2] as const),
      fc.integer({ min: 1, max: 3 }),
    )
    await fc.assert(
      fc.asyncProperty(asked, async ([phase1, phase2, phases, atLeast]) => {
        fc.pre([phase1, phase2].every((expr) => !isAlways(simplify(expr)) && !isNever(simplify(expr))))
        const one = question(phase1, phase2, phases, atLeast)
        const answer = (await answerBySolver([one], noAnswers))(one)
        const exprs = one.sides.map(({ phase, system }) => system.expression[phase])
        expect(answer.verdict).toBe(everyOverlap(exprs, sixNodes, { atLeast }).verdict)
        if (answer.verdict !== "violated") return
        answer.witness.forEach((quorum, i) => expect(compile(exprs[i]!, positions)(quorum)).toBe(true))
        expect(size(answer.witness.reduce(intersection))).toBeLessThan(atLeast)
      }),
      { seed: 2, numRuns: 30 },
    )
  })

  it("asks no further where the answer is known", async () => {
    const one = question(node("a"), node("b"), [1, 2])
    const quick = answersWithin()
    const answers = await answerBySolver([one], quick)
    expect(answers(one)).toBe(quick(one))
    expect(answers(one)).toMatchObject({ because: "found from the structure of the formulas" })
  })

  it("says how it knows: by diagrams exactly, or by the solver alone", async () => {
    const side = [...Array(7).keys()]
    const cell = (r: number, c: number): QuorumExpr => node(`n${r}_${c}`)
    const sixOf = (child: (i: number) => QuorumExpr): QuorumExpr => threshold(6, side.map(child))
    const rows = sixOf((r) => sixOf((c) => cell(r, c)))
    const columns = sixOf((c) => sixOf((r) => cell(r, c)))
    const system = quorumSystem({ phase1: rows, phase2: columns })
    const two: Question = {
      sides: [1, 2].map((phase) => ({ phase: phase as 1 | 2, epoch: 0, system })),
      atLeast: 1,
    }
    const three = { ...two, sides: [two.sides[0]!, two.sides[1]!, two.sides[1]!] }
    const answers = await answerBySolver([two, three], noAnswers)
    expect(answers(two)).toEqual({ verdict: "holds", because: "confirmed exactly by decision diagrams" })
    expect(answers(three)).toEqual({
      verdict: "holds",
      because: "by integer programming in floating point (HiGHS); not confirmed exactly",
    })
  })
})
