import { expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

test("--max-failure-probability leaves out systems that fail more often", async () => {
  const { code, out } = await quorate("search", "3", "-p", "0.1", "--max-failure-probability", "0.05")
  expect(code).toBe(0)
  expect(out).toContain("choose(2, a1, a2, a3)")
  expect(out).not.toContain("0.109")
})

test("what is found is said to be safe, with the requirement", async () => {
  expect((await quorate("search", "3")).out).toContain("All are safe (requirement 4.4).")
  const { best, front } = JSON.parse((await quorate("search", "3", "--format", "json")).out) as {
    best: { safe: object }
    front: { safe: object }[]
  }
  for (const { safe } of [best, ...front])
    expect(safe).toMatchObject({ requirement: "4.4", verdict: "holds", vacuous: false, quorums: null })
  const none = await quorate("search", "3", "--resilience", "2")
  expect(none.out).not.toContain("safe")
})
