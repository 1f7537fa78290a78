import {
  type LatencyMatrix,
  type MatrixOptions,
  parseMatrixCsv,
} from "../../src/world/simulate/latency-matrix.ts"

/**
 * The published latency matrices, as text: the same bytes as the CSV files
 * beside this one (a test holds them to it), so that they can be used where
 * there are no files. Their sources are in README.md.
 */
const csvFiles = {
  aws: `from,to,rtt_ms
EU,US,136
EU,AP,180
EU,CA,73
EU,SA,177
US,AP,174
US,CA,79
US,SA,174
AP,CA,206
AP,SA,317
CA,SA,122
`,
  paxi: `from,to,rtt_ms
VA,OR,86
VA,CA,65
VA,IR,80
VA,JP,156
OR,CA,28
OR,IR,154
OR,JP,131
CA,IR,137
CA,JP,115
IR,JP,218
`,
} as const

/** The name of a shipped matrix. */
export type MatrixName = keyof typeof csvFiles

/** Every shipped matrix. */
export const matrixNames = Object.keys(csvFiles) as readonly MatrixName[]

/** What each matrix is, in a line. */
export const matrixSummaries: Readonly<Record<MatrixName, string>> = {
  aws: "Five AWS regions in 2021, average round trips: EU, US, AP, CA, SA",
  paxi: "Five AWS regions of Paxi's evaluation (2019), average round trips: VA, OR, CA, IR, JP",
}

/** The text of a shipped matrix's CSV file. */
export function matrixCsv(name: MatrixName): string {
  return csvFiles[name]
}

/** A shipped matrix: average round trips halved; nearest microsecond and nothing within a region unless the options say otherwise. */
export function publishedMatrix(name: MatrixName, options: MatrixOptions = {}): LatencyMatrix {
  return parseMatrixCsv(csvFiles[name], `${name}.csv`, options)
}

/**
 * Delays within one data centre, one way, in milliseconds. Paxi's evaluation
 * measured round trips of mean 0.427 ms and standard deviation 0.0476 ms. A
 * round trip is two independent one-way delays, so the mean halves and the
 * variance halves: the deviation is 0.0476 / √2.
 */
export const lanOneWay = { meanMs: 0.2135, deviationMs: 0.03366 } as const
