import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"

/** Mutated texts: a sample, or a hundred thousand with SLOW=1. */
const count = process.env["SLOW"] === "1" ? 100_000 : 400

const folder = mkdtempSync(join(tmpdir(), "quorate-quorum-texts-"))
afterAll(() => rmSync(folder, { recursive: true }))

interface Result {
  readonly texts: number
  readonly refused: number
}

/** In a process of its own with little memory: one that runs out of it takes all tests along. */
test(
  "quorum texts with mistakes are read or refused in good time and little memory",
  { timeout: 30_000 + count * 100 },
  () => {
    const file = join(folder, "text.json")
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        "--max-old-space-size=512",
        "--import",
        "tsx",
        "test/support/read-quorums.ts",
        file,
        "7",
        String(count),
      ],
      { encoding: "utf8", maxBuffer: 2 ** 28 },
    )
    // Where it died, it is this text.
    expect([status, status === 0 ? "" : readFileSync(file, "utf8")]).toEqual([0, ""])
    const lines = stdout.trim().split("\n")
    const { texts, refused } = JSON.parse(lines.pop()!) as Result
    expect(lines).toEqual([])
    expect(texts).toBe(count)
    expect(refused).toBeGreaterThan(count / 4)
  },
)
