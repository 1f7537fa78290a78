import { Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { defaultSeed } from "../../experiment/define.ts"
import { number, quoted } from "../../base/text.ts"

/** The formats a table can be printed in, the first by default. */
export const formats = ["table", "json", "csv", "md", "latex"] as const
/** One of these. */
export type Format = (typeof formats)[number]

/** `--format`, in every command. */
export function formatOption(): Option {
  return new Option("-f, --format <format>", "how to print").choices(formats).default("table")
}

/** `--seed`, wherever there is chance. */
export function seedOption(): Option {
  return new Option("-s, --seed <seed>", "a whole number; the same seed gives the same bytes")
    .argParser(whole("--seed", 0))
    .default(defaultSeed)
}

/** An argument parser for whole numbers from `least` to `most`. */
export function whole(
  option: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < least || value > most) {
      throw new UsageError(
        `${option} is ${quoted(text)}; it must be a whole number from ${least} to ${most === Number.MAX_SAFE_INTEGER ? "2^53 - 1" : most}, in digits.`,
      )
    }
    return value
  }
}

/** More processes of a kind than a run, whose work grows with their product, can have. */
export const mostProcesses = 10_000

/** An argument parser for durations in milliseconds. */
export function milliseconds(option: string): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (!(value >= 0 && value <= 1e9)) {
      throw new UsageError(`${option} is ${quoted(text)}; it must be a number of milliseconds from 0 to 1e9.`)
    }
    return value
  }
}

/** An argument parser for probabilities. */
export function probability(option: string): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (!(value >= 0 && value <= 1)) {
      throw new UsageError(
        `${option} is ${quoted(text)}; a probability is a number from 0 to 1, such as 0.05.`,
      )
    }
    return value
  }
}
