import { describe, expect, test } from "vitest"
import { readExperiments } from "./experiment-source.ts"
import { chunksOf, computeChunk } from "../../experiment/executor.ts"
import { checkedAnswers, problemWith } from "./checked-answers.ts"
import type { Parcel, ParcelAnswer } from "./parcels.ts"

const [experiment] = await readExperiments(["duelling"])
const chunks = [
  ...chunksOf({ experiment: "duelling", rootSeed: 1, cases: [0, 1], firstRun: 0, endRun: 4 }),
].slice(0, 6)
const parcel: Parcel = {
  source: { kind: "shipped", id: "duelling" },
  work: chunks.map((chunk) => ({ chunk })),
}
const observations: string[] = []
for (const chunk of chunks) observations.push((await computeChunk(experiment!, chunk)).observations)
const right: ParcelAnswer = { observations, ms: 1 }

const withFirst = (text: string): ParcelAnswer => ({ observations: [text, ...observations.slice(1)], ms: 1 })
const forged: readonly [string, ParcelAnswer][] = [
  ["fewer chunks", { observations: observations.slice(1), ms: 1 }],
  ["more chunks", { observations: [...observations, "[]"], ms: 1 }],
  ["no JSON", withFirst("[")],
  ["no list", withFirst("{}")],
  ["no run", withFirst("[]")],
  ["a line of its own in the journal", withFirst(`${observations[0]!}\n`)],
  ["space", withFirst(` ${observations[0]!}`)],
  ["nothing observed", withFirst("[null]")],
  ["something else observed", withFirst('[{"x":1}]')],
  ["depth", withFirst("[".repeat(100_000))],
]

describe("an answer of the queue", () => {
  test("counts if it is what the experiment observes", async () => {
    expect(await problemWith(right, parcel, experiment!)).toBeUndefined()
  })

  test.each(forged)("with %s is asked for again, and the run goes on", async (_, answer) => {
    const answers = [answer, right]
    const warnings: string[] = []
    const service = checkedAnswers(
      { parcelMs: 1, atOnce: () => 1, compute: async () => Promise.resolve(answers.shift()!) },
      experiment!,
      (message) => warnings.push(message),
    )
    expect(await service.compute(parcel)).toEqual(right)
    expect(warnings).toEqual([expect.stringMatching(/^an answer of the queue was discarded: /)])
  })

  test("that is wrong again and again ends the run, before anything is kept", async () => {
    const service = checkedAnswers(
      { parcelMs: 1, atOnce: () => 1, compute: async () => Promise.resolve(forged[8]![1]) },
      experiment!,
      () => undefined,
    )
    await expect(service.compute(parcel)).rejects.toThrow(/the queue returned 3 invalid answers for duelling/)
  })

  test("counts although its experiment only summarises all runs at once", async () => {
    const whole = {
      ...experiment!,
      summarise: () => {
        throw new Error("needs all")
      },
    }
    expect(await problemWith(right, parcel, whole)).toBeUndefined()
    expect(await problemWith(withFirst('[{"x":1}]'), parcel, whole)).toMatch(/needs all/)
  })
})
