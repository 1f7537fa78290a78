import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { quorateOn } from "../../../test/support/listen.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-terminal-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** Sets the title of a window, clears it, and goes back in the line. */
const hostile = "\u001b]0;title\u0007\u001b[2J\rx\u009b31m"

test("names in a file reach a terminal as text that it does not obey", async () => {
  const sweep = join(folder, "names.yaml")
  writeFileSync(
    sweep,
    JSON.stringify({
      caption: `Caption ${hostile}`,
      runs: 1,
      matrix: { system: { system: "majority(3)", name: `=1${hostile}` } },
    }),
  )
  const words = ["run", sweep, "--workers", "0", "--no-write"]
  for (const terminal of [{ outIsTerminal: true, errIsTerminal: true, color: true }, {}]) {
    const { code, out, err } = await quorateOn(terminal, ...words)
    expect(code).toBe(0)

    const rest = (out + err).replaceAll(/\u001b\[(1|22)m/g, "")

    expect(rest).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    expect(out).toContain("\\u{1b}[2J")
  }
})

test("an error shows what was given, and no terminal obeys it", async () => {
  for (const words of [["check", hostile], [hostile], ["simulate", "majority(3)", "--latency", hostile]]) {
    const { code, err } = await quorateOn({ errIsTerminal: true }, ...words)
    expect(code).toBe(2)

    expect(err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  }
})
