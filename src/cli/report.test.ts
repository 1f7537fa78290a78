import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { quorate } from "../../test/support/listen.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-report-"))
afterAll(() => rmSync(folder, { recursive: true }))

test("one page has everything of a result, and asks for nothing else", async () => {
  const file = join(folder, "page.html")
  expect((await quorate("report", "phase2-size", "--out", file)).code).toBe(0)
  const page = readFileSync(file, "utf8")
  for (const part of [
    "How do phase-2 latency, messages and resilience depend on",
    '<figure id="table-phase2-size">',
    '<figure id="figure-phase2-size-time">',
    "<dt>seed</dt><dd>1</dd>",
    "<code>learn_ms_high</code>",
    "n,q1,q2,quorums,runs",
    "configurationSha256",
    "quorate run phase2-size --seed 1 --runs 400",
  ])
    expect(page).toContain(part)
  expect(page).not.toMatch(/<script|<link|<img|@import|src=|href="(?!#)/)
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id)
})

test("the same result gives the same page; markup in texts is text; hatchings keep to their figure", async () => {
  const [one, two] = [
    await quorate("report", "systems", "-o", "-"),
    await quorate("report", "systems", "-o", "-"),
  ]
  expect(one.out).toBe(two.out)
  expect(one.out).toContain('<pattern id="systems-aws-leaders-rising"')
  const mistakes = (await quorate("report", "counterexamples", "-o", "-")).out
  expect(mistakes).toContain("Quorum sizes that sum to n instead of more than n")
  expect(mistakes.match(/<svg/g)).toHaveLength(6)
})
