import { describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

describe("quorate check --yes --no", () => {
  test("prints whether each phase is won, lost or pending", async () => {
    const { code, out } = await quorate("check", "simple(4, 3, 2)", "--yes", "a1,a2", "--no", "a3,a4")
    expect([code, out]).toEqual([0, "simple(4, 3, 2)\n\nphase 1  lost\nphase 2  won\n"])
  })

  test("names the epochs of a plan", async () => {
    const { out } = await quorate("check", "0: rowa(3); 1..: majority(3)", "--yes", "a1", "--no", "a2")
    expect(out).toContain(
      "phase 1 from epoch 0  won\nphase 2 from epoch 0  lost\nphase 1 from epoch 1  pending",
    )
  })

  test("prints JSON and tables", async () => {
    const { out } = await quorate("check", "majority(1)", "--no", "a1", "--format", "json")
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      system: "majority(1)",
      yes: [],
      no: ["a1"],
      tallies: [
        { epoch: 0, phase: 1, tally: "lost" },
        { epoch: 0, phase: 2, tally: "lost" },
      ],
    })
    const csv = await quorate("check", "majority(1)", "--yes", "a1", "--format", "csv")
    expect(csv.out).toBe("epoch,phase,tally\n0,1,won\n0,2,won\n")
  })

  test.each([
    [["majority(3)", "--yes", "a9"], 'unknown node "a9"'],
    [["majority(3)", "--yes", "a1", "--no", "a1"], "both name {a1}"],
    [
      ["majority(3)", "--yes", "a1", "--requirement", "3.1"],
      "mutually exclusive with --requirement and --overlap",
    ],
    [["--rule", "majority(n)", "--for", "n=1..3", "--yes", "a1"], "a rule has no acceptors"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await quorate("check", ...args)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})
