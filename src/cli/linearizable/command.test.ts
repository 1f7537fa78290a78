import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { quorate } from "../../../test/support/listen.ts"

const folder = mkdtempSync(join(tmpdir(), "histories-"))

function file(name: string, ...lines: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.join("\n"))
  return path
}

const event = (process: number, type: string, f: string, value: string): string =>
  `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}`

const stale = [
  event(0, "invoke", "write", "1"),
  event(0, "ok", "write", "1"),
  event(0, "invoke", "write", "2"),
  event(1, "invoke", "read", "nil"),
  event(0, "ok", "write", "2"),
  event(1, "ok", "read", "2"),
  event(2, "invoke", "read", "nil"),
  event(2, "ok", "read", "1"),
]

describe("quorate linearizable", () => {
  test("shows the smallest part that fails, drawn, and ends with 1", async () => {
    const path = file("stale.edn", ...stale)
    const { code, out } = await quorate("linearizable", path)
    expect(code).toBe(1)
    expect(out.slice(out.indexOf("Not"))).toMatchInlineSnapshot(`
      "Not linearizable: no linearization point for read: 1 of client 2; possible
      states: 2
      Minimal failing window: 2 operations; other operations may take effect or not:

        client 0  lines 3-5  write 2  |-----|
        client 2  lines 7-8  read: 1              |-----| <- violation

      Value last written by: write 1 of client 0, lines 1-2.
      "
    `)
  })

  test("ends with 0 where it holds, and with 3 where the limit is reached", async () => {
    const path = file("good.edn", ...stale.slice(0, 6))
    expect(await quorate("linearizable", path)).toMatchObject({ code: 0 })
    const stopped = await quorate("linearizable", path, "--limit", "0")
    expect(stopped.code).toBe(3)
    expect(stopped.out).toContain("Unknown: the search stopped after 0 steps, at --limit 0")
  })

  test("of several beginnings shows the failure of the one that explains most", async () => {
    const path = file(
      "zero.edn",
      event(0, "invoke", "write", "1"),
      event(0, "ok", "write", "1"),
      event(1, "invoke", "read", "nil"),
      event(1, "ok", "read", "0"),
    )
    expect((await quorate("linearizable", path)).out).toMatch(/possible\s+states: 1/)
  })

  test("judges the other files where one cannot be read, and ends with 2", async () => {
    const { code, out, err } = await quorate("linearizable", file("no.edn", ""), file("bad.edn", ...stale))
    expect([code, out, err]).toEqual([
      2,
      expect.stringMatching(/bad.edn +not linearizable/) as string,
      expect.stringMatching(/no.edn has no events/) as string,
    ])
  })

  test("says the same in JSON", async () => {
    const { out } = await quorate("linearizable", file("again.edn", ...stale), "--format", "json")
    expect(JSON.parse(out)).toMatchObject({
      command: "linearizable",
      from: "edn",
      model: "register",
      operations: 4,
      verdict: "violated",
      window: {
        operations: [
          { client: "0", calledInLine: 3 },
          { client: "2", calledInLine: 7 },
        ],
        unplaceable: 1,
      },
    })
  })

  test("tells which session guarantees a client could notice the loss of", async () => {
    const path = file("session.edn", ...stale, event(1, "invoke", "read", "nil"), event(1, "ok", "read", "1"))
    const { out } = await quorate("linearizable", path, "--sessions")
    expect(out).toContain("\nread-your-writes: holds; 5 operations checked\n")
    expect(out.replaceAll("\n", " ")).toContain(
      "monotonic-reads: violated; client 1 observed read: 2, then read: 1, an older version",
    )
  })

  test("of several files a line each, and the worst of them decides", async () => {
    const [good, bad] = [file("a.edn", ...stale.slice(0, 6)), file("b.edn", ...stale)]
    const { code, out } = await quorate("linearizable", good, bad)
    expect(code).toBe(1)
    expect(out.split("\n")).toHaveLength(3)
    expect(out).toContain(`${good}  linearizable, 3 operations\n`)
  })

  test("a malformed line, a missing file and a wrong option end with 2", async () => {
    const wrong = await quorate("linearizable", file("bad.edn", stale[0]!, "{:process 1}"))
    expect(wrong).toMatchObject({ code: 2, out: "" })
    expect(wrong.err).toContain("bad.edn:2: not an event of a history: :type is nil")
    expect(await quorate("linearizable", "/nowhere")).toMatchObject({ code: 2 })
    expect((await quorate("linearizable", "x", "--limit", "soon")).err).toContain("number of seconds")
    expect((await quorate("linearizable", "x", "--from", "csv")).err).toContain(
      "Allowed choices are etcd, edn, kv, jsonl",
    )
  })
})

test("what clients of a random run saw can be written down and judged", async () => {
  const path = join(folder, "run.jsonl")
  const run = await quorate(
    "swarm",
    "--first",
    "1",
    "--seeds",
    "1",
    "--bug",
    "stale-read-at-deposed-leader",
    "--history",
    path,
  )
  const { code, out } = await quorate("linearizable", path)
  expect(run.code).toBe(1)
  expect(code).toBe(1)
  const why = /no linearization point for \S+ \S+ \S+ of client \w+/.exec(out.replaceAll("\n", " "))![0]
  expect(run.out.replaceAll(/\n +/g, " ")).toContain(why)
  expect((await quorate("swarm", "--seeds", "2", "--history", path)).err).toContain(
    "--history is for one run",
  )
})
