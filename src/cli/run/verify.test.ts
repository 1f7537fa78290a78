import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-verified-"))))
afterAll(() => rmSync(folder, { recursive: true }))

const place = (name: string) => join(folder, "even-n", name)

describe("quorate verify", () => {
  test("finds every byte the same, and each way in which one is not", async () => {
    expect((await quorate("run", "even-n", "--seed", "3", "--out", folder)).code).toBe(0)
    const same = await quorate("verify", join(folder, "even-n"))
    expect([same.code, same.out]).toEqual([0, "even-n: every byte is the same\n"])

    const csv = readFileSync(place("even-n.csv"), "utf8")
    appendFileSync(place("even-n.csv"), "more\n")
    rmSync(place("even-n.md"), { force: true })
    const different = await quorate("verify", "even-n", "--from", folder, "--workers", "0")
    expect(different.code).toBe(1)
    expect(different.out).toContain(
      `${place("even-n.csv")}: line ${csv.split("\n").length} differs (it is not as quorate wrote it)\n`,
    )
    expect(different.out).toContain(`${place("even-n.md")}: is missing\n`)
  })

  test("computes a sweep again without its file, with the runs its intervals needed", async () => {
    const sweep = join(folder, "tiny.yaml")
    writeFileSync(sweep, "runs: 4\nmatrix: {system: majority(3), latency: exponential(5)}\n")
    await quorate("run", sweep, "--until-ci", "10%", "--max-runs", "200", "--out", folder)
    rmSync(sweep)
    expect((await quorate("verify", join(folder, "tiny"))).out).toBe("tiny: every byte is the same\n")
  })

  test("takes a result by its CSV, too, and says what a name stands for that is none", async () => {
    await quorate("run", "even-n", "--seed", "3", "--out", folder)
    expect((await quorate("verify", place("even-n.csv"))).out).toBe("even-n: every byte is the same\n")
    const said = async (name: string) => {
      const { code, err } = await quorate("verify", name, "--from", folder)
      expect(code).toBe(2)
      return err
    }
    expect(await said("o/x")).toContain("no result o/x: no such CSV file, no folder with one.")
    expect(await said("evenn")).toContain('did you mean "even-n"?')
    expect(await said(folder)).toContain(`${folder} contains several results; name one of them`)
  })

  test("needs a manifest", async () => {
    rmSync(place("manifest.json"))
    for (const name of ["even-n", join(folder, "even-n")]) {
      const { code, err } = await quorate("verify", name, "--from", folder)
      expect([code, err]).toEqual([2, expect.stringContaining("manifest.json is missing")])
    }
  })
})
