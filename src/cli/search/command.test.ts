import { expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

test("--max-failure-probability leaves out systems that fail more often", async () => {
  const { code, out } = await quorate("search", "3", "-p", "0.1", "--max-failure-probability", "0.05")
  expect(code).toBe(0)
  expect(out).toContain("choose(2, a1, a2, a3)")
  expect(out).not.toContain("0.109")
})
