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

test.each([
  [["3", "--resilience", "2"], "No quorum system over 3 nodes has resilience 2; the greatest is 1.\n"],
  [
    ["4", "--load-limit", "0.4"],
    "No quorum system over 4 nodes has a load of at most 0.4; the least is 0.5.\n",
  ],
  [
    ["4", "--failures", "2"],
    "No quorum system over 4 nodes has quorums that survive 2 failures in both\nphases.\n",
  ],
  [
    ["4", "--resilience", "1", "--network-limit", "1.5"],
    "No quorum system over 4 nodes satisfies all constraints together\n(resilience, network load); relax one of them.\n",
  ],
])("where nothing fits %j, a sentence says why, and no table is printed", async (words, sentence) => {
  expect(await quorate("search", ...words)).toMatchObject({ code: 1, out: sentence })
  const { code, out } = await quorate("search", ...words, "--format", "json")
  const { because, best } = JSON.parse(out) as { because: string; best: null }
  expect([code, best]).toEqual([1, null])
  expect(sentence.replaceAll("\n", " ").trim().toLowerCase()).toBe(because.toLowerCase())
})

test("a search that its deadline cuts is incomplete: exit code 3, whether or not something was found", async () => {
  for (const count of ["9", "40"]) {
    const { code, err } = await quorate("search", count, "--deadline", "0")
    expect([code, err]).toEqual([3, expect.stringContaining("WARNING: stopped at --deadline 0 after ")])
  }
})

test("--failures measures strategies that survive them; --use-every-node leaves out smaller systems", async () => {
  const { out } = await quorate("search", "4", "--failures", "1")
  expect(out).toMatch(/choose\(2, a1, a2, a3, a4\) +0\.875 +0 +3\.5 +1/)
  expect(out).toContain("Systems that use fewer than the 4 nodes: 1; --use-every-node leaves them out.")
  expect(out).toContain("Every set of a strategy survives any 1 failures.")
  const all = await quorate("search", "4", "--failures", "1", "--use-every-node")
  expect(all.out).not.toMatch(/choose\(2, a1, a2, a3\)|fewer/)
})
