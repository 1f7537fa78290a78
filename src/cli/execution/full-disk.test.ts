import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-disk-"))))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs in a process of its own, by a shell that may limit it. */
function run(out: string, limit = "true") {
  const command = `${limit} && exec "$0" --import tsx src/cli/main.ts run duelling --runs 60 --workers 0 --out "$1"`
  const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, out], { encoding: "utf8" })
  return { code: status, err: stderr }
}

const mount = (...args: string[]) => spawnSync("mount", args).status === 0

/** Whether file systems may be mounted here: by root, outside of most containers. */
const mayMount = (() => {
  const place = mkdtempSync(join(tmpdir(), "quorate-mount-"))
  const can = mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", place)
  if (can) spawnSync("umount", [place])
  rmSync(place, { recursive: true })
  return can
})()
if (!mayMount) console.warn("nothing may be mounted here: the tests of full and read-only disks are skipped")

const csvOf = (out: string) => readFileSync(join(out, "duelling", "duelling.csv"), "utf8")

describe("where a file cannot grow", () => {
  test("the run ends with a clear error, and goes on where it was when it can", () => {
    const [limited, whole] = [join(folder, "limited"), join(folder, "whole")]
    // 512-byte blocks: the journal gets no larger than 20 kB.
    const { code, err } = run(limited, "ulimit -f 40 && trap '' XFSZ")
    expect(code).toBe(2)
    expect(err).toMatch(
      /^error: cannot write to the folder .*duelling: file too large \(EFBIG\)\..* is kept in .*unfinished\.journal/m,
    )
    const again = run(limited)
    expect(again.err).toContain("duelling: continuing from")
    expect(again.code).toBe(0)
    expect(run(whole).code).toBe(0)
    expect(csvOf(limited)).toBe(csvOf(whole))
    expect(readdirSync(join(limited, "duelling")).filter((name) => /journal|tmp|lock/.test(name))).toEqual([])
  }, 120_000)
})

describe.skipIf(!mayMount)("on a small disk of its own", () => {
  test("what was computed is kept when it is full, and goes on when there is room", () => {
    const place = join(folder, "small")
    mkdirSync(place)
    expect(mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", place)).toBe(true)
    try {
      writeFileSync(join(place, "filler"), Buffer.alloc(230_000))
      const { code, err } = run(place)
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/no space left on the disk \(ENOSPC\).* is kept in /),
      ])
      rmSync(join(place, "filler"))
      mount("-o", "remount,size=8m", place)
      const again = run(place)
      expect([again.code, again.err]).toEqual([0, expect.stringContaining("duelling: continuing from")])
      const whole = join(folder, "other")
      run(whole)
      expect(csvOf(place)).toBe(csvOf(whole))
    } finally {
      spawnSync("umount", [place])
    }
  }, 120_000)

  test("that is read-only, it says so before computing anything", () => {
    const place = join(folder, "read-only")
    mkdirSync(place)
    expect(mount("-t", "tmpfs", "-o", "ro,size=64k", "tmpfs", place)).toBe(true)
    try {
      const { code, err } = run(place)
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/^error: cannot write to the folder .*read-only \(EROFS\)/),
      ])
    } finally {
      spawnSync("umount", [place])
    }
  }, 120_000)
})
