import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { UsageError } from "../../base/errors.ts"
import { type LatencyMatrix, type MatrixOptions, parseMatrixCsv, parsePingData } from "./latency-matrix.ts"

const csv = (...lines: string[]) => ["from,to,rtt_ms", ...lines, ""].join("\n")

/** Every delay, by name, in microseconds. */
function delays({ regions, oneWayMicros }: LatencyMatrix): Record<string, number> {
  return Object.fromEntries(
    regions.flatMap((from, i) => regions.map((to, j) => [`${from}-${to}`, oneWayMicros(i, j)])),
  )
}

function message(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message
  }
  throw new Error("nothing was thrown")
}

describe("a matrix from CSV", () => {
  test("halves each round trip and completes the direction that is not given", () => {
    expect(delays(parseMatrixCsv(csv("EU,US,136", "US,AP,174.5", "EU,AP,180"), "m.csv"))).toEqual({
      "EU-EU": 0,
      "US-US": 0,
      "AP-AP": 0,
      "EU-US": 68_000,
      "US-EU": 68_000,
      "US-AP": 87_250,
      "AP-US": 87_250,
      "EU-AP": 90_000,
      "AP-EU": 90_000,
    })
  })

  test("keeps two directions that differ", () => {
    const { oneWayMicros } = parseMatrixCsv(csv("a,b,10", "b,a,30"), "m.csv")
    expect([oneWayMicros(0, 1), oneWayMicros(1, 0)]).toEqual([5000, 15_000])
  })

  test("rounds half microseconds as asked", () => {
    const rounded = (rounding: MatrixOptions["rounding"] & string, rtt: string) =>
      parseMatrixCsv(csv(`a,b,${rtt}`), "m.csv", { rounding }).oneWayMicros(0, 1)
    expect(["nearest", "up", "down"].map((r) => rounded(r as "up", "0.427"))).toEqual([214, 214, 213])
    expect(["nearest", "up", "down"].map((r) => rounded(r as "up", "0.428"))).toEqual([214, 214, 214])
    expect(["nearest", "up", "down"].map((r) => rounded(r as "up", "0.0005"))).toEqual([0, 1, 0])
  })

  test("has the same half for every decimal of a microsecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (rttMicros) => {
        const text = `${Math.floor(rttMicros / 1000)}.${String(rttMicros % 1000).padStart(3, "0")}`
        const at = (rounding: "up" | "down") =>
          parseMatrixCsv(csv(`a,b,${text}`), "m", { rounding }).oneWayMicros(0, 1)
        expect([at("down"), at("up")]).toEqual([Math.floor(rttMicros / 2), Math.ceil(rttMicros / 2)])
      }),
      { numRuns: 50 },
    )
  })

  test("uses the intra-region round trip where none is measured", () => {
    const { oneWayMicros } = parseMatrixCsv(csv("a,b,10", "b,b,0.4"), "m.csv", { intraRegionRttMs: 1 })
    expect([oneWayMicros(0, 0), oneWayMicros(1, 1)]).toEqual([500, 200])
  })

  test("reads what spreadsheets write", () => {
    const text = '\uFEFFfrom,to,rtt_ms\r\n# a comment\r\n\r\n"EU, west",US,1.36e2\r\n'
    const { regions, oneWayMicros } = parseMatrixCsv(text, "m.csv")
    expect([regions, oneWayMicros(0, 1)]).toEqual([["EU, west", "US"], 68_000])
  })
})

describe("a mistake in a CSV is named with its line and column", () => {
  test.each([
    ["", "m.csv:1:1: the first line is missing"],
    ["from,to\nEU,US\n", "m.csv:1:1: the first line is from,to;"],
    [csv(), "m.csv: no round trips"],
    [csv("EU,US"), "m.csv:2:1: 2 fields"],
    [csv("EU,US,1,2"), "m.csv:2:1: 4 fields"],
    [csv("EU,US,136", "EU,AP,-180"), "m.csv:3:7: the round trip from EU to AP is -180;"],
    [csv("EU,US,fast"), 'm.csv:2:7: the round trip from EU to US is "fast"'],
    [csv("EU,US,0x10"), 'm.csv:2:7: the round trip from EU to US is "0x10"'],
    [csv("EU,US,"), "m.csv:2:7: the round trip from EU to US is missing"],
    [csv("EU,US,Infinity"), 'm.csv:2:7: the round trip from EU to US is "Infinity"'],
    [csv("EU,US,1e99"), "m.csv:2:7: the round trip from EU to US is 1e+99;"],
    [csv("EU, ,1"), "m.csv:2:5: the name of a region is missing."],
    [csv('"E,U",  US,  -1'), "m.csv:2:14: the round trip from E,U to US is -1;"],
    [
      csv("# note", "", "EU,US,136", "EU,US,136"),
      "m.csv:5:1: the round trip from EU to US is given a second time; it was first at m.csv:4:1.",
    ],
    [
      csv("EU,US,136", "EU,AP,180"),
      "m.csv:3:4: AP is named here, but no round trip between US and AP is given",
    ],
    [
      csv("EU,US,136", "AP,EU,180"),
      "m.csv:3:1: AP is named here, but no round trip between US and AP is given",
    ],
    [csv('EU,"US,136'), "m.csv: not a CSV:"],
  ])("%j", (text, start) => {
    expect(message(() => parseMatrixCsv(text, "m.csv"))).toContain(start)
  })

  test("a negative intra-region latency is refused too", () => {
    expect(message(() => parseMatrixCsv(csv("a,b,1"), "m.csv", { intraRegionRttMs: -1 }))).toContain(
      "the round trip within a region is -1",
    )
  })
})

describe("a matrix from ping files", () => {
  const files = [
    {
      name: "pings/eu-west-1.dat",
      text: "0.129/0.154/0.244/0.014:eu-west-1\n135.457/135.900/136.610/0.576:us-west-1\n",
    },
    { name: "pings/us-west-1.dat", text: "# from California\n135.400/135.800/137.000/0.4:eu-west-1\r\n\r\n" },
  ]

  test("uses the average, of each direction its own", () => {
    expect(delays(parsePingData(files))).toEqual({
      "eu-west-1-eu-west-1": 77,
      "us-west-1-us-west-1": 0,
      "eu-west-1-us-west-1": 67_950,
      "us-west-1-eu-west-1": 67_900,
    })
  })

  test("or the minimum or maximum, if asked", () => {
    const to = (statistic: "min" | "max") => parsePingData(files, { statistic }).oneWayMicros(0, 1)
    expect([to("min"), to("max")]).toEqual([67_729, 68_305])
  })

  test.each([
    ["1/2/3:b", "a.dat:1:1:"],
    ["1/2/3/x:b", "a.dat:1:7:"],
    ["1/2/x/4:b", "a.dat:1:5:"],
    ["1/2/3/4", "a.dat:1:1:"],
    ["\n1/-2/3/4:b", "a.dat:2:3: the round trip from a to b is -2;"],
    ["3/2/1/1:b", "a.dat:1:1: minimum 3, average 2 and maximum 1 are not in that order"],
    ["1/1/1/0:b\n1/1/1/0:b", "a.dat:2:1: the round trip from a to b is given a second time"],
    ["1/1/1/0:b\n1/1/1/0:c", "a.dat:2:9: c is named here, but no round trip between b and c is given"],
  ])("%j is refused by line and column", (text, start) => {
    expect(message(() => parsePingData([{ name: "a.dat", text }]))).toContain(start)
  })
})
