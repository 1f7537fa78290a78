import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { UsageError } from "../../base/errors.ts"
import {
  type QueuedJob,
  keyName,
  openAnswer,
  openJob,
  queueKey,
  sealAnswer,
  sealJob,
} from "./queue-messages.ts"

const folder = mkdtempSync(join(tmpdir(), "quorate-key-"))
afterAll(() => rmSync(folder, { recursive: true }))

const run = "0b7e1e0c-6a3f-4a57-9a0e-5d3f0b1b2c3d"
const job: QueuedJob = {
  run,
  job: `${run}-0`,
  source: { kind: "shipped", id: "duelling" },
  chunks: [{ experiment: "duelling", rootSeed: 1, caseIndex: 0, firstRun: 0, runs: 25 }],
}
const answer = { run, job: `${run}-0`, answer: { observations: ["[1]"], ms: 3 } }
const [key, other] = [Buffer.from("k".repeat(32)), Buffer.from("o".repeat(32))]

describe("messages of the queue", () => {
  test("come out as they went in, signed or not", () => {
    for (const one of [undefined, key]) {
      expect(openJob(sealJob(job, one), one)).toEqual(job)
      expect(openAnswer(sealAnswer(answer, one), one)).toEqual(answer)
    }
  })

  test("are refused with a key unless they are signed with it, unchanged, and go the same way", () => {
    const sealed = sealJob(job, key)
    const forged = [
      sealJob(job),
      sealJob(job, other),
      { ...sealed, text: sealed.text.replace("duelling", "systems") },
      { ...sealed, signature: "" },
      { ...sealed, signature: `é${sealed.signature!.slice(1)}` },
      sealAnswer(answer, key),
    ]
    for (const one of forged) expect(() => openJob(one, key)).toThrow("is not signed with the key")
    expect(() => openAnswer(sealed, key)).toThrow("is not signed with the key")
  })

  test.each<[string, unknown]>([
    ["no message", null],
    ["a text", "job"],
    ["a parcel of the version before", { run, parcel: {} }],
    ["no JSON", { text: "{" }],
    ["a run of another form", sealJob({ ...job, run: "quorate:alive:*" })],
    ["a source of no kind", sealJob({ ...job, source: { kind: "constructor" } as never })],
    ["a module without a hash", sealJob({ ...job, source: { kind: "module", path: "/etc/x.mjs" } as never })],
    ["no chunks", sealJob({ ...job, chunks: [] })],
    ["a million runs in a chunk", sealJob({ ...job, chunks: [{ ...job.chunks[0]!, runs: 1e6 }] })],
    ["a negative case", sealJob({ ...job, chunks: [{ ...job.chunks[0]!, caseIndex: -1 }] })],
    ["a key too many", sealJob({ ...job, more: 1 } as never)],
    ["deep nesting", { text: "[".repeat(100_000) }],
  ])("with %s are refused", (_, message) => {
    expect(() => openJob(message)).toThrow(UsageError)
    expect(() => openAnswer(message)).toThrow(UsageError)
  })
})

describe("a key", () => {
  test("is what a file says, of at least 16 bytes, and never shows in the queue's name", () => {
    const file = join(folder, "queue.key")
    writeFileSync(file, `${"s".repeat(64)}\n`)
    expect(queueKey(file)).toEqual(Buffer.from("s".repeat(64)))
    writeFileSync(file, "secret\n")
    expect(() => queueKey(file)).toThrow(/has 6 bytes; a key must have at least 16/)
    expect(() => queueKey(join(folder, "none"))).toThrow("no such file")
    expect([keyName(undefined), keyName(key)]).toEqual(["", expect.stringMatching(/^-[0-9a-f]{8}$/)])
    expect(keyName(key)).not.toBe(keyName(other))
  })
})
