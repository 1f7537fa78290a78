import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { blocksOf, isAsShown, shellWords, transcriptsOf } from "./support/documents.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-adding-"))
afterAll(() => rmSync(folder, { recursive: true }))

const blocks = blocksOf(readFileSync("docs/adding.md", "utf8"))
const loader = createRequire(import.meta.url).resolve("tsx/esm")
const main = resolve("src/cli/main.ts")

/** Runs a quorate command in the folder, as a user would; what goes to stderr counts where stdout has nothing. */
function quorate(...words: string[]): { status: number | null; printed: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", loader, main, ...words], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  })
  return { status, printed: stdout === "" ? stderr : stdout }
}

const fileText = (name: string): string => blocks.find(({ text }) => text.startsWith(`// ${name}\n`))!.text
const protocolText = fileText("primary-backup.ts")
const sweepText = (protocol: string): string =>
  blocks.find(({ language, text }) => language === "yaml" && text.startsWith(`protocol: ./${protocol}\n`))!
    .text

/** The exit codes of the document's commands with a protocol; a command that does not print what is shown fails. */
function statusesOf(protocol: string): (number | null)[] {
  return blocks
    .filter(({ language }) => language === "sh")
    .flatMap(transcriptsOf)
    .filter(({ command }) => command.includes(`--protocol ./${protocol}`))
    .map(({ command, output, line }) => {
      const { status, printed } = quorate(...shellWords(command).slice(1))
      if (!isAsShown(output, printed)) expect(printed.trimEnd(), `line ${line}: ${command}`).toBe(output)
      return status
    })
}

describe("a protocol of the reader's own, as docs/adding.md has it", () => {
  beforeAll(() => writeFileSync(join(folder, "primary-backup.ts"), `${protocolText}\n`))

  test("takes less than a hundred lines, and imports quorate alone", () => {
    expect(protocolText.split("\n").length - 1).toBeLessThan(100)
    expect([...protocolText.matchAll(/from "(.*)"/g)].map(([, name]) => name)).toEqual(["quorate", "quorate"])
  })

  test("shows its flaw, is mended, and prints what is shown", { timeout: 120_000 }, () => {
    expect(statusesOf("primary-backup.ts")).toEqual([1, 0, 1, 1, 1])
  })

  test(
    "is swept over, the same by any number of workers, and its mistakes have a place",
    { timeout: 120_000 },
    () => {
      const text = sweepText("primary-backup.ts")
      writeFileSync(join(folder, "failover.yaml"), `${text}\n`)
      const csv = (out: string): string => readFileSync(join(folder, out, "failover", "failover.csv"), "utf8")
      expect(quorate("run", "failover.yaml", "--out", "one").status).toBe(0)
      expect(quorate("run", "failover.yaml", "--out", "two", "--workers", "2").status).toBe(0)
      expect(csv("two")).toBe(csv("one"))
      const manifest = readFileSync(join(folder, "one", "failover", "manifest.json"), "utf8")
      expect(manifest).toMatch(/"protocolFile": \{\s+"path": "primary-backup.ts",\s+"sha256": "[0-9a-f]{64}"/)
      // Without the question some writes are lost, and the replay shows one.
      const replay = /"(quorate simulate .*?--trace)"/.exec(csv("one"))![1]!.replaceAll('""', '"')
      expect(quorate(...shellWords(replay).slice(1)).status).toBe(1)
      writeFileSync(join(folder, "wrong.yaml"), text.replace("asksFirst", "askFirst"))
      expect(quorate("run", "wrong.yaml").printed).toMatch(/wrong\.yaml:7:\d+: unknown key "askFirst"/)
    },
  )

  test("runs only where it is named", () => {
    const { status, printed } = quorate("replay", "lost.json")
    expect([status, printed]).toEqual([2, expect.stringContaining("add --protocol ./primary-backup.ts")])
  })

  test.each([
    ["is not there", undefined, "no file ./wrong.ts"],
    ["exports nothing", "export const x = 1", "./wrong.ts has no default export that is a protocol."],
    [
      "has no cluster",
      'export default { id: "x", about: "", reference: "" }',
      "./wrong.ts has no cluster: a function",
    ],
    ["is no code", "export default {", "wrong.ts:"],
    [
      "throws",
      'import { UsageError } from "quorate"\nthrow new UsageError("not today")',
      "wrong.ts: not today",
    ],
  ])("that %s is refused in one line that says what it needs", (_, text, message) => {
    if (text !== undefined) writeFileSync(join(folder, "wrong.ts"), text)
    const { status, printed } = quorate("explore", "majority(3)", "--protocol", "./wrong.ts")
    expect([status, printed]).toEqual([2, expect.stringContaining(message)])
  })

  test("has only the settings it declares", () => {
    const explore = ["explore", "majority(3)", "--protocol", "./primary-backup.ts"]
    expect(quorate(...explore, "--set", "window=3").printed).toContain(
      "window is no setting of primary-backup; it has asksFirst",
    )
    expect(quorate(...explore, "--set", "asksFirst=maybe").printed).toContain("must be true or false")
    expect(quorate(...explore, "--mutant", "half").printed).toContain("primary-backup has no mutants")
    const simulate = ["simulate", "majority(3)", "--protocol", "./primary-backup.ts"]
    expect(quorate(...simulate, "--variant", "recovery").printed).toContain("requires --protocol paxos")
  })
})

describe("a replicated log of the reader's own, as docs/adding.md has it", () => {
  beforeAll(() => writeFileSync(join(folder, "local-reads.ts"), `${fileText("local-reads.ts")}\n`))

  test("imports quorate alone, and its flaw shows in runs and swarms", { timeout: 120_000 }, () => {
    const imported = [...fileText("local-reads.ts").matchAll(/from "(.*)"/g)].map(([, name]) => name)
    expect(imported).toEqual(["quorate"])
    expect(statusesOf("local-reads.ts")).toEqual([1, 0, 1])
  })

  test("is swept over with its own setting, and replays with it", { timeout: 120_000 }, () => {
    writeFileSync(join(folder, "local-reads.yaml"), `${sweepText("local-reads.ts")}\n`)
    expect(quorate("run", "local-reads.yaml", "--out", "reads", "--workers", "2").status).toBe(0)
    const csv = readFileSync(join(folder, "reads", "local-reads", "local-reads.csv"), "utf8")
    const violated = csv.split("\n").filter((line) => line.includes("quorate log"))
    expect([csv.trim().split("\n").length, violated.length]).toEqual([5, 2])
    // The rule is on by default, so what replays a violation need not set it.
    const replay = /"(quorate log .*?)"(?:,|$)/m.exec(csv)![1]!.replaceAll('""', '"')
    expect(replay).toMatch(/--protocol local-reads\.ts .*--read-share 0\.9/)
    expect(quorate(...shellWords(replay).slice(1)).status).toBe(1)
  })

  test("has only the settings that it declares", () => {
    const log = ["log", "majority(3)", "-d", "1500", "--protocol", "./local-reads.ts"]
    expect(quorate(...log, "--set", "readsLocally=true").printed).toContain(
      "readsLocally is no setting of local-reads; it has quorumSelection, reads,",
    )
    const bare = fileText("local-reads.ts").replace("...multiPaxos.settings,", "")
    writeFileSync(join(folder, "bare.ts"), bare)
    expect(quorate(...log.slice(0, -1), "./bare.ts", "--window", "3").printed).toContain(
      "--window is not a setting of local-reads; it requires --protocol multi-paxos.",
    )
  })
})
