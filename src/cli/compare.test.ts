import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { quorate } from "../../test/support/listen.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-compare-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** A copy of a result of ours with something replaced in its CSV. */
function altered(id: string, from: string, to: string): string {
  const copy = join(folder, `${id}-${to.length}`)
  cpSync(join("results", id), copy, { recursive: true })
  const csv = join(copy, `${id}.csv`)
  writeFileSync(csv, readFileSync(csv, "utf8").replace(from, to))
  return copy
}

describe("quorate compare", () => {
  test("finds a result the same as itself", async () => {
    const { code, out } = await quorate("compare", "failures", "results/failures/failures.csv")
    expect(code).toBe(0)
    expect(out.replace(/\s+/g, " ")).toContain("0 moved by more than chance, 0 changed")
  })

  test("finds what moved, and ends with 1", async () => {
    const other = altered("failures", "0.05,1000,0.9970,0.9912,0.9990", "0.05,1000,0.5000,0.4691,0.5309")
    const { code, out } = await quorate("compare", "failures", other)
    expect(code).toBe(1)
    expect(out).toMatch(/majority\(6\) +0\.05 +decided_share .*moved/)
    const json = await quorate("compare", "failures", other, "--format", "json")
    const values = (JSON.parse(json.out) as { values: { outcome: string }[] }).values
    expect(values.filter(({ outcome }) => outcome === "moved")).toHaveLength(1)
  })

  test("compares samples of other seeds, and does not take chance for a change", async () => {
    await quorate("run", "drift-and-leases", "--seed", "2", "--runs", "1", "--out", folder)
    const { code } = await quorate("compare", "drift-and-leases", join(folder, "drift-and-leases"))
    expect(code).toBe(0)
  })

  test("refuses results of different experiments", async () => {
    const { code, err } = await quorate("compare", "failures", "systems")
    expect([code, err]).toEqual([2, expect.stringContaining("only results of the same experiment")])
  })
})
