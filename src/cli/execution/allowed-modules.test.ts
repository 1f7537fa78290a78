import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { allowedSource } from "./allowed-modules.ts"
import { sha256 } from "./environment.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-allowed-"))
afterAll(() => rmSync(folder, { recursive: true }))

const [allowed, outside] = [join(folder, "allowed"), join(folder, "outside")]
mkdirSync(join(allowed, "deep"), { recursive: true })
mkdirSync(outside)
writeFileSync(join(allowed, "deep", "mine.mjs"), "export default 1")
writeFileSync(join(outside, "mine.mjs"), "export default 2")
symlinkSync(join(outside, "mine.mjs"), join(allowed, "link.mjs"))
symlinkSync(outside, join(allowed, "folder"))
const module = (path: string, text: string) => ({ kind: "module", path, sha256: sha256(text) }) as const

describe("a worker's modules", () => {
  test("are found by name and content, wherever the run has them", async () => {
    expect(await allowedSource(module("/elsewhere/mine.mjs", "export default 1"), [allowed])).toMatchObject({
      path: join(allowed, "deep", "mine.mjs"),
    })
  })

  test.each([
    ["in no folder", module(join(outside, "mine.mjs"), "export default 2"), []],
    ["outside of the folders", module(join(outside, "mine.mjs"), "export default 2"), [allowed]],
    ["with a path that leads out", module("../outside/mine.mjs", "export default 2"), [allowed]],
    ["behind a link", module("link.mjs", "export default 2"), [allowed]],
    ["with another content", module("deep/mine.mjs", "export default 3"), [allowed]],
  ] as const)("do not run %s", async (_, source, folders) => {
    await expect(allowedSource(source, folders)).rejects.toThrow("start it with --allow")
  })

  test("include the protocols of sweeps, which are checked like files", async () => {
    const data = { id: "x", latencyFiles: {}, matrix: { system: "majority(3)" } }
    expect(await allowedSource({ kind: "sweep", data }, [])).toEqual({ kind: "sweep", data })
    const protocolFile = {
      path: join(outside, "mine.mjs"),
      sha256: sha256(readFileSync(join(outside, "mine.mjs"))),
    }
    await expect(allowedSource({ kind: "sweep", data: { ...data, protocolFile } }, [])).rejects.toThrow(
      "--allow",
    )
    const wrong = { ...data, matrix: { system: 7 } as never }
    await expect(allowedSource({ kind: "sweep", data: wrong }, [])).rejects.toThrow("the sweep is invalid")
  })
})
