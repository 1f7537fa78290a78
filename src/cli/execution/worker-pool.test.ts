import { afterAll, describe, expect, test } from "vitest"
import { experiments } from "../../../experiments/index.ts"
import { dice } from "../../../test/support/dice.ts"
import { ExperimentError, InvariantError, UsageError } from "../../base/errors.ts"
import { type Executor, chunksOf, computeChunk, matrixOf, upTo } from "../../experiment/executor.ts"
import { sweep } from "../../experiment/sweep.ts"

import type { ExperimentSource } from "./experiment-source.ts"
import { Interrupted, interruptible } from "./interruption.ts"
import { type Parcel, parcelExecutor, portableError, revivedError } from "./parcels.ts"
import { unhurriedExecutor } from "./run-one.ts"
import { WorkerPool } from "./worker-pool.ts"

const experiment = experiments.get("duelling")!
const options = { rootSeed: 3, runs: 30 }
const source: ExperimentSource = { kind: "shipped", id: "duelling" }
const pool = new WorkerPool(2)
const threads = parcelExecutor(pool, source, experiment)
afterAll(() => pool.close())

const chunksUpTo = (endRun: number) => {
  const cases = upTo(matrixOf(experiment).length)
  return [...chunksOf({ experiment: "duelling", rootSeed: 3, cases, firstRun: 0, endRun })]
}

describe("worker threads", () => {
  test("compute what one thread computes", async () => {
    const here = await sweep(experiment, options)
    expect(await sweep(experiment, { ...options, executor: threads })).toEqual(here)
    const unhurried = unhurriedExecutor(experiment, threads, () => pool.ready(source))
    expect(await sweep(experiment, { ...options, executor: unhurried })).toEqual(here)
  })

  test("have a fifth of a second of quick parcels at hand, and none that are slow or unknown", () => {
    const two = new WorkerPool(2)
    expect([1, 50, 100, 201, Infinity].map((lastMs) => two.atOnce(lastMs))).toEqual([18, 10, 6, 2, 2])
  })

  test("compute one parcel after the other, however many they have at hand", async () => {
    const one = new WorkerPool(1)
    const parcels = Array.from({ length: 6 }, (_, i): Parcel => {
      const chunk = { experiment: "duelling", rootSeed: 3, caseIndex: i, firstRun: 0, runs: 40 }
      return { source, work: [{ chunk, case: matrixOf(experiment).at(i) }] }
    })
    const done: number[] = []
    const answers = await Promise.all(
      parcels.map(async (parcel, i) => {
        const answer = await one.compute(parcel)
        done.push(i)
        return answer
      }),
    )
    await one.close()
    expect(done).toEqual([0, 1, 2, 3, 4, 5])
    for (const [i, { work }] of parcels.entries()) {
      const { chunk, case: c } = work[0]!
      expect(answers[i]!.observations).toEqual([(await computeChunk(experiment, chunk, c)).observations])
    }
  })

  test("may be left in the middle, and serve again", async () => {
    for await (const results of threads.run(chunksUpTo(30))) {
      for (const { chunk } of results) expect(chunksUpTo(30)).toContainEqual(chunk)
      break
    }
    expect(await sweep(experiment, { ...options, executor: threads })).toHaveLength(48)
  })

  test("hand on an error as what it was", async () => {
    const executor = parcelExecutor(pool, { kind: "shipped", id: "dueling" }, experiment)
    await expect(sweep(experiment, { ...options, executor })).rejects.toThrow(UsageError)
    await expect(sweep(experiment, { ...options, executor })).rejects.toThrow('did you mean "duelling"?')
    expect(revivedError(portableError(new InvariantError("x", "replay")))).toBeInstanceOf(InvariantError)
    expect(revivedError(portableError(new ExperimentError("x")))).toBeInstanceOf(ExperimentError)
    expect(revivedError(portableError("thrown text")).message).toBe("thrown text")
  })
})

describe("parcels", () => {
  /** Answers with the given time per chunk, and fails at the chunk of that number. */
  function service(msPerChunk: number, failAt = Infinity) {
    const sizes: number[] = []
    let served = 0
    const compute = async ({ work }: Parcel) => {
      sizes.push(work.length)
      const observations: string[] = []
      for (const { chunk, case: c } of work) {
        if (served++ === failAt)
          return { observations, ms: 1, error: portableError(new UsageError("broken")) }
        observations.push((await computeChunk(dice, chunk, c)).observations)
      }
      return { observations, ms: work.length * msPerChunk }
    }
    return { sizes, atOnce: () => 3, parcelMs: 40, compute }
  }

  test("grow where chunks are quick, and stay single where they are slow; the rows are the same", async () => {
    const rows = await sweep(dice, { rootSeed: 1, runs: 2000 })
    const [quick, slow] = [service(1), service(50)]
    for (const one of [quick, slow]) {
      const executor = parcelExecutor(one, source, dice)
      expect(await sweep(dice, { rootSeed: 1, runs: 2000, executor })).toEqual(rows)
    }
    expect(Math.max(...quick.sizes)).toBe(40)
    expect(Math.max(...slow.sizes)).toBe(1)
  })

  test("give what was computed before one fails", async () => {
    const executor = parcelExecutor(service(1, 100), source, dice)
    const given: unknown[] = []
    const all = chunksOf({
      experiment: "two-dice",
      rootSeed: 1,
      cases: [0],
      firstRun: 0,
      endRun: 1e4,
    })
    const run = async () => {
      for await (const results of executor.run(all)) given.push(...results)
    }
    await expect(run()).rejects.toThrow("broken")
    expect(given.length).toBeGreaterThan(50)
  })
})

test("an unhurried executor hands on what it has not done, once each", async () => {
  const handedOn: unknown[] = []
  const others: Executor = {
    async *run(chunks) {
      for (const chunk of chunks) {
        handedOn.push(chunk)
        yield [{ chunk, observations: "[]" }]
      }
    },
  }
  const chunks = chunksUpTo(60_000)
  const seen: unknown[] = []
  for await (const results of unhurriedExecutor(experiment, others, () => Promise.resolve()).run(chunks))
    for (const { chunk } of results) seen.push(chunk)
  expect(seen).toEqual(chunks)
  expect(handedOn).toEqual(chunks.slice(chunks.length - handedOn.length))
  expect(handedOn.length).toBeGreaterThan(0)
})

describe("an interruption", () => {
  const forever: Executor = {
    async *run() {
      await new Promise(() => undefined)
      yield* []
    },
  }

  test("ends even what would never end", async () => {
    const controller = new AbortController()
    const results = interruptible(forever, controller.signal).run([])[Symbol.asyncIterator]().next()
    controller.abort()
    await expect(results).rejects.toThrow(Interrupted)
  })

  test("that came before the first chunk is heard, too", async () => {
    const executor = interruptible(forever, AbortSignal.abort())
    await expect(sweep(experiment, { ...options, executor })).rejects.toThrow(Interrupted)
  })
})
