import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { dice } from "../../test/support/dice.ts"
import { ExperimentError, InvariantError, UsageError } from "../base/errors.ts"
import { measure, text } from "./column.ts"
import { type AnyExperiment, defineExperiment, experimentCatalogue } from "./define.ts"
import {
  type Chunk,
  type ChunkResult,
  type Executor,
  chunksOf,
  computeChunk,
  runSeed,
  upTo,
} from "./executor.ts"
import { storedRow, sweep } from "./sweep.ts"

const options = { rootSeed: 7, runs: 501 }

const allChunks = (rootSeed: number, endRun: number) =>
  chunksOf({ experiment: "two-dice", rootSeed, cases: upTo(4), firstRun: 0, endRun })

/** Computes everything, then delivers in a given order, some of it twice, through JSON as a queue would. */
function untidyExecutor(
  experiment: AnyExperiment,
  order: (results: ChunkResult[]) => ChunkResult[],
): Executor {
  return {
    async *run(chunks: Iterable<Chunk>) {
      const results = await Promise.all([...chunks].map((chunk) => computeChunk(experiment, chunk)))
      for (const result of order(results)) yield [JSON.parse(JSON.stringify(result)) as ChunkResult]
    },
  }
}

describe("a sweep", () => {
  test("has the same rows in whatever order its chunks arrive, and however often", async () => {
    const expected = await sweep(dice, options)
    const chunks = [...allChunks(options.rootSeed, options.runs)]
    const orders = fc.shuffledSubarray(chunks, { minLength: chunks.length })
    await fc.assert(
      fc.asyncProperty(orders, fc.subarray(chunks), async (order, again) => {
        const executor = untidyExecutor(dice, (results) =>
          [...order, ...again].map((chunk) =>
            results.find((r) => JSON.stringify(r.chunk) === JSON.stringify(chunk))!,
          ),
        )
        expect(await sweep(dice, { ...options, executor })).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  test("says in which case and at which seed an experiment threw; quorate's own errors stay what they are", async () => {
    const throwing = (error: unknown): AnyExperiment => ({
      ...dice,
      observe: (c, seed) => {
        const { target } = c as { target: number }
        if (target === 12) throw error
        return dice.observe({ target }, seed)
      },
    })
    const failing = sweep(throwing(new Error("no such region")), options)
    await expect(failing).rejects.toThrow(ExperimentError)
    await expect(failing).rejects.toThrow(
      `experiment two-dice threw in case 2 ({"target":12}) at seed ${runSeed(7, 0)}: no such region\n    at `,
    )
    await expect(sweep(throwing("a text"), options)).rejects.toThrow("a text")
    for (const own of [new UsageError("given"), new InvariantError("promised")]) {
      await expect(sweep(throwing(own), options)).rejects.toBe(own)
    }
  })

  test("that loses a chunk says so instead of averaging what is left", async () => {
    const executor = untidyExecutor(dice, (results) => results.slice(1))
    await expect(sweep(dice, { ...options, executor })).rejects.toThrow(InvariantError)
  })

  test("covers every run of every case exactly once", () => {
    const covered = [...allChunks(1, 501)].flatMap(({ caseIndex, firstRun, runs }) =>
      Array.from({ length: runs }, (_, i) => `${caseIndex}/${firstRun + i}`),
    )
    expect(new Set(covered).size).toBe(4 * 501)
    expect(covered.length).toBe(4 * 501)
  })

  test("reports its progress, growing to the total", async () => {
    const seen: number[] = []
    await sweep(dice, { ...options, onProgress: (done, total) => seen.push(done / total) })
    expect(seen.at(-1)).toBe(1)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
  })

  test("of more runs begins with the same ones, and cases meet the same chance", async () => {
    expect(runSeed(1, 3)).toBe(runSeed(1, 3))
    expect(runSeed(1, 3)).not.toBe(runSeed(2, 3))
    const seeds = Array.from({ length: 10_000 }, (_, r) => runSeed(1, r))
    expect(new Set(seeds).size).toBe(seeds.length)
    expect(seeds.every(Number.isSafeInteger)).toBe(true)
    const [one, other] = await Promise.all(
      [0, 1].map((caseIndex) =>
        computeChunk(dice, { experiment: "two-dice", rootSeed: 1, caseIndex, firstRun: 2, runs: 5 }),
      ),
    )
    expect(one!.observations).toEqual(other!.observations)
  })

  test("keeps the exact share within the observed interval", async () => {
    for (const row of await sweep(dice, { rootSeed: 1 })) {
      const [ways, all] = String(row["exactShare"]).split("/").map(Number)
      expect(Number(row["reachedShareLow"])).toBeLessThanOrEqual(ways! / all!)
      expect(Number(row["reachedShareHigh"])).toBeGreaterThanOrEqual(ways! / all!)
    }
  })
})

describe("a stored row", () => {
  const columns = [text("system", "…"), measure("latencyMsMean", "…", { digits: 2, empty: "undecided" })]
  const stored = (row: Record<string, string | number | boolean | null>) =>
    storedRow({ id: "x", columns }, row)

  test("is rounded to the digits of its columns, and has no negative zero", () => {
    expect(stored({ system: "a", latencyMsMean: 1.005001 })).toEqual({ system: "a", latencyMsMean: 1.01 })
    expect(Object.is(stored({ system: "a", latencyMsMean: -0.001 })["latencyMsMean"], 0)).toBe(true)
    expect(stored({ latencyMsMean: null, system: "a" })).toEqual({ system: "a", latencyMsMean: null })
  })

  test.each([
    { system: "a" },
    { system: "a", latencyMsMean: NaN },
    { system: "a", latencyMsMean: Infinity },
    { system: "a", latencyMsMean: "1" },
    { system: null, latencyMsMean: 1 },
    { system: "a", latencyMsMean: 1, more: 1 },
  ] as Record<string, string | number | null>[])("refuses %j", (row) => {
    expect(() => stored(row)).toThrow(ExperimentError)
  })
})

describe("defining an experiment", () => {
  test("refuses odd ids, columns and runs", () => {
    const variants: Partial<AnyExperiment>[] = [
      { id: "Two dice" },
      { columns: [] },
      { columns: [text("latency_ms", "…")] },
      { columns: [text("a", "…"), text("a", "…")] },
      { runs: 0 },
      { runs: 1.5 },
    ]
    for (const variant of variants) {
      expect(() => defineExperiment({ ...(dice as AnyExperiment), ...variant })).toThrow(UsageError)
    }
  })

  test("a list has each id once", () => {
    expect(experimentCatalogue([dice]).get("two-dice")?.runs).toBe(600)
    expect(() => experimentCatalogue([dice, dice])).toThrow(UsageError)
  })
})
