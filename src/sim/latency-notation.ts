import { UsageError, didYouMean } from "../base/errors.ts"
import {
  type LatencyModel,
  type RegionDelays,
  constantLatency,
  exponentialLatency,
  lognormalLatency,
  normalLatency,
  uniformLatency,
} from "./latency.ts"

/** A model that is the same between all processes, or a matrix that wants them placed in its regions. */
export type LatencyChoice =
  | { readonly kind: "everywhere"; readonly model: LatencyModel }
  | { readonly kind: "matrix"; readonly name: string; readonly delays: RegionDelays }

/** One model: its parameters, how it is built, what it means. */
interface Form {
  readonly parameters: readonly string[]
  readonly build: (...values: readonly number[]) => LatencyModel
  readonly meaning: string
}

/** One line of the list below. */
const form = (
  meaning: string,
  build: (...values: never[]) => LatencyModel,
  ...parameters: readonly string[]
): Form => ({ meaning, parameters, build: build as Form["build"] })

/** Every model the notation knows; all values in milliseconds, one way. */
export const latencyForms: ReadonlyMap<string, Form> = new Map([
  ["constant", form("every message takes exactly this long", constantLatency, "ms")],
  ["uniform", form("uniform between two bounds", uniformLatency, "min", "max")],
  ["exponential", form("exponential with this mean", exponentialLatency, "mean")],
  ["normal", form("normal, the part below zero moved to zero", normalLatency, "mean", "deviation")],
  [
    "lognormal",
    form("lognormal: median, and deviation of the logarithm", lognormalLatency, "median", "sigma"),
  ],
])

/**
 * The latency of a text: `constant(10)`, `lognormal(10, 0.5)` in milliseconds
 * one way, or the name of one of the `named` choices, such as `paxi`.
 */
export function parseLatency(text: string, named: ReadonlyMap<string, LatencyChoice>): LatencyChoice {
  const known = named.get(text.trim())
  if (known !== undefined) return known
  const match = /^\s*([A-Za-z]\w*)\s*\(([^()]*)\)\s*$/.exec(text)
  const found = match === null ? undefined : latencyForms.get(match[1]!)
  if (match === null || found === undefined) throw unknownLatency(text.trim(), named)
  return { kind: "everywhere", model: found.build(...readValues(match[1]!, found, match[2]!)) }
}

function readValues(id: string, { parameters }: Form, list: string): number[] {
  const texts = list.split(",").map((part) => part.trim())
  const values = texts.map((value) => (value === "" ? NaN : Number(value)))
  if (values.length !== parameters.length || values.some(Number.isNaN)) {
    throw new UsageError(
      `${id}(${list}): write ${id}(${parameters.join(", ")}) with numbers, in milliseconds.`,
    )
  }
  return values
}

function unknownLatency(text: string, named: ReadonlyMap<string, LatencyChoice>): UsageError {
  const forms = [...latencyForms].map(([id, { parameters }]) => `${id}(${parameters.join(", ")})`)
  const id = text.replace(/\(.*/s, "")
  return new UsageError(
    `There is no latency called ${text.trim() === "" ? JSON.stringify(text) : text}.${didYouMean(id, [...named.keys(), ...latencyForms.keys()])}\n` +
      `Latencies are ${[...named.keys(), ...forms].join(", ")}, in milliseconds one way; or a file of round-trip times.`,
  )
}
