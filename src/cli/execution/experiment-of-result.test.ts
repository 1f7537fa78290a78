import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

let folder: string
let mark: string
let module: string
let result: string

/** An experiment that leaves a mark whenever its code runs. */
const experiment = () => `
import { writeFileSync } from "node:fs"
writeFileSync(${JSON.stringify(mark)}, "ran")
export default {
  id: "marking", question: "?", reference: "-", runs: 1,
  columns: [{ name: "a", meaning: "A.", type: "number", digits: 0 }],
  cases: () => [1], observe: () => 1, summarise: () => [{ a: 1 }],
  tables: [(rows) => ({ id: "marking", caption: "Marks", columns: [{ heading: "a" }], rows: rows.map(({ a }) => [a]), notes: [] })],
}`

const protocol = () => `
import { writeFileSync } from "node:fs"
writeFileSync(${JSON.stringify(mark)}, "ran")
export default {}`

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quorate-trust-"))
  ;[mark, module, result] = [join(folder, "mark"), join(folder, "marking.mjs"), join(folder, "marking")]
  const first = join(folder, "first.mjs")
  for (const file of [first, module]) writeFileSync(file, experiment())
  expect((await quorate("run", first, "--workers", "0", "--out", folder)).code).toBe(0)
  // What was loaded once is not loaded again: the manifest names a copy.
  edit((manifest) => (manifest.result.origin!["path"] = module))
})
beforeEach(() => rmSync(mark, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

interface Edited {
  result: Record<string, unknown> & { origin?: Record<string, unknown> }
}

function edit(change: (manifest: Edited) => void): void {
  const file = join(result, "manifest.json")
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Edited
  change(manifest)
  writeFileSync(file, JSON.stringify(manifest))
}

const reading = () => [
  ["table", result],
  ["report", result, "--out", join(folder, "page.html")],
  ["figure", result],
  ["compare", result, result],
  ["verify", result, "--workers", "0"],
]

describe("a result folder that somebody sent", () => {
  test("runs no code that only its manifest names", async () => {
    for (const words of reading()) {
      const { code, err } = await quorate(...words)
      expect([code, err], words[0]).toEqual([2, expect.stringContaining("name it: --module ")])
      expect(existsSync(mark), words[0]).toBe(false)
    }
  })

  test("runs no protocol that only its sweep names", async () => {
    const before = readFileSync(join(result, "manifest.json"), "utf8")
    const file = join(folder, "protocol.mjs")
    writeFileSync(file, protocol())
    edit((manifest) => {
      const protocolFile = { path: file, sha256: "0".repeat(64) }
      const data = {
        id: "marking",
        protocol: file,
        latencyFiles: {},
        protocolFile,
        matrix: { system: "majority(3)" },
      }
      manifest.result.origin = { kind: "sweep", data }
    })
    for (const words of reading()) {
      const { code, err } = await quorate(...words)
      expect([code, err], words[0]).toEqual([2, expect.stringContaining("name it: --module ")])
      expect(existsSync(mark), words[0]).toBe(false)
    }
    writeFileSync(join(result, "manifest.json"), before)
  })

  test("runs the module that the user names, if it is the one of the manifest", async () => {
    const other = join(folder, "other.mjs")
    writeFileSync(other, protocol())
    const refused = await quorate("table", result, "--module", other)
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining("is not the module that computed"),
    ])
    expect(existsSync(mark)).toBe(false)
    expect(await quorate("table", result, "--module", module)).toMatchObject({
      code: 0,
      out: expect.stringContaining("Marks") as string,
    })
    expect(existsSync(mark)).toBe(true)
    expect((await quorate("verify", result, "--workers", "0", "--trust")).out).toContain(
      "every byte is the same",
    )
  })

  test.each<[string, (manifest: Edited) => void, string]>([
    [
      "a folder out of its own",
      (m) => (m.result["experiment"] = "../../etc"),
      "result.experiment must be an id",
    ],
    [
      "a number for the configuration",
      (m) => (m.result["configuration"] = 7),
      "result.configuration must have seed",
    ],
    ["no files", (m) => delete m.result["files"], "result.files must be a list of files"],
    [
      "a file elsewhere",
      (m) => (m.result["files"] = [{ name: "../x", bytes: 1, sha256: "0".repeat(64) }]),
      "result.files.0.name must be",
    ],
    [
      "a command that a shell would obey",
      (m) => (m.result["command"] = "quorate run $(reboot) --seed 1 --runs 1"),
      "result.command must be",
    ],
    [
      "an origin of no kind",
      (m) => (m.result.origin = { kind: "constructor" }),
      "result.origin.kind must be",
    ],
    [
      "an experiment of another name",
      (m) => (m.result["experiment"] = "systems"),
      "is missing or of another experiment",
    ],
  ])("is refused with %s", async (_, change, message) => {
    const before = readFileSync(join(result, "manifest.json"), "utf8")
    edit(change)
    const csv = join(result, "marking.csv")
    for (const command of [
      ["table", csv],
      ["report", csv, "-o", "-"],
      ["compare", csv, csv],
    ]) {
      const { code, err } = await quorate(...command)
      expect([code, err]).toEqual([2, expect.stringContaining(message)])
    }
    writeFileSync(join(result, "manifest.json"), before)
  })

  test("is refused where its manifest is no manifest at all", async () => {
    const file = join(result, "manifest.json")
    for (const [text, message] of [
      ["", "is not JSON"],
      ["7", "must be a manifest"],
      ["[".repeat(100_000), "is nested 100000 deep"],
      [`{"schemaVersion":2}`, "schemaVersion must be 1"],
    ] as const) {
      writeFileSync(file, text)
      const { code, err } = await quorate("table", join(result, "marking.csv"))
      expect([code, err]).toEqual([2, expect.stringContaining(message)])
      expect((await quorate("verify", result)).err).toContain(message)
    }
  })
})
