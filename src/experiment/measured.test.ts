import { expect, expectTypeOf, test } from "vitest"
import { meanInterval, pairedDifference, shareInterval } from "../base/statistics/estimates.ts"
import { estimateCells, estimateColumns, measure } from "./column.ts"
import {
  type CellsOf,
  type ObservationOf,
  estimated,
  mean,
  meanDifference,
  meansOf,
  measured,
  plainMean,
  share,
  sharesOf,
} from "./measured.ts"

const measures = measured({
  learnMs: mean("Mean time until the proposer learns.", { unit: "ms" }),
  decided: share("Share of runs that decide.", { digits: 4 }),
  gainMs: meanDifference("Mean difference to a majority."),
  messages: plainMean("Messages sent.", { digits: 1 }),
})

const observations: readonly ObservationOf<typeof measures>[] = [
  { learnMs: 4, decided: true, gainMs: [4, 2], messages: 10 },
  { learnMs: null, decided: false, gainMs: [null, 3], messages: 11 },
  { learnMs: 7, decided: true, gainMs: [7, 4], messages: 12 },
]

test("the columns of measures are those of estimates, in order", () => {
  expect(measures.columns).toEqual([
    ...estimateColumns("learnMs", "Mean time until the proposer learns.", { unit: "ms" }),
    ...estimateColumns("decided", "Share of runs that decide.", { digits: 4 }),
    ...estimateColumns("gainMs", "Mean difference to a majority."),
    measure("messages", "Messages sent.", { digits: 1 }),
  ])
})

test("the cells are the estimates over the runs, and how many there were", () => {
  expect(measures.cells(observations)).toEqual({
    runs: 3,
    ...estimateCells("learnMs", meanInterval([4, 7])),
    ...estimateCells("decided", shareInterval([true, false, true])),
    ...estimateCells("gainMs", pairedDifference([4, null, 7], [2, 3, 4])),
    messages: 11,
  })
})

test("a row has these cells and no others, known to the types", () => {
  const cells = measures.cells(observations)
  expectTypeOf(cells.learnMsLow).toEqualTypeOf<number | null>()
  expectTypeOf(cells.messages).toEqualTypeOf<number>()
  expectTypeOf<CellsOf<typeof measures>>().not.toHaveProperty("messagesLow")
  expectTypeOf<ObservationOf<typeof measures>["decided"]>().toEqualTypeOf<boolean>()
  // @ts-expect-error: an observation lacks a measure
  expect(() => measures.cells([{ learnMs: 1, decided: true, messages: 1 }])).toThrow()
})

test("notes say how many runs, and which interval", () => {
  expect(meansOf([{ runs: 1000 }])).toBe("Means of 1,000 runs with 95 % CI (Student t)")
  expect(meansOf([{ runs: 20 }], "99.9 %")).toBe("Means of 20 runs with 99.9 % CI (Student t)")
  expect(sharesOf([{ runs: 1 }])).toBe("Shares of 1 run with 95 % CI (Wilson)")
})

test("an estimate over all runs at once is taken as it is", () => {
  const quantile = measured({ latencyMs: estimated("Median over all runs.", { unit: "ms" }) })
  const estimate = { value: 3, low: 2, high: 5, count: 40 }
  expect(quantile.columns).toEqual(estimateColumns("latencyMs", "Median over all runs.", { unit: "ms" }))
  expect(quantile.cells([{ latencyMs: estimate }])).toEqual({
    runs: 1,
    ...estimateCells("latencyMs", estimate),
  })
})
