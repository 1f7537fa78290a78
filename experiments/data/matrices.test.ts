import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { lanOneWay, matrixCsv, matrixNames, publishedMatrix } from "./matrices.ts"
import { latencySummaries, namedLatencies } from "./latencies.ts"

describe.each(matrixNames)("the %s matrix", (name) => {
  test("has the same bytes as its CSV file", () => {
    expect(matrixCsv(name)).toBe(readFileSync(new URL(`${name}.csv`, import.meta.url), "utf8"))
  })

  test("connects five regions, symmetrically", () => {
    const { regions, oneWayMicros } = publishedMatrix(name)
    expect(regions).toHaveLength(5)
    regions.forEach((_, i) => regions.forEach((__, j) => expect(oneWayMicros(i, j)).toBe(oneWayMicros(j, i))))
  })
})

test("Paxi's California is 14 ms from Oregon and 68.5 ms from Ireland, one way", () => {
  const { regions, oneWayMicros } = publishedMatrix("paxi")
  expect(["OR", "IR"].map((to) => oneWayMicros(regions.indexOf("CA"), regions.indexOf(to)))).toEqual([
    14_000, 68_500,
  ])
})

test("two one-way delays of the LAN add up to the published round trip", () => {
  expect(2 * lanOneWay.meanMs).toBeCloseTo(0.427, 6)
  expect(Math.sqrt(2) * lanOneWay.deviationMs).toBeCloseTo(0.0476, 4)
})

test("every named latency has a name, a line about it, and the figures that line promises", () => {
  expect([...namedLatencies.keys()]).toEqual([...latencySummaries.keys()])
  const lan = namedLatencies.get("lan")
  expect(lan?.kind === "everywhere" && latencySummaries.get("lan")?.endsWith(lan.model.name)).toBe(true)
})
