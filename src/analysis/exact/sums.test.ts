import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { quorumSystemFrom } from "../../../quorums/from-text.ts"
import { UsageError } from "../../base/errors.ts"
import { analyse } from "../analyse.ts"

/** What an analysis says of a system, without its name. */
async function figures(text: string): Promise<unknown> {
  const { strategy, ...rest } = await analyse(quorumSystemFrom(text))
  const { system, safe, ...figures } = rest
  expect(system).toContain("weighted")
  return { ...figures, verdict: safe.verdict, value: strategy.value }
}

describe("votes of any size", () => {
  test("are analysed as the same votes scaled down", { timeout: 60_000 }, async () => {
    const votes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(votes, fc.double({ min: 0, max: 1, noNaN: true }), async (weights, share) => {
        const total = weights.reduce((a, b) => a + b)
        const need = Math.max(1, Math.ceil(share * total))
        const text = (unit: number): string =>
          `weighted([${weights.map((w) => w * unit).join(", ")}], ${need * unit}, ${(total - need + 1) * unit})`
        // Not quite a multiple, so that a common divisor does not make them small again.
        const large = text(1e13).replace("[", "[1, ")
        const small = text(1000).replace("[", "[1, ")
        expect(await figures(large)).toEqual(await figures(small))
      }),
      { seed: 1, numRuns: 25 },
    )
  })

  test("are refused where their sums are too many", { timeout: 30_000 }, async () => {
    const votes = Array.from({ length: 40 }, (_, i) => 10 ** 12 + (3 ** i % 10 ** 11))
    const text = `weighted([${votes.join(", ")}], ${20 * 10 ** 12}, ${25 * 10 ** 12})`
    await expect(analyse(quorumSystemFrom(text))).rejects.toThrow(UsageError)
    await expect(analyse(quorumSystemFrom(text))).rejects.toThrow("Scale the votes down")
  })
})
