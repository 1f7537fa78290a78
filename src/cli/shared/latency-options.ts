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

/** The options that say how a matrix of delays is read and used. */
export interface MatrixFlags {
  readonly statistic: Statistic
  readonly rounding: Rounding
  readonly intraRegion: number
  readonly jitter: number
  readonly acceptorRegions: readonly string[]
}

/** What `--latency` takes, in words. */
export const latencyHelp = "a name, a model in ms one way, a CSV file or a folder of ping files"

/** The options that say what a file of round trips means. */
export function matrixOptions(): Option[] {
  return [
    new Option("--statistic <which>", "which figure of ping files to use").choices(statistics).default("avg"),
    new Option("--rounding <how>", "how half a round trip becomes whole microseconds")
      .choices(roundings)
      .default("nearest"),
    new Option("--intra-region <rtt>", "round trip within a region where a file has none, in ms")
      .argParser(milliseconds("--intra-region"))
      .default(0),
    new Option("--jitter <sigma>", "with a matrix: σ of a lognormal factor on each delay")
      .argParser(sigma)
      .default(0),
    new Option("--acceptor-regions <names>", "with a matrix: where the acceptors are, as EU,US")
      .argParser(commaList)
      .default([], "in turn"),
  ]
}

/** How a file is read, by the options. */
export function matrixReading({ statistic, rounding, intraRegion }: MatrixFlags): MatrixOptions {
  return { statistic, rounding, intraRegionRttMs: intraRegion }
}

/** `--jitter`. */
export function sigma(text: string): number {
  const value = number(text)
  if (value >= 0 && value <= 10) return value
  throw new UsageError(
    `--jitter is ${text}; σ of the lognormal factor is a number from 0 to 10, such as 0.1.`,
  )
}
