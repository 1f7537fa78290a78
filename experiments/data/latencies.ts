import { type LatencyChoice, normalLatency } from "../../src/world/simulate/latency.ts"
import { type MatrixName, lanOneWay, matrixNames, matrixSummaries, publishedMatrix } from "./matrices.ts"

/** What `--latency` knows by name: one data centre, and the published matrices. */
export const namedLatencies: ReadonlyMap<string, LatencyChoice> = new Map([
  ["lan", { kind: "everywhere", model: normalLatency(lanOneWay.meanMs, lanOneWay.deviationMs) }],
  ...matrixNames.map((name): [string, LatencyChoice] => [name, publishedChoice(name)]),
])

/** One line about each of them. */
export const latencySummaries: ReadonlyMap<string, string> = new Map([
  ["lan", "One data centre, as Paxi's evaluation (2019) measured it: normal(0.2135, 0.03366)"],
  ...matrixNames.map((name): [string, string] => [name, matrixSummaries[name]]),
])

/** A published matrix by its name, for processes to be placed in its regions. */
export function publishedChoice(name: MatrixName): LatencyChoice & { kind: "matrix" } {
  return { kind: "matrix", name, delays: publishedMatrix(name) }
}
