import { Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import {
  type MatrixOptions,
  type Rounding,
  type Statistic,
  roundings,
  statistics,
} from "../../world/simulate/latency-matrix.ts"
import { milliseconds } from "./options.ts"
import { commaList, number } from "../../base/text.ts"

/** The values of `matrixOptions`. */
export interface MatrixFlags {
  readonly statistic: Statistic
  readonly rounding: Rounding
  readonly intraRegion: number
  readonly jitter: number
  readonly acceptorRegions: readonly string[]
}

/** The help text of `--latency`: the forms of its argument. */
export const latencyHelp = "a name, a model (one way, in ms), a CSV file, or a folder of ping files"

/** The options for reading and using a matrix of round-trip times. */
export function matrixOptions(): Option[] {
  return [
    new Option("--statistic <which>", "statistic to read from ping files").choices(statistics).default("avg"),
    new Option("--rounding <how>", "rounding of half a round trip to microseconds")
      .choices(roundings)
      .default("nearest"),
    new Option("--intra-region <rtt>", "round trip within a region that the file lacks, in ms")
      .argParser(milliseconds("--intra-region"))
      .default(0),
    new Option("--jitter <sigma>", "with a matrix: σ of a lognormal factor on each delay")
      .argParser(sigma)
      .default(0),
    new Option("--acceptor-regions <names>", "with a matrix: regions of the acceptors, such as EU,US")
      .argParser(commaList)
      .default([], "round-robin"),
  ]
}

/** The reading options of a file of round-trip times. */
export function matrixReading({ statistic, rounding, intraRegion }: MatrixFlags): MatrixOptions {
  return { statistic, rounding, intraRegionRttMs: intraRegion }
}

/** `--jitter`. */
export function sigma(text: string): number {
  const value = number(text)
  if (value >= 0 && value <= 10) return value
  throw new UsageError(
    `--jitter is ${text}; it must be a number from 0 to 10 (σ of the lognormal factor), such as 0.1.`,
  )
}
