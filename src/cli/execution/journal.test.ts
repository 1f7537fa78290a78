import fc from "fast-check"
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { dice } from "../../../test/support/dice.ts"
import { type Chunk, type Executor, chunksOf, computeChunk, upTo } from "../../experiment/executor.ts"
import { sweep } from "../../experiment/sweep.ts"
import { type JournalHeader, headerLine, journaled, openJournal, readJournal, resultLine } from "./journal.ts"

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "quorate-journal-"))))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const newFile = () => join(folder, `${files++}.journal`)

const header: JournalHeader = {
  quorateJournal: 1,
  experiment: "two-dice",
  seed: 7,
  runs: 501,
  configurationSha256: "c",
  codeSha256: "d",
}
const options = { rootSeed: 7, runs: 501 }
const allChunks = () =>
  chunksOf({ experiment: "two-dice", rootSeed: 7, cases: upTo(4), firstRun: 0, endRun: 501 })

/** Computes in this thread, counts what it computes, and fails after so many chunks. */
function failingAfter(max: number): Executor & { computed: Chunk[] } {
  const computed: Chunk[] = []
  return {
    computed,
    async *run(chunks) {
      for (const chunk of chunks) {
        if (computed.length >= max) throw new Error("power cut")
        computed.push(chunk)
        yield [await computeChunk(dice, chunk)]
      }
    },
  }
}

/** Sweeps with a journal, as one run of the command does; answers its rows, or undefined where it broke off. */
async function attempt(file: string, executor: Executor) {
  const journal = openJournal(file, header)
  try {
    return await sweep(dice, { ...options, executor: journaled(executor, journal) })
  } catch {
    return undefined
  } finally {
    journal.close()
  }
}

describe("a journal", () => {
  test("wherever it is cut off, the rest is computed again, and the rows are the same", async () => {
    const expected = await sweep(dice, options)
    const full = newFile()
    await attempt(full, failingAfter(Infinity))
    const bytes = readFileSync(full)
    const chunks = [...allChunks()].length
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length), async (length) => {
        const file = newFile()
        writeFileSync(file, bytes.subarray(0, length))
        const executor = failingAfter(Infinity)
        expect(await attempt(file, executor)).toEqual(expected)
        const whole = bytes.subarray(0, length).toString("latin1").split("\n").length - 2
        expect(executor.computed.length).toBe(chunks - Math.max(0, whole))
        expect(readFileSync(file).length).toBe(bytes.length)
      }),
      { numRuns: 25 },
    )
  })

  test("survives one power cut after the other, each chunk computed once", async () => {
    const file = newFile()
    const computed: Chunk[] = []
    let rows: unknown
    for (let cuts = 0; rows === undefined; cuts++) {
      expect(cuts).toBeLessThan(100)
      const executor = failingAfter(1 + 7 * (cuts % 3))
      rows = await attempt(file, executor)
      computed.push(...executor.computed)
    }
    expect(rows).toEqual(await sweep(dice, options))
    expect(computed).toEqual([...allChunks()])
  })

  test("a damaged byte costs what follows it, and is warned of; nothing damaged is believed", async () => {
    const file = newFile()
    await attempt(file, failingAfter(Infinity))
    const bytes = readFileSync(file)
    const lines = bytes.toString().split("\n")
    const at = lines[0]!.length + lines[1]!.length + 60
    bytes[at] = bytes[at]! ^ 1
    writeFileSync(file, bytes)
    const warnings: string[] = []
    openJournal(file, header, { warn: (message) => warnings.push(message) }).close()
    expect(warnings).toEqual([expect.stringMatching(/^the last \d+ bytes of .* damaged/)])
    expect([...readJournal(file).results]).toHaveLength(1)
  })

  test.each([
    { seed: 8 },
    { runs: 500 },
    { configurationSha256: "other cases" },
    { codeSha256: "other code" },
    { shard: "1/2" },
    { experiment: "three-dice" },
  ])("of another run is refused, and left as it is: %j", async (difference) => {
    const file = newFile()
    await attempt(file, failingAfter(2))
    const before = readFileSync(file)
    expect(() => openJournal(file, { ...header, ...difference })).toThrow(/different configuration.*--fresh/)
    expect(readFileSync(file)).toEqual(before)
    const fresh = openJournal(file, { ...header, ...difference }, { fresh: true })
    expect([fresh.continued, existsSync(file), ...fresh.results()]).toEqual([false, false])
    fresh.close()
  })

  test("without a result has nothing to mix, whatever it was for", () => {
    const file = newFile()
    writeFileSync(file, headerLine(header))
    expect(openJournal(file, { ...header, seed: 8 }).continued).toBe(false)
  })

  test("gives of what it has only what is asked for", async () => {
    const file = newFile()
    await attempt(file, failingAfter(Infinity))
    const journal = openJournal(file, header)
    const none = failingAfter(0)
    const wanted = [...allChunks()].slice(3, 5)
    const given: Chunk[] = []
    for await (const results of journaled(none, journal).run(wanted))
      for (const { chunk } of results) given.push(chunk)
    expect(given).toEqual(wanted)
  })

  test("begins anew where not even its first line is whole", async () => {
    const file = newFile()
    writeFileSync(file, headerLine(header))
    truncateSync(file, 20)
    expect(openJournal(file, header).continued).toBe(false)
    await attempt(file, failingAfter(1))
    expect(readJournal(file).header).toEqual(header)
  })

  test("reads lines of any length, across blocks", () => {
    const file = newFile()
    const chunk = { experiment: "x", rootSeed: 1, caseIndex: 0, firstRun: 0, runs: 1 }
    const long = [10, 1_048_560, 3_000_000, 1].map((length) => ({
      chunk,
      observations: JSON.stringify(["ü".repeat(length)]),
    }))
    writeFileSync(file, headerLine(header))
    for (const result of long) appendFileSync(file, resultLine(result))
    const lengths = [...readJournal(file).results].map(
      ({ observations }) => (JSON.parse(observations) as string[])[0]!.length,
    )
    expect(lengths).toEqual([10, 1_048_560, 3_000_000, 1])
  })

  test("asks a slow disk less often, so that it takes a thirtieth of the time at most", () => {
    // A clock that moves a millisecond each time it is read: every sync takes one, every append reads it once.
    let reads = 0
    const journal = openJournal(newFile(), header, { now: () => reads++ })
    const chunk = { experiment: "x", rootSeed: 1, caseIndex: 0, firstRun: 0, runs: 0 }
    for (let i = 0; i < 1000; i++) journal.append([{ chunk, observations: "[]" }])
    journal.close()
    // Each append reads once; a sync reads twice more. 1000 appends: about 1000 / 30 syncs.
    const syncs = (reads - 1001) / 2
    expect(syncs).toBeGreaterThan(28)
    expect(syncs).toBeLessThan(36)
  })
})
