import { describe, expect, it } from "vitest"
import { catalogue } from "../../../quorums/index.ts"
import { modeReports, modes } from "./modes.ts"
import { parsePlan } from "../notation/plan.ts"
import { requirementById } from "./requirement.ts"

const reports = (text: string) => modeReports(parsePlan(text, catalogue))

function safeModes(text: string): string[] {
  return reports(text)
    .filter(({ safe }) => safe.verdict === "holds")
    .map(({ mode }) => mode.id)
}

const always = ["A", "B", "C", "pre-allocated", "allocator", "value-based"]
const inOrder = (ids: readonly string[]) => modes.map(({ id }) => id).filter((id) => ids.includes(id))

describe("which modes are safe", () => {
  it("majorities: all but the fast ones", () => {
    expect(safeModes("majority(5)")).toEqual(inOrder(["classic", ...always, "voting", "recovery"]))
  })

  it("with a small phase 1, Flexible Paxos is safe and Raft's election is not", () => {
    expect(safeModes("simple(5, 2, 4)")).toEqual(inOrder([...always, "recovery"]))
    expect(safeModes("simple(5, 4, 2)")).toEqual(inOrder([...always, "voting"]))
    expect(safeModes("grid(2, 3)")).toEqual(inOrder(always))
  })

  it("flexible Raft: n = 5 allows (3, 3), (4, 2), (5, 1) and n = 4 allows (3, 2), (4, 1)", () => {
    for (const [n, allowed] of [
      [5, ["3/3", "4/2", "5/1"]],
      [4, ["3/2", "4/1"]],
    ] as const) {
      const least: string[] = []
      for (let q1 = 1; q1 <= n; q1++) {
        for (let q2 = 1; q2 <= n; q2++) {
          if (!safeModes(`simple(${n}, ${q1}, ${q2})`).includes("voting")) continue
          if (q2 === n - q1 + 1) least.push(`${q1}/${q2}`)
          expect(q1).toBeGreaterThan(n / 2)
        }
      }
      expect(least).toEqual(allowed)
    }
  })

  it("recovery is safe under 4.6 and 7.1; 7.2 only guarantees its progress", () => {
    const [majority, fast] = ["majority(5)", "fastPaxos(5)"].map((text) =>
      reports(text).find(({ mode }) => mode.id === "recovery")!,
    )
    expect([majority!.safe.verdict, majority!.progress.verdict]).toEqual(["holds", "violated"])
    expect([fast!.safe.verdict, fast!.progress.verdict]).toEqual(["holds", "holds"])
    expect(majority!.progress.because).toBe("7.2 does not hold")
    expect(majority!.progress.verdict === "violated" && majority!.progress.witness?.quorums).toHaveLength(3)
  })

  it("fast quorums: published sizes of Fast and Fast Flexible Paxos are the least", () => {
    // N = 11: (fast phase 2, phase 1) with the least phase 1.
    for (const [fast, q1] of [
      [6, 11],
      [7, 9],
      [8, 7],
      [9, 5],
      [10, 3],
      [11, 1],
    ]) {
      expect(safeModes(`simple(11, ${q1}, ${fast})`)).toContain("fast-flexible")
      if (q1! > 1) expect(safeModes(`simple(11, ${q1! - 1}, ${fast})`)).not.toContain("fast-flexible")
    }
    expect(safeModes("fastPaxos(7)")).toContain("fast")
    expect(safeModes("simple(11, 5, 9)")).not.toContain("fast")
  })

  it("all aboard (table 4.1): Revision B and what rests on it, not Revision A", () => {
    const text = "0: split(choose(0), a1*a2*a3); 1..4: simple(3, 1, 3); 5: simple(3, 1, 2); 6..: majority(3)"
    expect(safeModes(text)).toEqual(
      inOrder(["B", "C", "pre-allocated", "allocator", "value-based", "recovery"]),
    )
  })

  it("a fast epoch followed by majorities", () => {
    expect(safeModes("0 fast: fastPaxos(5); 1..: majority(5)")).toContain("fast")
    expect(safeModes("0: fastPaxos(5); 1..: majority(5)")).not.toContain("fast")
  })

  it("where an epoch has no quorum of a phase nothing is unsafe and nothing goes on", () => {
    const [report] = reports("0: majority(3); 1..: split(choose(2, a1, a2, a3), choose(1))")
    expect(report!.safe.verdict).toBe("holds")
    expect(report!.progress).toMatchObject({
      verdict: "violated",
      because: "epoch 1 has no phase-2 quorum",
    })
  })
})

it("every mode rests on requirements that exist", () => {
  for (const { safeUnder, progressUnder } of modes) {
    expect(safeUnder.length).toBeGreaterThan(0)
    for (const id of [...safeUnder, ...progressUnder]) expect(requirementById(id)).toBeDefined()
  }
})
