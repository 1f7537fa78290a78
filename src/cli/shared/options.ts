import { Option } from "commander"
import { UsageError } from "../../base/errors.ts"
import { defaultSeed } from "../../experiment/define.ts"
import { number, quoted } from "../../base/text.ts"

/** The output formats of a table; the first is the default. */
export const formats = ["table", "json", "csv", "md", "latex"] as const
/** One of these. */
export type Format = (typeof formats)[number]

/** `--format`, of every command that prints tables. */
export function formatOption(): Option {
  return new Option("-f, --format <format>", "output format").choices(formats).default("table")
}

/** The help text of `--latency`: the forms of its argument. */
export const latencyHelp = "a name, a model (one way, in ms), a CSV file, or a folder of ping files"

/** `--latency`, of every command that simulates. */
export function latencyOption(): Option {
  return new Option("-l, --latency <latency>", latencyHelp).default("constant(10)").helpGroup("Topology:")
}

/** `--seed`, of every randomised command. */
export function seedOption(): Option {
  return new Option("-s, --seed <seed>", "a non-negative integer; equal seeds give byte-identical output")
    .argParser(whole("--seed", 0))
    .default(defaultSeed)
}

/** `--module`, of every command that reads results: the only code of others that it runs. */
export function moduleOption(): Option {
  return new Option(
    "--module <file>",
    "module that computed a result (an experiment or a protocol); its code runs; repeatable",
  )
    .argParser((file: string, before: readonly string[]) => [...before, file])
    .default([], "none")
}

/** `--key-file`, of every command that takes part in a queue. */
export function keyFileOption(): Option {
  return new Option(
    "--key-file <file>",
    "with --queue: key that signs work and results, shared with the workers (default: $QUORATE_QUEUE_KEY)",
  )
}

/** `-p, --protocol`: a protocol of the kind that is said, by its id or in a file of the user's own. */
export function protocolOption(kind: string, fallback: string): Option {
  const about = `${kind}: ${fallback}, or a file of your own such as ./mine.ts`
  return new Option("-p, --protocol <id>", about).default(fallback)
}

/** `--set`: settings of a protocol of the user's own, which have no flag. */
export function setOption(): Option {
  return new Option("--set <setting=value>", "a setting of a protocol of your own; repeatable")
    .argParser((text: string, before: readonly string[]) => [...before, text])
    .default([], "none")
}

/** An argument parser for integers from `min` to `max`, in decimal digits. */
export function whole(option: string, min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new UsageError(`${option} is ${quoted(text)}; must be ${integerRange(min, max)}.`)
    }
    return value
  }
}

function integerRange(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER && min <= 1)
    return min === 1 ? "a positive integer" : "a non-negative integer"
  return `an integer from ${min} to ${max === Number.MAX_SAFE_INTEGER ? "2^53 - 1" : max}`
}

/** An argument parser for durations in milliseconds. */
export function milliseconds(option: string): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (!(value >= 0 && value <= 1e9)) {
      throw new UsageError(`${option} is ${quoted(text)}; must be a number of milliseconds from 0 to 1e9.`)
    }
    return value
  }
}

/** An argument parser for probabilities. */
export function probability(option: string): (text: string) => number {
  return (text) => {
    const value = number(text)
    if (!(value >= 0 && value <= 1)) {
      throw new UsageError(`${option} is ${quoted(text)}; must be a number from 0 to 1, such as 0.05.`)
    }
    return value
  }
}
