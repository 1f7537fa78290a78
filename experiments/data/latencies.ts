import type { MatrixOptions } from "../../src/world/simulate/latency-matrix.ts"
import { type LatencyChoice, normalLatency, parseLatency } from "../../src/world/simulate/latency.ts"
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
export function publishedChoice(
  name: MatrixName,
  options: MatrixOptions = {},
): LatencyChoice & { kind: "matrix" } {
  return { kind: "matrix", name, delays: publishedMatrix(name, options) }
}

/**
 * The latency of a text: a shipped name such as paxi, or a model such as `constant(10)` in milliseconds one
 * way. The options apply to a matrix; whoever takes them from a user refuses them elsewhere.
 */
export function latencyNamed(text: string, options: MatrixOptions = {}): LatencyChoice {
  const matrix = matrixNames.find((name) => name === text.trim())
  return matrix === undefined ? parseLatency(text, namedLatencies) : publishedChoice(matrix, options)
}
