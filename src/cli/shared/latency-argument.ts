import { existsSync, readFileSync, readdirSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { latencyNamed, namedLatencies } from "../../../experiments/data/latencies.ts"
import { UsageError } from "../../base/errors.ts"
import { type MatrixOptions, parseMatrixCsv, parsePingData } from "../../world/simulate/latency-matrix.ts"
import type { LatencyChoice } from "../../world/simulate/latency.ts"

/**
 * The latency of an argument: a name such as `paxi`, a model such as
 * `constant(10)`, a CSV file `from,to,rtt_ms`, or a folder of ping files
 * `<region>.dat`. The options apply to every matrix.
 */
export function readLatency(text: string, options: MatrixOptions): LatencyChoice {
  if (namedLatencies.has(text.trim()) || !looksLikePath(text)) return latencyNamed(text, options)
  if (!existsSync(text)) {
    throw new UsageError(
      `no such file or folder: ${text}. --latency takes a CSV file with the columns from,to,rtt_ms, ` +
        `a folder of <region>.dat files, or a name; quorate list prints the names.`,
    )
  }
  if (text.endsWith(".dat") && statSync(text).isFile()) {
    throw new UsageError(
      `${text} holds the measurements of one region; --latency takes the folder with the .dat files of all regions: ${dirname(text)}`,
    )
  }
  if (statSync(text).isDirectory()) {
    const delays = parsePingData(pingFiles(text), options)
    return { kind: "matrix", name: text, delays, isFromPing: true }
  }
  return { kind: "matrix", name: text, delays: parseMatrixCsv(readFileSync(text, "utf8"), text, options) }
}

function looksLikePath(text: string): boolean {
  return /[/\\]|\.(csv|dat|txt)$/i.test(text) || existsSync(text)
}

function pingFiles(folder: string): { name: string; text: string }[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(".dat"))
    .sort()
  if (names.length === 0) {
    throw new UsageError(
      `${folder} contains no <region>.dat files; each has one line min/avg/max/mdev:region per region.`,
    )
  }
  return names.map((name) => ({ name: join(folder, name), text: readFileSync(join(folder, name), "utf8") }))
}
